// Values between C and Lua: number, boolean, text, and nil for what is missing.

#ifndef SCRIPT_LUA_VALUE_H
#define SCRIPT_LUA_VALUE_H

#include "twin/value.h"

#include <lua.h>
#include <stdbool.h>

void lua_value_push(lua_State *lua, struct value value);

// False when the Lua value at `index` is no value of a twin (a table, a function, a twin). Text
// stays Lua's.
bool lua_value_get(lua_State *lua, int index, struct value *value);

// A time as scripts see it: seconds since 1970 UTC.
void lua_value_push_time(lua_State *lua, int64_t us);

#endif
