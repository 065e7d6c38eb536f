// The verbs of a twin: pump:send(tank, "inflow_reduced", { by = 50 }).

#ifndef SCRIPT_LUA_METHOD_H
#define SCRIPT_LUA_METHOD_H

#include <lua.h>

// The methods in order, NULL-terminated by a NULL function.
const struct luaL_Reg *lua_method_list(void);

#endif
