// An ewma and a ring as scripts see them.

#include "fixture.h"
#include "predict/ewma.h"
#include "predict/ring.h"

static void an_ewma_is_read(void **state) {
    (void)state;
    lua_holds(
        "local m = thing.state.mean "
        "assert(m.mean == 1 and m.variance == 0 and m.std == 0 and m.count == 1)"
        "local own = thing.state.own "
        "assert(own.mean == nil and own.variance == nil and own.std == nil and own.count == 0)");
    lua_raises("return thing.state.mean.avg", "state.mean is an ewma and has no \"avg\"");
    lua_raises("return thing.state.mean.meen", "did you mean \"mean\"?");
    lua_raises("return #thing.state.mean", "an ewma has no length");
}

static void a_ring_is_a_list_from_the_oldest(void **state) {
    (void)state;
    lua_holds("local r = thing.state.last "
              "assert(#r == 0 and r:mean() == nil and r:min() == nil and r:max() == nil)"
              "for i = 1, 5 do r:add(i * 10) end "
              "assert(#r == 3 and r.count == 3)"
              "assert(r[1] == 30 and r[2] == 40 and r[3] == 50)"
              "assert(r[0] == nil and r[4] == nil and r[-1] == nil)"
              "assert(r:mean() == 40 and r:min() == 30 and r:max() == 50)"
              "local seen = '' for i, v in ipairs(r) do seen = seen .. i .. '=' .. v .. ' ' end "
              "assert(seen == '1=30.0 2=40.0 3=50.0 ', seen)");
    lua_raises("return thing.state.last.mini", "a ring and has no \"mini\"; did you mean \"min\"?");
    lua_raises("thing.state.last.mean()", "with a colon");
}

static void a_script_feeds_what_no_field_does(void **state) {
    (void)state;
    lua_holds(
        "thing.state.own:add(5) assert(thing.state.own.mean == 5 and thing.state.own.count == 1)");
    lua_raises("thing.state.mean:add(5)",
               "state.mean follows z by itself; only one without \"of\" is fed");
    lua_raises("thing.state.mean = 5", "state.mean follows z by itself and cannot be set");
    lua_raises("thing.state.own = 5", "state.own is fed by thing.state.own:add(value)");
    lua_raises("thing.state.own.mean = 5", "is not set but fed");
    lua_raises("thing.state.own:add(0/0)", "not a finite number");
    lua_raises("thing.state.own.add(5)", "with a colon");
}

static void a_dropped_feed_leaves_no_trace(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing;
    assert_outcome(&bench,
                   bench_run(&bench, &thing,
                             "thing.state.own:add(5) thing.state.last:add(1)"
                             " error('x')"),
                   OUTCOME_ERROR);
    const struct ewma *own = twin_estimator(thing, model_estimator(thing->model, "own", 3));
    const struct ring *last = twin_estimator(thing, model_estimator(thing->model, "last", 4));
    assert_int_equal(own->count, 0);
    assert_int_equal(last->count, 0);
    bench_fini(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ewma_is_read),
        cmocka_unit_test(a_ring_is_a_list_from_the_oldest),
        cmocka_unit_test(a_script_feeds_what_no_field_does),
        cmocka_unit_test(a_dropped_feed_leaves_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
