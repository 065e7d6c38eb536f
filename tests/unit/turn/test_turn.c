// The turn with real scripts in memory: what a behaviour sees and does, what is kept and what is
// dropped.

#include "base/err.h"
#include "base/hash.h"
#include "base/logger.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "pump_model.h"
#include "script/script.h"
#include "test.h"
#include "turn.h"
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
    struct script *script;
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
    uint64_t effects; // hash of every revision's bytes
};

static void on_revision(void *context, struct twin *twin, const struct revision *revision) {
    struct plant *plant = context;
    struct buffer bytes = {0};
    revision_encode(revision, 0, &bytes);
    plant->effects = hash64(plant->effects, bytes.bytes, bytes.length);
    buffer_fini(&bytes);
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

static struct script *load(struct plant *plant, const char *behaviour) {
    struct script_file list[] = {
        {"models/pump.lua", (char *)pump_model, strlen(pump_model)},
        {"models/tank.lua", (char *)tank_model, strlen(tank_model)},
        {"scripts/behavior/pump.lua", (char *)behaviour, strlen(behaviour)},
        {"scripts/behavior/tank.lua", (char *)tank_behaviour, strlen(tank_behaviour)}};
    struct script_files files = {list, 4, hash64(1, behaviour, strlen(behaviour))};
    struct script_limits limits = {50000, 200000, 8u << 20, 64u << 20};
    struct err err = {0};
    struct script *script = script_load(&files, &limits, &plant->logger, plant->metrics, &err);
    if (!script) print_error("%s\n", err.text);
    assert_non_null(script);
    return script;
}

static void use(struct plant *plant, struct script *script) {
    const struct model *models[4];
    for (int i = 0; i < script_model_count(script); i++) {
        models[i] = world_adopt_model(plant->world, script_take_model(script, i));
        script_bind(script, i, models[i]);
    }
    world_set_current(plant->world, models, script_model_count(script));
    engine_use(plant->engine, script);
    script_free(plant->script);
    plant->script = script;
}

static int set_up(void **state) {
    struct plant *plant = xcalloc(1, sizeof *plant);
    plant->logger.level = LOG_LEVEL_ERROR;
    plant->metrics = metrics_new();
    plant->world = world_new();
    plant->now = 1000 * SECOND;
    struct sink sink = {plant, on_revision, on_predict};
    plant->engine = engine_new(plant->world, &sink, &plant->logger, plant->metrics);
    use(plant, load(plant, pump_behaviour));
    *state = plant;
    return 0;
}

static int tear_down(void **state) {
    struct plant *plant = *state;
    engine_free(plant->engine);
    script_free(plant->script);
    world_free(plant->world);
    metrics_free(plant->metrics);
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
        twin ? twin->model : world_match(plant->world, id, strlen(id), NULL);
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

static uint64_t sample(struct plant *plant, const char *id, const char *field, double value) {
    return sample_at(plant, id, field, value, plant->now);
}

static double get(struct plant *plant, const char *id, enum field_kind kind, const char *field) {
    struct twin *twin = find(plant, id);
    struct value value = twin_value(twin, model_field(twin->model, kind, field, strlen(field)));
    return value.type == VALUE_NUMBER ? value.number : -1;
}

static void configure(struct plant *plant, const char *id, const char *relationship,
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

static void the_first_sample_makes_the_twin_and_its_behaviour_runs(void **state) {
    struct plant *plant = *state;
    assert_int_equal(sample(plant, "pump-1", "temperature", 20), 1);
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "double") == 40);
    assert_int_equal(plant->seen_count, 1);
    assert_int_equal(plant->seen[0].kind, INPUT_SAMPLES);
    assert_int_equal(plant->seen[0].input_count, 2); // made, sampled
    assert_int_equal(plant->seen[0].change_count, 4);
}

static void a_hot_pump_slows_down_and_warns_and_goes_back_when_cool(void **state) {
    struct plant *plant = *state;
    sample(plant, "tank-1", "level", 50);
    configure(plant, "pump-1", "feeds", "tank-1");
    sample(plant, "pump-1", "speed", 1450);
    sample(plant, "pump-1", "temperature", 95);
    plant->now += 31 * SECOND;
    sample(plant, "pump-1", "temperature", 96);
    assert_true(get(plant, "pump-1", FIELD_DESIRED, "speed") == 725);
    assert_true(get(plant, "tank-1", FIELD_DERIVED, "warned") == 50);
    plant->now += SECOND;
    sample(plant, "pump-1", "temperature", 70);
    assert_true(get(plant, "pump-1", FIELD_DESIRED, "speed") == 1450);
    assert_true(get(plant, "pump-1", FIELD_STATE, "slowed_from") == -1);
}

static void an_alarm_whose_delay_ends_without_a_sample_is_raised_by_the_timer(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "speed", 1450);
    sample(plant, "pump-1", "temperature", 95);
    engine_timers(plant->engine, plant->now + 29 * SECOND);
    assert_int_equal(find(plant, "pump-1")->alarms[0].state, ALARM_PENDING);
    engine_timers(plant->engine, plant->now + 30 * SECOND);
    assert_int_equal(find(plant, "pump-1")->alarms[0].state, ALARM_ACTIVE);
    assert_true(get(plant, "pump-1", FIELD_DESIRED, "speed") == 725);
}

