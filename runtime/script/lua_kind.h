// `state = { wear = { ewma = "10m", of = "vibration" } }`: an estimator of one of the kinds that
// predict/estimator.c lists, by the kind's name and its settings.

#ifndef SCRIPT_LUA_KIND_H
#define SCRIPT_LUA_KIND_H

#include "script/check.h"

struct model;

// Reads the table on top of the stack. Raises with what is wrong.
void lua_kind_read(struct check *check, const char *name, struct model *model);

#endif
