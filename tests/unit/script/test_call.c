// The door into Lua: its deadline, its memory caps, and that neither outlives a call.

#include "fixture.h"
#include "script/call.h"
#include "script/state.h"

#include <lauxlib.h>
#include <pthread.h>
#include <time.h>

#define TICKS_MS 40 // two ticks of the kernel's clock are 8 ms, or 20 at 100 Hz

static double thread_cpu_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void burn_ms(double ms) {
    for (double until = thread_cpu_ms() + ms; thread_cpu_ms() < until;)
        ;
}

static struct twin *with_limit(struct bench *bench, int64_t call_us, const char *body) {
    struct buffer behavior = {0};
    buffer_printf(&behavior, "return { on = { z = function(thing, z) %s end } }", body);
    bench_init(bench);
    bench->limits.call_us = call_us;
    bench_files(bench, "models/thing.lua", THING, "scripts/behavior/thing.lua",
                (char *)behavior.bytes, NULL);
    buffer_fini(&behavior);
    if (!bench_load(bench)) fail_msg("%s", bench->err.text);
    return bench_twin(bench, "thing-1", "thing");
}

static void a_call_that_never_ends_is_stopped_near_its_limit(void **state) {
    (void)state;
    if (!is_deadline_shown()) skip();
    for (int limit_ms = 2; limit_ms <= 50; limit_ms *= 5) {
        struct bench bench;
        struct twin *thing = with_limit(&bench, limit_ms * 1000, "while true do end");
        double started = thread_cpu_ms();
        assert_outcome(&bench, bench_sample(&bench, thing, "z", 1), OUTCOME_KILLED);
        double took = thread_cpu_ms() - started;
        if (took < limit_ms || took > limit_ms + TICKS_MS)
            fail_msg("limit %d ms, took %.1f ms", limit_ms, took);
        char expected[100];
        snprintf(expected, sizeof expected,
                 "scripts/behavior/thing.lua:1: stopped: it ran for more than %d ms of CPU time",
                 limit_ms);
        assert_string_equal(bench.err.text, expected);
        bench_fini(&bench);
    }
}

static void many_short_calls_are_never_stopped(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing = with_limit(&bench, 2000, "for i = 1, 1000 do thing.state.n = i end");
    double started = thread_cpu_ms();
    while (thread_cpu_ms() - started < 300)
        assert_outcome(&bench, bench_sample(&bench, thing, "z", 1), OUTCOME_OK);
    bench_fini(&bench);
}

static void time_between_calls_counts_for_none(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing = with_limit(&bench, 2000, "thing.derived.y = z");
    for (int i = 0; i < 10; i++) {
        assert_outcome(&bench, bench_sample(&bench, thing, "z", i), OUTCOME_OK);
        burn_ms(15);
    }
    bench_fini(&bench);
}

static void a_kill_is_over_when_the_call_is(void **state) {
    (void)state;
    if (!is_deadline_shown()) skip();
    struct bench bench;
    struct twin *thing =
        with_limit(&bench, 2000, "if z == 1 then while true do end end thing.derived.y = z");
    for (int i = 0; i < 5; i++) {
        assert_outcome(&bench, bench_sample(&bench, thing, "z", 1), OUTCOME_KILLED);
        assert_outcome(&bench, bench_sample(&bench, thing, "z", 2), OUTCOME_OK);
        assert_float_equal(number_of(thing, FIELD_DERIVED, "y"), 2, 0);
        assert_null(lua_gethook(bench.script->call.lua));
    }
    bench_fini(&bench);
}

static void pcall_gives_errors_and_hands_kills_on(void **state) {
    (void)state;
    if (!is_deadline_shown()) skip();
    lua_holds(
        "local ok, err = pcall(error, 'no', 0) assert(ok == false and err == 'no')"
        "local good, a, b = pcall(function(...) return ... end, 1, 2) assert(good and a == 1 and b "
        "== 2)"
        "ok, err = pcall(function() local x; return x.y end)"
        "assert(not ok and err:find('scripts/behavior/thing.lua:1: attempt to index', 1, true))"
        "ok, err = pcall(nil) assert(not ok)");
    struct bench bench;
    struct twin *thing =
        with_limit(&bench, 2000, "pcall(function() while true do end end) thing.derived.y = 1");
    assert_outcome(&bench, bench_sample(&bench, thing, "z", 1), OUTCOME_KILLED);
    assert_true(is_missing(thing, FIELD_DERIVED, "y"));
    assert_says(&bench, "thing.lua:1: stopped: it ran");
    bench_fini(&bench);
}

struct elsewhere {
    struct bench *bench;
    struct twin *thing;
    enum outcome outcome;
    double took_ms;
};

