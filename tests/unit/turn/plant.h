// A plant for tests of the turn: pump and tank with real scripts, an engine, and a sink that notes
// what it saw.

#ifndef PLANT_H
#define PLANT_H

#include "base/err.h"
#include "base/hash.h"
#include "base/logger.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "pump_model.h"
#include "script/script.h"
#include "test.h"
#include "turn/turn.h"
#include "twin/revision.h"
#include "twin/world.h"

#include <stdio.h>

static const char pump_model[] =
    "return { model = 'pump', title = 'Pump', level = 'asset', match = 'pump-*',\n"
    "  parameters = { hot = { unit = 'Cel', default = 90, range = { 40, 150 } } },\n"
    "  telemetry = { temperature = { unit = 'Cel', range = { -20, 150 } }, vibration = { unit = "
    "'mm/s' } },\n"
    "  properties = { speed = { unit = '1/min', range = { 0, 3600 }, writable = true } },\n"
    "  derived = { double = {}, luck = {}, ticks = {} },\n"
    "  relationships = { feeds = 'tank' },\n"
    "  events = { ping = {} },\n"
    "  alarms = { overheating = { severity = 'critical', field = 'temperature', above = 'hot',\n"
    "                             deadband = 10, delay = '30s' } },\n"
    "  state = { slowed_from = 'number' } }\n";

static const char tank_model[] =
    "return { model = 'tank', title = 'Tank', level = 'asset', match = 'tank-*',\n"
    "  telemetry = { level = { unit = '%' } }, derived = { warned = {}, rounds = {} },\n"
    "  relationships = { drains = 'pump' },\n"
    "  events = { inflow_reduced = { by = { unit = '%' } } } }\n";

static const char pump_behaviour[] =
    "local function on_temperature(pump, value)\n"
    "  pump.derived.double = value * 2\n"
    "  pump.derived.luck = random()\n"
    "  if value == 66 then error('sixty-six') end\n"
    "end\n"
    "local function on_overheating(pump, alarm)\n"
    "  if alarm.active and pump.reported.speed then\n"
    "    pump.state.slowed_from = pump.reported.speed\n"
    "    pump.desired.speed = pump.reported.speed / 2\n"
    "    for tank in pump:related('feeds') do pump:send(tank, 'inflow_reduced', { by = 50 }) end\n"
    "  elseif not alarm.active and pump.state.slowed_from then\n"
    "    pump.desired.speed, pump.state.slowed_from = pump.state.slowed_from, nil\n"
    "  end\n"
    "end\n"
    "local function on_ping(pump, args, tank)\n"
    "  pump:send(tank, 'inflow_reduced', { by = 1 })\n"
    "end\n"
    "local function every_minute(pump)\n"
    "  pump.derived.ticks = (pump.derived.ticks or 0) + 1\n"
    "end\n"
    "return { on = { temperature = on_temperature, ['alarm.overheating'] = on_overheating,\n"
    "                ['event.ping'] = on_ping }, every = { ['1m'] = every_minute } }\n";

static const char tank_behaviour[] =
    "local function on_reduced(tank, args, pump)\n"
    "  tank.derived.warned = args.by\n"
    "  tank.derived.rounds = (tank.derived.rounds or 0) + 1\n"
    "  for p in tank:related('drains') do tank:send(p, 'ping', {}) end\n"
    "end\n"
    "return { on = { ['event.inflow_reduced'] = on_reduced } }\n";

#define REVISIONS_MAX 64

struct plant {
    struct world *world;
    struct engine *engine;
    struct metrics *metrics;
    struct logger logger;
    int64_t now;
    struct { // what the sink saw
        uint64_t rev, from_rev;
        enum input_kind kind;
        char id[16];
        int change_count, input_count;
        bool has_failed;
    } seen[REVISIONS_MAX];
    int seen_count;
    uint64_t effects;  // hash of every revision's bytes
    struct buffer log; // and those bytes
};

static void on_revision(void *context, struct twin *twin, const struct revision *revision) {
    struct plant *plant = context;
    size_t start = plant->log.length;
    revision_encode(revision, 0, &plant->log);
    plant->effects = hash64(plant->effects, plant->log.bytes + start, plant->log.length - start);
    if (plant->seen_count == REVISIONS_MAX) return;
    int i = plant->seen_count++;
    plant->seen[i].rev = revision->rev;
    plant->seen[i].from_rev = revision->from_rev;
    plant->seen[i].kind = revision->kind;
    plant->seen[i].change_count = revision->change_count;
    plant->seen[i].input_count = revision->input_count;
    snprintf(plant->seen[i].id, sizeof plant->seen[i].id, "%s", twin->id);
    for (int j = 0; j < revision->change_count; j++)
        plant->seen[i].has_failed |= revision->changes[j].kind == CHANGE_FAILED;
}

