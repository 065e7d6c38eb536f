// Quality and totals through the turn: what a verdict, a silence and a total do to a twin, and that
// recovery ends with the same one.

#include "plant.h"
#include "predict/estimator.h"
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

static int set_up_judged(void **state) {
    set_up(state);
    use(*state, load_pump(*state, judged_model, judged_behaviour));
    return 0;
}

static const struct slot *shown(struct plant *plant, const char *field) {
    struct twin *pump = find(plant, "pump-1");
    return twin_shown(pump, model_sample_field(pump->model, field, strlen(field)));
}

static void is_shown(struct plant *plant, enum quality quality, double value) {
    assert_string_equal(quality_name(shown(plant, "temperature")->quality), quality_name(quality));
    assert_float_equal(shown(plant, "temperature")->number, value, 0);
}

static double derived(struct plant *plant, const char *field) {
    return get(plant, "pump-1", FIELD_DERIVED, field);
}

static void feel(struct plant *plant, double value) {
    sample(plant, "pump-1", "temperature", value);
}

static void pass(struct plant *plant, double seconds) {
    plant->now += (int64_t)(seconds * 1e6);
    engine_timers(plant->engine, plant->now);
}

static enum alarm_state alarm_state(struct plant *plant, const char *name) {
    struct twin *pump = find(plant, "pump-1");
    return pump->alarms[model_alarm(pump->model, name, strlen(name))].state;
}

static void live(struct plant *plant, enum lifecycle lifecycle) {
    uint64_t rev;
    engine_live(plant->engine, find(plant, "pump-1"), lifecycle, &(struct actor){0}, plant->now,
                &rev);
}

