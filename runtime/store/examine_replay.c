// The log is applied from its first revision on, as recovery does it; what was written down on the
// way must be what the world is then.

#include "base/err.h"
#include "base/memory.h"
#include "store/checkpoint.h"
#include "store/examine.h"
#include "store/journal.h"
#include "store/log.h"
#include "store/recovery.h"
#include "store/scan.h"
#include "twin/change.h"
#include "twin/revision.h"
#include "twin/twin_codec.h"
#include "twin/world.h"

#include <string.h>

#define DIFFERENT_MAX 20 // twins that are told one by one
#define PROGRESS_BATCHES 256

struct replay {
    struct examine *examine;
    struct world *world;
    struct region region;
    struct buffer encoded;
    uint32_t next_state; // of the batch
};

static bool on_layout(void *context, struct model *owned) {
    world_adopt_model(context, owned);
    return true;
}

static void check_state(struct replay *replay, const struct batch_view *batch, uint64_t rev) {
    for (; replay->next_state < batch->state_count; replay->next_state++) {
        struct batch_state state = batch_read_state(batch, replay->next_state);
        if (state.rev > rev) return;
        const struct twin *twin = world_twin(replay->world, state.twin);
        replay->encoded.length = 0;
        if (twin) twin_encode(twin, &replay->encoded);
        if (twin && replay->encoded.length == state.length &&
            memcmp(replay->encoded.bytes, batch->bytes + state.offset, state.length) == 0)
            continue;
        examine_finding(replay->examine,
                        "full state of twin %s at rev %llu: is not what its revisions make of it; "
                        "one of them or the state is wrong; restore a backup, and tell twind's "
                        "makers",
                        twin ? twin->id : "that is gone", (unsigned long long)rev);
    }
}

// False when it cannot be applied: what is missing was found before, and nothing behind is sure.
static bool apply(struct replay *replay, const struct revision *revision) {
    struct twin *twin = world_twin(replay->world, revision->twin);
    if (revision->previous != (twin ? twin->rev : 0)) return false;
    for (int i = 0; i < revision->change_count; i++) {
        const struct change *change = &revision->changes[i];
        bool is_laid_out = change->kind == CHANGE_CREATE || change->kind == CHANGE_LAYOUT;
        if (is_laid_out && !world_layout(replay->world, change->layout)) {
            examine_finding(replay->examine,
                            "rev %llu: needs layout %016llx, which the log does not have; what is "
                            "of it cannot be read; restore a backup",
                            (unsigned long long)revision->rev, (unsigned long long)change->layout);
            return false;
        }
        if (!twin && change->kind != CHANGE_CREATE) return false;
        change_apply(replay->world, &twin, change, revision->rev);
    }
    if (!twin) return true;
    twin->rev = revision->rev;
    twin->version = revision->version;
    return true;
}

static bool walk(struct replay *replay, struct log *log) {
    struct scan scan;
    struct err err;
    struct revision revision;
    uint64_t count = 0;
    scan_open(&scan, log_journal(log));
    bool is_good = scan_at(&scan, 0, &err);
    while (is_good && scan.is_found) {
        replay->next_state = 0;
        for (uint32_t i = 0; i < scan.batch.count && is_good; i++) {
            uint64_t rev = scan.batch.first_rev + i;
            region_reset(&replay->region);
            is_good = revision_decode(&scan.batch.revisions, scan.batch.base, rev, &replay->region,
                                      &revision) &&
                      apply(replay, &revision);
            if (is_good) check_state(replay, &scan.batch, rev);
        }
        if (++count % PROGRESS_BATCHES == 0 &&
            !examine_goes_on(replay->examine, "replay", revision.rev, replay->examine->last_rev))
            break;
        is_good = is_good && scan_next(&scan, &err);
    }
    scan_close(&scan);
    return is_good;
}

static void compare(struct replay *replay, const struct world *other) {
    struct buffer mine = {0}, theirs = {0};
    uint64_t different = 0;
    uint32_t most = replay->world->number_capacity > other->number_capacity
                        ? replay->world->number_capacity
                        : other->number_capacity;
    for (uint32_t number = 0; number < most; number++) {
        const struct twin *a = world_twin(replay->world, number), *b = world_twin(other, number);
        mine.length = theirs.length = 0;
        if (a) twin_encode(a, &mine);
        if (b) twin_encode(b, &theirs);
        bool is_equal = mine.length == theirs.length &&
                        (mine.length == 0 || memcmp(mine.bytes, theirs.bytes, mine.length) == 0);
        if (is_equal || ++different > DIFFERENT_MAX) continue;
        examine_finding(replay->examine,
                        "twin %s: the checkpoints make %s of it and the log %s; one of them is "
                        "wrong; restore a backup, and tell twind's makers",
                        a ? a->id : b->id, b ? "one state" : "nothing", a ? "another" : "nothing");
    }
    if (different > DIFFERENT_MAX)
        examine_finding(replay->examine,
                        "%llu more twins: the checkpoints make another state of them than the log",
                        (unsigned long long)(different - DIFFERENT_MAX));
    buffer_fini(&mine);
    buffer_fini(&theirs);
}

void examine_replay(struct examine *examine, struct log *log, struct checkpoint *checkpoint) {
    struct replay replay = {.examine = examine, .world = world_new()};
    struct world *recovered = world_new();
    struct recovery_options options = {0};
    struct recovery recovery;
    struct err err;
    bool is_whole = log_dropped_rev(log) == 0;
    if (!recovery_run(log, checkpoint, recovered, &options, &recovery, &err))
        examine_finding(examine, "twind would not start on it: %s", err.text);
    else if (is_whole && !log_read_layouts(log, on_layout, replay.world, &err))
        examine_finding(examine, "%s", err.text);
    else if (is_whole && walk(&replay, log) && !examine->is_stopped) {
        world_link_all(replay.world);
        compare(&replay, recovered);
    }
    world_free(replay.world);
    world_free(recovered);
    region_fini(&replay.region);
    buffer_fini(&replay.encoded);
}
