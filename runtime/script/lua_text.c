// Each function checks what its result would be before it makes any of it.

#include "script/lua_text.h"

#include <lauxlib.h>
#include <string.h>

static void push_text(lua_State *lua, int index);

int lua_text_rep(lua_State *lua) {
    size_t length, between_length;
    const char *text = luaL_checklstring(lua, 1, &length);
    lua_Integer count = luaL_checkinteger(lua, 2);
    const char *between = luaL_optlstring(lua, 3, "", &between_length);
    if (count <= 0 || length + between_length == 0) {
        lua_pushliteral(lua, "");
        return 1;
    }
    if (count > (lua_Integer)(TEXT_RESULT_MAX / (length + between_length)))
        return luaL_error(lua, "rep: the result would be longer than %d bytes", TEXT_RESULT_MAX);
    luaL_Buffer result;
    luaL_buffinit(lua, &result);
    for (lua_Integer i = 0; i < count; i++) {
        if (i > 0) luaL_addlstring(&result, between, between_length);
        luaL_addlstring(&result, text, length);
    }
    luaL_pushresult(&result);
    return 1;
}

// Lua's own format on arguments that are made text first, so that no address shows.
int lua_text_format(lua_State *lua) {
    size_t length;
    const char *form = luaL_checklstring(lua, 1, &length);
    int count = lua_gettop(lua), argument = 1;
    size_t total = length;
    for (const char *at = form; at < form + length; at++) {
        if (*at != '%') continue;
        at++;
        if (*at == '%') continue;
        at += strspn(at, "-+ #0123456789.");
        argument++;
        total += 400; // widths have two digits, %f of the largest number 309
        if (*at == 'p') return luaL_error(lua, "format: %%p would show an address");
        if (*at != 's' && *at != 'q') continue;
        luaL_checkany(lua, argument);
        if (*at == 's') {
            push_text(lua, argument);
            lua_replace(lua, argument);
        }
        total += lua_type(lua, argument) == LUA_TSTRING ? 4 * lua_rawlen(lua, argument) : 0;
    }
    if (total > 4 * TEXT_RESULT_MAX)
        return luaL_error(lua, "format: the result would be longer than %d bytes", TEXT_RESULT_MAX);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, count, 1);
    return 1;
}

int lua_text_bounded(lua_State *lua) {
    size_t length;
    luaL_checklstring(lua, 1, &length);
    if (length > TEXT_RESULT_MAX)
        return luaL_error(lua, "utf8: a text of %I bytes; no more than %d are walked at once",
                          (LUAI_UACINT)length, TEXT_RESULT_MAX);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, lua_gettop(lua) - 1, LUA_MULTRET);
    return lua_gettop(lua);
}

int lua_text_tostring(lua_State *lua) {
    luaL_checkany(lua, 1);
    push_text(lua, 1);
    return 1;
}

// tostring(value), but "table" and "function" without their address.
static void push_text(lua_State *lua, int index) {
    switch (lua_type(lua, index)) {
    case LUA_TTABLE:
    case LUA_TFUNCTION:
        lua_pushstring(lua, luaL_typename(lua, index));
        return;
    default:
        luaL_tolstring(lua, index, NULL); // ours have __tostring
    }
}
