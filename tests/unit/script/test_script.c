// A version as a whole: loaded or not, libraries, models handed over, old layouts of other loads.

#include "fixture.h"
#include "script/state.h"

#define BEHAVIOR(body)                                                                             \
    "scripts/behavior/thing.lua", "return { on = { z = function(thing, z) " body " end } }"

static void load(struct bench *bench) {
    if (!bench_load(bench)) fail_msg("%s", bench->err.text);
}

static void a_library_is_run_once_and_shared(void **state) {
    (void)state;
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/thing.lua", THING, "models/other.lua",
                "return { telemetry = { q = {} } }", "scripts/lib/count.lua",
                "local base = require 'lib.base'\n"
                "return { id = base(), next = function(n) return n + 1 end }",
                "scripts/lib/base.lua", "return function() return 'one' end",
                "scripts/behavior/other.lua", "local c = require 'lib.count' return {}",
                "scripts/behavior/thing.lua",
                "local count, again = require 'lib.count', require 'lib.count'\n"
                "assert(count == again and require('lib.base')() == 'one')\n"
                "return { on = { z = function(thing, z)\n"
                "  thing.derived.y = count.next(z)\n"
                "  assert(require 'lib.count' == count)\n"
                "  assert(not pcall(function() count.next = nil end))\n"
                "  local names = '' for name in pairs(count) do names = names .. name .. ' ' end\n"
                "  assert(names == 'id next ')\n"
                "end } }",
                NULL);
    load(&bench);
    struct twin *thing = bench_twin(&bench, "thing-1", "thing");
    assert_outcome(&bench, bench_sample(&bench, thing, "z", 4), OUTCOME_OK);
    assert_float_equal(number_of(thing, FIELD_DERIVED, "y"), 5, 0);
    bench_fini(&bench);
}

static void refused(const char *path, const char *text, const char *expected) {
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/thing.lua", THING, path, text, NULL);
    if (bench_load(&bench)) fail_msg("loaded, but \"%s\" was expected", expected);
    assert_says(&bench, expected);
    bench_fini(&bench);
}

static void libraries_that_do_not_load_are_named(void **state) {
    (void)state;
    refused("scripts/lib/a.lua", "return require 'lib.a'",
            "scripts/lib/a.lua:1: require \"lib.a\": it requires itself");
    refused("scripts/lib/a.lua", "return require 'lib.b'",
            "scripts/lib/a.lua:1: there is no scripts/lib/b.lua");
    refused("scripts/lib/a.lua", "return 4",
            "scripts/lib/a.lua: returns a number; return a table or a function");
    refused("scripts/lib/a.lua", "return (", "scripts/lib/a.lua:1: unexpected symbol");
    refused("scripts/behavior/thing.lua", "local a = require 'a' return {}",
            "thing.lua:1: require \"a\": only \"lib.NAME\"");
}

static void nothing_is_loaded_when_one_file_is_wrong(void **state) {
    (void)state;
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/thing.lua", THING, BEHAVIOR("thing.derived.y = z"), NULL);
    load(&bench);
    struct script *good = bench.script;
    script_files_add(&bench.files, "models/worse.lua", "return { level = 1 }", 20);
    script_files_seal(&bench.files);
    struct script *bad =
        script_load(&bench.files, &bench.limits, &bench.logger, bench.metrics, &bench.err);
    assert_null(bad);
    assert_says(&bench, "models/worse.lua: level: expected a text");
    struct twin *thing = bench_twin(&bench, "thing-1", "thing");
    assert_ptr_equal(bench.script, good);
    assert_outcome(&bench, bench_sample(&bench, thing, "z", 4), OUTCOME_OK);
    bench_fini(&bench);
}

static void models_that_nobody_takes_are_freed_with_the_version(void **state) {
    (void)state;
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/thing.lua", THING, NULL);
    struct script *script =
        script_load(&bench.files, &bench.limits, &bench.logger, bench.metrics, &bench.err);
    assert_non_null(script);
    assert_int_equal(script_model_count(script), 1);
    assert_true(script_version(script) == bench.files.version);
    script_free(script);
    script_free(NULL);
    bench_fini(&bench);
}

