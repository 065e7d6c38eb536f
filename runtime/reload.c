// Each version is loaded twice: for the loop and for the worker of predictions, which never share a
// Lua state. Twins move to the new one when they are next touched (move.c).

#include "reload.h"

#include "base/err.h"
#include "base/logger.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "canary_watch.h"
#include "config.h"
#include "looker.h"
#include "store/checkpoint.h"
#include "store/log.h"
#include "turn/engine.h"

#include <stdlib.h>

#define PREDICT_US 200000        // CPU time of one prediction; workers have it
#define GROWTH_BYTES (8u << 20)  // of memory in one call
#define STATE_BYTES (256u << 20) // of a version in all
#define CATCH_UP_TWINS 500       // in one slice: a fraction of a millisecond
#define CATCH_UP_US 1000         // between two slices
#define SECOND_US 1000000
#define LOOKS_IN_A_SECOND 10 // at the failures of a version on probation

static bool load_one(const struct reload *reload, const struct script_files *files,
                     struct script **script, struct err *err) {
    struct script_limits limits = {.call_us = reload->config->call_us,
                                   .predict_us = PREDICT_US,
                                   .soft_bytes = GROWTH_BYTES,
                                   .hard_bytes = STATE_BYTES};
    *script = script_load(files, &limits, reload->logger, reload->metrics, err);
    return *script != NULL;
}

bool reload_load(const struct reload *reload, const struct script_files *files,
                 struct script **script, struct script **for_looker, struct err *err) {
    if (!load_one(reload, files, script, err)) return false;
    if (load_one(reload, files, for_looker, err)) return true;
    script_free(*script);
    *script = NULL;
    return false;
}

// The models of a script become the world's, or are found there.
static void bind(struct reload *reload, struct script *script, int index,
                 const struct model **model) {
    *model = world_adopt_model(reload->world, script_take_model(script, index));
    script_bind(script, index, *model);
    log_append_layout(reload->log, *model);
}

void reload_adopt(struct reload *reload, struct script *script, struct script *for_looker,
                  struct script_files *files) {
    int count = script_model_count(script);
    const struct model **models = xcalloc((size_t)count + 1, sizeof *models);
    for (int i = 0; i < count; i++) {
        bind(reload, script, i, &models[i]);
        model_free(script_take_model(for_looker, i));
        script_bind(for_looker, i, models[i]);
    }
    if (canary_is_out(reload)) engine_withdraw(reload->engine); // who has it follows like the rest
    world_set_current(reload->world, models, count);
    free(models);
    engine_know(reload->engine, files);
    engine_use(reload->engine, script);
    looker_use(reload->looker, for_looker);
    script_files_fini(&reload->files);
    reload->files = *files;
    *files = (struct script_files){0};
}

void reload_try(struct reload *reload, struct script *script, const struct script_files *files,
                uint32_t share) {
    int count = script_model_count(script);
    const struct model **models = xcalloc((size_t)count + 1, sizeof *models);
    for (int i = 0; i < count; i++)
        bind(reload, script, i, &models[i]);
    engine_know(reload->engine, files);
    engine_try(reload->engine, script, share, models, count);
    free(models);
}

static bool read_stored(struct reload *reload, uint64_t version, struct script_files *files,
                        struct err *err) {
    struct buffer bytes = {0};
    bool is_read = versions_read_files(checkpoint_file(reload->checkpoint), version, &bytes, err) &&
                   script_files_decode(bytes.bytes, bytes.length, files, err);
    buffer_fini(&bytes);
    return is_read;
}

// Synchronous: a twin of the loop's waits for it. Rare, for the version before stays loaded.
struct script *reload_missing(struct reload *reload, uint64_t version) {
    struct script_files files = {0};
    struct script *script = NULL;
    struct err err;
    const struct model *model;
    if (!read_stored(reload, version, &files, &err) || !load_one(reload, &files, &script, &err))
        logger_line(reload->logger, LOG_LEVEL_ERROR, "version_missing",
                    "version=%08x why=\"%s\" note=\"twins held on it run no behaviour\"",
                    (unsigned)(version >> 32), err.text);
    for (int i = 0; script && i < script_model_count(script); i++)
        bind(reload, script, i, &model);
    script_files_fini(&files);
    return script;
}

// ---- at the start ----

static bool take(struct reload *reload, struct script_files *files, struct err *err) {
    struct script *script, *for_looker;
    if (!reload_load(reload, files, &script, &for_looker, err)) return false;
    reload_adopt(reload, script, for_looker, files);
    return true;
}

// Twins may come from any of them.
static void know_stored(struct reload *reload) {
    for (int i = 0; i < reload->versions.count; i++) {
        struct script_files files = {0};
        struct err err; // what cannot be read is not known, and migrates
        if (read_stored(reload, reload->versions.heads[i].version, &files, &err))
            engine_know(reload->engine, &files);
        script_files_fini(&files);
    }
}

static bool take_stored(struct reload *reload, struct err *err) {
    struct script_files files = {0};
    bool is_taken = reload->versions.promoted != 0 &&
                    read_stored(reload, reload->versions.promoted, &files, err) &&
                    take(reload, &files, err);
    script_files_fini(&files);
    return is_taken;
}

