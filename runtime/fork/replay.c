// Each turn's revision is encoded as the log would have it and compared with the log's bytes.

#include "fork/replay.h"

#include "base/err.h"
#include "base/hash.h"
#include "fork/fork.h"
#include "store/log.h"
#include "twin/revision.h"
#include "twin/snapshot.h"
#include "twin/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE 1000 // times a call's time: what was stopped is in the log

struct replay {
    struct fork fork; // first: the sink's context
    const struct replay_request *request;
    struct replay_report *report;
    struct region region; // of one revision, and of what a retry runs
    struct buffer bytes;
    int64_t base;                    // of the batch
    const struct revision *expected; // that is being repeated
    const uint8_t *recorded;         // its bytes,
    size_t recorded_length;          // in the batch
    int revisions;                   // that the turn has made
    bool is_equal;
    uint8_t *awaited; // a bit a number: its state is still to come
    uint32_t awaited_count, number_count;
    uint64_t unstored; // version that cannot be loaded, not to try it twice
};

static void on_revision(void *context, struct twin *twin, const struct revision *revision) {
    struct replay *replay = context;
    if (replay->revisions++ > 0) return;
    replay->bytes.length = 0;
    revision_encode(revision, replay->base, &replay->bytes);
    replay->is_equal = replay->bytes.length == replay->recorded_length &&
                       memcmp(replay->bytes.bytes, replay->recorded, replay->recorded_length) == 0;
    struct replay_find *first = &replay->report->first;
    if (replay->is_equal || first->rev) return;
    struct side recorded = {replay->expected, twin->model}, now = {revision, twin->model};
    first->rev = revision->rev;
    snprintf(first->id, sizeof first->id, "%s", twin->id);
    if (difference_find(&recorded, &now, replay->fork.world, &first->difference)) return;
    snprintf(first->difference.field, sizeof first->difference.field, "cause");
    snprintf(first->difference.one, sizeof first->difference.one, "rev %llu before it",
             (unsigned long long)replay->expected->previous);
    snprintf(first->difference.other, sizeof first->difference.other, "rev %llu before it",
             (unsigned long long)revision->previous);
}

static void on_predict(void *context, const struct twin *twin, int prediction) {
    (void)context, (void)twin, (void)prediction; // its result is an input of the log
}

static void say_missing(struct replay *replay, const char *why) {
    if (replay->report->missing[0]) return;
    snprintf(replay->report->missing, sizeof replay->report->missing, "%s", why);
}

// The twin's state lies before what the log keeps: from the first full state of it on it is there.
static bool bring_in(struct replay *replay, const struct revision *revision, uint64_t rev) {
    struct err err;
    if (fork_restore(&replay->fork, revision->twin, rev, &err)) return true;
    say_missing(replay, err.text);
    return false;
}

// The twin is here, or gone.
static void arrive(struct replay *replay, uint32_t number) {
    uint8_t bit = (uint8_t)(1u << number % 8);
    if (number >= replay->number_count || !(replay->awaited[number / 8] & bit)) return;
    replay->awaited[number / 8] &= (uint8_t)~bit;
    if (--replay->awaited_count == 0) world_link_all(replay->fork.world); // who led to whom
}

// Where the log's begin was dropped: what has no revision in it is as it is now, the rest is
// awaited.
static void await_states(struct replay *replay) {
    struct snapshot *live = replay->request->live;
    struct buffer bytes = {0};
    uint64_t first = log_first_rev(replay->request->source.log);
    if (log_dropped_rev(replay->request->source.log) == 0 || !live) return;
    replay->number_count = snapshot_next_number(live);
    replay->awaited = xcalloc(replay->number_count / 8 + 1, 1);
    for (uint32_t i = 0; i < replay->number_count; i++) {
        bytes.length = 0;
        if (!snapshot_read(live, i, &bytes)) continue;
        struct twin *twin = fork_decode(&replay->fork, &bytes);
        if (twin && twin->rev < first) {
            world_add(replay->fork.world, twin);
            continue;
        }
        twin_free(twin);
        replay->awaited[i / 8] |= (uint8_t)(1u << i % 8);
        replay->awaited_count++;
    }
    buffer_fini(&bytes);
    if (replay->awaited_count == 0) world_link_all(replay->fork.world);
}

