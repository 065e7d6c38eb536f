// Counters and run times, as a model declares them.

#include "fixture.h"

#define SIGNALS                                                                                    \
    "return { parameters = { hot = {} },\n"                                                        \
    "  telemetry = { pulses = { unit = 'l' }, on = { type = 'boolean' }, name = { type = 'text' "  \
    "} "                                                                                           \
    "},\n"                                                                                         \
    "  properties = { speed = { unit = '1/min', writable = true } },\n"                            \
    "  derived = { load = {}, "

static void what_is_declared_reaches_the_field(void **state) {
    (void)state;
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/pump.lua",
                SIGNALS "a_total = { counter = 'pulses', wraps = 65535 },\n"
                        "  volume = { counter = 'pulses', unit = 'm3' },\n"
                        "  hours = { run_time = 'on', unit = 'h' },\n"
                        "  busy = { run_time = 'speed', above = 100 }, often = { run_time = 'load' "
                        "} } }",
                NULL);
    if (!bench_load(&bench)) fail_msg("%s", bench.err.text);
    struct twin *pump = bench_twin(&bench, "pump-1", "pump");
    const struct field *fields = pump->model->fields;
    const struct field *field = &fields[field_of(pump, FIELD_DERIVED, "a_total")];
    assert_int_equal(field->source, SOURCE_COUNTER);
    assert_int_equal(field->of, field_of(pump, FIELD_TELEMETRY, "pulses"));
    assert_float_equal(field->wrap, 65535, 0);
    assert_float_equal(field->gain, 1, 0);
    assert_string_equal(field->unit, "l");
    field = &fields[field_of(pump, FIELD_DERIVED, "volume")];
    assert_string_equal(field->unit, "m3");
    assert_float_equal(field->gain, 0.001, 0);
    assert_float_equal(field->wrap, 0, 0);
    field = &fields[field_of(pump, FIELD_DERIVED, "hours")];
    assert_int_equal(field->source, SOURCE_RUN_TIME);
    assert_float_equal(field->gain, 1 / 3600.0, 0);
    field = &fields[field_of(pump, FIELD_DERIVED, "busy")];
    assert_int_equal(field->of, field_of(pump, FIELD_REPORTED, "speed")); // and not desired
    assert_float_equal(field->above, 100, 0);
    assert_string_equal(field->unit, "s");
    field = &fields[field_of(pump, FIELD_DERIVED, "often")];
    assert_int_equal(field->of, field_of(pump, FIELD_DERIVED, "load"));
    assert_float_equal(field->above, 0, 0);
    assert_int_equal(fields[field_of(pump, FIELD_DERIVED, "load")].source, SOURCE_SCRIPT);
    bench_fini(&bench);
}

static void refused(const char *derived, const char *expected) {
    char model[600];
    snprintf(model, sizeof model, SIGNALS "%s } }", derived);
    bench_refused("models/pump.lua", model, expected);
}

static void mistakes_are_named(void **state) {
    (void)state;
    refused("d = { counter = 'pulsess' }", "models/pump.lua: derived.d.counter: model \"pump\" has "
                                           "no \"pulsess\"; did you mean \"pulses\"?");
    refused("d = { counter = 'hot' }", "derived.d.counter: model \"pump\" has no \"hot\"");
    refused("d = { counter = 4 }", "derived.d.counter: expected a text, got a number");
    refused("d = { counterr = 'pulses' }", "unknown key; did you mean \"counter\"?");
    refused("d = { counter = 'on' }", "derived.d.counter: \"on\" is a boolean, not a number");
    refused("d = { run_time = 'name' }",
            "derived.d.run_time: \"name\" is a text, not a number or a boolean");
    refused("d = { counter = 'pulses', run_time = 'on' }", "a value is one of them");
    refused("d = { wraps = 9 }", "derived.d: wraps is of a counter");
    refused("d = { counter = 'pulses', above = 9 }", "derived.d: above is of a run_time");
    refused("d = { counter = 'pulses', wraps = 0 }",
            "derived.d.wraps: 0 is not above 0; write the highest value the counter shows");
    refused("d = { run_time = 'on', above = 1 }", "derived.d.above: \"on\" is a boolean");
    refused("d = { counter = 'pulses', type = 'text' }",
            "derived.d: a total is a number, not a text");
    refused("d = { counter = 'pulses', unit = 'kg' }",
            "derived.d.unit: \"kg\" cannot be made of the counter's unit \"l\"");
    refused("d = { run_time = 'on', unit = 'm' }",
            "derived.d.unit: \"m\" cannot be made of a time in \"s\"");
}

static void a_total_follows_no_total(void **state) {
    (void)state;
    refused("d = { counter = 'e' }, e = { counter = 'pulses' }",
            "derived.d.counter: \"e\" is a total itself; follow what it follows, \"pulses\"");
    refused("d = { run_time = 'e' }, e = { counter = 'd' }",
            "derived.d.run_time: \"e\" is a total");
    refused("d = { counter = 'd' }", "derived.d.counter: \"d\" is a total itself");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_declared_reaches_the_field),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(a_total_follows_no_total),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
