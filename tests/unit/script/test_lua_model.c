// models/NAME.lua: what becomes of it, and what is said of every mistake.

#include "fixture.h"

// The model of the author's manual, whole.
static const char example[] =
    "-- models/pump.lua: a centrifugal pump: what it has, what it reports, what can go wrong.\n"
    "return {\n"
    "  model = \"pump\", title = \"Centrifugal pump\", level = \"asset\", match = \"pump-*\",\n"
    "  parameters    = { hot = { unit = \"Cel\", default = 90, range = { 40, 150 } },"
    " vibration_limit = { unit = \"mm/s\", default = 7.1 } },\n"
    "  telemetry     = {\n"
    "    temperature = { unit = \"Cel\", range = { -20, 150 }, max_rate = 5, stale_after = \"30s\","
    " calibrate = { gain = 1.0, offset = -0.4 } },\n"
    "    vibration   = { unit = \"mm/s\", range = { 0, 50 }, keep = \"30d\" },\n"
    "  },\n"
    "  properties    = { speed = { unit = \"1/min\", range = { 0, 3600 }, writable = true } },\n"
    "  derived       = { health = { unit = \"%\" } },\n"
    "  events        = { inflow_reduced = { by = { unit = \"%\" } } },\n"
    "  commands      = { flush = { args = { seconds = { unit = \"s\", range = { 1, 600 } } }, "
    "timeout ="
    " \"2m\" } },\n"
    "  parts         = { motor = \"motor\" },\n"
    "  relationships = { feeds = \"tank\", part_of = \"line\" },\n"
    "  alarms        = { overheating = { severity = \"critical\", field = \"temperature\", above ="
    " \"hot\", deadband = 10, delay = \"30s\",\n"
    "                                    text = \"{temperature} Cel\", advice = \"Check the cooling"
    " water\" } },\n"
    "  state         = { wear = { ewma = \"10m\", of = \"vibration\" }, slowed_from = \"number\" "
    "},\n"
    "}\n";

static void the_manuals_example_loads(void **state) {
    (void)state;
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/pump.lua", example, NULL);
    if (!bench_load(&bench)) fail_msg("%s", bench.err.text);
    struct twin *pump = bench_twin(&bench, "pump-1", "pump");
    const struct model *model = pump->model;
    assert_string_equal(model->title, "Centrifugal pump");
    assert_string_equal(model->match, "pump-*");
    assert_int_equal(model->level, LEVEL_ASSET);
    assert_true(model->auto_create);

    const struct field *temperature =
        &model->fields[field_of(pump, FIELD_TELEMETRY, "temperature")];
    assert_string_equal(temperature->unit, "Cel");
    assert_true(temperature->has_range && temperature->low == -20 && temperature->high == 150);
    assert_float_equal(temperature->gain, 1, 0);
    assert_float_equal(temperature->offset, -0.4, 0);
    assert_float_equal(number_of(pump, FIELD_PARAMETER, "hot"), 90, 0);

    int speed = field_of(pump, FIELD_REPORTED, "speed"),
        desired = field_of(pump, FIELD_DESIRED, "speed");
    assert_int_equal(model->fields[speed].pair, desired);
    assert_string_equal(model->fields[desired].unit, "1/min");
    assert_true(model->fields[desired].has_range && model->fields[desired].high == 3600);

    assert_int_equal(model->alarm_count, 1);
    const struct alarm_spec *alarm = &model->alarms[0];
    assert_int_equal(alarm->severity, SEVERITY_CRITICAL);
    assert_int_equal(alarm->field, field_of(pump, FIELD_TELEMETRY, "temperature"));
    assert_true(alarm->is_above);
    assert_int_equal(alarm->limit_field, field_of(pump, FIELD_PARAMETER, "hot"));
    assert_float_equal(alarm->deadband, 10, 0);
    assert_int_equal(alarm->delay_us, 30 * SECOND);
    assert_string_equal(alarm->text, "{temperature} Cel");
    assert_string_equal(alarm->advice, "Check the cooling water");

    assert_int_equal(model->estimator_count, 1);
    assert_string_equal(model->estimators[0].as.kind->name, "ewma");
    assert_true(model->estimators[0].as.settings[0] == 600);
    assert_int_equal(model->estimators[0].fields[0], field_of(pump, FIELD_TELEMETRY, "vibration"));
    assert_string_equal(model->events[0].arguments[0].name, "by");
    assert_int_equal(model->relationship_count, 2);
    assert_string_equal(model->parts[0].model, "motor");
    bench_fini(&bench);
}

