// twin:part(name): the twin of a part that the model declares.

#ifndef SCRIPT_LUA_PART_H
#define SCRIPT_LUA_PART_H

#include <lua.h>

int lua_part_get(lua_State *lua);

#endif
