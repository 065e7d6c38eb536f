// What the tests of this room share: files from text, one world, one open change list.

#ifndef SCRIPT_FIXTURE_H
#define SCRIPT_FIXTURE_H

#include "base/err.h"
#include "base/logger.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "script/script.h"
#include "test.h"
#include "twin/change.h"
#include "twin/model.h"
#include "twin/twin.h"
#include "twin/world.h"

#include <stdio.h>

#define SECOND INT64_C(1000000)
#define NOW (INT64_C(1800000000) * SECOND)

// The thread sanitizer hands a signal on only when the thread next calls into the C library, which
// an endless loop in Lua never does: there the deadline cannot be shown.
extern void __tsan_init(void) __attribute__((weak));
static inline bool is_deadline_shown(void) {
    return !__tsan_init;
}

struct bench {
    struct logger logger; // errors only, so that tests stay quiet
    struct metrics *metrics;
    struct script_limits limits;
    struct script_files files;
    struct script *script;
    struct world *world;
    struct region region;
    struct changes changes;
    struct err err;
    int64_t now;
    uint64_t seed;
    uint32_t twins;
};

static inline void bench_init(struct bench *bench) {
    *bench = (struct bench){.limits = {.call_us = 2000,
                                       .predict_us = 200000,
                                       .soft_bytes = 8u << 20,
                                       .hard_bytes = 256u << 20},
                            .now = NOW,
                            .seed = 1};
    bench->metrics = metrics_new();
    bench->world = world_new();
    changes_init(&bench->changes, bench->world, &bench->region);
}

static inline void bench_fini(struct bench *bench) {
    script_free(bench->script);
    script_files_fini(&bench->files);
    changes_fini(&bench->changes);
    region_fini(&bench->region);
    world_free(bench->world);
    metrics_free(bench->metrics);
}

// Pairs of path and text, then NULL.
static inline void bench_files(struct bench *bench, ...) {
    va_list arguments;
    va_start(arguments, bench);
    for (const char *path; (path = va_arg(arguments, const char *));) {
        const char *text = va_arg(arguments, const char *);
        script_files_add(&bench->files, path, text, strlen(text));
    }
    va_end(arguments);
    script_files_seal(&bench->files);
}

// Loads the files and adopts the models. False with bench->err.
static inline bool bench_load(struct bench *bench) {
    script_free(bench->script);
    bench->script =
        script_load(&bench->files, &bench->limits, &bench->logger, bench->metrics, &bench->err);
    if (!bench->script) return false;
    int count = script_model_count(bench->script);
    const struct model **models = xcalloc((size_t)count + 1, sizeof *models);
    for (int i = 0; i < count; i++) {
        models[i] = world_adopt_model(bench->world, script_take_model(bench->script, i));
        script_bind(bench->script, i, models[i]);
    }
    world_set_current(bench->world, models, count);
    free(models);
    return true;
}

// That the files do not load, and that the sentence holds `expected`.
static inline void bench_refused(const char *path, const char *text, const char *expected) {
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, path, text, NULL);
    if (bench_load(&bench)) fail_msg("loaded, but \"%s\" was expected", expected);
    if (!strstr(bench.err.text, expected))
        fail_msg("\"%s\" does not say \"%s\"", bench.err.text, expected);
    bench_fini(&bench);
}

static inline struct twin *bench_twin(struct bench *bench, const char *id, const char *model) {
    const struct model *found = world_model(bench->world, model, strlen(model));
    assert_non_null(found);
    struct twin *twin = twin_new(++bench->twins, id, found);
    world_add(bench->world, twin);
    return twin;
}

static inline int field_of(const struct twin *twin, enum field_kind kind, const char *name) {
    int field = model_field(twin->model, kind, name, strlen(name));
    assert_int_not_equal(field, NONE);
    return field;
}

static inline double number_of(const struct twin *twin, enum field_kind kind, const char *name) {
    struct value value = twin_value(twin, field_of(twin, kind, name));
    if (value.type != VALUE_NUMBER) fail_msg("%s is no number", name);
    return value.number;
}

static inline bool is_missing(const struct twin *twin, enum field_kind kind, const char *name) {
    return twin_value(twin, field_of(twin, kind, name)).type == VALUE_NONE;
}

// One handler on a twin, its changes kept or dropped as the turn does.
static inline enum outcome bench_call(struct bench *bench, struct twin *twin,
                                      const struct trigger *trigger) {
    region_reset(&bench->region);
    changes_begin(&bench->changes, twin, ++bench->world->rev, bench->now);
    changes_mark(&bench->changes);
    enum outcome outcome =
        script_call(bench->script, &bench->changes, trigger, bench->seed, &bench->err);
    if (outcome != OUTCOME_OK) changes_drop(&bench->changes);
    return outcome;
}

