// Locations as a model declares them and a behaviour reads and writes them.

#include "fixture.h"
#include "twin/location.h"

#define VAN                                                                                        \
    "return { parameters = { home = { type = 'location', default = { lat = 52, lon = 4 } } },\n"   \
    "  telemetry = { position = { type = 'location', stale_after = '1m' }, z = {} },\n"            \
    "  properties = { target = { type = 'location', writable = true } },\n"                        \
    "  derived = { base = { type = 'location' } }, state = { last = 'location' }"

static struct bench bench;

static enum outcome run(const char *body) {
    struct buffer behavior = {0};
    buffer_printf(&behavior, "return { on = { z = function(van, z) %s\nend } }", body);
    bench_init(&bench);
    bench.limits.call_us = 1000000; // these tests are not about time
    bench_files(&bench, "models/van.lua", VAN " }", "scripts/behavior/van.lua",
                (char *)behavior.bytes, NULL);
    buffer_fini(&behavior);
    if (!bench_load(&bench)) fail_msg("%s", bench.err.text);
    return bench_sample(&bench, bench_twin(&bench, "van-1", "van"), "z", 1);
}

static void holds(const char *body) {
    assert_outcome(&bench, run(body), OUTCOME_OK);
    bench_fini(&bench);
}

static void raises(const char *body, const char *sentence) {
    assert_outcome(&bench, run(body), OUTCOME_ERROR);
    assert_says(&bench, sentence);
    assert_true(is_missing(world_find(bench.world, "van-1", 5), FIELD_DERIVED, "base"));
    bench_fini(&bench);
}

static void what_is_written_is_read(void **state) {
    (void)state;
    holds("van.derived.base = { lat = 52.1, lon = -4.3, alt = 12 }\n"
          "local base = van.derived.base\n"
          "assert(base.lat == 52.1 and base.lon == -4.3 and base.alt == 12)\n"
          "van.desired.target = base van.state.last = base\n"
          "assert(van.desired.target.lat == 52.1 and van.state.last.alt == 12)\n"
          "van.derived.base = { lat = 1, lon = 2 }\n"
          "assert(van.derived.base.alt == nil)\n"
          "van.derived.base = nil assert(van.derived.base == nil)\n"
          "assert(van.telemetry.position == nil and van:sample('position') == nil)\n"
          "assert(van.parameters.home.lat == 52)");
}

static void what_is_read_is_a_copy(void **state) {
    (void)state;
    holds("local mine = { lat = 1, lon = 2 }\n"
          "van.derived.base = mine mine.lat = 9\n"
          "assert(van.derived.base.lat == 1)\n"
          "van.derived.base.lat = 9\n"
          "assert(van.derived.base.lat == 1)");
}

static void what_is_no_location_is_refused_whole(void **state) {
    (void)state;
#define SET(value) "van.derived.base = { lat = 1, lon = 1 } van.derived.base = " value
    raises(SET("{ lat = 1 }"), "base is a location { lat =, lon =, alt = }, its lon is missing");
    raises(SET("{ lon = 1, alt = 2 }"), "base is a location { lat =, lon =, alt = }, its lat is");
    raises(SET("{}"), "its lat is missing");
    raises(SET("{ lat = 1, lon = 2, lng = 3, z = 1 }"),
           "base is a location { lat =, lon =, alt = }, it has no \"lng\"");
    raises(SET("{ lat = 1, lon = 2, [1] = 3 }"), "it has no \"1\"");
    raises(SET("{ lat = '1', lon = 2 }"), "base.lat is a number, not a string");
    raises(SET("{ lat = 1, lon = 2, alt = {} }"), "base.alt is a number, not a table");
    raises(SET("{ lat = -90.5, lon = 2 }"),
           "base: lat cannot be -90.5, it is degrees from -90 to 90");
    raises(SET("{ lat = 1, lon = 0/0 }"), "base: lon cannot be ");
    raises(SET("{ lat = 1, lon = 2, alt = 1/0 }"), "base: alt cannot be inf, it is metres");
    raises(SET("5"), "derived base takes a location, not a number");
    raises(SET("'1,2'"), "derived base takes a location, not a text");
    raises("van.telemetry.position = { lat = 1, lon = 2 }", "telemetry comes from the device");
}

