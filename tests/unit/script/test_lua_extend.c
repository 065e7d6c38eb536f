// extends: what a model, its behaviour and its predictions have of another one.

#include "fixture.h"

static const char pump[] =
    "return { title = 'Pump', match = 'pump-*', auto_create = true,\n"
    "  parameters = { hot = { unit = 'Cel', default = 90, range = { 40, 150 } } },\n"
    "  telemetry = { temperature = { unit = 'Cel', range = { -20, 150 } }, flow = {} },\n"
    "  derived = { a = {}, b = {}, c = {} }, relationships = { feeds = 'pump' },\n"
    "  alarms = { hot_casing = { severity = 'warning', field = 'temperature', above = 'hot' } } }";
static const char booster[] =
    "return { extends = 'pump', auto_create = false,\n"
    "  parameters = { hot = { default = 70 } }, telemetry = { flow = false, pressure = {} },\n"
    "  derived = { head = {} } }";
static const char twin_booster[] = "return { extends = 'booster', match = 'twin-*' }";
static const char pump_behaviour[] =
    "return { init = function(pump) pump.derived.c = 3 end,\n"
    "  on = { temperature = function(pump) pump.derived.a = 1 end,\n"
    "    flow = function() end, alarm = { hot_casing = function(pump) pump.derived.b = 1 end } },\n"
    "  every = { ['60s'] = function(pump) pump.derived.c = 1 end } }";
static const char booster_behaviour[] =
    "return { on = { ['alarm.hot_casing'] = function(pump) pump.derived.b = 2 end,\n"
    "    pressure = function(pump, value) pump.derived.head = value end },\n"
    "  every = { ['1m'] = function(pump) pump.derived.c = 2 end } }";
static const char wear[] =
    "return { model = 'pump', unit = 'h', every = '10m', needs = { temperature = '1h' },\n"
    "  of = { field = 'temperature', above = 'hot' }, predict = function() return 5 end }";
static const char clogged[] =
    "return { model = 'pump', unit = 'h', every = '10m', needs = { flow = '1h' },\n"
    "  of = { field = 'flow', below = 1 }, predict = function() return 6 end }";

static int open_bench(void **state) {
    struct bench *bench = xcalloc(1, sizeof *bench);
    bench_init(bench);
    bench_files(bench, "models/booster.lua", booster, "models/pump.lua", pump,
                "models/twin_booster.lua", twin_booster, "scripts/behavior/booster.lua",
                booster_behaviour, "scripts/behavior/pump.lua", pump_behaviour,
                "scripts/prediction/clogged.lua", clogged, "scripts/prediction/wear.lua", wear,
                NULL);
    if (!bench_load(bench)) fail_msg("%s", bench->err.text);
    *state = bench;
    return 0;
}

static int close_bench(void **state) {
    bench_fini(*state);
    free(*state);
    return 0;
}

static void tables_merge_values_replace_and_false_removes(void **state) {
    struct twin *twin = bench_twin(*state, "booster-1", "booster");
    const struct model *model = twin->model;
    assert_string_equal(model->extends, "pump");
    assert_string_equal(model->title, "booster"); // not inherited
    assert_string_equal(model->match, "");
    assert_false(model->auto_create);
    assert_float_equal(number_of(twin, FIELD_PARAMETER, "hot"), 70, 0);
    const struct field *hot = &model->fields[field_of(twin, FIELD_PARAMETER, "hot")];
    assert_string_equal(hot->unit, "Cel");
    assert_true(hot->has_range && hot->low == 40);
    assert_int_equal(model_sample_field(model, "flow", 4), NONE);
    assert_int_not_equal(model_sample_field(model, "pressure", 8), NONE);
    assert_int_not_equal(model_alarm(model, "hot_casing", 10), NONE);
    const struct twin *base = bench_twin(*state, "pump-1", "pump"); // it is as it was
    assert_float_equal(number_of(base, FIELD_PARAMETER, "hot"), 90, 0);
    assert_int_not_equal(model_sample_field(base->model, "flow", 4), NONE);
}