static void *call_elsewhere(void *context) {
    struct elsewhere *elsewhere = context;
    double started = thread_cpu_ms();
    elsewhere->outcome = bench_sample(elsewhere->bench, elsewhere->thing, "z", 1);
    elsewhere->took_ms = thread_cpu_ms() - started;
    return NULL;
}

static void the_deadline_follows_the_thread(void **state) {
    (void)state;
    if (!is_deadline_shown()) skip();
    struct bench bench;
    struct twin *thing = with_limit(&bench, 2000, "while true do end");
    assert_outcome(&bench, bench_sample(&bench, thing, "z", 1), OUTCOME_KILLED);
    struct elsewhere elsewhere = {&bench, thing, OUTCOME_OK, 0};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, call_elsewhere, &elsewhere), 0);
    pthread_join(thread, NULL);
    assert_int_equal(elsewhere.outcome, OUTCOME_KILLED);
    assert_true(elsewhere.took_ms < 2 + TICKS_MS);
    assert_outcome(&bench, bench_sample(&bench, thing, "z", 1), OUTCOME_KILLED);
    bench_fini(&bench);
}

static void two_threads_have_a_deadline_each(void **state) {
    (void)state;
    if (!is_deadline_shown()) skip();
    struct bench benches[2];
    struct elsewhere elsewhere[2];
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
        struct twin *thing = with_limit(&benches[i], 5000, "while true do end");
        elsewhere[i] = (struct elsewhere){&benches[i], thing, OUTCOME_OK, 0};
    }
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, call_elsewhere, &elsewhere[i]);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(elsewhere[i].outcome, OUTCOME_KILLED);
        assert_true(elsewhere[i].took_ms >= 5 && elsewhere[i].took_ms < 5 + TICKS_MS);
        bench_fini(&benches[i]);
    }
}

static void a_prediction_may_take_longer_than_a_turn(void **state) {
    (void)state;
    if (!is_deadline_shown()) skip();
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/thing.lua", THING, "scripts/behavior/thing.lua",
                "return { on = { z = function() while true do end end } }",
                "scripts/prediction/slow.lua",
                "return { model = 'thing', every = '1m', needs = { z = '1h' },"
                " of = { field = 'z', above = 1 }, predict = function()"
                " local n = 0 for i = 1, 4000000 do n = n + i % 7 end return n end }",
                NULL);
    if (!bench_load(&bench)) fail_msg("%s", bench.err.text);
    struct twin *thing = bench_twin(&bench, "thing-1", "thing");
    struct prediction_result result;
    double started = thread_cpu_ms();
    bench.limits.predict_us = 200000;
    enum outcome outcome = script_predict(bench.script, thing, 0, NOW, 1, &result, &bench.err);
    if (outcome == OUTCOME_OK)
        assert_true(thread_cpu_ms() - started > 10); // it did take long
    else
        assert_true(thread_cpu_ms() - started > 200); // a slow build
    assert_outcome(&bench, bench_sample(&bench, thing, "z", 1), OUTCOME_KILLED);
    assert_says(&bench, "more than 2 ms");
    bench_fini(&bench);
}

static void growth_beyond_the_soft_cap_ends_the_call(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing =
        with_limit(&bench, 1000000, "local t = {} for i = 1, 1e6 do t[i] = { z } end");
    assert_outcome(&bench, bench_sample(&bench, thing, "z", 1), OUTCOME_MEMORY);
    assert_says(&bench, "thing.lua:1: stopped: its memory grew by more than one call may");
    bench_fini(&bench);
}

static void garbage_of_earlier_calls_counts_for_none(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing =
        with_limit(&bench, 1000000, "local t = {} for i = 1, 20000 do t[i] = { z } end");
    for (int i = 0; i < 30; i++) // 2 MB each
        assert_outcome(&bench, bench_sample(&bench, thing, "z", 1), OUTCOME_OK);
    assert_true(bench.script->call.used < 30u << 20);
    bench_fini(&bench);
}

