// The twin is carried over as bytes, as a checkpoint would have held it. What it is linked to is
// settled when all twins are there.

#include "store/heal.h"

#include "base/err.h"
#include "base/logger.h"
#include "base/memory.h"
#include "store/journal.h"
#include "store/log.h"
#include "store/past.h"
#include "twin/twin.h"
#include "twin/twin_codec.h"
#include "twin/world.h"

#include <string.h>

static const struct model *find_layout(void *context, uint64_t layout) {
    return world_layout(context, layout);
}

// The key of a damaged record may be damaged itself, so a number proves nothing: what is there
// already, or never was, is another twin's, and that one would be missing.
static bool carry_over(const struct past *past, struct world *world, struct err *err) {
    struct buffer bytes = {0};
    const struct twin *was = past->twin;
    twin_encode(was, &bytes);
    struct reader in = {bytes.bytes, bytes.bytes + bytes.length, 0};
    bool is_new = !world_twin(world, was->number) && !world_find(world, was->id, strlen(was->id));
    struct twin *twin = is_new ? twin_decode(&in, find_layout, world, err) : NULL;
    if (!is_new) err_set(err, ERR_INTERNAL, "twin %s is there already", was->id);
    if (twin) world_add(world, twin);
    if (twin) world_mark_dirty(world, twin); // so that it has a checkpoint again
    buffer_fini(&bytes);
    return twin != NULL;
}

bool heal_twins(struct log *log, const struct buffer *numbers, uint64_t rev, struct world *world,
                struct err *err) {
    const struct logger *logger = log_journal(log)->logger;
    for (size_t at = 0; at < numbers->length; at += sizeof(uint32_t)) {
        struct past past = {0};
        struct err why;
        uint32_t number;
        memcpy(&number, numbers->bytes + at, sizeof number);
        bool is_healed =
            past_open(&past, log, number, 0, rev, &why) && carry_over(&past, world, &why);
        if (is_healed)
            logger_line(logger, LOG_LEVEL_WARN, "checkpoint_healed",
                        "twin=%s rev=%llu text=\"its checkpoint was damaged and is made anew from "
                        "the log; `twinctl doctor` looks for more\"",
                        past.twin->id, (unsigned long long)past.twin->rev);
        past_close(&past);
        if (!is_healed)
            return err_set(err, ERR_INVALID,
                           "the checkpoint of twin %u is damaged, and the log does not make the "
                           "twin anew (%.150s): restore a backup into another folder (`twinctl "
                           "restore FILE --data DIR`) and start on that",
                           number, why.text);
    }
    return true;
}