static void a_failing_behaviour_loses_its_effects_but_not_the_sample(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "temperature", 20);
    sample(plant, "pump-1", "temperature", 66);
    assert_true(get(plant, "pump-1", FIELD_TELEMETRY, "temperature") == 66);
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "double") == 40); // of the sample before
    assert_true(plant->seen[plant->seen_count - 1].has_failed);
    sample(plant, "pump-1", "temperature", 21);
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "double") == 42);
}

static void several_times_in_one_message_are_turns_in_time_order(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "vibration", 1);
    struct twin *pump = find(plant, "pump-1");
    int temperature = model_sample_field(pump->model, "temperature", 11);
    struct sample samples[] = {{temperature, value_number(30), plant->now - SECOND},
                               {temperature, value_number(10), plant->now - 3 * SECOND},
                               {temperature, value_number(20), plant->now - 2 * SECOND}};
    struct samples_input input = {.id = "pump-1",
                                  .id_length = 6,
                                  .twin = pump,
                                  .model = pump->model,
                                  .samples = samples,
                                  .count = 3,
                                  .received = plant->now};
    uint64_t rev;
    engine_samples(plant->engine, &input, &rev, NULL);
    assert_int_equal(rev, 4);
    assert_int_equal(plant->seen_count, 4);
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "double") == 60);
}

static void a_late_sample_is_recorded_and_runs_no_handler(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "temperature", 20);
    uint64_t rev = sample_at(plant, "pump-1", "temperature", 50, plant->now - 5 * SECOND);
    assert_int_equal(rev, 2);
    assert_int_equal(plant->seen[1].change_count, 1);
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "double") == 40);
}

static void events_that_chase_each_other_stop_at_sixteen(void **state) {
    struct plant *plant = *state;
    sample(plant, "tank-1", "level", 50);
    configure(plant, "pump-1", "feeds", "tank-1");
    configure(plant, "tank-1", "drains", "pump-1");
    sample(plant, "pump-1", "speed", 1450);
    sample(plant, "pump-1", "temperature", 95);
    plant->now += 31 * SECOND;
    plant->seen_count = 0;
    sample(plant, "pump-1", "temperature", 96);
    int events = 0, last = 0;
    for (int i = 0; i < plant->seen_count; i++) {
        if (plant->seen[i].kind != INPUT_EVENT) continue;
        events++;
        last = i;
    }
    assert_int_equal(events, CASCADE_MAX + 1);
    assert_true(plant->seen[last].has_failed); // it says that it was dropped
    for (int i = 1; i < plant->seen_count; i++)
        if (plant->seen[i].kind == INPUT_EVENT)
            assert_true(plant->seen[i].from_rev > 0 &&
                        plant->seen[i].from_rev < plant->seen[i].rev);
}

