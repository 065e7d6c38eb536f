// Commands in Lua: how a model declares them, how a script gives one, and what its handler gets.

#ifndef SCRIPT_LUA_COMMAND_H
#define SCRIPT_LUA_COMMAND_H

#include "script/check.h"

#include <lua.h>
#include <stdint.h>

struct changes;
struct model;
struct trigger;
struct twin;

// Of the model's table on top of the stack: its commands.
void lua_command_read_all(struct check *check, struct model *model);

// pump:command("flush", { seconds = 30 }) -> id. The twin is at 1 and may be written.
int lua_command_give(lua_State *lua, struct changes *changes);

// Pushes { id =, name =, state =, args =, result =, at = }.
void lua_command_push(lua_State *lua, const struct twin *twin, const struct trigger *trigger);

#endif
