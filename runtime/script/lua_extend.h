// extends = "pump": a model, and its behaviour, that are another one with something written over
// it.
//
// Works on the tables that files returned, before anything is read of them, so what comes out is
// read and checked like any other. Tables are never changed, only made.

#ifndef SCRIPT_LUA_EXTEND_H
#define SCRIPT_LUA_EXTEND_H

#include <lua.h>

struct behavior;

// With the table name -> what models/NAME.lua returned on top: pushes what `name` is in all. Raises
// on a base that is not there and on a circle.
void lua_extend_push_model(lua_State *lua, const char *name);

// With the table name -> what a behaviour is in all on top, which has its base already: pushes what
// `behavior` is, its own file's table (or nil) at `own` completed by what the base has and its
// model knows. Nil when there is neither.
void lua_extend_push_behavior(lua_State *lua, const struct behavior *behavior, int own);

#endif
