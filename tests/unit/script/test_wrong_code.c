// Source that some Luas compile to wrong code is found, and nothing else is; and this Lua is asked
// whether it is one of them.

#include "script/fixture.h"
#include "script/wrong_code.h"

#include <lauxlib.h>

// `expression` behind `count` constants, in a function of v = 2 and t = { v = 2 }.
static void write_source(struct buffer *out, int count, const char *expression) {
    buffer_printf(out, "local v, t = ...\nlocal ONE <const> = 1\nlocal x\n");
    for (int i = 0; i < count; i++)
        buffer_printf(out, "x = 'constant %d'\n", i);
    buffer_printf(out, "return %s\n", expression);
}

static int find(int count, const char *expression) {
    struct buffer source = {0};
    write_source(&source, count, expression);
    int line = wrong_code_find((const char *)source.bytes, source.length);
    buffer_fini(&source);
    return line;
}

// What this Lua makes of it; a text when it raises.
static void run(int count, const char *expression, char result[60]) {
    lua_State *lua = luaL_newstate();
    struct buffer source = {0};
    write_source(&source, count, expression);
    assert_int_equal(luaL_loadbuffer(lua, (const char *)source.bytes, source.length, "source"),
                     LUA_OK);
    lua_pushinteger(lua, 2);
    lua_createtable(lua, 0, 1);
    lua_pushinteger(lua, 2);
    lua_setfield(lua, -2, "v");
    lua_call(lua, 2, 1);
    snprintf(result, 60, "%s", luaL_tolstring(lua, -1, NULL));
    lua_close(lua);
    buffer_fini(&source);
}

static void this_lua_is_wrong_where_it_is_said_to_be(void **state) {
    (void)state;
    static const char *const wrong[] = {"1 ~ (2 or 3)", "1 | (2 or 3)", "1 & (2 or 3)",
                                        "1 ~ (t.v or 3)"};
    static const char *const right[] = {"(2 or 3) ~ 1",  "1 + (2 or 3)",   "1 // (2 or 3)",
                                        "1 << (2 or 3)", "1.0 ~ (2 or 3)", "v ~ (2 or 3)"};
    char few[60], many[60];
    run(0, wrong[0], few);
    run(300, wrong[0], many);
    assert_string_equal(few, "3");
    if (strcmp(few, many) == 0) {
        print_message("%s compiles it well\n", LUA_RELEASE);
        skip();
    }
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        run(200, wrong[i], few);
        run(300, wrong[i], many);
        assert_string_not_equal(few, many);
        assert_int_not_equal(find(300, wrong[i]), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(right); i++) {
        run(200, right[i], few);
        run(300, right[i], many);
        assert_string_equal(few, many);
    }
}

static void a_suspect_place_is_found_in_a_file_with_many_constants(void **state) {
    (void)state;
    assert_int_equal(find(300, "1 ~ (2 or 3)"), 304);
    assert_int_equal(find(300, "0xFF & (v and 3)"), 304);
    assert_int_equal(find(300, "x == 2 and 3 - 2 | ((v == 2) and 3 or 4)"), 304);
    assert_int_equal(find(300, "ONE ~ (v or 1)"), 304);
    assert_int_equal(find(300, "~(1) & (v or 1)"), 304);
    assert_int_equal(find(300, "(ONE + 1) & (v or 1)"), 304);
    assert_int_equal(find(300, "'a' .. --[==[ ) ]] ]==] [[\n]] .. 1 | (v or 1)"), 305);
}

static void what_is_compiled_well_is_not_found(void **state) {
    (void)state;
    assert_int_equal(find(200, "1 ~ (2 or 3)"), 0); // few constants
    assert_int_equal(find(300, "(2 or 3) ~ 1"), 0);
    assert_int_equal(find(300, "v ~ (2 or 3)"), 0);
    assert_int_equal(find(300, "t.f(v) ~ (2 or 3)"), 0);
    assert_int_equal(find(300, "1 + (2 or 3)"), 0);
    assert_int_equal(find(300, "1 ~ (2 + v)"), 0);
    assert_int_equal(find(300, "1 ~= (2 or 3)"), 0);
    assert_int_equal(find(300, "(1 ~ v) == (v or 3)"), 0);
    assert_int_equal(find(300, "'1 ~ (2 or 3)' -- 1 ~ (2 or 3)"), 0);
    assert_int_equal(find(300, "'\\'1 ~ (2 or 3)' .. [=[1 ~ (2 or 3) ]] ]=]"), 0);
}

static void constants_are_counted_once_each(void **state) {
    (void)state;
    struct buffer source = {0};
    for (int i = 0; i < 400; i++)
        buffer_printf(&source, "x = 'the same'\n");
    buffer_printf(&source, "return 1 ~ (2 or 3)\n");
    assert_int_equal(wrong_code_find((const char *)source.bytes, source.length), 0);
    for (int i = 0; i < 260; i++)
        buffer_printf(&source, "y = 3 * 2\n"); // folded, so the 6 is one more
    assert_int_equal(wrong_code_find((const char *)source.bytes, source.length), 401);
    buffer_fini(&source);
}

static void every_way_to_end_is_borne(void **state) {
    (void)state;
    static const char *const cut_off[] = {"",   "&",   "1 &", "1 & (", "1 & (a or",
                                          "'",  "'\\", "[[",  "[==",   "--[[",
                                          "--", "0x",  "1e",  ".",     "1 & not"};
    for (size_t i = 0; i < ARRAY_LEN(cut_off); i++)
        assert_int_equal(wrong_code_find(cut_off[i], strlen(cut_off[i])), 0);
}

static void a_script_with_one_does_not_load(void **state) {
    (void)state;
    struct bench bench;
    struct buffer source = {0};
    bench_init(&bench);
    write_source(&source, 300, "1 ~ (v or 3)");
    bench_files(&bench, "models/pump.lua", "return { model = 'pump', level = 'asset' }\n",
                "scripts/behavior/pump.lua", (const char *)source.bytes, NULL);
    assert_false(bench_load(&bench));
    assert_non_null(strstr(bench.err.text, "scripts/behavior/pump.lua:304: "));
    assert_non_null(strstr(bench.err.text, "write the number last"));
    buffer_fini(&source);
    bench_fini(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(this_lua_is_wrong_where_it_is_said_to_be),
        cmocka_unit_test(a_suspect_place_is_found_in_a_file_with_many_constants),
        cmocka_unit_test(what_is_compiled_well_is_not_found),
        cmocka_unit_test(constants_are_counted_once_each),
        cmocka_unit_test(every_way_to_end_is_borne),
        cmocka_unit_test(a_script_with_one_does_not_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
