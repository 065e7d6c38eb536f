// Lua's own libraries are opened, the listed functions are taken out of them, and the rest is
// dropped.

#include "script/sandbox.h"

#include "base/memory.h"
#include "script/call.h"
#include "script/chance.h"
#include "script/lua_pattern.h"
#include "script/lua_table.h"
#include "script/lua_test.h"
#include "script/lua_text.h"
#include "script/mistake.h"
#include "script/order.h"
#include "script/state.h"
#include "script/wrong_code.h"
#include "twin/name.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <string.h>

static int clock_now(lua_State *lua);
static int print(lua_State *lua);

// What there is. NULL: Lua's own function.
static const struct sandbox_entry allowed_list[] = {
    {"", "assert", NULL, "raises, nothing else"},
    {"", "error", NULL, "raises, nothing else"},
    {"", "ipairs", NULL, "in order by itself"},
    {"", "next", order_next, "in our order"},
    {"", "pairs", order_pairs, "in our order"},
    {"", "pcall", call_pcall, "hands a kill on"},
    {"", "print", print, "a log line, limited a second"},
    {"", "random", chance_random, "seeded by the turn"},
    {"", "require", sandbox_require, "loaded scripts/lib files only"},
    {"", "select", NULL, "its arguments only"},
    {"", "tonumber", NULL, "linear in its text"},
    {"", "tostring", lua_text_tostring, "shows no address"},
    {"", "type", NULL, "a name"},
    {"clock", "now", clock_now, "the input's time, not the machine's"},
    {"string", "byte", NULL, "linear, on the stack's limit"},
    {"string", "char", NULL, "linear in its arguments"},
    {"string", "find", lua_pattern_find, "steps are charged to the call"},
    {"string", "format", lua_text_format, "no address, bounded"},
    {"string", "gmatch", lua_pattern_gmatch, "steps are charged to the call"},
    {"string", "gsub", lua_pattern_gsub, "steps are charged to the call, bounded"},
    {"string", "len", NULL, "a number"},
    {"string", "lower", NULL, "linear"},
    {"string", "match", lua_pattern_match, "steps are charged to the call"},
    {"string", "rep", lua_text_rep, "bounded"},
    {"string", "reverse", NULL, "linear"},
    {"string", "sub", NULL, "linear"},
    {"string", "upper", NULL, "linear"},
    {"table", "concat", lua_table_concat, "bounded"},
    {"table", "insert", lua_table_insert, "bounded"},
    {"table", "move", lua_table_move, "bounded"},
    {"table", "pack", NULL, "its arguments only"},
    {"table", "remove", lua_table_remove, "bounded"},
    {"table", "sort", lua_table_sort, "bounded, stable, can be killed"},
    {"table", "unpack", lua_table_unpack, "bounded"},
    {"math", "abs", NULL, "arithmetic"},
    {"math", "acos", NULL, "arithmetic"},
    {"math", "asin", NULL, "arithmetic"},
    {"math", "atan", NULL, "arithmetic"},
    {"math", "ceil", NULL, "arithmetic"},
    {"math", "cos", NULL, "arithmetic"},
    {"math", "deg", NULL, "arithmetic"},
    {"math", "exp", NULL, "arithmetic"},
    {"math", "floor", NULL, "arithmetic"},
    {"math", "fmod", NULL, "arithmetic"},
    {"math", "huge", NULL, "a constant"},
    {"math", "log", NULL, "arithmetic"},
    {"math", "max", NULL, "its arguments only"},
    {"math", "maxinteger", NULL, "a constant"},
    {"math", "min", NULL, "its arguments only"},
    {"math", "mininteger", NULL, "a constant"},
    {"math", "modf", NULL, "arithmetic"},
    {"math", "pi", NULL, "a constant"},
    {"math", "rad", NULL, "arithmetic"},
    {"math", "random", chance_random, "seeded by the turn"},
    {"math", "sin", NULL, "arithmetic"},
    {"math", "sqrt", NULL, "arithmetic"},
    {"math", "tan", NULL, "arithmetic"},
    {"math", "tointeger", NULL, "arithmetic"},
    {"math", "type", NULL, "a name"},
    {"math", "ult", NULL, "arithmetic"},
    {"utf8", "char", NULL, "linear in its arguments"},
    {"utf8", "charpattern", NULL, "a constant"},
    {"utf8", "codepoint", lua_text_bounded, "on the stack's limit, bounded"},
    {"utf8", "codes", lua_text_bounded, "a character a step"},
    {"utf8", "len", lua_text_bounded, "linear, bounded"},
    {"utf8", "offset", lua_text_bounded, "linear, bounded"},
};