// A touched twin moves to the present layout first; one of another layout is read, not run.
static void a_twin_of_an_older_layout_is_read_by_name(void **state) {
    (void)state;
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/thing.lua", THING, NULL);
    load(&bench);
    struct twin *old = bench_twin(&bench, "thing-2", "thing");
    bench_sample(&bench, old, "z", 7);
    script_files_fini(&bench.files);
    bench_files(
        &bench, "models/thing.lua",
        "return { match = 'thing-*', telemetry = { aa = {}, z = {} }, derived = { y = {} },"
        " relationships = { feeds = 'thing' } }",
        BEHAVIOR("for other in thing:related('feeds') do thing.derived.y = other.telemetry.z"
                 " assert(other.state.n == nil and other.parameters.limit == 10) end"),
        NULL);
    load(&bench);
    struct twin *thing = bench_twin(&bench, "thing-1", "thing");
    world_link(bench.world, thing, 0, old);
    assert_outcome(&bench, bench_sample(&bench, thing, "z", 1), OUTCOME_OK);
    assert_float_equal(number_of(thing, FIELD_DERIVED, "y"), 7, 0);
    struct trigger trigger = {.kind = TRIGGER_FIELD, .index = 0, .value = value_number(1)};
    assert_false(script_handles(bench.script, old->model, &trigger));
    bench_fini(&bench);
}

static void the_same_inputs_have_the_same_effects(void **state) {
    (void)state;
    uint64_t hashes[2];
    for (int run = 0; run < 2; run++) {
        struct bench bench;
        bench_init(&bench);
        bench_files(&bench, "models/thing.lua", THING,
                    BEHAVIOR("local t = {} for i = 1, 20 do t['k' .. random(1000)] = i end "
                             "local s = '' for k, v in pairs(t) do s = s .. k .. v end "
                             "thing.state.note = s:sub(1, 200) thing.derived.y = random() * z "
                             "thing.state.own:add(random(10)) thing.state.since = clock.now()"),
                    NULL);
        load(&bench);
        struct twin *thing = bench_twin(&bench, "thing-1", "thing");
        for (int i = 0; i < 50; i++, bench.now += SECOND, bench.seed = bench.seed * 31 + 7)
            assert_outcome(&bench, bench_sample(&bench, thing, "z", i), OUTCOME_OK);
        hashes[run] = world_hash(bench.world);
        bench_fini(&bench);
    }
    assert_true(hashes[0] == hashes[1]);
}

// Nothing stays on the stack or keeps growing, whatever the outcome.
static void calls_leave_nothing_behind(void **state) {
    (void)state;
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/thing.lua", THING,
                BEHAVIOR("if z % 3 == 1 then error({}) end thing.derived.word = 'w' .. z"), NULL);
    load(&bench);
    struct twin *thing = bench_twin(&bench, "thing-1", "thing");
    int top = lua_gettop(bench.script->call.lua);
    for (int i = 0; i < 3000; i++)
        bench_sample(&bench, thing, "z", i);
    assert_int_equal(lua_gettop(bench.script->call.lua), top);
    lua_gc(bench.script->call.lua, LUA_GCCOLLECT);
    size_t used = bench.script->call.used;
    for (int i = 0; i < 3000; i++)
        bench_sample(&bench, thing, "z", i);
    lua_gc(bench.script->call.lua, LUA_GCCOLLECT);
    assert_true(bench.script->call.used <= used + 1024);
    bench_fini(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_library_is_run_once_and_shared),
        cmocka_unit_test(libraries_that_do_not_load_are_named),
        cmocka_unit_test(nothing_is_loaded_when_one_file_is_wrong),
        cmocka_unit_test(models_that_nobody_takes_are_freed_with_the_version),
        cmocka_unit_test(a_twin_of_an_older_layout_is_read_by_name),
        cmocka_unit_test(the_same_inputs_have_the_same_effects),
        cmocka_unit_test(calls_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
