#include "script/prompt.h"

#include "base/err.h"
#include "base/memory.h"
#include "script/behavior.h"
#include "script/script.h"
#include "script/state.h"
#include "script/wrong_code.h"
#include "twin/model.h"

#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#define COMPILE_US 20000
#define MEMBERS_MAX 50 // of a table that is said

struct prompt {
    struct behavior *behavior;
    const char *line;
    struct buffer *said;
};

static void say_plain(lua_State *lua, int index, bool is_quoted, struct buffer *said) {
    size_t length;
    const char *text = luaL_tolstring(lua, index, &length), *quote = is_quoted ? "\"" : "";
    buffer_printf(said, "%s%.*s%s", quote, (int)strnlen(text, length), text, quote);
    lua_pop(lua, 1);
}

// As a reader would write it; a table by its members, one level deep.
static void say(lua_State *lua, int index, struct buffer *said) {
    int count = 0;
    if (!lua_istable(lua, index)) {
        say_plain(lua, index, false, said);
        return;
    }
    buffer_printf(said, "{");
    for (lua_pushnil(lua); lua_next(lua, index); lua_pop(lua, 1)) {
        if (count++ == MEMBERS_MAX) {
            buffer_printf(said, ", ...");
            lua_pop(lua, 2);
            break;
        }
        buffer_printf(said, count > 1 ? ", " : " ");
        say_plain(lua, -2, false, said);
        buffer_printf(said, " = ");
        say_plain(lua, -1, lua_type(lua, -1) == LUA_TSTRING, said);
    }
    buffer_printf(said, " }");
}

// The handler: upvalue 1 the line's function, 2 where it is said.
static int run_line(lua_State *lua) {
    struct buffer *said = lua_touserdata(lua, lua_upvalueindex(2));
    lua_settop(lua, 1);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, 1, LUA_MULTRET);
    luaL_checkstack(lua, 10, "too many values");
    int count = lua_gettop(lua);
    for (int i = 1; i <= count; i++) {
        say(lua, i, said);
        buffer_byte(said, 0);
    }
    return 0;
}

// Pushes the function, or what is wrong with it.
static bool load_as(lua_State *lua, const struct prompt *prompt, const char *before) {
    const char *model = prompt->behavior->model->name;
    lua_pushfstring(lua, "local %s = ...; local twin = %s; %s%s", model, model, before,
                    prompt->line);
    size_t length;
    const char *text = lua_tolstring(lua, -1, &length);
    return wrong_code_find(text, length) == 0 &&
           luaL_loadbufferx(lua, text, length, "=prompt", "t") == LUA_OK;
}

static int compile(lua_State *lua) {
    const struct prompt *prompt = lua_touserdata(lua, 1);
    const struct script *script = script_of(lua);
    if (!load_as(lua, prompt, "return ") && !load_as(lua, prompt, "")) lua_error(lua);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, script->environment);
    lua_setupvalue(lua, -2, 1); // _ENV
    lua_pushlightuserdata(lua, prompt->said);
    lua_pushcclosure(lua, run_line, 2);
    luaL_unref(lua, LUA_REGISTRYINDEX, prompt->behavior->prompt);
    prompt->behavior->prompt = luaL_ref(lua, LUA_REGISTRYINDEX);
    return 0;
}

bool script_prompt(struct script *script, const struct model *model, const char *line,
                   struct buffer *said, struct err *err) {
    lua_State *lua = script->call.lua;
    struct prompt prompt = {.line = line, .said = said};
    for (int i = 0; i < script->behavior_count; i++)
        if (script->behaviors[i].layout == model->layout) prompt.behavior = &script->behaviors[i];
    if (!prompt.behavior)
        return err_set(err, ERR_CONFLICT, "the twin is not of a model that is served now");
    lua_pushcfunction(lua, compile);
    lua_pushlightuserdata(lua, &prompt);
    const struct call_budget budget = {.cpu_us = COMPILE_US, .growth = script->limits.soft_bytes};
    return call_run(&script->call, 1, 0, &budget, "prompt", err) == OUTCOME_OK;
}
