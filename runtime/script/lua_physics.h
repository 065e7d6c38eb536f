// `physics` in models/NAME.lua: states, inputs, parameters, outputs and dynamics.

#ifndef SCRIPT_LUA_PHYSICS_H
#define SCRIPT_LUA_PHYSICS_H

struct check;
struct model;
struct script;

// Reads it from the model's table on top of the stack, if it is there, and gives the model the
// script state that its twins need. After the model's values, before it is finished.
void lua_physics_read(struct check *check, struct script *script, struct model *model);
void lua_physics_fini(struct script *script);

#endif
