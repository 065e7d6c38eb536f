#include "store/retention.h"

#include <string.h>

#define STRETCHES 500 // in a step

bool retention_is_under_way(const struct retention *retention) {
    return retention->is_under_way;
}

// Everything in a stretch is before the next one of its series begins.
void retention_step(struct retention *retention, struct state_file *file,
                    struct series_write *write, int64_t now,
                    int64_t (*keep)(void *context, uint32_t twin, uint8_t kind, const char *name),
                    void *context) {
    for (int i = 0; i < STRETCHES; i++) {
        struct series_place before = retention->place;
        bool is_first = !retention->is_under_way;
        retention->is_under_way = series_next(file, &retention->place, is_first);
        if (!retention->is_under_way) return;
        const struct series_place *place = &retention->place;
        bool is_same = !is_first && before.key.length == place->key.length &&
                       memcmp(before.key.bytes, place->key.bytes, place->key.length) == 0;
        int64_t keep_us = is_same ? keep(context, place->twin, place->kind, place->name) : 0;
        if (keep_us > 0 && place->key_at < now - keep_us)
            series_write_drop(write, &before.key, before.key_at);
    }
}
