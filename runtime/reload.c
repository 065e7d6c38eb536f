// Each version is loaded twice: for the loop and for the worker of predictions, which never share a
// Lua state. Twins move to the new one when they are next touched (turn.c).

#include "reload.h"

#include "base/err.h"
#include "base/logger.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "config.h"
#include "looker.h"
#include "script/script.h"
#include "store/checkpoint.h"
#include "store/log.h"
#include "turn.h"
#include "twin/world.h"

#include <stdlib.h>

#define PREDICT_US 200000        // CPU time of one prediction; workers have it
#define GROWTH_BYTES (8u << 20)  // of memory in one call
#define STATE_BYTES (256u << 20) // of a version in all

// Makes loaded scripts the present version: their models into the world and the log, then the
// engine.
static void adopt(struct reload *reload, struct script *script, struct script *for_worker) {
    int count = script_model_count(script);
    const struct model **models = xcalloc((size_t)count + 1, sizeof *models);
    for (int i = 0; i < count; i++) {
        models[i] = world_adopt_model(reload->world, script_take_model(script, i));
        model_free(script_take_model(for_worker, i));
        script_bind(script, i, models[i]);
        script_bind(for_worker, i, models[i]);
        log_append_layout(reload->log, models[i]);
    }
    world_set_current(reload->world, models, count);
    free(models);
    engine_use(reload->engine, script);
    looker_use(reload->looker, for_worker);
}

// Loads twice: for the loop and for the worker, which never share a Lua state.
static bool load_files(struct reload *reload, const struct script_files *files, struct err *err) {
    struct script_limits limits = {.call_us = reload->config->call_us,
                                   .predict_us = PREDICT_US,
                                   .soft_bytes = GROWTH_BYTES,
                                   .hard_bytes = STATE_BYTES};
    struct script *script = script_load(files, &limits, reload->logger, reload->metrics, err);
    struct script *for_worker =
        script ? script_load(files, &limits, reload->logger, reload->metrics, err) : NULL;
    if (!for_worker) {
        script_free(script);
        return false;
    }
    adopt(reload, script, for_worker);
    return true;
}

static bool load_stored(struct reload *reload, struct err *err) {
    struct buffer bytes = {0};
    struct script_files files = {0};
    uint64_t version;
    bool is_loaded = checkpoint_good_version(reload->checkpoint, &version, &bytes, NULL) &&
                     script_files_decode(bytes.bytes, bytes.length, &files, err) &&
                     load_files(reload, &files, err);
    script_files_fini(&files);
    buffer_fini(&bytes);
    return is_loaded;
}

static void store_version(struct reload *reload, const struct script_files *files) {
    struct buffer bytes = {0};
    struct err err;
    script_files_encode(files, &bytes);
    if (!checkpoint_put_version(reload->checkpoint, files->version, bytes.bytes, bytes.length,
                                &err))
        logger_line(reload->logger, LOG_LEVEL_WARN, "version_not_stored", "why=\"%s\"", err.text);
    buffer_fini(&bytes);
}

// At start: the files, else the last good version. Says which.
bool reload_first(struct reload *reload, struct err *err) {
    reload->loaded_total = metrics_counter(reload->metrics, "twind_reloads_total",
                                           "result=\"loaded\"", "Reloads of models and scripts");
    reload->refused_total =
        metrics_counter(reload->metrics, "twind_reloads_total", "result=\"refused\"", "");
    struct script_files files = {0};
    struct err stored_err;
    bool is_loaded =
        script_files_read(reload->config->models_dir, reload->config->scripts_dir, &files, err) &&
        load_files(reload, &files, err);
    reload->refused = is_loaded ? 0 : files.version;
    if (is_loaded) {
        store_version(reload, &files);
    } else if (load_stored(reload, &stored_err)) {
        logger_line(reload->logger, LOG_LEVEL_ERROR, "scripts_refused",
                    "why=\"%s\" serving=%016llx note=\"the last good version serves\"", err->text,
                    (unsigned long long)reload->world->version);
        is_loaded = true;
    }
    if (!is_loaded) err->code = ERR_INVALID;
    script_files_fini(&files);
    return is_loaded;
}

// Loads beside what serves and swaps between two turns; what does not load changes nothing.
void reload_now(struct reload *reload, bool is_asked) {
    struct script_files files = {0};
    struct err err;
    if (is_asked) reload->refused = 0;
    if (!script_files_read(reload->config->models_dir, reload->config->scripts_dir, &files, &err)) {
        logger_line(reload->logger, LOG_LEVEL_ERROR, "scripts_refused", "why=\"%s\"", err.text);
    } else if (files.version != reload->world->version && files.version != reload->refused) {
        if (load_files(reload, &files, &err)) {
            ++*reload->loaded_total;
            reload->refused = 0;
            store_version(reload, &files);
            engine_schedule_all(reload->engine);
            logger_line(reload->logger, LOG_LEVEL_INFO, "scripts_loaded", "version=%016llx",
                        (unsigned long long)files.version);
        } else {
            ++*reload->refused_total;
            reload->refused = files.version;
            logger_line(reload->logger, LOG_LEVEL_ERROR, "scripts_refused",
                        "why=\"%s\" serving=%016llx", err.text,
                        (unsigned long long)reload->world->version);
        }
    }
    script_files_fini(&files);
}

struct script *reload_missing(struct reload *reload, uint64_t version) {
    (void)reload, (void)version;
    return NULL;
}