static void on_predict(void *context, const struct twin *twin, int prediction) {
    (void)context, (void)twin, (void)prediction;
}

static struct script *load_pump(struct plant *plant, const char *model, const char *behaviour) {
    struct script_file list[] = {
        {"models/pump.lua", (char *)model, strlen(model)},
        {"models/tank.lua", (char *)tank_model, strlen(tank_model)},
        {"scripts/behavior/pump.lua", (char *)behaviour, strlen(behaviour)},
        {"scripts/behavior/tank.lua", (char *)tank_behaviour, strlen(tank_behaviour)}};
    struct script_files files = {list, 4, hash64(1, behaviour, strlen(behaviour))};
    struct script_limits limits = {
        .call_us = 50000, .predict_us = 200000, .soft_bytes = 8u << 20, .hard_bytes = 64u << 20};
    struct err err = {0};
    struct script *script = script_load(&files, &limits, &plant->logger, plant->metrics, &err);
    if (!script) print_error("%s\n", err.text);
    assert_non_null(script);
    return script;
}

static struct script *load(struct plant *plant, const char *behaviour) {
    return load_pump(plant, pump_model, behaviour);
}

static void use(struct plant *plant, struct script *script) {
    const struct model *models[16];
    for (int i = 0; i < script_model_count(script); i++) {
        models[i] = world_adopt_model(plant->world, script_take_model(script, i));
        script_bind(script, i, models[i]);
    }
    world_set_current(plant->world, models, script_model_count(script));
    engine_use(plant->engine, script);
    while (engine_catch_up(plant->engine, 100))
        continue;
}

static int set_up(void **state) {
    struct plant *plant = xcalloc(1, sizeof *plant);
    plant->logger.level = LOG_LEVEL_ERROR;
    plant->metrics = metrics_new();
    plant->world = world_new();
    plant->now = 1000 * SECOND;
    struct sink sink = {.context = plant, .on_revision = on_revision, .on_predict = on_predict};
    plant->engine = engine_new(plant->world, &sink, &plant->logger, plant->metrics);
    use(plant, load(plant, pump_behaviour));
    *state = plant;
    return 0;
}

static int tear_down(void **state) {
    struct plant *plant = *state;
    engine_free(plant->engine);
    world_free(plant->world);
    metrics_free(plant->metrics);
    buffer_fini(&plant->log);
    free(plant);
    return 0;
}

static struct twin *find(struct plant *plant, const char *id) {
    return world_find(plant->world, id, strlen(id));
}

static uint64_t sample_at(struct plant *plant, const char *id, const char *field, double value,
                          int64_t at) {
    struct twin *twin = find(plant, id);
    const struct model *model =
        twin ? world_model(plant->world, twin->model->name, strlen(twin->model->name))
             : world_match(plant->world, id, strlen(id), NULL);
    struct sample sample = {model_sample_field(model, field, strlen(field)), value_number(value),
                            at};
    struct samples_input input = {.id = id,
                                  .id_length = strlen(id),
                                  .twin = twin,
                                  .model = model,
                                  .samples = &sample,
                                  .count = 1,
                                  .received = plant->now};
    uint64_t rev = 0;
    assert_true(engine_samples(plant->engine, &input, &rev, NULL));
    return rev;
}

static inline uint64_t sample(struct plant *plant, const char *id, const char *field,
                              double value) {
    return sample_at(plant, id, field, value, plant->now);
}

static inline double get(struct plant *plant, const char *id, enum field_kind kind,
                         const char *field) {
    struct twin *twin = find(plant, id);
    struct value value = twin_value(twin, model_field(twin->model, kind, field, strlen(field)));
    return value.type == VALUE_NUMBER ? value.number : -1;
}

static inline void configure(struct plant *plant, const char *id, const char *relationship,
                             const char *other) {
    struct twin *target = other ? find(plant, other) : NULL;
    const struct model *model = world_match(plant->world, id, strlen(id), NULL);
    struct link_setting link = {
        relationship ? model_relationship(model, relationship, strlen(relationship)) : 0, target};
    struct configure_input input = {.id = id,
                                    .id_length = strlen(id),
                                    .model = model,
                                    .links = &link,
                                    .link_count = other ? 1 : 0,
                                    .has_links = other != NULL};
    bool is_new;
    uint64_t rev;
    assert_true(engine_configure(plant->engine, &input, plant->now, &is_new, &rev, NULL));
}

#endif
