#include "fork/trial.h"

#include "base/err.h"
#include "base/loop.h"
#include "base/memory.h"
#include "store/log.h"
#include "turn/turn.h"
#include "twin/revision.h"
#include "twin/snapshot.h"
#include "twin/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMED_EVERY 16

struct trial {
    struct fork now;    // first: the sink's context; the version on trial
    struct fork record; // what was recorded
    const struct trial_request *request;
    struct trial_progress progress;
    struct findings findings;
    struct region region; // of one revision
    struct model_choice { // by model, asked once
        const struct model *model;
        bool is_other;
    } * choices;
    int choice_count;
    bool is_over, is_compared;
};

static const char *text_of(const struct script_files *files, const char *path) {
    for (int i = 0; i < files->count; i++)
        if (strcmp(files->files[i].path, path) == 0) return files->files[i].text;
    return "";
}

static bool is_same_file(const struct script_files *base, const struct script_files *files,
                         const char *folder, const char *name) {
    char path[160];
    snprintf(path, sizeof path, "%s/%s.lua", folder, name);
    return strcmp(text_of(base, path), text_of(files, path)) == 0;
}

static bool has_other_file(const struct script_files *base, const struct script_files *files,
                           const char *begin) {
    for (int i = 0; i < files->count; i++) {
        const char *path = files->files[i].path;
        if (strncmp(path, begin, strlen(begin)) == 0 &&
            strcmp(text_of(base, path), files->files[i].text) != 0)
            return true;
    }
    return false;
}

bool trial_is_other(const struct script_files *base, const struct script_files *files,
                    const char *model) {
    char learned[160];
    snprintf(learned, sizeof learned, "scripts/learned/%s_", model);
    return !is_same_file(base, files, "models", model) ||
           !is_same_file(base, files, "scripts/behavior", model) ||
           has_other_file(base, files, "scripts/lib/") || has_other_file(base, files, learned);
}

static bool find_choice(const struct trial *trial, const struct model *model) {
    const struct trial_request *request = trial->request;
    const struct world *world = trial->now.world;
    for (; model; model = *model->extends
                              ? world_model(world, model->extends, strlen(model->extends))
                              : NULL)
        if (trial_is_other(request->base, request->files, model->name)) return true;
    return false;
}

static bool is_other(struct trial *trial, const struct model *model) {
    for (int i = trial->choice_count; i-- > 0;)
        if (trial->choices[i].model == model) return trial->choices[i].is_other;
    trial->choices =
        xrealloc(trial->choices, (size_t)(trial->choice_count + 1) * sizeof *trial->choices);
    trial->choices[trial->choice_count++] = (struct model_choice){model, find_choice(trial, model)};
    return trial->choices[trial->choice_count - 1].is_other;
}

// ---- the sink

static bool takes_turns(void *context, const struct twin *twin) {
    return is_other(context, twin->model);
}

static void on_revision(void *context, struct twin *twin, const struct revision *revision) {
    struct trial *trial = context;
    if (!trial->is_compared) return;
    trial->progress.turns++;
    findings_count(&trial->findings, revision, twin, trial->now.world, true);
}

static void on_predict(void *context, const struct twin *twin, int prediction) {
    (void)context, (void)twin, (void)prediction; // the recorded one is taken
}

// ---- one recorded revision

// The model that its changes refer to.
static const struct model *model_then(const struct trial *trial, const struct revision *recorded) {
    const struct twin *twin = world_twin(trial->record.world, recorded->twin);
    if (twin) return twin->model;
    bool is_creation = recorded->change_count > 0 && recorded->changes[0].kind == CHANGE_CREATE;
    return is_creation ? world_layout(trial->record.world, recorded->changes[0].layout) : NULL;
}

// One in some is timed: asking for the time costs half of what most turns do.
static void lead(struct trial *trial, const struct revision *recorded, const struct model *then) {
    struct trial_progress *progress = &trial->progress;
    bool is_timed = progress->inputs++ % TIMED_EVERY == 0;
    int64_t before = is_timed ? loop_thread_cpu() : 0;
    engine_lead(trial->now.engine, recorded, then);
    if (!is_timed) return;
    progress->timed_us += loop_thread_cpu() - before;
    progress->timed++;
}

