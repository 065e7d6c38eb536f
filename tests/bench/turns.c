// How many turns a second one core makes, from a sample in memory to the bytes of its revision: the
// pump that ships, its Lua behaviour on every turn, no network, no disk.
//
//   turns TWINS SECONDS
//
// Twins take turns in an order that no cache foresees, in groups as datagrams come, so a large
// fleet pays for its memory. Prints one line of JSON: turns a second.

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

struct bench {
    struct world *world;
    struct engine *engine;
    struct buffer batch; // of the log
    char (*ids)[16];
    size_t *lengths;
    int twin_count, vibration;
    int64_t now;
};

static void on_revision(void *context, struct twin *twin, const struct revision *revision) {
    struct bench *bench = context;
    (void)twin;
    if (bench->batch.length > BATCH_BYTES) bench->batch.length = 0;
    revision_encode(revision, bench->now, &bench->batch);
}

static void on_predict(void *context, const struct twin *twin, int prediction) {
    (void)context, (void)twin, (void)prediction;
}

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct script *load(struct bench *bench, const struct logger *logger,
                           struct metrics *metrics, struct err *err) {
    const struct script_limits limits = {
        .call_us = 2000, .predict_us = 200000, .soft_bytes = 8u << 20, .hard_bytes = 256u << 20};
    const struct model *models[100];
    struct script_files files;
    if (!script_files_read("models", "scripts", &files, err)) return NULL;
    struct script *script = script_load(&files, &limits, logger, metrics, err);
    script_files_fini(&files);
    for (int i = 0; script && i < script_model_count(script); i++) {
        models[i] = world_adopt_model(bench->world, script_take_model(script, i));
        script_bind(script, i, models[i]);
    }
    if (script) world_set_current(bench->world, models, script_model_count(script));
    return script;
}

static void turn(struct bench *bench, int twin, double value) {
    struct sample sample = {bench->vibration, value_number(value), bench->now};
    struct twin *known = world_find(bench->world, bench->ids[twin], bench->lengths[twin]);
    struct samples_input input = {.id = bench->ids[twin],
                                  .id_length = bench->lengths[twin],
                                  .twin = known,
                                  .model =
                                      known ? known->model : world_model(bench->world, "pump", 4),
                                  .samples = &sample,
                                  .count = 1,
                                  .received = bench->now};
    uint64_t rev;
    engine_samples(bench->engine, &input, &rev, NULL);
}

// Half a million turns are as if one second of the plant had passed, whatever the machine takes.
static void group(struct bench *bench, uint64_t first) {
    const char *ids[GROUP];
    size_t lengths[GROUP];
    int twins[GROUP];
    for (int i = 0; i < GROUP; i++) {
        twins[i] = (int)((first + (uint64_t)i) * STEP % (uint64_t)bench->twin_count);
        ids[i] = bench->ids[twins[i]];
        lengths[i] = bench->lengths[twins[i]];
    }
    world_prefetch(bench->world, ids, lengths, GROUP);
    for (int i = 0; i < GROUP; i++)
        turn(bench, twins[i], 2 + (double)((first + (uint64_t)i) % 97) / 50);
    bench->now += 2 * GROUP;
}

int main(int argc, char **argv) {
    struct bench bench = {.now = START_US};
    struct logger logger = {.level = LOG_LEVEL_ERROR};
    struct metrics *metrics = metrics_new();
    struct err err = {0};
    double seconds = argc == 3 ? atof(argv[2]) : 0;
    bench.twin_count = argc == 3 ? atoi(argv[1]) : 0;
    if (bench.twin_count < 1 || seconds <= 0) {
        fprintf(stderr, "usage: turns TWINS SECONDS\n");
        return 2;
    }
    bench.world = world_new();
    struct sink sink = {.context = &bench, .on_revision = on_revision, .on_predict = on_predict};
    bench.engine = engine_new(bench.world, &sink, &logger, metrics);
    struct script *script = load(&bench, &logger, metrics, &err);
    if (!script) {
        fprintf(stderr, "turns: %s\n", err.text);
        return 2;
    }
    engine_use(bench.engine, script);
    const struct model *pump = world_model(bench.world, "pump", 4);
    bench.vibration = model_sample_field(pump, "vibration", 9);
    bench.ids = xcalloc((size_t)bench.twin_count, sizeof *bench.ids);
    bench.lengths = xcalloc((size_t)bench.twin_count, sizeof *bench.lengths);
    for (int i = 0; i < bench.twin_count; i++) {
        bench.lengths[i] = (size_t)snprintf(bench.ids[i], sizeof *bench.ids, "pump-%d", i);
        turn(&bench, i, 2);
    }
    uint64_t turns = 0;
    double start = seconds_now(), end = start;
    for (; end - start < seconds; end = seconds_now())
        for (int i = 0; i < 100; i++, turns += GROUP)
            group(&bench, turns);
    printf("{\"twins\":%d,\"turns\":%llu,\"turns_per_second\":%.0f,\"revisions\":%llu}\n",
           bench.twin_count, (unsigned long long)turns, (double)turns / (end - start),
           (unsigned long long)bench.world->rev);
    engine_free(bench.engine);
    world_free(bench.world);
    metrics_free(metrics);
    buffer_fini(&bench.batch);
    free(bench.ids);
    free(bench.lengths);
    return 0;
}