// A sample, then its handler.
static inline enum outcome bench_sample(struct bench *bench, struct twin *twin, const char *name,
                                        double number) {
    int field = model_sample_field(twin->model, name, strlen(name));
    enum quality quality;
    region_reset(&bench->region);
    changes_begin(&bench->changes, twin, ++bench->world->rev, bench->now);
    if (changes_sample(&bench->changes, field, value_number(number), bench->now, &quality)) {
        changes_estimate(&bench->changes, field, bench->now);
        alarms_check(&bench->changes, field);
    }
    changes_mark(&bench->changes);
    struct trigger trigger = {
        .kind = TRIGGER_FIELD, .index = field, .value = value_number(number), .at = bench->now};
    enum outcome outcome =
        script_call(bench->script, &bench->changes, &trigger, bench->seed, &bench->err);
    if (outcome != OUTCOME_OK) changes_drop(&bench->changes);
    return outcome;
}

static inline void assert_outcome(const struct bench *bench, enum outcome outcome,
                                  enum outcome expected) {
    if (outcome != expected)
        fail_msg("outcome %d, expected %d: %s", outcome, expected, bench->err.text);
}

static inline void assert_says(const struct bench *bench, const char *expected) {
    if (!strstr(bench->err.text, expected))
        fail_msg("\"%s\" does not say \"%s\"", bench->err.text, expected);
}

// A model with something of everything, and a lib, for tests of what Lua sees.
#define THING                                                                                      \
    "return { model = 'thing', match = 'thing-*', level = 'asset',\n"                              \
    "  parameters = { limit = { default = 10, range = { 0, 100 } }, label = { type = 'text' } "    \
    "},\n"                                                                                         \
    "  telemetry = { x = { unit = 'Cel', calibrate = { gain = 2, offset = 1 } }, z = {} },\n"      \
    "  properties = { speed = { unit = '1/min', range = { 0, 3600 }, writable = true },\n"         \
    "    firmware = { type = 'text' } },\n"                                                        \
    "  derived = { y = {}, word = { type = 'text' }, is_on = { type = 'boolean' } },\n"            \
    "  events = { poke = { by = {}, why = { type = 'text' }, hard = { type = 'boolean' } } },\n"   \
    "  relationships = { feeds = 'thing' },\n"                                                     \
    "  alarms = { a = { severity = 'critical' },\n"                                                \
    "    high_y = { severity = 'warning', field = 'y', above = 'limit', deadband = 1 } },\n"       \
    "  state = { n = 'number', note = 'text', flag = 'boolean', since = 'time',\n"                 \
    "    mean = { ewma = '10s', of = 'z' }, own = { ewma = '10s' }, last = { ring = 3 },\n"        \
    "    y_mean = { ewma = '10s', of = 'y' } } }"

static inline struct twin *bench_thing(struct bench *bench, const char *behavior) {
    bench_init(bench);
    bench->limits.call_us = 1000000; // these tests are not about time
    bench_files(bench, "models/thing.lua", THING, "scripts/behavior/thing.lua", behavior, NULL);
    if (!bench_load(bench)) fail_msg("%s", bench->err.text);
    return bench_twin(bench, "thing-1", "thing");
}

// Runs statements in a handler of thing-1 that gets `thing` and `x`; they assert for themselves.
static inline enum outcome bench_run(struct bench *bench, struct twin **twin, const char *body) {
    struct buffer behavior = {0};
    buffer_printf(&behavior,
                  "return { on = { z = function(thing, z) %s\nend,"
                  " ['timer.bell'] = function() end } }",
                  body);
    *twin = bench_thing(bench, (char *)behavior.bytes);
    buffer_fini(&behavior);
    return bench_sample(bench, *twin, "z", 1);
}

static inline void lua_holds(const char *body) {
    struct bench bench;
    struct twin *twin;
    assert_outcome(&bench, bench_run(&bench, &twin, body), OUTCOME_OK);
    bench_fini(&bench);
}

static inline void lua_raises(const char *body, const char *expected) {
    struct bench bench;
    struct twin *twin;
    assert_outcome(&bench, bench_run(&bench, &twin, body), OUTCOME_ERROR);
    assert_says(&bench, "scripts/behavior/thing.lua:1: ");
    assert_says(&bench, expected);
    bench_fini(&bench);
}

#endif
