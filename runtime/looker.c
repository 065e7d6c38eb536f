// Jobs run in order, so a job that does nothing but give back the old script marks the moment when
// it is free.

#include "looker.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/logger.h"
#include "base/loop.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/worker.h"
#include "script/script.h"
#include "turn/turn.h"
#include "twin/world.h"

#include <stdlib.h>

#define BACKLOG_MAX 512 // predictions waiting; at 100 us each the last waits 50 ms

struct looker {
    struct engine *engine;
    struct world *world;
    struct loop *loop;
    const struct logger *logger;
    struct worker *worker;
    struct script *script;
    int64_t now; // of the collection under way
    uint64_t *done, *failed, *skipped;
};

struct look {
    struct job job;
    struct looker *looker;
    struct script *script;
    struct twin *snapshot; // owned
    int prediction;
    int64_t now;
    enum outcome outcome;
    struct prediction_result result;
    struct err err;
};

struct retirement {
    struct job job;
    struct script *script; // owned
};

static void wake_loop(void *context) {
    loop_wake(context);
}

struct looker *looker_new(struct engine *engine, struct world *world, struct loop *loop,
                          const struct logger *logger, struct metrics *metrics, struct err *err) {
    struct looker *looker = xcalloc(1, sizeof *looker);
    looker->engine = engine;
    looker->world = world;
    looker->loop = loop;
    looker->logger = logger;
    looker->done = metrics_counter(metrics, "twind_predictions_total", "result=\"done\"",
                                   "Predictions by how they ended");
    looker->failed = metrics_counter(metrics, "twind_predictions_total", "result=\"failed\"", "");
    looker->skipped = metrics_counter(metrics, "twind_predictions_total", "result=\"skipped\"", "");
    looker->worker = worker_new("twind-predict", wake_loop, loop, err);
    if (looker->worker) return looker;
    free(looker);
    return NULL;
}

void looker_free(struct looker *looker) {
    if (!looker) return;
    looker->engine = NULL; // what is handed back undone stays undone
    worker_free(looker->worker);
    script_free(looker->script);
    free(looker);
}

static void do_nothing(struct job *job) {
    (void)job;
}

static void finish_retirement(struct job *job) {
    struct retirement *retirement = (struct retirement *)job;
    script_free(retirement->script);
    free(retirement);
}

void looker_use(struct looker *looker, struct script *owned) {
    if (looker->script) {
        struct retirement *retirement = xcalloc(1, sizeof *retirement);
        retirement->job = (struct job){.run = do_nothing, .done = finish_retirement};
        retirement->script = looker->script;
        worker_submit(looker->worker, &retirement->job);
    }
    looker->script = owned;
}

static void run_look(struct job *job) {
    struct look *look = (struct look *)job;
    uint64_t coordinates[2] = {look->snapshot->number, look->snapshot->rev};
    look->outcome =
        script_predict(look->script, look->snapshot, look->prediction, look->now,
                       hash64(3, coordinates, sizeof coordinates), &look->result, &look->err);
}

static void finish_look(struct job *job) {
    struct look *look = (struct look *)job;
    struct looker *looker = look->looker;
    const struct twin *snapshot = look->snapshot;
    struct twin *twin = looker->engine ? world_twin(looker->world, snapshot->number) : NULL;
    if (twin && look->outcome != OUTCOME_OK) {
        ++*looker->failed;
        logger_line(looker->logger, LOG_LEVEL_WARN, "prediction_failed",
                    "twin=%s prediction=%s why=\"%s\"", snapshot->id,
                    snapshot->model->predictions[look->prediction].name, look->err.text);
    } else if (twin && twin->model == snapshot->model) {
        ++*looker->done;
        engine_forecast(looker->engine, twin, look->prediction, snapshot->rev, &look->result,
                        looker->now);
    }
    twin_free(look->snapshot);
    free(look);
}

void looker_start(struct looker *looker, const struct twin *twin, int prediction, int64_t now) {
    if (worker_backlog(looker->worker) >= BACKLOG_MAX) {
        ++*looker->skipped;
        return;
    }
    struct look *look = xcalloc(1, sizeof *look);
    look->job = (struct job){.run = run_look, .done = finish_look};
    look->looker = looker;
    look->script = looker->script;
    look->snapshot = twin_copy(twin);
    look->prediction = prediction;
    look->now = now;
    worker_submit(looker->worker, &look->job);
}

void looker_collect(struct looker *looker, int64_t now) {
    looker->now = now;
    worker_collect(looker->worker);
}
