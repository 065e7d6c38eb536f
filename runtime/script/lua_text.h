// The `string` functions whose own form could run long in C, show an address, or take a pattern.

#ifndef SCRIPT_LUA_TEXT_H
#define SCRIPT_LUA_TEXT_H

#include <lua.h>

#define TEXT_RESULT_MAX (64 * 1024) // bytes that rep, format and table.concat may make

int lua_text_find(lua_State *lua);   // string.find(s, text, init, true): plain text only
int lua_text_rep(lua_State *lua);    // string.rep(s, n, sep)
int lua_text_format(lua_State *lua); // string.format(form, ...), upvalue 1: Lua's own
int lua_text_tostring(lua_State *lua);

#endif
