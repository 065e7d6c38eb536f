// How samples are judged, as a model declares it.

#include "fixture.h"

static const struct sensor_place *place_of(const struct twin *twin, enum field_kind kind,
                                           const char *name) {
    int field = field_of(twin, kind, name);
    int sensor = twin->model->fields[field].sensor;
    if (sensor == NONE) return NULL;
    assert_int_equal(twin->model->sensors[sensor].field, field);
    return &twin->model->sensors[sensor];
}

static void what_is_declared_reaches_the_sensor(void **state) {
    (void)state;
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/pump.lua",
                "return { parameters = { hot = {} }, telemetry = {\n"
                "  whole = { max_rate = 5, stuck_after = '10m', stale_after = '30s',\n"
                "            spike = { by = 2, window = 7 } },\n"
                "  short = { spike = 10 }, plain = { unit = 'Cel', range = { 0, 1 } },\n"
                "  word = { type = 'text', stale_after = '100ms' } },\n"
                "  properties = { speed = { max_rate = 100, writable = true } } }",
                NULL);
    if (!bench_load(&bench)) fail_msg("%s", bench.err.text);
    struct twin *pump = bench_twin(&bench, "pump-1", "pump");
    const struct sensor_spec *spec = &place_of(pump, FIELD_TELEMETRY, "whole")->spec;
    assert_float_equal(spec->max_rate, 5, 0);
    assert_int_equal(spec->stuck_us, 600 * SECOND);
    assert_int_equal(spec->stale_us, 30 * SECOND);
    assert_int_equal(spec->window, 7);
    assert_float_equal(spec->spike, 2, 0);
    spec = &place_of(pump, FIELD_TELEMETRY, "short")->spec;
    assert_int_equal(spec->window, 5);
    assert_float_equal(spec->spike, 10, 0);
    assert_int_equal(place_of(pump, FIELD_TELEMETRY, "word")->spec.stale_us, 100000);
    assert_float_equal(place_of(pump, FIELD_REPORTED, "speed")->spec.max_rate, 100, 0);
    assert_null(place_of(pump, FIELD_TELEMETRY, "plain"));
    assert_null(place_of(pump, FIELD_DESIRED, "speed"));
    bench_fini(&bench);
}

static void refused(const char *keys, const char *expected) {
    char model[200];
    snprintf(model, sizeof model, "return { telemetry = { t = { %s } } }", keys);
    bench_refused("models/pump.lua", model, expected);
}

static void mistakes_are_named(void **state) {
    (void)state;
    refused("max_rate = 0", "models/pump.lua: telemetry.t.max_rate: 0 is not above 0");
    refused("max_rate = '5'", "telemetry.t.max_rate: expected a number, got a string");
    refused("max_rat = 5", "telemetry.t.max_rat: unknown key; did you mean \"max_rate\"?");
    refused("stuck_after = 60", "telemetry.t.stuck_after: expected a text, got a number");
    refused("stale_after = '50ms'", "telemetry.t.stale_after: shorter than 100ms");
    refused("stale_after = 'soon'", "\"soon\" is no duration");
    refused("spike = -1", "telemetry.t.spike: -1 is not above 0");
    refused("spike = 'big'", "telemetry.t.spike: expected a number, got a string");
    refused("spike = {}", "telemetry.t.spike: needs by: how far from the running median");
    refused("spike = { by = 1, windo = 5 }", "spike.windo: unknown key; did you mean \"window\"?");
    refused("spike = { by = 1, window = 4 }",
            "telemetry.t.spike.window: 4 is not an odd number of samples from 3 to 15");
    refused("spike = { by = 1, window = 17 }", "17 is not an odd number");
    refused("spike = { by = 1, window = 1 }", "1 is not an odd number");
    refused("spike = { by = 1, window = 5.5 }", "5.5 is not an odd number");
    refused("type = 'text', max_rate = 5",
            "telemetry.t: a text is no number; of it only stale_after can be looked at");
    bench_refused("models/pump.lua",
                  "return { properties = { p = { writable = true, calibrate = { gain = 2 } } } }",
                  "properties.p: calibrated and writable: the device would be told a calibrated");
    bench_refused("models/pump.lua", "return { derived = { d = { stale_after = '1m' } } }",
                  "derived.d.stale_after: unknown key");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_declared_reaches_the_sensor),
        cmocka_unit_test(mistakes_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
