// What the benchmarks of turns share: a world of the pumps that ship, in memory, and its turns in
// an order that no cache foresees, in groups as datagrams come.

#ifndef BENCH_PUMPS_H
#define BENCH_PUMPS_H

#include "base/err.h"
#include "base/logger.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "script/script.h"
#include "turn/turn.h"
#include "twin/revision.h"
#include "twin/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GROUP WORLD_PREFETCH_MAX
#define STEP 7919 // a prime, so that the walk over the twins meets each once
#define BATCH_BYTES (1u << 20)
#define START_US 1770000000000000

struct pumps {
    struct world *world;
    struct metrics *metrics;
    struct engine *engine;
    struct buffer batch; // of the log
    char (*ids)[16];
    size_t *lengths;
    int twin_count, vibration;
    int64_t now;
};

static void on_revision(void *context, struct twin *twin, const struct revision *revision) {
    struct pumps *pumps = context;
    (void)twin;
    if (pumps->batch.length > BATCH_BYTES) pumps->batch.length = 0;
    revision_encode(revision, pumps->now, &pumps->batch);
}

static void on_predict(void *context, const struct twin *twin, int prediction) {
    (void)context, (void)twin, (void)prediction;
}

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct script *pumps_load(struct pumps *pumps, const struct logger *logger,
                                 struct metrics *metrics, struct err *err) {
    const struct script_limits limits = {
        .call_us = 2000, .predict_us = 200000, .soft_bytes = 8u << 20, .hard_bytes = 256u << 20};
    const struct model *models[100];
    struct script_files files;
    if (!script_files_read("models", "scripts", &files, err)) return NULL;
    struct script *script = script_load(&files, &limits, logger, metrics, err);
    script_files_fini(&files);
    for (int i = 0; script && i < script_model_count(script); i++) {
        models[i] = world_adopt_model(pumps->world, script_take_model(script, i));
        script_bind(script, i, models[i]);
    }
    if (script) world_set_current(pumps->world, models, script_model_count(script));
    return script;
}

static void pumps_turn(struct pumps *pumps, int twin, double value) {
    struct sample sample = {pumps->vibration, value_number(value), pumps->now};
    struct twin *known = world_find(pumps->world, pumps->ids[twin], pumps->lengths[twin]);
    struct samples_input input = {.id = pumps->ids[twin],
                                  .id_length = pumps->lengths[twin],
                                  .twin = known,
                                  .model =
                                      known ? known->model : world_model(pumps->world, "pump", 4),
                                  .samples = &sample,
                                  .count = 1,
                                  .received = pumps->now};
    uint64_t rev;
    engine_samples(pumps->engine, &input, &rev, NULL);
}

// Half a million turns are as if one second of the plant had passed, whatever the machine takes.
static void pumps_group(struct pumps *pumps, uint64_t first) {
    const char *ids[GROUP];
    size_t lengths[GROUP];
    int twins[GROUP];
    for (int i = 0; i < GROUP; i++) {
        twins[i] = (int)((first + (uint64_t)i) * STEP % (uint64_t)pumps->twin_count);
        ids[i] = pumps->ids[twins[i]];
        lengths[i] = pumps->lengths[twins[i]];
    }
    world_prefetch(pumps->world, ids, lengths, GROUP);
    for (int i = 0; i < GROUP; i++)
        pumps_turn(pumps, twins[i], 2 + (double)((first + (uint64_t)i) % 97) / 50);
    pumps->now += 2 * GROUP;
}

// False with what is wrong in `err`. Every pump has had its first sample.
static bool pumps_open(struct pumps *pumps, int count, struct err *err) {
    static const struct logger logger = {.level = LOG_LEVEL_ERROR};
    *pumps = (struct pumps){.now = START_US, .twin_count = count, .metrics = metrics_new()};
    pumps->world = world_new();
    struct sink sink = {.context = pumps, .on_revision = on_revision, .on_predict = on_predict};
    pumps->engine = engine_new(pumps->world, &sink, &logger, pumps->metrics);
    struct script *script = pumps_load(pumps, &logger, pumps->metrics, err);
    if (!script) return false;
    engine_use(pumps->engine, script);
    const struct model *pump = world_model(pumps->world, "pump", 4);
    pumps->vibration = model_sample_field(pump, "vibration", 9);
    pumps->ids = xcalloc((size_t)count, sizeof *pumps->ids);
    pumps->lengths = xcalloc((size_t)count, sizeof *pumps->lengths);
    for (int i = 0; i < count; i++) {
        pumps->lengths[i] = (size_t)snprintf(pumps->ids[i], sizeof *pumps->ids, "pump-%d", i);
        pumps_turn(pumps, i, 2);
    }
    return true;
}

static void pumps_close(struct pumps *pumps) {
    engine_free(pumps->engine);
    world_free(pumps->world);
    metrics_free(pumps->metrics);
    buffer_fini(&pumps->batch);
    free(pumps->ids);
    free(pumps->lengths);
}

// Takes turns for so long; how many a second.
static double pumps_run(struct pumps *pumps, double seconds, uint64_t *turns) {
    uint64_t first = *turns;
    double start = seconds_now(), end = start;
    for (; end - start < seconds; end = seconds_now())
        for (int i = 0; i < 100; i++, *turns += GROUP)
            pumps_group(pumps, *turns);
    return (double)(*turns - first) / (end - start);
}

#endif
