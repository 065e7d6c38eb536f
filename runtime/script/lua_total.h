// The keys of derived that make it a total: counter and wraps, run_time and above.

#ifndef SCRIPT_LUA_TOTAL_H
#define SCRIPT_LUA_TOTAL_H

#include "script/check.h"

struct model;

// Of the model's table on top of the stack, once all fields are in the model: a total may follow
// one that is declared behind it.
void lua_total_read_all(struct check *check, struct model *model);

#endif