static uint64_t layout_of(const char *text) {
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/pump.lua", text, NULL);
    if (!bench_load(&bench)) fail_msg("%s", bench.err.text);
    uint64_t layout = world_model(bench.world, "pump", 4)->layout;
    bench_fini(&bench);
    return layout;
}

// Lua's own order of keys differs from load to load; the layout may not.
static void the_same_file_gives_the_same_layout(void **state) {
    (void)state;
    uint64_t first = layout_of(example);
    for (int i = 0; i < 20; i++)
        assert_true(layout_of(example) == first);
    assert_true(layout_of("return { telemetry = { a = {}, b = {}, c = {} } }") ==
                layout_of("return { telemetry = { c = {}, b = {}, a = {} } }"));
    assert_true(layout_of("return { telemetry = { a = {} } }") !=
                layout_of("return { telemetry = { a = { unit = 'Cel' } } }"));
}

static void types_other_than_numbers(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing = bench_thing(&bench, "return {}");
    const struct model *model = thing->model;
    assert_int_equal(model->fields[field_of(thing, FIELD_DERIVED, "word")].type, VALUE_TEXT);
    assert_int_equal(model->fields[field_of(thing, FIELD_DERIVED, "is_on")].type, VALUE_BOOLEAN);
    assert_int_equal(model->fields[field_of(thing, FIELD_REPORTED, "firmware")].type, VALUE_TEXT);
    assert_int_equal(model->fields[field_of(thing, FIELD_STATE, "since")].type, VALUE_NUMBER);
    int last = model_estimator(model, "last", 4);
    assert_string_equal(model->estimators[last].as.kind->name, "ring");
    assert_true(model->estimators[last].as.settings[0] == 3);
    assert_int_equal(model->estimators[last].field_count, 0);
    bench_fini(&bench);
}

static void refused(const char *body, const char *expected) {
    bench_refused("models/pump.lua", body, expected);
}

static void mistakes_in_the_head_are_named(void **state) {
    (void)state;
    refused("return 4", "models/pump.lua: returns a number; end it with return { ... }");
    refused("return {\n  telemetry = {\n", "models/pump.lua:3: unexpected symbol near <eof>");
    refused("return { telemetri = {} }",
            "models/pump.lua: telemetri: unknown key; did you mean \"telemetry\"?");
    refused("return { zzz = {} }", "zzz: unknown key; known are alarms, auto_create");
    refused("return { model = 'pimp' }",
            "model: \"pimp\" in a file named pump.lua; both must be the same");
    refused("return { model = 4 }", "model: expected a text, got a number");
    refused("return { level = 'plant' }",
            "level: \"plant\" is none; write \"component\", \"asset\"");
    refused("return { match = 'pump 1' }", "match: \"pump 1\" fits no id");
    refused("return { auto_create = 'no' }", "auto_create: expected true or false, got a string");
    refused("return { 1, 2 }", "a number is not a name");
    refused("return { telemetry = 4 }", "telemetry: expected a table, got a number");
}

