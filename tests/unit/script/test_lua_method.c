// The verbs of a twin: what they make, and what they refuse.

#include "fixture.h"

static const struct change *find_change(const struct bench *bench, enum change_kind kind) {
    for (int i = bench->changes.input_count; i < bench->changes.count; i++)
        if (bench->changes.list[i].kind == kind) return &bench->changes.list[i];
    fail_msg("no change of kind %d", kind);
    return NULL;
}

static void sample_tells_value_raw_time_and_quality(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing =
        bench_thing(&bench, "return { on = { x = function(thing)\n"
                            "  local s = thing:sample('x')\n"
                            "  assert(s.value == 7 and s.raw == 3)\n"
                            "  assert(s.at == 1800000000 and s.quality == 'good')\n"
                            "  assert(thing:sample('z') == nil)\n"
                            "  thing:sample('xx')\n"
                            "end } }");
    assert_outcome(&bench, bench_sample(&bench, thing, "x", 3), OUTCOME_ERROR); // gain 2, offset 1
    assert_says(&bench,
                "thing.lua:6: model \"thing\" gets no samples of \"xx\"; did you mean \"x\"?");
    bench_fini(&bench);
}

static void alarms_are_raised_and_cleared_once(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing;
    assert_outcome(&bench,
                   bench_run(&bench, &thing,
                             "assert(not thing:is_raised('a'))"
                             "thing:raise('a') thing:raise('a')"
                             "assert(thing:is_raised('a'))"),
                   OUTCOME_OK);
    assert_int_equal(bench.changes.count - bench.changes.input_count, 1);
    assert_int_equal(find_change(&bench, CHANGE_ALARM)->state, ALARM_ACTIVE);
    bench_fini(&bench);
    lua_holds(
        "thing:raise('a') thing:clear('a') thing:clear('a') assert(not thing:is_raised('a'))");
    lua_raises("thing:raise('high_yy')", "has no alarm \"high_yy\"; did you mean \"high_y\"?");
    lua_raises("thing:raise()", "string expected, got no value");
}

static void related_gives_twins_by_id(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing = bench_thing(
        &bench,
        "return { on = { z = function(thing)\n"
        "  local out, back = '', ''\n"
        "  for other in thing:related('feeds') do out = out .. other.id .. ' ' end\n"
        "  for other in thing:related('feeds', 'in') do back = back .. other.id .. ' ' end\n"
        "  assert(out == 'thing-2 thing-3 thing-9 ', out)\n"
        "  assert(back == 'thing-2 ', back)\n"
        "end } }");
    struct twin *nine = bench_twin(&bench, "thing-9", "thing");
    struct twin *two = bench_twin(&bench, "thing-2", "thing");
    struct twin *three = bench_twin(&bench, "thing-3", "thing");
    world_link(bench.world, thing, 0, nine);
    world_link(bench.world, thing, 0, two);
    world_link(bench.world, thing, 0, three);
    world_link(bench.world, two, 0, thing);
    assert_outcome(&bench, bench_sample(&bench, thing, "z", 1), OUTCOME_OK);
    bench_fini(&bench);
    lua_holds("for _ in thing:related('feeds') do assert(false) end");
    lua_raises("thing:related('fed')", "has no relationship \"fed\"");
    lua_raises("thing:related('feds')", "did you mean \"feeds\"?");
    lua_raises("thing:related('feeds', 'out of')", "expected \"in\" or nothing");
}

