// The order of keys in a table: numbers ascending, then text by its bytes, then false and true.
//
// Lua's own order depends on addresses, so a run could not be repeated. Every walk over a table
// goes through here: the scripts' `pairs` and `next`, and the reading of declared tables.

#ifndef SCRIPT_ORDER_H
#define SCRIPT_ORDER_H

#include <lua.h>

#define ORDER_KEYS_MAX 10000 // sorting so many takes about a millisecond, within one C call

// Pushes a list of the keys of the table at `index`, in order. Raises when one has no place in the
// order or there are too many.
void order_push_keys(lua_State *lua, int index);

int order_pairs(lua_State *lua); // pairs(t)
int order_next(lua_State *lua);  // next(t, key): walks all of `t` for each step

#endif
