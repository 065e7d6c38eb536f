// The `string` functions whose own form could run long in C or show an address, and
// what bounds those of `utf8`.

#ifndef SCRIPT_LUA_TEXT_H
#define SCRIPT_LUA_TEXT_H

#include <lua.h>

#define TEXT_RESULT_MAX (64 * 1024) // bytes that rep, format, gsub and table.concat may make

int lua_text_rep(lua_State *lua);    // string.rep(s, n, sep)
int lua_text_format(lua_State *lua); // string.format(form, ...), upvalue 1: Lua's own
int lua_text_tostring(lua_State *lua);
int lua_text_bounded(lua_State *lua); // upvalue 1 on a text of at most TEXT_RESULT_MAX bytes

#endif