static void an_event_carries_its_arguments_in_order(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing;
    assert_outcome(&bench,
                   bench_run(&bench, &thing, "thing:send(thing, 'poke', { hard = true, by = 3 })"),
                   OUTCOME_OK);
    const struct change *event = find_change(&bench, CHANGE_EVENT);
    assert_int_equal(event->other, thing->number);
    assert_int_equal(event->event.argument_count, 3);
    const struct event_spec *spec = &thing->model->events[event->index];
    for (int i = 0; i < 3; i++) {
        const struct value *value = &event->event.arguments[i];
        if (strcmp(spec->arguments[i].name, "by") == 0) assert_true(value->number == 3);
        if (strcmp(spec->arguments[i].name, "hard") == 0) assert_true(value->boolean);
        if (strcmp(spec->arguments[i].name, "why") == 0) assert_int_equal(value->type, VALUE_NONE);
    }
    bench_fini(&bench);
    lua_holds("thing:send(thing, 'poke')");
    lua_raises("thing:send(thing, 'pok')",
               "thing-1: model \"thing\" has no event \"pok\"; did you mean \"poke\"?");
    lua_raises("thing:send(thing, 'poke', { bye = 1 })",
               "event poke has no argument \"bye\"; did you mean \"by\"?");
    lua_raises("thing:send(thing, 'poke', { by = 'x' })",
               "event poke: by takes a number, not a text");
    lua_raises("thing:send(thing, 'poke', { by = 1/0 })", "by is not a finite number");
    lua_raises("thing:send('thing-2', 'poke')", "expected a twin, as twin:related gives them");
    lua_raises("thing:send(thing.state, 'poke')", "expected a twin");
}

static void after_sets_a_timer_and_cancel_takes_it(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing;
    assert_outcome(
        &bench, bench_run(&bench, &thing, "thing:after('bell', '90s') thing:after('bell', '2m')"),
        OUTCOME_OK);
    assert_int_equal(thing->timer_count, 1);
    assert_string_equal(thing->timers[0].name, "bell");
    assert_int_equal(thing->timers[0].due, NOW + 120 * SECOND);
    bench_fini(&bench);

    assert_outcome(&bench,
                   bench_run(&bench, &thing,
                             "thing:after('bell', '1s') thing:cancel('bell')"
                             " thing:cancel('bell')"),
                   OUTCOME_OK);
    assert_int_equal(thing->timer_count, 0);
    bench_fini(&bench);
    lua_raises("thing:after('bells', '1s')",
               "scripts/behavior/thing.lua has no on[\"timer.bells\"]");
    lua_raises("thing:after('bell', 5)",
               "\"5\" is no duration; write a number and ms, s, m, h or d");
    lua_raises("thing:cancel('bells')", "has no on[\"timer.bells\"]");
}

static void log_takes_anything(void **state) {
    (void)state;
    lua_holds(
        "thing:log('text') thing:log(4) thing:log(nil) thing:log({}) print('a', 1, thing, {})");
    lua_raises("thing:log()", "value expected");
}

static void lines_beyond_twenty_a_second_are_counted(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing;
    bench_run(&bench, &thing, "for i = 1, 25 do thing:log(i) end");
    uint64_t *dropped =
        metrics_counter(bench.metrics, "twind_script_lines_dropped_total", "in=\"turn\"", "");
    assert_int_equal(*dropped, 5);
    bench.now += SECOND;
    bench_sample(&bench, thing, "z", 1);
    assert_int_equal(*dropped, 10);
    bench_fini(&bench);
}

static void a_method_needs_its_twin(void **state) {
    (void)state;
    lua_raises("thing.raise('a')", "expected a twin; write twin:method() with a colon");
    lua_raises("thing.sample(thing.telemetry, 'x')", "with a colon");
    lua_raises("local r = thing.raise; r()", "with a colon");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sample_tells_value_raw_time_and_quality),
        cmocka_unit_test(alarms_are_raised_and_cleared_once),
        cmocka_unit_test(related_gives_twins_by_id),
        cmocka_unit_test(an_event_carries_its_arguments_in_order),
        cmocka_unit_test(after_sets_a_timer_and_cancel_takes_it),
        cmocka_unit_test(log_takes_anything),
        cmocka_unit_test(lines_beyond_twenty_a_second_are_counted),
        cmocka_unit_test(a_method_needs_its_twin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
