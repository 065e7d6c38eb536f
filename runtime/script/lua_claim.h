// What a test claims: t:equal, t:is, t:raised, t:clear, t:failed, t:fails. One that does not hold
// raises what was expected and what was there.

#ifndef SCRIPT_LUA_CLAIM_H
#define SCRIPT_LUA_CLAIM_H

#include <lua.h>

struct luaL_Reg;

const struct luaL_Reg *lua_claim_list(void); // ends with NULL

#endif
