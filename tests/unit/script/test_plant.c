// The shipped plant: it loads, and its pumps, tanks, motors and lines do what their scripts say.

#include "fixture.h"
#include "predict/window.h"

#define MINUTE (60 * SECOND)

static struct bench bench;
static struct twin *pump, *tank, *line, *motor;

static int set_up(void **state) {
    (void)state;
    bench_init(&bench);
    bool is_read = script_files_read("models", "scripts", &bench.files, &bench.err);
    if (!is_read || !bench_load(&bench)) fail_msg("%s", bench.err.text);
    pump = bench_twin(&bench, "pump-1", "pump");
    tank = bench_twin(&bench, "tank-1", "tank");
    line = bench_twin(&bench, "line-1", "line");
    motor = bench_twin(&bench, "pump-1:motor", "motor");
    world_link(bench.world, pump, model_relationship(pump->model, "feeds", 5), tank);
    world_link(bench.world, pump, model_relationship(pump->model, "part_of", 7), line);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    bench_fini(&bench);
    return 0;
}

static void sample(struct twin *twin, const char *name, double value) {
    assert_outcome(&bench, bench_sample(&bench, twin, name, value), OUTCOME_OK);
}

static void alarm_handler(struct twin *twin, const char *name, bool is_active) {
    struct trigger trigger = {.kind = TRIGGER_ALARM,
                              .index = model_alarm(twin->model, name, strlen(name)),
                              .value = value_boolean(is_active)};
    assert_outcome(&bench, bench_call(&bench, twin, &trigger), OUTCOME_OK);
}

static void event(struct twin *twin, const struct change *sent, const struct twin *from) {
    struct value arguments[EVENT_ARGUMENTS_MAX];
    int count = (int)sent->event.argument_count;
    for (int i = 0; i < count; i++)
        arguments[i] = sent->event.arguments[i]; // numbers: their list is gone after
    struct trigger trigger = {.kind = TRIGGER_EVENT,
                              .index = sent->index,
                              .arguments = arguments,
                              .argument_count = count,
                              .from = from->number};
    assert_outcome(&bench, bench_call(&bench, twin, &trigger), OUTCOME_OK);
}

static const struct change *sent_to(const struct twin *target) {
    for (int i = 0; i < bench.changes.count; i++)
        if (bench.changes.list[i].kind == CHANGE_EVENT &&
            bench.changes.list[i].other == target->number)
            return &bench.changes.list[i];
    return NULL;
}

static void a_hot_pump_slows_down_and_warns_its_tank(void **state) {
    (void)state;
    sample(pump, "speed", 1450);
    sample(tank, "inflow", 420);
    alarm_handler(pump, "overheating", true);
    assert_float_equal(number_of(pump, FIELD_DESIRED, "speed"), 725, 0);
    const struct change *warning = sent_to(tank);
    assert_non_null(warning);
    assert_non_null(sent_to(line));
    assert_float_equal(warning->event.arguments[0].number, 50, 0);

    event(tank, warning, pump);
    struct alarm *inflow_short = &tank->alarms[model_alarm(tank->model, "inflow_short", 12)];
    assert_int_equal(inflow_short->state, ALARM_ACTIVE);
    sample(tank, "inflow", 210);
    assert_int_equal(inflow_short->state, ALARM_ACTIVE);
    sample(tank, "inflow", 415);
    assert_int_equal(inflow_short->state, ALARM_CLEAR);
    assert_int_equal(tank->timer_count, 0);
}

static void a_cool_and_calm_pump_goes_back_to_its_speed(void **state) {
    (void)state;
    sample(pump, "speed", 1450);
    alarm_handler(pump, "overheating", true);
    alarm_handler(pump, "overheating", false);
    assert_float_equal(number_of(pump, FIELD_DESIRED, "speed"), 1450, 0);
    assert_true(is_missing(pump, FIELD_STATE, "slowed_from"));
}

static void a_pump_that_shakes_stays_slow(void **state) {
    (void)state;
    sample(pump, "speed", 1450);
    struct alarm *shaking = &pump->alarms[model_alarm(pump->model, "high_vibration", 14)];
    alarm_handler(pump, "overheating", true);
    shaking->state = ALARM_ACTIVE;
    alarm_handler(pump, "overheating", false);
    assert_float_equal(number_of(pump, FIELD_DESIRED, "speed"), 725, 0);
    shaking->state = ALARM_CLEAR;
    alarm_handler(pump, "high_vibration", false);
    assert_float_equal(number_of(pump, FIELD_DESIRED, "speed"), 1450, 0);
}

