// A pump whose samples are judged and added up, for tests of quality and of totals; and recovery of
// what its turns recorded.

#ifndef JUDGED_H
#define JUDGED_H

#include "plant.h"
#include "predict/ewma.h"
#include "twin/change.h"
#include "twin/model_codec.h"

static const char judged_model[] =
    "return { model = 'pump', match = 'pump-*',\n"
    "  telemetry = {\n"
    "    temperature = { range = { -20, 150 }, spike = { by = 30, window = 3 }, max_rate = 5,\n"
    "                    stuck_after = '10s', stale_after = '30s' },\n"
    "    door = { type = 'text', stale_after = '60s' },\n"
    "    pulses = { range = { 0, 999 } }, power = { range = { 0, 100 } },\n"
    "    on = { type = 'boolean' } },\n"
    "  derived = { silences = {}, bads = {}, goods = {}, steady = { type = 'boolean' },\n"
    "    total = { counter = 'pulses', wraps = 999 }, anew = { counter = 'pulses' },\n"
    "    hours = { run_time = 'on', unit = 'h' }, busy = { run_time = 'power', above = 10 },\n"
    "    up = { run_time = 'steady' } },\n"
    "  alarms = { hot = { severity = 'critical', field = 'temperature', above = 90,\n"
    "                     delay = '20s' },\n"
    "    slow = { severity = 'info', field = 'temperature', above = 90, delay = '40s' },\n"
    "    many = { severity = 'info', field = 'total', above = 100 } },\n"
    "  state = { mean = { ewma = '10s', of = 'total' } } }\n";

static const char judged_behaviour[] =
    "local function count(pump, name) pump.derived[name] = (pump.derived[name] or 0) + 1 end\n"
    "local function on_stale(pump, sample)\n"
    "  if sample.quality ~= 'stale' then error('it says ' .. sample.quality) end\n"
    "  count(pump, 'silences')\n"
    "  if sample.value == 13 then pump.derived.total = 0 end\n"
    "end\n"
    "local function on_bad(pump) count(pump, 'bads') end\n"
    "local function on_temperature(pump) count(pump, 'goods') pump.derived.steady = true end\n"
    "return { on = { stale = on_stale, bad = on_bad, temperature = on_temperature } }\n";

static inline int set_up_judged(void **state) {
    set_up(state);
    use(*state, load_pump(*state, judged_model, judged_behaviour));
    return 0;
}

static inline const struct slot *shown(struct plant *plant, const char *field) {
    struct twin *pump = find(plant, "pump-1");
    return twin_shown(pump, model_sample_field(pump->model, field, strlen(field)));
}

static inline void is_shown(struct plant *plant, enum quality quality, double value) {
    assert_string_equal(quality_name(shown(plant, "temperature")->quality), quality_name(quality));
    assert_float_equal(shown(plant, "temperature")->number, value, 0);
}

static inline double derived(struct plant *plant, const char *field) {
    return get(plant, "pump-1", FIELD_DERIVED, field);
}

static inline void feel(struct plant *plant, double value) {
    sample(plant, "pump-1", "temperature", value);
}

static inline void pass(struct plant *plant, double seconds) {
    plant->now += (int64_t)(seconds * 1e6);
    engine_timers(plant->engine, plant->now);
}

static inline enum alarm_state alarm_state(struct plant *plant, const char *name) {
    struct twin *pump = find(plant, "pump-1");
    return pump->alarms[model_alarm(pump->model, name, strlen(name))].state;
}

static inline void live(struct plant *plant, enum lifecycle lifecycle) {
    uint64_t rev;
    engine_live(plant->engine, find(plant, "pump-1"), lifecycle, &(struct actor){0}, plant->now,
                &rev);
}

// Applies the recorded revisions to a world that knows nothing but the layouts, as recovery does.
static inline void is_recovered(struct plant *plant) {
    struct world *world = world_new();
    struct region region = {0};
    for (struct model *model = plant->world->models; model; model = model->next) {
        struct buffer bytes = {0};
        model_encode(model, &bytes);
        struct reader in = {bytes.bytes, bytes.bytes + bytes.length, 0};
        world_adopt_model(world, model_decode(&in, NULL));
        buffer_fini(&bytes);
    }
    struct reader in = {plant->log.bytes, plant->log.bytes + plant->log.length, 0};
    for (uint64_t rev = 1; in.at < in.end; rev++) {
        struct revision revision;
        assert_true(revision_decode(&in, 0, rev, &region, &revision));
        struct twin *twin = world_twin(world, revision.twin);
        for (int i = 0; i < revision.change_count; i++)
            change_apply(world, &twin, &revision.changes[i], rev);
        twin->rev = rev;
        twin->version = revision.version;
    }
    assert_true(world_hash(world) == world_hash(plant->world));
    region_fini(&region);
    world_free(world);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_judged, tear_down)

#endif
