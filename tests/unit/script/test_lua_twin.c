// What a handle reads and writes, and what it says instead.

#include "fixture.h"

static void a_twin_says_who_it_is(void **state) {
    (void)state;
    lua_holds("assert(thing.id == 'thing-1' and thing.model == 'thing' and thing.level == 'asset')"
              "assert(tostring(thing) == 'twin thing-1' and type(thing) == 'userdata')"
              "assert(tostring(thing.state) == 'part of twin thing-1')");
    lua_raises("return thing.telemtry", "a twin has no \"telemtry\"; did you mean \"telemetry\"?");
    lua_raises("return thing.zzzzzzzz", "its values are in telemetry, reported");
}

static void values_are_read_by_name(void **state) {
    (void)state;
    lua_holds("assert(z == 1 and thing.telemetry.z == 1 and thing.telemetry.x == nil)"
              "assert(thing.parameters.limit == 10 and thing.parameters.label == nil)"
              "assert(thing.reported.speed == nil and thing.desired.speed == nil)");
    lua_raises("return thing.telemetry.xx",
               "model \"thing\" has no \"xx\" in telemetry; did you mean \"x\"?");
    lua_raises("return thing.telemetry.speed",
               "has no \"speed\" in telemetry; it is thing.reported.speed");
    lua_raises("return thing.derived.mean_of_everything",
               "models/thing.lua declares what there is");
}

static void a_handler_reads_what_it_wrote(void **state) {
    (void)state;
    lua_holds("thing.derived.y = 4 assert(thing.derived.y == 4)"
              "thing.derived.word = 'ok' assert(thing.derived.word == 'ok')"
              "thing.derived.is_on = false assert(thing.derived.is_on == false)"
              "thing.state.n, thing.state.note, thing.state.flag, thing.state.since ="
              "  7, 'x', true, clock.now()"
              "assert(thing.state.n == 7 and thing.state.note == 'x' and thing.state.flag == true)"
              "assert(thing.state.since == 1800000000)"
              "thing.state.n = nil assert(thing.state.n == nil)"
              "thing.desired.speed = 100 assert(thing.desired.speed == 100)");
}

static void writes_reach_the_changes(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing;
    bench_run(&bench, &thing, "thing.derived.y = 1 thing.derived.y = 2 thing.derived.word = 'ok'");
    assert_float_equal(number_of(thing, FIELD_DERIVED, "y"), 2, 0);
    int sets = 0;
    for (int i = bench.changes.input_count; i < bench.changes.count; i++)
        sets += bench.changes.list[i].kind == CHANGE_SET;
    assert_int_equal(sets, 2);
    bench_fini(&bench);
}

static void what_the_device_owns_cannot_be_written(void **state) {
    (void)state;
    lua_raises("thing.telemetry.x = 1",
               "telemetry comes from the device; to derive a value declare it"
               " in derived and write thing.derived.x");
    lua_raises("thing.reported.speed = 1", "set thing.desired.speed");
    lua_raises("thing.desired.firmware = 'x'",
               "property \"firmware\" is not writable; declare writable"
               " = true in models/thing.lua");
    lua_raises("thing.parameters.limit = 1", "parameters and attributes are set by an operator");
    lua_raises("thing.attributes.site = 'x'", "are set by an operator");
    lua_raises("thing.memory = 1", "declare \"memory\" in state and write thing.state.memory");
    lua_raises("thing.state.unknown = 1", "has no \"unknown\" in state");
    lua_raises("thing.derived.yy = 1", "did you mean \"y\"?");
    lua_raises("thing.desired.sped = 1", "has no \"sped\" in desired; did you mean \"speed\"?");
}

static void values_are_checked(void **state) {
    (void)state;
    lua_raises("thing.derived.y = 'x'", "derived y takes a number, not a text");
    lua_raises("thing.derived.word = 1", "derived word takes a text, not a number");
    lua_raises("thing.derived.y = {}", "y takes a number, not a table");
    lua_raises("thing.derived.y = thing", "y takes a number, not a");
    lua_raises("thing.desired.speed = 4000", "its range is 0 to 3600 1/min");
}

