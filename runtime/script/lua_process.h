// process = { stages = { "filler", "capper" }, buffers = { "belt" }, ... }: a line in the order of
// flow, over relationships of this model.

#ifndef SCRIPT_LUA_PROCESS_H
#define SCRIPT_LUA_PROCESS_H

#include "script/check.h"

struct model;

// Adds the process and the derived values that the runtime keeps of it, if there is one. A value
// that the model declares itself under such a name keeps its title and unit.
void lua_process_read(struct check *check, struct model *model);

// Once all models are read: its stages and buffers are relationships of the model; the rate's unit
// becomes the throughput's.
void lua_process_check(struct check *check, struct model *model, struct model *const *models,
                       int count);

#endif
