// Names by address: found when added, told apart by kind, missed otherwise.

#include "script/names.h"
#include "test.h"

#include <lauxlib.h>
#include <stdio.h>

static void names_are_found_by_kind_and_address(void **state) {
    (void)state;
    lua_State *lua = luaL_newstate();
    struct names names;
    char text[40];
    names_init(&names);
    lua_newtable(lua);
    for (int i = 0; i < 500; i++) {
        snprintf(text, sizeof text, "name_%d", i);
        names_add(&names, lua, i % 3, text, i);
    }
    lua_gc(lua, LUA_GCCOLLECT);
    for (int i = 0; i < 500; i++) {
        snprintf(text, sizeof text, "name_%d", i);
        const char *shared = lua_pushstring(lua, text);
        assert_int_equal(names_find(&names, i % 3, shared), i);
        assert_int_equal(names_find(&names, (i + 1) % 3, shared), -1);
        assert_int_equal(names_find(&names, i % 3, text), -1); // the same text elsewhere
        lua_pop(lua, 1);
    }
    assert_int_equal(names_find(&names, 0, lua_pushstring(lua, "name_500")), -1);
    names_fini(&names);
    lua_close(lua);
}

static void an_empty_table_finds_nothing(void **state) {
    (void)state;
    struct names names;
    names_init(&names);
    assert_int_equal(names_find(&names, 0, "x"), -1);
    names_fini(&names);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found_by_kind_and_address),
        cmocka_unit_test(an_empty_table_finds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