static void mistakes_in_fields_are_named(void **state) {
    (void)state;
    refused("return { telemetry = { t = { range = { 150, -20 } } } }",
            "models/pump.lua: telemetry.t.range: -20 is not above 150");
    refused("return { telemetry = { t = { range = { 1, 1 } } } }",
            "telemetry.t.range: 1 is not above 1");
    refused("return { telemetry = { t = { range = 4 } } }",
            "expected two numbers { low, high }, got a number");
    refused("return { telemetry = { t = { range = { 1 } } } }",
            "telemetry.t.range: expected two numbers");
    refused("return { telemetry = { t = { range = { 1, 2, 3 } } } }", "expected two numbers");
    refused("return { telemetry = { t = { range = { 0, math.huge } } } }",
            "both must be finite numbers");
    refused("return { telemetry = { t = { unit = 'celcius' } } }",
            "telemetry.t.unit: unknown unit \"celcius\"");
    refused("return { telemetry = { t = { unit = 'degC' } } }", "did you mean \"Cel\"?");
    refused("return { telemetry = { t = { type = 'int' } } }",
            "telemetry.t.type: \"int\" is no type");
    refused("return { telemetry = { t = { type = 'text', range = { 0, 1 } } } }",
            "telemetry.t: a text has no range");
    refused("return { telemetry = { t = 4 } }", "telemetry.t: expected a table, got a number");
    refused("return { telemetry = { t = { writable = true } } }",
            "telemetry.t.writable: unknown key");
    refused("return { telemetry = { ['a b'] = {} } }",
            "telemetry.a b: a name is letters, digits and _");
    refused("return { telemetry = { desired = {} } }", "not desired or commands");
    refused("return { telemetry = { input = {} } }",
            "telemetry.input: the name is taken: on.input");
    refused("return { telemetry = { {} } }", "telemetry: a number is not a name");
    refused("return { telemetry = { t = { calibrate = { gain = 0 } } } }",
            "telemetry.t.calibrate: gain is 0");
    refused("return { telemetry = { t = { calibrate = { gian = 2 } } } }",
            "did you mean \"gain\"?");
    refused("return { telemetry = { t = { type = 'text', calibrate = {} } } }",
            "a text cannot be calibrated");
    refused("return { parameters = { p = { default = 5, range = { 6, 7 } } } }",
            "parameters.p.default: 5 is outside of its range 6 to 7");
    refused("return { parameters = { p = { default = 'x' } } }",
            "parameters.p.default: expected a number, got a string");
    refused("return { parameters = { p = { type = 'boolean', default = 1 } } }",
            "expected true or false");
    refused("return { properties = { p = { writable = 1 } } }",
            "properties.p.writable: expected true or false");
}

static void names_are_unique_in_a_model(void **state) {
    (void)state;
    const char *expected = "has this name already";
    refused("return { telemetry = { a = {} }, derived = { a = {} } }", expected);
    refused("return { telemetry = { a = {} }, properties = { a = {} } }", expected);
    refused("return { telemetry = { a = {} }, events = { a = {} } }", expected);
    refused("return { telemetry = { a = {} }, alarms = { a = { severity = 'info' } } }", expected);
    refused("return { telemetry = { a = {} }, parameters = { a = {} } }", expected);
    refused("return { telemetry = { a = {} }, state = { a = 'number' } }", expected);
    refused("return { telemetry = { a = {} }, state = { a = { ewma = '1m' } } }", expected);
    refused("return { telemetry = { a = {} }, commands = { a = {} } }",
            "commands.a: model \"pump\" has this name already");
}

