// Retention: a walk over all series, in steps, that drops the stretches whose field is not kept so
// long.

#ifndef STORE_RETENTION_H
#define STORE_RETENTION_H

#include "store/series_file.h"

#include <stdbool.h>
#include <stdint.h>

struct state_file;

struct retention { // all zero: not under way
    struct series_place place;
    bool is_under_way;
};

bool retention_is_under_way(const struct retention *retention);
// Looks at some hundred more; what goes is put into `write`. `keep` says for how long a field is
// kept, microseconds, 0 = for ever. The newest stretch of a series stays.
void retention_step(struct retention *retention, struct state_file *file,
                    struct series_write *write, int64_t now,
                    int64_t (*keep)(void *context, uint32_t twin, uint8_t kind, const char *name),
                    void *context);

#endif
