// `pump.state.wear` when it was declared as an estimator: its values, .mean, and methods, :max(),
// as its kind has them (predict/estimator.h); of a list also # and [i]; and :add(x, ...) where no
// field feeds it.

#ifndef SCRIPT_LUA_ESTIMATOR_H
#define SCRIPT_LUA_ESTIMATOR_H

#include "script/handle.h"

#include <lua.h>

struct twin;

// __index and __len of a view; the key is at 2.
int lua_estimator_index(lua_State *lua, const struct twin *twin, int estimator);
int lua_estimator_length(lua_State *lua, const struct twin *twin, int estimator);

#endif
