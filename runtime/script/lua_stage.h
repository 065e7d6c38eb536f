// What a test does to its world: t:twin, t:sample, t:advance, t:play, t:desire, t:command ... Each
// is an input as a device or an operator gives it.

#ifndef SCRIPT_LUA_STAGE_H
#define SCRIPT_LUA_STAGE_H

#include "twin/value.h"

#include <lua.h>

struct luaL_Reg;
struct model;
struct sample;
struct test_bed;
struct twin;

const struct luaL_Reg *lua_stage_list(void); // ends with NULL

// The bed of the running test; raises when none runs. Its region is empty then.
struct test_bed *lua_stage_bed(lua_State *lua);
// The twin that a handle or an id at `index` means; raises when there is none.
struct twin *lua_stage_twin(lua_State *lua, int index);
int lua_stage_alarm(lua_State *lua, int index, const struct model *model);
void lua_stage_push_value(lua_State *lua, struct value value);

// The value on top as one of `type`, its bytes in the bed's region or Lua's. False when it is none.
bool lua_stage_take(lua_State *lua, const char *name, enum value_type type, struct value *value);

// Gives samples of one time to a twin; raises the sentence of a refusal.
void lua_stage_give(lua_State *lua, struct twin *twin, struct sample *samples, int count);
// Moves a twin to the life cycle state named at `index`.
void lua_stage_live(lua_State *lua, struct twin *twin, int index);
// A telemetry or reported property of a model; raises with the nearest name.
int lua_stage_signal(lua_State *lua, const struct model *model, const char *name);

#endif
