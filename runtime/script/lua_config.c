// A state of its own with no libraries, entered by the same door as everything else.

#include "script/lua_config.h"

#include "base/err.h"
#include "base/memory.h"
#include "script/call.h"
#include "script/script.h"

#include <lauxlib.h>
#include <lua.h>

static const struct call_budget budget = {.cpu_us = 500000, .growth = 1u << 20};

// Each pair of the table on the top of the stack.
static bool read_table(lua_State *lua, const char *path,
                       bool (*on_setting)(void *context, const char *key, const char *text,
                                          struct err *err),
                       void *context, struct err *err) {
    for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1)) {
        if (lua_type(lua, -2) != LUA_TSTRING)
            return err_set(err, ERR_INVALID, "%s: settings are written name = value", path);
        const char *key = lua_tostring(lua, -2), *text = NULL;
        if (lua_type(lua, -1) == LUA_TBOOLEAN) text = lua_toboolean(lua, -1) ? "true" : "false";
        if (lua_type(lua, -1) == LUA_TSTRING || lua_type(lua, -1) == LUA_TNUMBER)
            text = lua_tostring(lua, -1);
        if (!text)
            return err_set(err, ERR_INVALID,
                           "%s: %s must be a text, a number or a boolean, not a %s", path, key,
                           luaL_typename(lua, -1));
        if (!on_setting(context, key, text, err)) return false;
    }
    return true;
}

bool lua_config_read(const char *path,
                     bool (*on_setting)(void *context, const char *key, const char *text,
                                        struct err *err),
                     void *context, struct err *err) {
    struct call call;
    if (!call_open(&call, 4u << 20, NULL, err)) return false;
    bool is_read = false;
    if (luaL_loadfilex(call.lua, path, "t") != LUA_OK)
        err_set(err, ERR_INVALID, "the configuration does not load: %s",
                lua_tostring(call.lua, -1));
    else if (call_run(&call, 0, 1, &budget, path, err) != OUTCOME_OK)
        err->code = ERR_INVALID;
    else if (!lua_istable(call.lua, -1))
        err_set(err, ERR_INVALID, "%s must return a table of settings, not a %s", path,
                luaL_typename(call.lua, -1));
    else
        is_read = read_table(call.lua, path, on_setting, context, err);
    call_close(&call);
    return is_read;
}
