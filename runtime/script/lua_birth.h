// t:twin("pump-1", { ... }): a twin as it is when a test begins.

#ifndef SCRIPT_LUA_BIRTH_H
#define SCRIPT_LUA_BIRTH_H

#include <lua.h>

int lua_birth(lua_State *lua);

#endif