// The files became the version that serves: the store has them from now on.
static void record_first(struct reload *reload) {
    uint64_t version = reload->world->version, before = reload->versions.promoted;
    if (version == before) return;
    const struct version_head *known = versions_find(&reload->versions, version);
    struct version_head head =
        known ? *known
              : (struct version_head){
                    .version = version, .at = loop_now(reload->loop), .author = "", .reason = ""};
    struct buffer bytes = {0};
    struct err err;
    head.state = VERSION_PROMOTED;
    head.promoted_at = loop_now(reload->loop);
    head.before = before;
    if (!known) head.reason = before ? "files at start" : "first start";
    script_files_encode(&reload->files, &bytes);
    struct version_write write = {
        .heads = {&head}, .head_count = 1, .files = &bytes, .promoted = version};
    struct version_head *old = versions_find(&reload->versions, before);
    if (old) {
        old->state = VERSION_STORED;
        write.heads[write.head_count++] = old;
    }
    if (!versions_write(checkpoint_file(reload->checkpoint), &write, &err))
        logger_line(reload->logger, LOG_LEVEL_WARN, "version_not_stored", "why=\"%s\"", err.text);
    versions_put(&reload->versions, &head);
    reload->versions.promoted = version;
    buffer_fini(&bytes);
}

// A start without --dev does not take the disk, but says what is to be had there.
static void look_at_disk(struct reload *reload) {
    struct script_files files = {0};
    struct script *script = NULL;
    struct mark mark;
    struct err err;
    bool is_good =
        script_files_read(reload->config->models_dir, reload->config->scripts_dir, &files, &err) &&
        (files.version == reload->world->version || load_one(reload, &files, &script, &err));
    if (!is_good) {
        mark_find(&files, &err, &mark);
        logger_line(reload->logger, LOG_LEVEL_ERROR, "scripts_refused",
                    "why=\"%s\" serving=%08x note=\"the promoted version serves\"", err.text,
                    (unsigned)(reload->world->version >> 32));
    } else if (files.version != reload->world->version) {
        logger_line(reload->logger, LOG_LEVEL_INFO, "scripts_differ",
                    "serving=%08x disk=%08x note=\"the promoted version serves; twinctl deploy "
                    "takes the files\"",
                    (unsigned)(reload->world->version >> 32), (unsigned)(files.version >> 32));
    }
    script_free(script);
    script_files_fini(&files);
}

static bool take_disk(struct reload *reload, struct err *err) {
    struct script_files files = {0};
    struct mark mark;
    bool is_taken =
        script_files_read(reload->config->models_dir, reload->config->scripts_dir, &files, err) &&
        take(reload, &files, err);
    if (is_taken) {
        record_first(reload);
    } else {
        mark_find(&files, err, &mark);
        reload->refused = files.version;
    }
    script_files_fini(&files);
    return is_taken;
}

static double read_longest_swap(void *context) {
    return (double)((struct reload *)context)->longest_swap_us / 1e6;
}

bool reload_first(struct reload *reload, struct err *err) {
    static const char name[] = "twind_reloads_total";
    struct err stored_err;
    reload->loaded_total = metrics_counter(reload->metrics, name, "result=\"loaded\"",
                                           "Reloads of models and scripts");
    reload->refused_total = metrics_counter(reload->metrics, name, "result=\"refused\"", "");
    reload->rolled_back_total =
        metrics_counter(reload->metrics, name, "result=\"rolled_back\"", "");
    metrics_gauge(reload->metrics, "twind_swap_pause_seconds_max",
                  "Longest pause between two turns in which a version was swapped in",
                  read_longest_swap, reload);
    if (!versions_read(checkpoint_file(reload->checkpoint), &reload->versions, err)) return false;
    know_stored(reload);
    if (!reload->config->is_dev && take_stored(reload, &stored_err)) {
        look_at_disk(reload);
        return true;
    }
    if (take_disk(reload, err)) return true;
    if (reload->config->is_dev && take_stored(reload, &stored_err)) {
        logger_line(reload->logger, LOG_LEVEL_ERROR, "scripts_refused",
                    "why=\"%s\" serving=%08x note=\"the last good version serves\"", err->text,
                    (unsigned)(reload->world->version >> 32));
        return true;
    }
    err->code = ERR_INVALID;
    return false;
}

// ---- after a swap ----

static void on_catch_up(void *context) {
    struct reload *reload = context;
    bool is_behind = log_is_stuck(reload->log) || engine_catch_up(reload->engine, CATCH_UP_TWINS);
    if (is_behind)
        loop_timer_set(reload->loop, &reload->catch_up_timer, CATCH_UP_US, on_catch_up, reload);
    else
        release_trim(reload);
}

static void on_part_of_second(void *context) {
    struct reload *reload = context;
    struct probation *probation = &reload->probation;
    const struct tally *tally = engine_tally(reload->engine);
    int64_t now = loop_monotonic(reload->loop);
    if (probation_has_failed(probation, tally->turns, tally->failures)) {
        probation->until = 0;
        release_roll_back(reload, tally->first);
    }
    canary_look(reload);
    if (probation->until && now > probation->until) probation->until = 0;
    static const int64_t slice = SECOND_US / LOOKS_IN_A_SECOND;
    if (now / slice % LOOKS_IN_A_SECOND == 0 || !probation->until)
        probation_tick(probation, tally->turns, tally->failures);
    loop_timer_set(reload->loop, &reload->second_timer, probation->until ? slice : SECOND_US,
                   on_part_of_second, reload);
}

void reload_follow(struct reload *reload, int64_t probation_us) {
    probation_begin(&reload->probation,
                    probation_us ? loop_monotonic(reload->loop) + probation_us : 0);
    loop_timer_set(reload->loop, &reload->second_timer, SECOND_US / LOOKS_IN_A_SECOND,
                   on_part_of_second, reload);
    loop_timer_set(reload->loop, &reload->catch_up_timer, CATCH_UP_US, on_catch_up, reload);
}