static void every_runs_once_a_period_and_missed_ticks_once(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "vibration", 1);
    for (int i = 1; i <= 180; i++)
        engine_timers(plant->engine, plant->now + i * SECOND);
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "ticks") == 3);
    engine_timers(plant->engine, plant->now + 3600 * SECOND); // asleep for an hour
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "ticks") == 4);
}

static void a_refused_setting_takes_the_others_back(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "temperature", 20);
    struct twin *pump = find(plant, "pump-1");
    int speed = model_field(pump->model, FIELD_DESIRED, "speed", 5);
    struct setting settings[] = {{speed, value_number(100)}, {speed, value_number(9999)}};
    struct actor actor = {0};
    struct err err;
    uint64_t rev, hash = world_hash(plant->world);
    assert_false(
        engine_desired(plant->engine, pump, settings, 2, 0, &actor, plant->now, &rev, &err));
    assert_true(world_hash(plant->world) == hash);
    assert_true(
        engine_desired(plant->engine, pump, settings, 1, 1, &actor, plant->now, &rev, &err));
    assert_false(
        engine_desired(plant->engine, pump, settings, 1, 1, &actor, plant->now, &rev, &err));
    assert_int_equal(err.code, ERR_PRECONDITION);
}

static void a_new_version_moves_a_twin_when_it_is_touched(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "temperature", 20);
    char next[sizeof pump_behaviour + 16];
    snprintf(next, sizeof next, "%s -- next", pump_behaviour);
    memcpy(strstr(next, "value * 2"), "value * 3", 9);
    use(plant, load(plant, next));
    sample(plant, "pump-1", "temperature", 20);
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "double") == 60);
    assert_true(find(plant, "pump-1")->version == plant->world->version);
}

static void retiring_tells_the_sink_before_the_twin_is_gone(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "temperature", 20);
    struct actor actor = {0};
    uint64_t rev;
    engine_retire(plant->engine, find(plant, "pump-1"), &actor, plant->now, &rev);
    assert_null(find(plant, "pump-1"));
    assert_string_equal(plant->seen[1].id, "pump-1");
    assert_int_equal(sample(plant, "pump-1", "temperature", 20), 3);
    assert_int_equal(find(plant, "pump-1")->number, 2); // another one
}

// The whole story above twice: same inputs, same effects, to the byte.
static void play(struct plant *plant) {
    sample(plant, "tank-1", "level", 50);
    configure(plant, "pump-1", "feeds", "tank-1");
    for (int i = 0; i < 500; i++) {
        plant->now += 7 * SECOND;
        sample(plant, i % 3 ? "pump-1" : "pump-2", i % 5 ? "temperature" : "speed", 60 + i % 41);
    }
}

static void a_run_twice_from_the_same_inputs_gives_the_same_effects(void **state) {
    struct plant *plant = *state;
    play(plant);
    struct plant *again;
    set_up((void **)&again);
    play(again);
    assert_true(plant->effects == again->effects);
    assert_true(world_hash(plant->world) == world_hash(again->world));
    tear_down((void **)&again);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_first_sample_makes_the_twin_and_its_behaviour_runs),
        TEST(a_hot_pump_slows_down_and_warns_and_goes_back_when_cool),
        TEST(an_alarm_whose_delay_ends_without_a_sample_is_raised_by_the_timer),
        TEST(a_failing_behaviour_loses_its_effects_but_not_the_sample),
        TEST(several_times_in_one_message_are_turns_in_time_order),
        TEST(a_late_sample_is_recorded_and_runs_no_handler),
        TEST(events_that_chase_each_other_stop_at_sixteen),
        TEST(every_runs_once_a_period_and_missed_ticks_once),
        TEST(a_refused_setting_takes_the_others_back),
        TEST(a_new_version_moves_a_twin_when_it_is_touched),
        TEST(retiring_tells_the_sink_before_the_twin_is_gone),
        TEST(a_run_twice_from_the_same_inputs_gives_the_same_effects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
