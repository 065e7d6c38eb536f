// t:play("cooling.ndjson"): a recorded fixture, given to the twins at its own pace.
//
// One line is one message of one twin: {"twin":"pump-1","at":SECONDS,"values":{"temperature":71}}.
// `at` counts from whatever the first line says; the clock runs to each line's time first.

#ifndef SCRIPT_LUA_PLAY_H
#define SCRIPT_LUA_PLAY_H

#include <lua.h>

int lua_play(lua_State *lua); // t:play(file[, twin]) -> lines played

#endif