static void what_reaches_the_twin_is_the_turns(void **state) {
    (void)state;
    assert_outcome(&bench, run("van.derived.base = { lat = 1, lon = 2, alt = 3 }"), OUTCOME_OK);
    const struct twin *van = world_find(bench.world, "van-1", 5);
    struct value value = twin_value(van, field_of(van, FIELD_DERIVED, "base"));
    assert_int_equal(value.type, VALUE_LOCATION);
    assert_true(value_equal(value, value_location(&(struct location){1, 2, 3, true})));
    assert_int_equal(bench.changes.count, 2); // the sample and this
    bench_fini(&bench);
}

static void a_handler_gets_it(void **state) {
    (void)state;
    bench_init(&bench);
    bench_files(&bench, "models/van.lua", VAN " }", "scripts/behavior/van.lua",
                "return { on = { position = function(van, at) van.derived.base = at end } }", NULL);
    if (!bench_load(&bench)) fail_msg("%s", bench.err.text);
    struct twin *van = bench_twin(&bench, "van-1", "van");
    struct location place = {52.1, 4.3, 0, false};
    struct trigger trigger = {.kind = TRIGGER_FIELD,
                              .index = field_of(van, FIELD_TELEMETRY, "position"),
                              .value = value_location(&place),
                              .at = bench.now};
    assert_outcome(&bench, bench_call(&bench, van, &trigger), OUTCOME_OK);
    assert_true(value_equal(twin_value(van, field_of(van, FIELD_DERIVED, "base")), trigger.value));
    bench_fini(&bench);
}

static void refused(const char *key, const char *value, const char *expected) {
    char model[400];
    snprintf(model, sizeof model,
             "return { telemetry = { n = {}, p = { type = 'location' } }, %s = %s }", key, value);
    bench_refused("models/van.lua", model, expected);
}

static void keys_that_make_no_sense_are_named(void **state) {
    (void)state;
    refused("derived", "{ d = { type = 'location', unit = 'lat' } }",
            "models/van.lua: derived.d.unit: a location has none: lat and lon are degrees");
    refused("derived", "{ d = { type = 'location', range = { 0, 1 } } }",
            "derived.d: a location has no range");
    refused("derived", "{ d = { type = 'place' } }",
            "\"place\" is no type; write \"number\", \"boolean\", \"text\" or \"location\"");
    refused("derived", "{ d = { type = 'location', sum = 'feeds.n' } }",
            "it gives a number, and the value is a location");
    refused("derived", "{ d = { counter = 'p' } }", "\"p\" is a location, not a number");
    refused("derived", "{ d = { run_time = 'p' } }", "\"p\" is a location, not a number");
    refused("derived", "{ d = { type = 'location', counter = 'n' } }", "not a location");
    refused("properties", "{ d = { type = 'location', calibrate = { gain = 2 } } }",
            "a location cannot be calibrated");
    refused("properties", "{ d = { type = 'location', max_rate = 2 } }",
            "a location is no number; of it only stale_after can be looked at");
    refused("properties", "{ d = { type = 'location', spike = 2 } }", "a location is no number");
    refused("properties", "{ d = { type = 'location', stuck_after = '1m' } }", "a location is no");
    refused("alarms", "{ a = { severity = 'info', field = 'p', above = 1 } }",
            "\"p\" is a location, not a number");
    refused("state", "{ s = { ewma = '1m', of = 'p' } }", "\"p\" is a location, not a number");
    refused("events", "{ e = { by = { type = 'location', unit = 'm' } } }",
            "events.e.by.unit: a location has none");
    refused("parameters", "{ d = { type = 'location', default = { lat = 1 } } }",
            "parameters.d.default: a location needs lat and lon");
    refused("parameters", "{ d = { type = 'location', default = { lat = 1, lon = 200 } } }",
            "parameters.d: default: lon cannot be 200, it is degrees from -180 to 180");
    refused("parameters", "{ d = { type = 'location', default = { lat = 1, lng = 2 } } }",
            "unknown key");
    refused("parameters", "{ d = { type = 'location', default = 5 } }", "expected a table");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(what_is_read_is_a_copy),
        cmocka_unit_test(what_is_no_location_is_refused_whole),
        cmocka_unit_test(what_reaches_the_twin_is_the_turns),
        cmocka_unit_test(a_handler_gets_it),
        cmocka_unit_test(keys_that_make_no_sense_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