static void mistakes_in_rules_are_named(void **state) {
    (void)state;
#define WITH_T                                                                                     \
    "return { telemetry = { temp = {}, word = { type = 'text' } }, parameters = { hot = {}, t = "  \
    "{ type = 'text' } }, "
    refused(WITH_T "alarms = { a = {} } }",
            "alarms.a: severity is missing; write \"info\", \"warning\" or \"critical\"");
    refused(WITH_T "alarms = { a = { severity = 'bad' } } }", "alarms.a.severity: \"bad\" is none");
    refused(WITH_T "alarms = { a = { severity = 'info', field = 'tempp', above = 1 } } }",
            "alarms.a.field: model \"pump\" has no \"tempp\"; did you mean \"temp\"?");
    refused(WITH_T "alarms = { a = { severity = 'info', field = 'word', above = 1 } } }",
            "\"word\" is a text, not a number");
    refused(WITH_T "alarms = { a = { severity = 'info', field = 'temp' } } }",
            "alarms.a: needs above or below, neither is there");
    refused(WITH_T "alarms = { a = { severity = 'info', field = 'temp', above = 1, below = 0 } } }",
            "not both");
    refused(WITH_T "alarms = { a = { severity = 'info', field = 'temp', above = 'hott' } } }",
            "alarms.a.above: no parameter \"hott\"; did you mean \"hot\"?");
    refused(WITH_T "alarms = { a = { severity = 'info', field = 'temp', above = 't' } } }",
            "parameter \"t\" is a text, not a number");
    refused(WITH_T "alarms = { a = { severity = 'info', field = 'temp', above = true } } }",
            "alarms.a.above: expected a number, got a boolean");
    refused(WITH_T "alarms = { a = { severity = 'info', above = 1 } } }",
            "above without field; name the field to watch");
    refused(WITH_T
            "alarms = { a = { severity = 'info', field = 'temp', above = 1, deadband = -1 } } }",
            "deadband -1 is below 0");
    refused(WITH_T
            "alarms = { a = { severity = 'info', field = 'temp', above = 1, delay = 30 } } }",
            "alarms.a.delay: expected a text, got a number");
    refused(WITH_T
            "alarms = { a = { severity = 'info', field = 'temp', above = 1, delay = '30' } } }",
            "\"30\" is no duration");
    refused(WITH_T "alarms = { a = { severity = 'info', text = '{temo}' } } }",
            "alarms.a.text: {temo} is no value of the model; did you mean {temp}?");
    refused(WITH_T "alarms = { a = { severity = 'info', text = '{temp' } } }", "has a { without }");
    refused(WITH_T "state = { s = 'int' } }", "state.s: write \"number\", \"text\"");
    refused(WITH_T "state = { s = {} } }",
            "state.s: names no kind of estimator; write course = COUNT, cusum = NUMBER");
    refused(WITH_T "state = { s = { ewmas = '1m' } } }", "did you mean \"ewma\"?");
    refused(WITH_T "state = { s = { ewma = '1m', ring = 4 } } }",
            "is an ewma and a ring; write one of them");
    refused(WITH_T "state = { s = { ewma = '1m', inputs = 2 } } }",
            "state.s.inputs: unknown key; known are ewma, of");
    refused(WITH_T "state = { s = { ring = 0 } } }",
            "ring = 0; write a whole number from 1 to 1024");
    refused(WITH_T "state = { s = { ring = 2.5 } } }", "ring = 2.5");
    refused(WITH_T "state = { s = { ewma = '1m', of = 'tmp' } } }",
            "state.s.of: model \"pump\" has no \"tmp\"; did you mean \"temp\"?");
    refused(WITH_T "events = { e = { a={}, b={}, c={}, d={}, e={}, f={}, g={}, h={}, i={} } } }",
            "an event has at most 8 arguments");
    refused(WITH_T "events = { e = { a = { unit = 'xyzzy' } } } }",
            "events.e.a.unit: unknown unit \"xyzzy\"");
    refused(WITH_T "relationships = { feeds = 4 } }",
            "relationships.feeds: expected the name of a model, got a number");
    refused(WITH_T "parts = { motor = {} } }",
            "parts.motor: expected the name of a model, got a table");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_manuals_example_loads),
        cmocka_unit_test(the_same_file_gives_the_same_layout),
        cmocka_unit_test(types_other_than_numbers),
        cmocka_unit_test(mistakes_in_the_head_are_named),
        cmocka_unit_test(mistakes_in_fields_are_named),
        cmocka_unit_test(names_are_unique_in_a_model),
        cmocka_unit_test(mistakes_in_rules_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