static bool is_asked_for(const struct replay *replay, const struct revision *revision) {
    const struct replay_request *request = replay->request;
    if (revision->rev < request->from) return false;
    if (!request->model) return true;
    const struct twin *twin = world_twin(replay->fork.world, revision->twin);
    const struct model *model = twin ? twin->model : NULL;
    if (!twin && revision->change_count > 0)
        model = world_layout(replay->fork.world, revision->changes[0].layout);
    return model && strcmp(model->name, request->model) == 0;
}

static bool can_serve(struct replay *replay, const struct revision *revision) {
    struct err err;
    if (revision->present == replay->unstored) return false;
    if (fork_serve(&replay->fork, revision->present, &err)) return true;
    replay->unstored = revision->present;
    say_missing(replay, err.text);
    return false;
}

// Runs the turn. False when it cannot be, for want of what it consumed.
static bool run(struct replay *replay, const struct revision *revision) {
    struct revision failed;
    struct change event;
    struct err err;
    bool is_retry = revision->kind == INPUT_RETRY, has_event = false;
    if (is_retry && !fork_read_failed(&replay->fork, revision->from_rev, &replay->region, &failed,
                                      &event, &has_event, &err)) {
        say_missing(replay, err.text);
        return false;
    }
    replay->expected = revision;
    replay->revisions = 0;
    replay->is_equal = false;
    if (engine_repeat(replay->fork.engine, revision, is_retry ? &failed : NULL,
                      has_event ? &event : NULL))
        return true;
    say_missing(replay, "an event was sent before the log begins");
    return false;
}

static void judge(struct replay *replay, const struct revision *revision) {
    struct replay_report *report = replay->report;
    report->turns++;
    if (replay->revisions == 1 && replay->is_equal) return;
    report->different++;
    const struct twin *twin = world_twin(replay->fork.world, revision->twin);
    if (!report->first.rev) {
        report->first.rev = revision->rev;
        snprintf(report->first.id, sizeof report->first.id, "%s", twin ? twin->id : "");
        snprintf(report->first.difference.field, sizeof report->first.difference.field, "revision");
        snprintf(report->first.difference.one, sizeof report->first.difference.one, "one");
        snprintf(report->first.difference.other, sizeof report->first.difference.other, "%d",
                 replay->revisions);
    }
    bring_in(replay, revision, revision->rev);
}

static void look_at(struct replay *replay, const struct revision *revision) {
    const struct invariant *invariant = replay->request->invariant;
    struct replay_find *broken = &replay->report->broken;
    const struct twin *twin = world_twin(replay->fork.world, revision->twin);
    if (!invariant || !twin || broken->rev || revision->rev < replay->request->from ||
        !invariant_is_broken(invariant, twin))
        return;
    int field =
        model_field(twin->model, invariant->kind, invariant->field, strlen(invariant->field));
    struct change change = {.kind = CHANGE_SET, .value = twin_value(twin, field)};
    broken->rev = revision->rev;
    snprintf(broken->id, sizeof broken->id, "%s", twin->id);
    snprintf(broken->difference.field, sizeof broken->difference.field, "%s", invariant->field);
    change_text(&change, broken->difference.one, sizeof broken->difference.one);
}

static void step(struct replay *replay, const struct revision *revision) {
    struct world *world = replay->fork.world;
    bool is_here = revision->previous == 0 || world_twin(world, revision->twin);
    bool is_wanted = is_asked_for(replay, revision);
    if (!is_here) is_here = bring_in(replay, revision, revision->previous);
    if (is_here && replay->awaited_count > 0) arrive(replay, revision->twin);
    if (is_here && replay->awaited_count == 0 && is_wanted && can_serve(replay, revision) &&
        run(replay, revision)) {
        judge(replay, revision);
    } else {
        replay->report->taken += is_wanted;
        if (is_here)
            fork_take(&replay->fork, revision);
        else if (bring_in(replay, revision, revision->rev))
            arrive(replay, revision->twin);
    }
    fork_queue_events(&replay->fork, revision);
    look_at(replay, revision);
    replay->report->rev = revision->rev;
}

static bool read_batch(struct replay *replay, const struct batch_view *batch, struct err *err) {
    struct reader in = batch->revisions;
    replay->base = batch->base;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct revision revision;
        uint64_t rev = batch->first_rev + i;
        if (rev > replay->request->to || replay->report->broken.rev) return true;
        replay->recorded = in.at;
        region_reset(&replay->region);
        if (!revision_decode(&in, batch->base, rev, &replay->region, &revision))
            return err_set(err, ERR_INTERNAL, "rev %llu in the log cannot be understood",
                           (unsigned long long)rev);
        replay->recorded_length = (size_t)(in.at - replay->recorded);
        step(replay, &revision);
    }
    return true;
}

