// string.find, match, gmatch and gsub: as in Lua, with steps charged to the running call and
// results that are bounded.

#ifndef SCRIPT_LUA_PATTERN_H
#define SCRIPT_LUA_PATTERN_H

#include <lua.h>

int lua_pattern_find(lua_State *lua);   // find(s, pattern, init, plain) -> first, last, captures
int lua_pattern_match(lua_State *lua);  // match(s, pattern, init) -> captures, or the match
int lua_pattern_gmatch(lua_State *lua); // gmatch(s, pattern, init) -> an iterator of the same
int lua_pattern_gsub(lua_State *lua);   // gsub(s, pattern, by, limit) -> text, count

#endif
