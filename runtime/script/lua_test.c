// `t` is an empty userdata: what it works on is the running test's bed, of which there is one.

#include "script/lua_test.h"

#include "base/err.h"
#include "base/hash.h"
#include "script/check.h"
#include "script/lua_claim.h"
#include "script/lua_stage.h"
#include "script/mistake.h"
#include "script/sandbox.h"
#include "script/state.h"
#include "twin/name.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#define LOAD_US 1000000        // of CPU for all test files
#define TEST_US 5000000        // of one test, the handlers it causes included
#define TEST_BYTES (64u << 20) // that one test may add
#define T "twind.test"

struct lua_tests {
    struct script *script;
    struct test {
        char *file, *name;
        int function; // registry reference
    } * list;
    int count;
};

struct loading {
    struct lua_tests *tests;
    const struct script_files *files;
    const char *file;
};

static int load(lua_State *lua);
static void open_t(lua_State *lua);
static int on_index(lua_State *lua);
static int on_newindex(lua_State *lua);

struct lua_tests *lua_test_load(struct script *script, const struct script_files *files,
                                struct err *err) {
    struct lua_tests *tests = xcalloc(1, sizeof *tests);
    tests->script = script;
    struct loading loading = {.tests = tests, .files = files};
    lua_pushcfunction(script->call.lua, load);
    lua_pushlightuserdata(script->call.lua, &loading);
    script->files = files; // for sandbox_load
    const struct call_budget budget = {.cpu_us = LOAD_US, .growth = script->limits.hard_bytes};
    int outcome = call_run(&script->call, 1, 0, &budget, "loading tests", err);
    script->files = NULL;
    if (outcome == OUTCOME_OK) return tests;
    lua_test_free(tests);
    return NULL;
}

void lua_test_free(struct lua_tests *tests) {
    if (!tests) return;
    for (int i = 0; i < tests->count; i++) {
        free(tests->list[i].file);
        free(tests->list[i].name);
    }
    free(tests->list);
    free(tests);
}

int lua_test_count(const struct lua_tests *tests) {
    return tests->count;
}

const char *lua_test_file(const struct lua_tests *tests, int index) {
    return tests->list[index].file;
}

const char *lua_test_name(const struct lua_tests *tests, int index) {
    return tests->list[index].name;
}

enum outcome lua_test_run(struct lua_tests *tests, int index, struct test_bed *bed,
                          struct err *err) {
    struct script *script = tests->script;
    lua_State *lua = script->call.lua;
    const struct test *test = &tests->list[index];
    bed->file = test->file;
    script->bed = bed;
    script->behavior = NULL;
    script->chance = hash64(4, test->name, strlen(test->name));
    lua_rawgeti(lua, LUA_REGISTRYINDEX, test->function);
    lua_newuserdatauv(lua, 0, 0); // t
    luaL_setmetatable(lua, T);
    const struct call_budget budget = {.cpu_us = TEST_US, .growth = TEST_BYTES};
    enum outcome outcome = call_run(&script->call, 1, 0, &budget, test->file, err);
    script->bed = NULL;
    region_fini(&bed->region);
    buffer_fini(&bed->scratch);
    return outcome;
}

static void keep_test(struct check *check, const char *name, void *context) {
    struct loading *loading = context;
    struct lua_tests *tests = loading->tests;
    check_is_function(check);
    tests->list = xrealloc(tests->list, (size_t)(tests->count + 1) * sizeof *tests->list);
    struct test *test = &tests->list[tests->count++];
    *test = (struct test){xstrdup(loading->file), xstrdup(name), LUA_NOREF};
    lua_pushvalue(check->lua, -1);
    test->function = luaL_ref(check->lua, LUA_REGISTRYINDEX);
}

// load(loading), in the protected call
static int load(lua_State *lua) {
    struct loading *loading = lua_touserdata(lua, 1);
    struct script *script = loading->tests->script;
    open_t(lua);
    for (int i = 0; i < loading->files->count; i++) {
        loading->file = loading->files->files[i].path;
        sandbox_load(script, loading->file);
        lua_call(lua, 0, 1);
        if (!lua_istable(lua, -1))
            luaL_error(lua, "%s: returns a %s; end it with return { NAME = function(t) ... end }",
                       loading->file, luaL_typename(lua, -1));
        struct check check = {.lua = lua, .file = loading->file, .logger = script->logger};
        check_all(&check, keep_test, loading);
        lua_pop(lua, 1);
    }
    return 0;
}

// The metatable of t; its upvalue is the table of methods.
static void open_t(lua_State *lua) {
    luaL_newmetatable(lua, T);
    lua_newtable(lua);
    luaL_setfuncs(lua, lua_stage_list(), 0);
    luaL_setfuncs(lua, lua_claim_list(), 0);
    lua_pushcclosure(lua, on_index, 1);
    lua_setfield(lua, -2, "__index");
    lua_pushcfunction(lua, on_newindex);
    lua_setfield(lua, -2, "__newindex");
    lua_pop(lua, 1);
}

// t.sample
static int on_index(lua_State *lua) {
    const char *name = luaL_checkstring(lua, 2);
    lua_pushvalue(lua, 2);
    if (lua_rawget(lua, lua_upvalueindex(1)) != LUA_TNIL) return 1;
    struct suggestion near = {name, strlen(name), NULL, 0};
    for (const luaL_Reg *method = lua_stage_list(); method->name; method++)
        suggestion_try(&near, method->name);
    for (const luaL_Reg *method = lua_claim_list(); method->name; method++)
        suggestion_try(&near, method->name);
    return mistake_raise(lua, near.best, "t has no \"%s\"", name);
}

static int on_newindex(lua_State *lua) {
    return luaL_error(lua, "t keeps nothing; write local %s = ...", luaL_checkstring(lua, 2));
}
