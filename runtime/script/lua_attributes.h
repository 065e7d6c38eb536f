// `pump.attributes.site`: read from the twin's JSON, as text, numbers, booleans and plain tables.

#ifndef SCRIPT_LUA_ATTRIBUTES_H
#define SCRIPT_LUA_ATTRIBUTES_H

#include <lua.h>

// Makes the box that frees a parsed JSON when Lua raises in between. In a protected call.
void lua_attributes_open(lua_State *lua);

// Pushes all of a JSON object as one fresh table, an empty one when it is no object.
void lua_attributes_push(lua_State *lua, const char *json);

#endif