static struct twin *with_other(struct bench *bench, const char *body) {
    struct buffer behavior = {0};
    buffer_printf(&behavior,
                  "return { on = { z = function(thing) "
                  "for other in thing:related('feeds') do %s end end } }",
                  body);
    struct twin *thing = bench_thing(bench, (char *)behavior.bytes);
    buffer_fini(&behavior);
    struct twin *other = bench_twin(bench, "thing-2", "thing");
    world_link(bench->world, thing, 0, other);
    return thing;
}

static void another_twin_is_only_read(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing = with_other(&bench, "assert(other.parameters.limit == 10 and other.id =="
                                            " 'thing-2' and other ~= thing) other.derived.y = 1");
    assert_outcome(&bench, bench_sample(&bench, thing, "z", 1), OUTCOME_ERROR);
    assert_says(&bench,
                "thing-2 is another twin; send it an event: thing:send(thing, NAME, { ... })");
    bench_fini(&bench);
}

// A number is never used again, so a handle kept in a variable of the file goes stale, not wrong.
static void a_kept_handle_of_a_deleted_twin_says_so(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing =
        bench_thing(&bench, "local kept\n"
                            "return { on = { z = function(thing)\n"
                            "  if kept then return kept.telemetry.z end\n"
                            "  for other in thing:related('feeds') do kept = other end end } }");
    struct twin *other = bench_twin(&bench, "thing-2", "thing");
    world_link(bench.world, thing, 0, other);
    assert_outcome(&bench, bench_sample(&bench, thing, "z", 1), OUTCOME_OK);
    assert_outcome(&bench, bench_sample(&bench, thing, "z", 1), OUTCOME_OK);
    world_remove(bench.world, other);
    assert_outcome(&bench, bench_sample(&bench, thing, "z", 1), OUTCOME_ERROR);
    assert_says(&bench, "scripts/behavior/thing.lua:3: twin number 2 no longer exists");
    bench_fini(&bench);
}

static void equal_handles_are_equal(void **state) {
    (void)state;
    lua_holds("local copies = { [thing] = 1 } assert(copies[thing] == 1 and thing == thing)"
              "assert(thing.state == thing.state and thing.state ~= thing.derived)");
}

static void names_longer_than_lua_shares_are_found(void **state) {
    (void)state;
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/long.lua",
                "return { match = 'l*', telemetry = { x = {} }, derived = "
                "{ a23456789_123456789_123456789_123456789_123456789_123456789 = {} } }",
                "scripts/behavior/long.lua",
                "return { on = { x = function(t, x) "
                "t.derived.a23456789_123456789_123456789_123456789_123456789_123456789 = x end } }",
                NULL);
    assert_true(bench_load(&bench));
    struct twin *twin = bench_twin(&bench, "l1", "long");
    assert_outcome(&bench, bench_sample(&bench, twin, "x", 5), OUTCOME_OK);
    assert_float_equal(number_of(twin, FIELD_DERIVED,
                                 "a23456789_123456789_123456789_123456789_123456789_123456789"),
                       5, 0);
    bench_fini(&bench);
}

static void derived_values_move_alarms_and_estimators(void **state) {
    (void)state;
    lua_holds("thing.derived.y = 11 assert(thing:is_raised('high_y'))"
              "assert(thing.state.y_mean.mean == 11)"
              "thing.derived.y = 5 assert(not thing:is_raised('high_y'))"
              "assert(thing.state.y_mean.count == 2)");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_twin_says_who_it_is),
        cmocka_unit_test(values_are_read_by_name),
        cmocka_unit_test(a_handler_reads_what_it_wrote),
        cmocka_unit_test(writes_reach_the_changes),
        cmocka_unit_test(what_the_device_owns_cannot_be_written),
        cmocka_unit_test(values_are_checked),
        cmocka_unit_test(another_twin_is_only_read),
        cmocka_unit_test(a_kept_handle_of_a_deleted_twin_says_so),
        cmocka_unit_test(equal_handles_are_equal),
        cmocka_unit_test(names_longer_than_lua_shares_are_found),
        cmocka_unit_test(derived_values_move_alarms_and_estimators),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
