// random(): splitmix64 (Steele, Lea, Flood 2014), seeded for each call by the runtime, so that the
// same turn draws the same numbers again.

#ifndef SCRIPT_CHANCE_H
#define SCRIPT_CHANCE_H

#include <lua.h>

// random() -> [0, 1); random(n) -> 1..n; random(low, high) -> low..high
int chance_random(lua_State *lua);

#endif
