// Recorded revisions, out of the log and into a fork's world.

#include "base/err.h"
#include "fork/fork.h"
#include "store/log.h"
#include "turn/engine.h"

static bool on_layout(void *context, struct model *owned) {
    world_adopt_model(((struct fork *)context)->world, owned);
    return true;
}

bool fork_read_layouts(struct fork *fork, struct err *err) {
    return log_read_layouts(fork->options.source.log, on_layout, fork, err);
}

static const struct change *find_unknown(const struct fork *fork, const struct revision *revision) {
    for (int i = 0; i < revision->change_count; i++) {
        const struct change *change = &revision->changes[i];
        bool has_layout = change->kind == CHANGE_CREATE || change->kind == CHANGE_LAYOUT;
        if (has_layout && !world_layout(fork->world, change->layout)) return change;
    }
    return NULL;
}

bool fork_knows_layouts(struct fork *fork, const struct revision *revision) {
    struct err err;
    if (!find_unknown(fork, revision)) return true;
    return fork_read_layouts(fork, &err) && !find_unknown(fork, revision);
}

bool fork_take(struct fork *fork, const struct revision *revision) {
    struct world *world = fork->world;
    struct twin *twin = world_twin(world, revision->twin);
    if (revision->kind == INPUT_EVENT)
        engine_consume(fork->engine, revision->from_rev, revision->from_index);
    if ((!twin && revision->previous != 0) || !fork_knows_layouts(fork, revision)) return false;
    world->rev = revision->rev;
    world->clock = revision->received;
    for (int i = 0; i < revision->change_count; i++)
        change_apply(world, &twin, &revision->changes[i], revision->rev);
    if (!twin) return true;
    twin->rev = revision->rev;
    twin->version = revision->version;
    return true;
}

void fork_queue_events(struct fork *fork, const struct revision *revision) {
    for (int i = revision->input_count; i < revision->change_count; i++)
        if (revision->changes[i].kind == CHANGE_EVENT)
            engine_requeue(fork->engine, revision->rev, (uint16_t)i, revision->twin,
                           &revision->changes[i]);
}

bool fork_read(struct fork *fork, uint64_t rev, struct region *region, struct revision *revision,
               struct err *err) {
    if (!scan_at(&fork->scan, rev, err)) return false;
    const struct batch_view *batch = &fork->scan.batch;
    bool is_here =
        fork->scan.is_found && rev >= batch->first_rev && rev < batch->first_rev + batch->count;
    if (!is_here)
        return err_set(
            err, ERR_NOT_FOUND, "the log has no rev %llu: it begins at %llu and ends at %llu",
            (unsigned long long)rev, (unsigned long long)log_first_rev(fork->options.source.log),
            (unsigned long long)log_durable(fork->options.source.log));
    struct reader in = batch->revisions;
    uint64_t message;
    int64_t received;
    for (uint64_t at = batch->first_rev; at < rev; at++)
        revision_skim(&in, batch->base, &message, &received);
    // The batch is gone with the next one that is read.
    const uint8_t *bytes =
        (const uint8_t *)region_copy(region, (const char *)in.at, (size_t)(in.end - in.at));
    struct reader one = {.at = bytes, .end = bytes + (in.end - in.at)};
    return revision_decode(&one, batch->base, rev, region, revision) ||
           err_set(err, ERR_INTERNAL, "rev %llu in the log cannot be understood",
                   (unsigned long long)rev);
}

bool fork_read_failed(struct fork *fork, uint64_t rev, struct region *region,
                      struct revision *failed, struct change *event, bool *has_event,
                      struct err *err) {
    struct revision sender;
    *has_event = false;
    if (!fork_read(fork, rev, region, failed, err)) return false;
    if (failed->kind != INPUT_EVENT) return true;
    if (!fork_read(fork, failed->from_rev, region, &sender, err)) return false;
    if (failed->from_index >= sender.change_count)
        return err_set(err, ERR_INTERNAL, "rev %llu sent no event of that number",
                       (unsigned long long)sender.rev);
    *event = sender.changes[failed->from_index];
    event->other = sender.twin; // who sent it, as engine_retry has it
    *has_event = true;
    return true;
}

static bool queue_consumed(struct fork *fork, const struct revision *recorded,
                           struct region *region, struct err *err) {
    struct revision sender;
    if (!fork_read(fork, recorded->from_rev, region, &sender, err)) return false;
    if (recorded->from_index >= sender.change_count)
        return err_set(err, ERR_INTERNAL, "rev %llu sent no event of that number",
                       (unsigned long long)sender.rev);
    engine_requeue(fork->engine, sender.rev, recorded->from_index, sender.twin,
                   &sender.changes[recorded->from_index]);
    return true;
}

bool fork_repeat(struct fork *fork, const struct revision *recorded, struct region *region,
                 struct err *err) {
    struct revision failed;
    struct change event;
    bool is_retry = recorded->kind == INPUT_RETRY, has_event = false;
    if (recorded->kind == INPUT_EVENT && !queue_consumed(fork, recorded, region, err)) return false;
    if (is_retry &&
        !fork_read_failed(fork, recorded->from_rev, region, &failed, &event, &has_event, err))
        return false;
    return engine_repeat(fork->engine, recorded, is_retry ? &failed : NULL,
                         has_event ? &event : NULL) ||
           err_set(err, ERR_NOT_FOUND, "the event that rev %llu consumed is not in the log",
                   (unsigned long long)recorded->rev);
}

bool fork_rewind_to(struct fork *fork, uint64_t rev, int64_t *clock, uint64_t *version,
                    struct err *err) {
    struct region region = {0};
    struct revision revision;
    bool is_good = fork_read(fork, rev, &region, &revision, err);
    if (is_good) {
        *clock = revision.received;
        *version = revision.present;
        fork_rewind(fork, rev, revision.received);
    }
    region_fini(&region);
    return is_good;
}
