// The log is applied from its first revision on, as recovery does it; what was written down on the
// way must be what the world is then.
//
// Of a log that was trimmed a twin begins with its first full state there. Links are left out then:
// they go with the twin they lead to, which may be one that has not begun.

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
    bool is_whole; // the log
    struct region region;
    struct buffer mine, theirs; // a twin as it is and as it should be
    uint32_t next_state;        // of the batch
};

static bool on_layout(void *context, struct model *owned) {
    world_adopt_model(context, owned);
    return true;
}

static const struct model *find_layout(void *context, uint64_t layout) {
    return world_layout(context, layout);
}

static void encode(const struct replay *replay, const struct twin *twin, struct buffer *out) {
    out->length = 0;
    struct twin *copy = twin && !replay->is_whole ? twin_copy(twin) : NULL;
    if (copy) copy->link_count = 0;
    if (twin) twin_encode(copy ? copy : twin, out);
    twin_free(copy);
}

static bool are_equal(const struct replay *replay) {
    const struct buffer *mine = &replay->mine, *theirs = &replay->theirs;
    return mine->length == theirs->length &&
           (mine->length == 0 || memcmp(mine->bytes, theirs->bytes, mine->length) == 0);
}

// What was written down of a twin, into `theirs`. A twin that is not there yet begins with it.
static bool take_state(struct replay *replay, const struct twin *twin, const uint8_t *bytes,
                       size_t length) {
    struct err err;
    replay->theirs.length = 0;
    if (replay->is_whole) {
        buffer_add(&replay->theirs, bytes, length);
        return true;
    }
    struct reader in = {bytes, bytes + length, 0};
    struct twin *written = twin_decode(&in, find_layout, replay->world, &err);
    if (!written) return false;
    encode(replay, written, &replay->theirs);
    bool is_free = !twin && !world_find(replay->world, written->id, strlen(written->id));
    if (is_free)
        world_add(replay->world, written);
    else
        twin_free(written);
    return twin || is_free;
}

static void check_state(struct replay *replay, const struct batch_view *batch, uint64_t rev) {
    for (; replay->next_state < batch->state_count; replay->next_state++) {
        struct batch_state state = batch_read_state(batch, replay->next_state);
        if (state.rev > rev) return;
        const struct twin *twin = world_twin(replay->world, state.twin);
        bool is_taken = take_state(replay, twin, batch->bytes + state.offset, state.length);
        if (is_taken && !twin && !replay->is_whole) continue;
        encode(replay, twin, &replay->mine);
        if (is_taken && twin && are_equal(replay)) continue;
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
    if (!replay->is_whole && !twin && revision->previous != 0) return true; // has not begun
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
    uint64_t different = 0;
    uint32_t most = replay->world->number_capacity > other->number_capacity
                        ? replay->world->number_capacity
                        : other->number_capacity;
    for (uint32_t number = 0; number < most; number++) {
        const struct twin *a = world_twin(replay->world, number), *b = world_twin(other, number);
        if (!a && !replay->is_whole) continue; // has no full state in the log
        encode(replay, a, &replay->mine);
        encode(replay, b, &replay->theirs);
        if (are_equal(replay) || ++different > DIFFERENT_MAX) continue;
        examine_finding(replay->examine,
                        "twin %s: the checkpoints make %s of it and the log %s; one of them is "
                        "wrong; restore a backup, and tell twind's makers",
                        a ? a->id : b->id, b ? "one state" : "nothing", a ? "another" : "nothing");
    }
    if (different > DIFFERENT_MAX)
        examine_finding(replay->examine,
                        "%llu more twins: the checkpoints make another state of them than the log",
                        (unsigned long long)(different - DIFFERENT_MAX));
}

void examine_replay(struct examine *examine, struct log *log, struct checkpoint *checkpoint) {
    struct replay replay = {.examine = examine, .world = world_new()};
    struct world *recovered = world_new();
    struct recovery_options options = {0};
    struct recovery recovery;
    struct err err;
    replay.is_whole = log_dropped_rev(log) == 0;
    if (!recovery_run(log, checkpoint, recovered, &options, &recovery, &err))
        examine_finding(examine, "twind would not start on it: %s", err.text);
    else if (!log_read_layouts(log, on_layout, replay.world, &err))
        examine_finding(examine, "%s", err.text);
    else if (walk(&replay, log) && !examine->is_stopped) {
        world_link_all(replay.world);
        compare(&replay, recovered);
    }
    world_free(replay.world);
    world_free(recovered);
    region_fini(&replay.region);
    buffer_fini(&replay.mine);
    buffer_fini(&replay.theirs);
}