static void health_falls_from_new_to_the_limit(void **state) {
    (void)state;
    sample(pump, "vibration", 2);
    assert_float_equal(number_of(pump, FIELD_DERIVED, "health"), 100, 1e-9);
    for (int i = 0; i < 60; i++) {
        bench.now += MINUTE;
        sample(pump, "vibration", 7.1);
    }
    assert_float_equal(number_of(pump, FIELD_DERIVED, "health"), 0, 1e-6);
}

static void a_line_counts_its_pumps_in_alarm(void **state) {
    (void)state;
    struct trigger members = {.kind = TRIGGER_FIELD,
                              .index = field_of(line, FIELD_DERIVED, "members"),
                              .value = value_number(1)};
    assert_outcome(&bench, bench_call(&bench, line, &members), OUTCOME_OK);
    assert_float_equal(number_of(line, FIELD_DERIVED, "alarms_active"), 0, 0);
    pump->alarms[model_alarm(pump->model, "overheating", 11)].state = ALARM_ACTIVE;
    assert_outcome(&bench, bench_call(&bench, line, &members), OUTCOME_OK);
    assert_float_equal(number_of(line, FIELD_DERIVED, "alarms_active"), 1, 0);
}

static void a_tank_that_empties_says_when(void **state) {
    (void)state;
    sample(tank, "inflow", 300);
    sample(tank, "outflow", 400);
    assert_outcome(&bench, bench_call(&bench, tank, &(struct trigger){.kind = TRIGGER_INPUT}),
                   OUTCOME_OK);
    sample(tank, "level", 1.6);
    // 1 m above low, 0.8 m2: 800 l at 100 l/min
    assert_float_equal(number_of(tank, FIELD_DERIVED, "time_to_low"), 8, 1e-9);
}

static void a_motor_counts_the_hours_it_runs(void **state) {
    (void)state;
    for (int i = 0; i < 360; i++, bench.now += 10 * SECOND)
        sample(motor, "current", 9);
    sample(motor, "current", 0);
    struct trigger trigger = {.kind = TRIGGER_EVERY, .index = 0};
    assert_outcome(&bench, bench_call(&bench, motor, &trigger), OUTCOME_OK);
    assert_float_equal(number_of(motor, FIELD_DERIVED, "running_hours"), 1, 1e-9);
    assert_float_equal(number_of(motor, FIELD_DERIVED, "load"), 0, 0);
}

static void a_wearing_bearing_is_forecast(void **state) {
    (void)state;
    int prediction = model_prediction(pump->model, "bearing_wear", 12);
    assert_int_not_equal(prediction, NONE);
    struct prediction_result result;
    assert_outcome(
        &bench, script_predict(bench.script, pump, prediction, bench.now, 1, &result, &bench.err),
        OUTCOME_OK);
    assert_false(result.has_value);
    assert_string_equal(result.reason, "too few samples yet");
    // 2 mm/s rising by 1.2 an hour, sampled each minute for an hour, with a little saw-tooth.
    for (int i = 0; i <= 60; i++, bench.now += MINUTE)
        sample(pump, "vibration", 2 + i * 0.02 + (i % 2 ? 0.05 : -0.05));
    bench.now -= MINUTE;
    assert_outcome(
        &bench, script_predict(bench.script, pump, prediction, bench.now, 1, &result, &bench.err),
        OUTCOME_OK);
    assert_true(result.has_value);
    assert_float_equal(result.value, (7.1 - 3.2) / 1.2, 0.05);
    assert_true(result.low < result.value && result.value < result.high);
    assert_true(result.low > 3 && result.high < 3.6);
}

int main(void) {
#define PLANT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        PLANT(a_hot_pump_slows_down_and_warns_its_tank),
        PLANT(a_cool_and_calm_pump_goes_back_to_its_speed),
        PLANT(a_pump_that_shakes_stays_slow),
        PLANT(health_falls_from_new_to_the_limit),
        PLANT(a_line_counts_its_pumps_in_alarm),
        PLANT(a_tank_that_empties_says_when),
        PLANT(a_motor_counts_the_hours_it_runs),
        PLANT(a_wearing_bearing_is_forecast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