static void push_original(lua_State *lua, const struct sandbox_entry *allowed);
static void set_text_methods(lua_State *lua);
static int on_unknown_global(lua_State *lua);
static int on_write(lua_State *lua);

int sandbox_build(lua_State *lua) {
    luaL_requiref(lua, LUA_GNAME, luaopen_base, 1);
    luaL_requiref(lua, LUA_STRLIBNAME, luaopen_string, 1);
    luaL_requiref(lua, LUA_TABLIBNAME, luaopen_table, 1);
    luaL_requiref(lua, LUA_MATHLIBNAME, luaopen_math, 1);
    luaL_requiref(lua, LUA_UTF8LIBNAME, luaopen_utf8, 1);
    lua_settop(lua, 0);

    lua_newtable(lua); // 1: the names that scripts see
    const char *library = "";
    for (size_t i = 0; i < ARRAY_LEN(allowed_list); i++) {
        const struct sandbox_entry *allowed = &allowed_list[i];
        if (strcmp(allowed->library, library) != 0) {
            library = allowed->library;
            lua_settop(lua, 1);
            lua_newtable(lua); // 2: of this library
            if (strcmp(library, "string") == 0) set_text_methods(lua);
            lua_pushvalue(lua, 2);
            sandbox_protect(lua, library);
            lua_setfield(lua, 1, library); // names[library] = read-only view of it
        }
        push_original(lua, allowed);
        if (allowed->function == lua_text_format || allowed->function == lua_text_bounded)
            lua_pushcclosure(lua, allowed->function, 1); // over Lua's own
        else if (allowed->function)
            lua_pushcfunction(lua, allowed->function);
        lua_setfield(lua, *library ? 2 : 1, allowed->name);
    }
    lua_settop(lua, 1);

    lua_createtable(lua, 0, 1); // reading what is not there is a mistake worth a sentence
    lua_pushvalue(lua, 1);
    lua_pushcclosure(lua, on_unknown_global, 1);
    lua_setfield(lua, -2, "__index");
    lua_setmetatable(lua, 1);
    sandbox_protect(lua, "_ENV");
    script_of(lua)->environment = luaL_ref(lua, LUA_REGISTRYINDEX);

    // Nothing that was opened stays reachable but what was taken.
    lua_pushnil(lua);
    lua_setfield(lua, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_newtable(lua);
    lua_rawseti(lua, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    return 0;
}

void sandbox_load(struct script *script, const char *path) {
    lua_State *lua = script->call.lua;
    for (int i = 0; i < script->files->count; i++) {
        const struct script_file *file = &script->files->files[i];
        if (strcmp(file->path, path) != 0) continue;
        lua_pushfstring(lua, "@%s", path);
        if (luaL_loadbufferx(lua, file->text, file->length, lua_tostring(lua, -1), "t") != LUA_OK) {
            const char *text = lua_tostring(lua, -1);
            if (strncmp(text, path, strlen(path)) != 0) // "attempt to load a binary chunk"
                lua_pushfstring(lua, "%s: %s", path, text);
            lua_error(lua);
        }
        int line = wrong_code_find(file->text, file->length);
        if (line > 0)
            luaL_error(lua,
                       "%s:%d: some Luas compute a number on the left of & | ~ and this on its "
                       "right wrongly where a function has over 255 constants; write the number "
                       "last, or move what is here into a function of a smaller file",
                       path, line);
        lua_rawgeti(lua, LUA_REGISTRYINDEX, script->environment);
        lua_setupvalue(lua, -2, 1); // _ENV
        lua_remove(lua, -2);
        return;
    }
    luaL_error(lua, "there is no %s", path);
}

const struct sandbox_entry *sandbox_entry(int index) {
    return index < (int)ARRAY_LEN(allowed_list) ? &allowed_list[index] : NULL;
}

int sandbox_require(lua_State *lua) {
    struct script *script = script_of(lua);
    const char *name = luaL_checkstring(lua, 1);
    char path[128];
    if (strncmp(name, "lib.", 4) != 0 || !field_name_is_valid(name + 4, strlen(name + 4)))
        return luaL_error(lua, "require \"%s\": only \"lib.NAME\", a file of scripts/lib", name);
    snprintf(path, sizeof path, "scripts/lib/%s.lua", name + 4);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, script->libraries);
    int type = lua_getfield(lua, -1, path);
    if (type == LUA_TBOOLEAN)
        return luaL_error(lua, "require \"%s\": it requires itself, by a circle", name);
    if (type != LUA_TNIL) return 1;
    if (!script->files)
        return luaL_error(lua, "require \"%s\": only while the file loads, not in a handler", name);
    lua_pop(lua, 1);
    lua_pushboolean(lua, 0); // being loaded
    lua_setfield(lua, -2, path);
    sandbox_load(script, path);
    lua_call(lua, 0, 1);
    if (lua_istable(lua, -1)) sandbox_protect(lua, name);
    if (!lua_istable(lua, -1) && !lua_isfunction(lua, -1))
        return luaL_error(lua, "%s: returns a %s; return a table or a function", path,
                          luaL_typename(lua, -1));
    lua_pushvalue(lua, -1);
    lua_setfield(lua, -3, path);
    return 1;
}

void sandbox_protect(lua_State *lua, const char *name) {
    lua_newtable(lua);
    lua_createtable(lua, 0, 2);
    lua_pushvalue(lua, -3);
    lua_setfield(lua, -2, "__index");
    lua_pushstring(lua, name);
    lua_pushcclosure(lua, on_write, 1);
    lua_setfield(lua, -2, "__newindex");
    lua_setmetatable(lua, -2); // setmetatable({}, { __index = table, __newindex = on_write })
    lua_remove(lua, -2);
}

// Lua's own value for an entry: globals or globals[library], [name]; nil when it has none.
static void push_original(lua_State *lua, const struct sandbox_entry *allowed) {
    int top = lua_gettop(lua);
    lua_pushglobaltable(lua);
    if (*allowed->library) lua_getfield(lua, -1, allowed->library);
    if (lua_istable(lua, -1))
        lua_getfield(lua, -1, allowed->name);
    else
        lua_pushnil(lua);
    lua_replace(lua, top + 1);
    lua_settop(lua, top + 1);
}

// ("x"):rep(3) finds its methods in the table on top.
static void set_text_methods(lua_State *lua) {
    lua_pushliteral(lua, "");
    lua_createtable(lua, 0, 1);
    lua_pushvalue(lua, -3);
    lua_setfield(lua, -2, "__index");
    lua_setmetatable(lua, -2); // the one metatable of all texts
    lua_pop(lua, 1);
}

static int on_unknown_global(lua_State *lua) {
    const char *name = luaL_checkstring(lua, 2);
    struct suggestion near = {name, strlen(name), NULL, 0};
    for (size_t i = 0; i < ARRAY_LEN(allowed_list); i++)
        suggestion_try(&near,
                       *allowed_list[i].library ? allowed_list[i].library : allowed_list[i].name);
    if (near.best) return mistake_raise(lua, near.best, "there is no \"%s\" here", name);
    return luaL_error(lua, "there is no \"%s\" here; scripts/README.md lists what there is", name);
}

static int on_write(lua_State *lua) {
    const char *table = lua_tostring(lua, lua_upvalueindex(1));
    const char *key =
        lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : luaL_typename(lua, 2);
    if (strcmp(table, "_ENV") == 0)
        return luaL_error(lua, "\"%s\" is not declared; write local %s = ...", key, key);
    return luaL_error(lua, "%s is shared by all scripts and cannot be changed (%s)", table, key);
}

// clock.now() -> seconds since 1970 UTC
static int clock_now(lua_State *lua) {
    state_check_running(lua, "clock.now()");
    const struct script *script = script_of(lua);
    const struct test_bed *bed = script->bed; // a test moves its clock while it runs
    lua_pushnumber(lua, (lua_Number)(bed ? bed->door.now(bed->door.context) : script->now) / 1e6);
    return 1;
}

// print(...): its arguments as one log line
static int print(lua_State *lua) {
    int count = lua_gettop(lua);
    luaL_Buffer line;
    luaL_buffinit(lua, &line);
    for (int i = 1; i <= count; i++) {
        if (i > 1) luaL_addchar(&line, ' ');
        lua_pushcfunction(lua, lua_text_tostring);
        lua_pushvalue(lua, i);
        lua_call(lua, 1, 1);
        luaL_addvalue(&line);
    }
    luaL_pushresult(&line);
    state_log(script_of(lua), lua_tostring(lua, -1));
    return 0;
}
