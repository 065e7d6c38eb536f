// A twin in Lua: `pump.telemetry.temperature`, `pump.desired.speed = 700`, `pump:raise("leak")`.
//
// Reads go to the twin's slots as they stand in this turn, what this handler wrote included. Writes
// go through changes_set. Only the twin whose turn it is can be written.

#ifndef SCRIPT_LUA_TWIN_H
#define SCRIPT_LUA_TWIN_H

#include "script/handle.h"

#include <lua.h>

struct changes;
struct script;
struct twin;

// Sets the metatable of all light userdata and fills script->members. In a protected call, with the
// table of texts on top of the stack.
void lua_twin_open(struct script *script);

// The twin of a handle. Raises when it is gone or when nothing runs that could see it.
const struct twin *lua_twin_get(lua_State *lua, uint32_t number);

// The changes of the running turn, when `number` is the twin it is for. Raises what to do instead.
struct changes *lua_twin_write(lua_State *lua, uint32_t number);

// The names of what a twin has besides its methods; NULL behind the last.
const char *lua_twin_member(int index);

// pairs(pump.telemetry): pushes the list of names of the view at 1, in order.
void lua_twin_push_keys(lua_State *lua);

#endif
