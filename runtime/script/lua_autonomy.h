// autonomous = { every, over, step, vary, minimise, keep }: what is moved by itself.

#ifndef SCRIPT_LUA_AUTONOMY_H
#define SCRIPT_LUA_AUTONOMY_H

#include "script/check.h"

struct model;

// Of the model's table; its own fields are read.
void lua_autonomy_read(struct check *check, struct model *model);
// Once all models are read, not finished: that each value is one of its own, or of a model at the
// other end of its relationship.
void lua_autonomy_check(struct check *check, const struct model *model, struct model *const *models,
                        int count);

#endif