static void step(struct trial *trial, const struct revision *recorded) {
    if (!fork_knows_layouts(&trial->record, recorded) || !fork_knows_layouts(&trial->now, recorded))
        return;
    const struct model *then = model_then(trial, recorded);
    if (!then) return; // its twin's state lies before the log
    // Both worlds know the layout, each by a model of its own.
    const struct model *then_now = world_layout(trial->now.world, then->layout);
    fork_take(&trial->record, recorded);
    const struct twin *live = world_twin(trial->record.world, recorded->twin);
    bool is_tried = trial->is_compared && then_now && is_other(trial, then_now);
    if (!is_tried) {
        fork_take(&trial->now, recorded);
        if (trial->is_compared) fork_queue_events(&trial->now, recorded);
        return;
    }
    if (live) findings_count(&trial->findings, recorded, live, trial->record.world, false);
    int was_there = world_twin(trial->now.world, recorded->twin) != NULL;
    lead(trial, recorded, then_now);
    const struct twin *tried = world_twin(trial->now.world, recorded->twin);
    trial->progress.twins += (uint32_t)((tried != NULL) - was_there);
    if (live && tried) findings_compare(&trial->findings, live, tried, recorded);
}

// From here on the twins of the version on trial take their turns.
static bool begin(struct trial *trial, struct err *err) {
    struct world *world = trial->now.world;
    if (!fork_serve_files(&trial->now, trial->request->files, err)) return false;
    trial->is_compared = true;
    uint32_t count = world->next_number;
    for (uint32_t i = 0; i < count; i++) {
        struct twin *twin = world_twin(world, i);
        if (!twin || !is_other(trial, twin->model)) continue;
        trial->progress.twins++;
        if (!trial->request->snapshot) twin->timers_run_at = world->clock;
        engine_watch(trial->now.engine, twin);
    }
    return true;
}

static bool read_batch(struct trial *trial, const struct batch_view *batch, struct err *err) {
    struct reader in = batch->revisions;
    for (uint32_t i = 0; i < batch->count && !trial->is_over; i++) {
        struct revision revision;
        uint64_t rev = batch->first_rev + i;
        region_reset(&trial->region);
        if (!revision_decode(&in, batch->base, rev, &trial->region, &revision))
            return err_set(err, ERR_INTERNAL, "rev %llu in the log cannot be understood",
                           (unsigned long long)rev);
        if (rev <= trial->progress.rev) continue; // a shadow begins within a batch
        if (rev > trial->request->to) return true;
        if (!trial->is_compared && rev >= trial->request->from && !begin(trial, err)) return false;
        step(trial, &revision);
        trial->progress.rev = rev;
        trial->progress.received = revision.received;
    }
    return true;
}

static void tell(struct trial *trial, bool is_waiting) {
    const struct trial_request *request = trial->request;
    struct trial_progress *progress = &trial->progress;
    progress->lag_us = is_waiting ? 0 : loop_utc() - progress->received;
    if (request->snapshot && progress->lag_us > progress->most_lag_us)
        progress->most_lag_us = progress->lag_us;
    trial->is_over =
        !request->on_progress(request->context, progress, &trial->findings, is_waiting);
}

static bool read_log(struct trial *trial, struct err *err) {
    const struct trial_request *request = trial->request;
    struct log *log = request->source.log;
    struct scan scan;
    scan_open(&scan, log_journal(log));
    bool is_good = true;
    while (is_good && !trial->is_over && trial->progress.rev < request->to) {
        uint64_t next = trial->progress.rev + 1;
        if (next < log_first_rev(log)) next = log_first_rev(log);
        if (log_durable(log) < next) {
            if (!request->snapshot) break;
            tell(trial, true);
            continue;
        }
        is_good = scan_at(&scan, next, err);
        if (!is_good || !scan.is_found) break;
        is_good = read_batch(trial, &scan.batch, err);
        if (scan.batch.first_rev > request->to) break;
        tell(trial, false);
    }
    scan_close(&scan);
    return is_good;
}

bool trial_run(const struct trial_request *request, struct err *err) {
    struct trial trial = {.request = request};
    struct fork_options options = {.source = request->source, .snapshot = request->snapshot};
    trial.progress.rev = request->snapshot ? snapshot_rev(request->snapshot) : 0;
    bool is_good = fork_open(&trial.record, &options, err);
    options.sink = (struct sink){
        .on_revision = on_revision, .on_predict = on_predict, .takes_turns = takes_turns};
    is_good = fork_open(&trial.now, &options, err) && is_good;
    is_good = is_good && (!request->snapshot || begin(&trial, err)) && read_log(&trial, err);
    fork_close(&trial.now);
    fork_close(&trial.record);
    findings_fini(&trial.findings);
    region_fini(&trial.region);
    free(trial.choices);
    return is_good;
}