static bool read_log(struct replay *replay, struct err *err) {
    const struct replay_request *request = replay->request;
    struct scan scan;
    scan_open(&scan, log_journal(request->source.log));
    bool is_good = scan_at(&scan, log_first_rev(request->source.log), err);
    while (is_good && scan.is_found && scan.batch.first_rev <= request->to &&
           !replay->report->broken.rev && !replay->report->is_stopped) {
        is_good = read_batch(replay, &scan.batch, err);
        replay->report->is_stopped =
            request->on_progress &&
            !request->on_progress(request->context, replay->report->rev, replay->fork.world->clock,
                                  replay->report->turns);
        is_good = is_good && scan_next(&scan, err);
    }
    scan_close(&scan);
    return is_good;
}

// As world_hash, of the twins that the fork has too: of others the log tells nothing any more.
static uint64_t hash_live(struct replay *replay) {
    struct buffer bytes = {0};
    uint64_t hash = 0;
    struct snapshot *live = replay->request->live;
    for (uint32_t i = 0; i < snapshot_next_number(live); i++) {
        bytes.length = 0;
        if (replay->report->missing[0] && !world_twin(replay->fork.world, i)) continue;
        if (!snapshot_read(live, i, &bytes)) continue;
        struct reader in = {.at = bytes.bytes, .end = bytes.bytes + bytes.length};
        uint32_t length = read_u32(&in);
        hash = hash64(hash, in.at, length);
    }
    buffer_fini(&bytes);
    return hash;
}

// What the recorded effects alone come to, up to where the replay ended.
static bool hash_recorded(struct replay *replay, struct err *err) {
    struct replay_request request = *replay->request;
    struct replay_report report;
    request.from = UINT64_MAX; // nothing is re-executed
    request.to = replay->report->rev;
    request.is_to_now = false;
    request.invariant = NULL;
    request.on_progress = NULL;
    bool is_good = replay_run(&request, &report, err);
    replay->report->live_hash = report.hash;
    return is_good;
}

bool replay_run(const struct replay_request *request, struct replay_report *report,
                struct err *err) {
    struct replay replay = {.request = request, .report = report};
    struct fork_options options = {.source = request->source,
                                   .patience = PATIENCE,
                                   .sink = {.on_revision = on_revision, .on_predict = on_predict}};
    *report = (struct replay_report){0};
    bool is_good = fork_open(&replay.fork, &options, err);
    if (is_good) await_states(&replay);
    is_good = is_good && read_log(&replay, err);
    if (is_good) {
        report->hash = report->live_hash = world_hash(replay.fork.world);
        report->twins = replay.fork.world->twin_count;
        bool is_whole = request->is_to_now && !report->is_stopped && !report->broken.rev;
        if (is_whole)
            report->live_hash = hash_live(&replay);
        else if (request->from != UINT64_MAX)
            is_good = hash_recorded(&replay, err);
    }
    fork_close(&replay.fork);
    free(replay.awaited);
    region_fini(&replay.region);
    buffer_fini(&replay.bytes);
    return is_good;
}

bool replay_is_equal(const struct replay_report *report) {
    return report->different == 0 && report->hash == report->live_hash;
}

void replay_print(const struct replay_report *report, FILE *out) {
    const struct replay_find *first = &report->first;
    if (report->taken > 0)
        fprintf(out, "%llu turns were taken as recorded: %s\n", (unsigned long long)report->taken,
                report->missing);
    if (first->rev)
        fprintf(out, "rev %llu, %s %s: recorded %s, now %s; %llu turns differ\n",
                (unsigned long long)first->rev, first->id, first->difference.field,
                first->difference.one, first->difference.other,
                (unsigned long long)report->different);
    fprintf(out, "rev=%llu turns=%llu hash=%016llx live=%016llx ", (unsigned long long)report->rev,
            (unsigned long long)report->turns, (unsigned long long)report->hash,
            (unsigned long long)report->live_hash);
    if (replay_is_equal(report))
        fprintf(out, "equal\n");
    else
        fprintf(out, "differ first=%llu twin=%s field=%s\n", (unsigned long long)first->rev,
                first->id, first->difference.field);
}
