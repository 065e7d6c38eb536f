// Locations between C and Lua: { lat = 52.1, lon = 4.3, alt = 12 }, `alt` only when it is known.

#ifndef SCRIPT_LUA_LOCATION_H
#define SCRIPT_LUA_LOCATION_H

#include "script/check.h"
#include "twin/value.h"

#include <lua.h>
#include <stdbool.h>

// lua_value_get for something of the type `type`, which may be a location: its table is read into
// `room`, which `value` borrows then. A table that is no location raises what is wrong with it,
// `name` in front.
bool lua_location_take(lua_State *lua, int index, const char *name, enum value_type type,
                       struct location *room, struct value *value);

// As a model declares it, under `key` of the table on top. False when it is not there.
bool lua_location_check(struct check *check, const char *key, struct location *location);

#endif
