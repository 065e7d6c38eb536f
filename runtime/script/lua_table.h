// The `table` functions, on plain tables and within bounds, so that no call runs long in C.

#ifndef SCRIPT_LUA_TABLE_H
#define SCRIPT_LUA_TABLE_H

#include <lua.h>

#define TABLE_RANGE_MAX 10000 // elements that one call moves, joins or sorts
#define TABLE_UNPACK_MAX 1000 // values that one call puts on the stack

int lua_table_concat(lua_State *lua); // table.concat(t, sep, i, j)
int lua_table_insert(lua_State *lua); // table.insert(t, [place,] value)
int lua_table_remove(lua_State *lua); // table.remove(t, place)
int lua_table_move(lua_State *lua);   // table.move(from, i, j, to, into)
int lua_table_unpack(lua_State *lua); // table.unpack(t, i, j)
int lua_table_sort(lua_State *lua);   // table.sort(t, is_less); stable

#endif