// Applies the recorded revisions to a world that knows nothing but the layouts, as recovery does.
static void is_recovered(struct plant *plant) {
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

static void verdicts_become_quality_and_decide_who_sees_a_sample(void **state) {
    struct plant *plant = *state;
    double values[] = {20, 21, 22, 21.5, 60, 999, 22, 28};
    for (size_t i = 0; i < ARRAY_LEN(values); i++, plant->now += SECOND) {
        feel(plant, values[i]);
        if (i == 4) is_shown(plant, QUALITY_BAD, 60); // a spike
        if (i == 5) is_shown(plant, QUALITY_BAD, 999);
        if (i == 6) is_shown(plant, QUALITY_GOOD, 22);
    }
    is_shown(plant, QUALITY_UNCERTAIN, 28); // 6 in a second
    assert_float_equal(derived(plant, "bads"), 2, 0);
    assert_float_equal(derived(plant, "goods"), 6, 0);
    for (int i = 0; i < 10; i++, plant->now += SECOND)
        feel(plant, 28);
    is_shown(plant, QUALITY_UNCERTAIN, 28); // stuck
    feel(plant, 29);
    is_shown(plant, QUALITY_GOOD, 29);
    is_recovered(plant);
}

static void values_out_of_range_move_no_median(void **state) {
    struct plant *plant = *state;
    for (int i = 0; i < 3; i++, plant->now += SECOND)
        feel(plant, 20 + i);
    for (int i = 0; i < 9; i++, plant->now += SECOND)
        feel(plant, 999);
    feel(plant, 23);
    is_shown(plant, QUALITY_GOOD, 23);
}

static void a_late_sample_is_judged_by_its_range_and_remembered_by_nobody(void **state) {
    struct plant *plant = *state;
    for (int i = 0; i < 3; i++, plant->now += SECOND)
        feel(plant, 20 + i);
    struct twin *pump = find(plant, "pump-1");
    struct sensor before = *twin_sensor(pump, 0);
    sample_at(plant, "pump-1", "temperature", 140, plant->now - 30 * SECOND);
    assert_memory_equal(&before, twin_sensor(pump, 0), sizeof before);
    is_shown(plant, QUALITY_GOOD, 22);
    assert_float_equal(derived(plant, "bads"), -1, 0);
}

static void a_silent_sensor_goes_stale_without_traffic(void **state) {
    struct plant *plant = *state;
    feel(plant, 20);
    pass(plant, 29.9);
    is_shown(plant, QUALITY_GOOD, 20);
    int seen = plant->seen_count;
    pass(plant, 0.1);
    is_shown(plant, QUALITY_STALE, 20);
    assert_float_equal(derived(plant, "silences"), 1, 0);
    assert_int_equal(plant->seen_count, seen + 1);
    assert_int_equal(plant->seen[seen].kind, INPUT_TIMER);
    assert_int_equal(plant->seen[seen].input_count, 1);
    assert_float_equal(get(plant, "pump-1", FIELD_TELEMETRY, "temperature"), 20, 0);
    assert_int_equal(shown(plant, "temperature")->rev, plant->world->rev); // or nobody is told
    pass(plant, 3600);
    assert_int_equal(plant->seen_count, seen + 1); // once
    is_recovered(plant);
}

static void traffic_moves_no_timer(void **state) {
    struct plant *plant = *state;
    feel(plant, 20);
    int64_t due = find(plant, "pump-1")->due;
    assert_int_equal(due, plant->now + 30 * SECOND);
    plant->now += 20 * SECOND;
    feel(plant, 21);
    assert_int_equal(find(plant, "pump-1")->due, due);
    int seen = plant->seen_count;
    pass(plant, 10); // it fires, looks, and sleeps on
    assert_int_equal(plant->seen_count, seen);
    assert_int_equal(find(plant, "pump-1")->due, due + 20 * SECOND);
    pass(plant, 20);
    is_shown(plant, QUALITY_STALE, 21);
}

static void a_new_sample_ends_the_silence_and_is_waited_on_again(void **state) {
    struct plant *plant = *state;
    feel(plant, 20);
    pass(plant, 31);
    sample_at(plant, "pump-1", "temperature", 19, plant->now - 40 * SECOND); // late: it does not
    is_shown(plant, QUALITY_STALE, 20);
    feel(plant, 21);
    is_shown(plant, QUALITY_GOOD, 21);
    pass(plant, 30);
    is_shown(plant, QUALITY_STALE, 21);
    assert_float_equal(derived(plant, "silences"), 2, 0);
    feel(plant, 999); // a bad one is not silent either
    is_shown(plant, QUALITY_BAD, 999);
    pass(plant, 30);
    is_shown(plant, QUALITY_STALE, 999);
    is_recovered(plant);
}

static void silence_is_counted_in_received_time(void **state) {
    struct plant *plant = *state;
    sample_at(plant, "pump-1", "temperature", 20, plant->now - 3600 * SECOND);
    pass(plant, 29);
    is_shown(plant, QUALITY_GOOD, 20);
    pass(plant, 1);
    is_shown(plant, QUALITY_STALE, 20);
    is_recovered(plant);
}

static void a_silence_while_nobody_was_there_is_told_at_start(void **state) {
    struct plant *plant = *state;
    feel(plant, 20);
    plant->now += 7200 * SECOND;
    engine_schedule_all(plant->engine);
    engine_timers(plant->engine, plant->now);
    is_shown(plant, QUALITY_STALE, 20);
}

static void a_twin_out_of_service_may_be_silent(void **state) {
    struct plant *plant = *state;
    feel(plant, 20);
    live(plant, LIFECYCLE_OUT_OF_SERVICE);
    pass(plant, 3600);
    is_shown(plant, QUALITY_GOOD, 20);
    live(plant, LIFECYCLE_IN_SERVICE);
    pass(plant, 0);
    is_shown(plant, QUALITY_STALE, 20);
}

static void a_new_part_that_never_speaks_is_silent(void **state) {
    struct plant *plant = *state;
    uint64_t rev;
    feel(plant, 20);
    engine_replace(plant->engine, find(plant, "pump-1"), &(struct actor){0}, plant->now, &rev);
    pass(plant, 30);
    is_shown(plant, QUALITY_STALE, 20);
    is_recovered(plant);
}

static void silence_ends_waiting_alarms_and_leaves_active_ones(void **state) {
    struct plant *plant = *state;
    feel(plant, 95);
    pass(plant, 25);
    assert_int_equal(alarm_state(plant, "hot"), ALARM_ACTIVE);
    assert_int_equal(alarm_state(plant, "slow"), ALARM_PENDING);
    pass(plant, 5);
    assert_int_equal(alarm_state(plant, "hot"), ALARM_ACTIVE);
    assert_int_equal(alarm_state(plant, "slow"), ALARM_CLEAR);
    pass(plant, 60);
    assert_int_equal(alarm_state(plant, "slow"), ALARM_CLEAR);
    feel(plant, 80);
    assert_int_equal(alarm_state(plant, "hot"), ALARM_CLEAR);
}

static void what_was_due_before_the_silence_is_raised_also_when_it_is_told_late(void **state) {
    struct plant *plant = *state;
    feel(plant, 95);
    pass(plant, 3600);
    is_shown(plant, QUALITY_STALE, 95);
    assert_int_equal(alarm_state(plant, "hot"), ALARM_ACTIVE); // after 20 of the 30 seconds
    assert_int_equal(alarm_state(plant, "slow"), ALARM_CLEAR);
}

static void count(struct plant *plant, double pulses) {
    sample(plant, "pump-1", "pulses", pulses);
    plant->now += SECOND;
}

static void a_counter_that_wraps_goes_on(void **state) {
    struct plant *plant = *state;
    count(plant, 900);
    assert_float_equal(derived(plant, "total"), 0, 0);
    count(plant, 990);
    count(plant, 5); // 991 ... 999, 0 ... 5
    assert_float_equal(derived(plant, "total"), 105, 0);
    assert_float_equal(derived(plant, "anew"), 95, 0);
    assert_int_equal(alarm_state(plant, "many"), ALARM_ACTIVE);
    assert_int_equal(twin_ewma(find(plant, "pump-1"), 0)->count, 3);
    is_recovered(plant);
}

static void a_counter_that_begins_anew_goes_on(void **state) {
    struct plant *plant = *state;
    count(plant, 300);
    count(plant, 340);
    count(plant, 7); // through the end it would be 667 of 1000
    count(plant, 9);
    assert_float_equal(derived(plant, "total"), 49, 0);
    assert_float_equal(derived(plant, "anew"), 49, 0);
}

static void bad_and_late_samples_are_not_counted(void **state) {
    struct plant *plant = *state;
    count(plant, 10);
    count(plant, 5000);
    sample_at(plant, "pump-1", "pulses", 900, plant->now - 60 * SECOND);
    count(plant, 14);
    assert_float_equal(derived(plant, "total"), 4, 0);
}

static void a_run_time_counts_while_its_signal_is_on(void **state) {
    struct plant *plant = *state;
    double power[] = {5, 50, 10, 60, 60};
    for (size_t i = 0; i < ARRAY_LEN(power); i++, plant->now += 10 * SECOND)
        sample(plant, "pump-1", "power", power[i]);
    assert_float_equal(derived(plant, "busy"), 20, 1e-9); // from 50 and from 60
    plant->now += 51 * SECOND;
    sample(plant, "pump-1", "power", 60); // 61 seconds: it may have stopped
    plant->now += 60 * SECOND;
    sample(plant, "pump-1", "power", 0);
    assert_float_equal(derived(plant, "busy"), 80, 1e-9);
    is_recovered(plant);
}

static void switch_on(struct plant *plant, bool is_on) {
    struct twin *pump = find(plant, "pump-1");
    struct sample sample = {model_sample_field(pump->model, "on", 2), value_boolean(is_on),
                            plant->now};
    struct samples_input input = {
        .twin = pump, .model = pump->model, .samples = &sample, .count = 1, .received = plant->now};
    uint64_t rev;
    assert_true(engine_samples(plant->engine, &input, &rev, NULL));
}

static void a_run_time_follows_booleans_in_its_own_unit(void **state) {
    struct plant *plant = *state;
    feel(plant, 20);
    switch_on(plant, true);
    plant->now += 36 * SECOND;
    switch_on(plant, false);
    plant->now += 36 * SECOND;
    switch_on(plant, true);
    assert_float_equal(derived(plant, "hours"), 0.01, 1e-15);
}

static void a_derived_value_that_stays_on_is_counted_too(void **state) {
    struct plant *plant = *state;
    for (int i = 0; i <= 4; i++, plant->now += 25 * SECOND)
        feel(plant, 20 + i);
    assert_float_equal(derived(plant, "up"), 100, 1e-9); // each step is under a minute, all are not
    is_recovered(plant);
}

static void a_script_cannot_write_a_total(void **state) {
    struct plant *plant = *state;
    feel(plant, 13);
    count(plant, 3);
    count(plant, 5);
    pass(plant, 30);
    assert_true(plant->seen[plant->seen_count - 1].has_failed);
    assert_string_equal(find(plant, "pump-1")->incident->text,
                        "scripts/behavior/pump.lua:5: derived.total is the total of a counter and "
                        "kept by the runtime; declare a derived value of your own in "
                        "models/pump.lua and write that");
    is_shown(plant, QUALITY_STALE, 13); // the input's part stays
    assert_float_equal(derived(plant, "total"), 2, 0);
}

static void another_calibration_keeps_the_raw_value(void **state) {
    struct plant *plant = *state;
    static const char first[] =
        "return { match = 'pump-*', telemetry = { temperature = { spike = 3, max_rate = 1,\n"
        "  calibrate = { gain = 1.7, offset = -0.4 } }, level = {} } }";
    static const char second[] =
        "return { match = 'pump-*', telemetry = { temperature = { spike = 3, max_rate = 1,\n"
        "  calibrate = { gain = 0.3, offset = 40 } }, level = { stale_after = '30s' } } }";
    use(plant, load_pump(plant, first, "return {}"));
    double raws[] = {71.3, 71.4, 71.2};
    for (size_t i = 0; i < ARRAY_LEN(raws); i++, plant->now += SECOND)
        feel(plant, raws[i]);
    sample(plant, "pump-1", "level", 1);
    use(plant, load_pump(plant, second, "return {}"));
    sample(plant, "pump-1", "level", 2);
    double value = 71.2 * 0.3 + 40;
    assert_float_equal(shown(plant, "temperature")->number, value, value * 1e-12);
    feel(plant, 71.3); // and the sensor is not startled
    assert_int_equal(shown(plant, "temperature")->quality, QUALITY_GOOD);
    pass(plant, 30);
    assert_int_equal(shown(plant, "level")->quality, QUALITY_STALE);
    is_recovered(plant);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_judged, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(verdicts_become_quality_and_decide_who_sees_a_sample),
        TEST(values_out_of_range_move_no_median),
        TEST(a_late_sample_is_judged_by_its_range_and_remembered_by_nobody),
        TEST(a_silent_sensor_goes_stale_without_traffic),
        TEST(traffic_moves_no_timer),
        TEST(a_new_sample_ends_the_silence_and_is_waited_on_again),
        TEST(silence_is_counted_in_received_time),
        TEST(a_silence_while_nobody_was_there_is_told_at_start),
        TEST(a_twin_out_of_service_may_be_silent),
        TEST(a_new_part_that_never_speaks_is_silent),
        TEST(silence_ends_waiting_alarms_and_leaves_active_ones),
        TEST(what_was_due_before_the_silence_is_raised_also_when_it_is_told_late),
        TEST(a_counter_that_wraps_goes_on),
        TEST(a_counter_that_begins_anew_goes_on),
        TEST(bad_and_late_samples_are_not_counted),
        TEST(a_run_time_counts_while_its_signal_is_on),
        TEST(a_run_time_follows_booleans_in_its_own_unit),
        TEST(a_derived_value_that_stays_on_is_counted_too),
        TEST(a_script_cannot_write_a_total),
        TEST(another_calibration_keeps_the_raw_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