static void an_extended_model_is_what_it_extends(void **state) {
    struct bench *bench = *state;
    const struct model *model = world_model(bench->world, "twin_booster", 12);
    assert_true(world_is_a(bench->world, model, "pump"));
    assert_true(world_is_a(bench->world, model, "booster"));
    assert_false(world_is_a(bench->world, world_model(bench->world, "pump", 4), "booster"));
}

static void handlers_of_the_base_run_unless_there_is_an_own_one(void **state) {
    struct bench *bench = *state;
    struct twin *twin = bench_twin(bench, "twin-1", "twin_booster");
    assert_outcome(bench, bench_sample(bench, twin, "temperature", 20), OUTCOME_OK);
    assert_float_equal(number_of(twin, FIELD_DERIVED, "a"), 1, 0); // of pump
    assert_outcome(bench, bench_sample(bench, twin, "pressure", 4), OUTCOME_OK);
    assert_float_equal(number_of(twin, FIELD_DERIVED, "head"), 4, 0); // of booster
    struct trigger alarm = {.kind = TRIGGER_ALARM, .value = value_boolean(true)};
    assert_outcome(bench, bench_call(bench, twin, &alarm), OUTCOME_OK);
    assert_float_equal(number_of(twin, FIELD_DERIVED, "b"), 2, 0); // of booster, over pump's
    assert_outcome(bench, bench_call(bench, twin, &(struct trigger){.kind = TRIGGER_INIT}),
                   OUTCOME_OK);
    assert_float_equal(number_of(twin, FIELD_DERIVED, "c"), 3, 0);
    int count;
    script_every(bench->script, twin->model, &count);
    assert_int_equal(count, 1); // 60s is 1m
    assert_outcome(bench, bench_call(bench, twin, &(struct trigger){.kind = TRIGGER_EVERY}),
                   OUTCOME_OK);
    assert_float_equal(number_of(twin, FIELD_DERIVED, "c"), 2, 0);
    struct twin *base = bench_twin(bench, "pump-1", "pump");
    assert_outcome(bench, bench_call(bench, base, &alarm), OUTCOME_OK);
    assert_float_equal(number_of(base, FIELD_DERIVED, "b"), 1, 0);
}

static void predictions_come_along_with_what_they_read(void **state) {
    struct bench *bench = *state;
    struct twin *twin = bench_twin(bench, "twin-1", "twin_booster");
    assert_int_equal(model_prediction(twin->model, "clogged", 7), NONE); // it has no flow
    int prediction = model_prediction(twin->model, "wear", 4);
    assert_int_not_equal(prediction, NONE);
    struct prediction_result result;
    assert_outcome(bench,
                   script_predict(bench->script, twin, prediction, NOW, 1, &result, &bench->err),
                   OUTCOME_OK);
    assert_true(result.has_value && result.value == 5);
}

static void mistakes_are_named(void **state) {
    (void)state;
    bench_refused("models/a.lua", "return { extends = 'a' }",
                  "models/a.lua: extends: \"a\" leads back to itself");
    bench_refused("models/pump.lua", "return { extends = 'pmup' }",
                  "models/pump.lua: extends: there is no model \"pmup\"; did you mean \"pump\"");
    bench_refused("models/a.lua", "return { extends = 7 }",
                  "models/a.lua: extends: expected the name of a model, got a number");
}

static void a_circle_is_refused_and_named(void **state) {
    (void)state;
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/a.lua", "return { extends = 'b' }", "models/b.lua",
                "return { extends = 'a' }", NULL);
    assert_false(bench_load(&bench));
    assert_says(&bench, "leads back to itself");
    bench_fini(&bench);
}

int main(void) {
#define BENCH(test) cmocka_unit_test_setup_teardown(test, open_bench, close_bench)
    const struct CMUnitTest tests[] = {
        BENCH(tables_merge_values_replace_and_false_removes),
        BENCH(an_extended_model_is_what_it_extends),
        BENCH(handlers_of_the_base_run_unless_there_is_an_own_one),
        BENCH(predictions_come_along_with_what_they_read),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(a_circle_is_refused_and_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