// Refuses every allocation once, so to speak: whatever the verbs of a twin allocate, a refusal is
// an outcome, and nothing leaks or is half done.
static void any_allocation_may_be_refused(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing = with_limit(
        &bench, 1000000,
        "local t = {} for k in pairs(thing.parameters) do t[#t + 1] = k .. z .. thing.id end "
        "table.sort(t) local s = table.concat(t, ','):rep(3):upper() "
        "thing.state.note = ('%s %s'):format(s, thing.attributes.site or '')"
        "thing.derived.y = thing:sample('z').value "
        "for other in thing:related('feeds') do thing:send(other, 'poke', { by = 1, why = s }) end "
        "pcall(function() thing:raise('a') end)");
    struct twin *other = bench_twin(&bench, "thing-2", "thing");
    world_link(bench.world, thing, 0, other);
    free(thing->attributes);
    thing->attributes = xstrdup("{\"site\":\"north\",\"list\":[1,2,{\"a\":\"b\"}]}");
    struct call *call = &bench.script->call;
    size_t hard = call->hard;
    int refused = 0, done = 0;
    for (size_t room = 0; room < 8192; room += 24) {
        lua_gc(call->lua, LUA_GCCOLLECT);
        call->hard = call->used + room;
        call->soft = call->hard;
        enum outcome outcome = bench_sample(&bench, thing, "z", (double)room);
        call->hard = hard;
        if (outcome == OUTCOME_OK) {
            done++;
            assert_float_equal(number_of(thing, FIELD_DERIVED, "y"), (double)room, 0);
        } else {
            refused++;
            assert_outcome(&bench, outcome, OUTCOME_MEMORY);
            assert_int_equal(bench.changes.count, bench.changes.input_count);
        }
    }
    assert_true(refused > 10 && done > 10);
    bench_fini(&bench);
}

static void loading_may_be_refused_at_any_point(void **state) {
    (void)state;
    struct bench bench;
    bench_init(&bench);
    bench_files(
        &bench, "models/thing.lua", THING, "scripts/lib/l.lua", "return { f = print }",
        "scripts/behavior/thing.lua",
        "local l = require 'lib.l' return { on = { z = l.f, ['timer.t'] = print }, init = print }",
        "scripts/prediction/p.lua",
        "return { model = 'thing', every = '1m', needs = { z = '1h' }, of = { field = 'z', above ="
        " 1 }, predict = print }",
        NULL);
    int refused = 0;
    bool is_loaded = false;
    for (size_t hard = 4096; !is_loaded; hard += 509) {
        bench.limits.hard_bytes = hard;
        is_loaded = bench_load(&bench);
        if (is_loaded) break;
        refused++;
        if (!strstr(bench.err.text, "memory")) fail_msg("%zu: %s", hard, bench.err.text);
    }
    assert_true(refused > 20);
    bench_fini(&bench);
}

static void a_state_without_an_owner_has_a_deadline_too(void **state) {
    (void)state;
    if (!is_deadline_shown()) skip();
    struct call call;
    struct err err;
    assert_true(call_open(&call, 1u << 20, NULL, &err));
    assert_int_equal(luaL_loadstring(call.lua, "while true do end"), LUA_OK);
    const struct call_budget budget = {.cpu_us = 5000, .growth = 1u << 20};
    assert_int_equal(call_run(&call, 0, 0, &budget, "test.conf", &err), OUTCOME_KILLED);
    assert_non_null(strstr(err.text, "stopped: it ran for more than 5 ms"));
    call_close(&call);
}

static void outcomes_are_counted(void **state) {
    (void)state;
    if (!is_deadline_shown()) skip();
    struct bench bench;
    struct twin *thing = with_limit(
        &bench, 2000, "if z == 1 then error('x') end if z == 2 then while true do end end");
    bench_sample(&bench, thing, "z", 0);
    bench_sample(&bench, thing, "z", 1);
    bench_sample(&bench, thing, "z", 1);
    bench_sample(&bench, thing, "z", 2);
    static const char *const labels[] = {"result=\"ok\"", "result=\"error\"", "result=\"killed\""};
    static const uint64_t counts[] = {1, 2, 1};
    for (int i = 0; i < 3; i++)
        assert_int_equal(*metrics_counter(bench.metrics, "twind_script_calls_total", labels[i], ""),
                         counts[i]);
    bench_fini(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_that_never_ends_is_stopped_near_its_limit),
        cmocka_unit_test(many_short_calls_are_never_stopped),
        cmocka_unit_test(time_between_calls_counts_for_none),
        cmocka_unit_test(a_kill_is_over_when_the_call_is),
        cmocka_unit_test(pcall_gives_errors_and_hands_kills_on),
        cmocka_unit_test(the_deadline_follows_the_thread),
        cmocka_unit_test(two_threads_have_a_deadline_each),
        cmocka_unit_test(a_prediction_may_take_longer_than_a_turn),
        cmocka_unit_test(growth_beyond_the_soft_cap_ends_the_call),
        cmocka_unit_test(garbage_of_earlier_calls_counts_for_none),
        cmocka_unit_test(any_allocation_may_be_refused),
        cmocka_unit_test(loading_may_be_refused_at_any_point),
        cmocka_unit_test(a_state_without_an_owner_has_a_deadline_too),
        cmocka_unit_test(outcomes_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
