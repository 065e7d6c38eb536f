// The sections of a model that declare values: parameters, telemetry, properties, derived.

#ifndef SCRIPT_LUA_FIELD_H
#define SCRIPT_LUA_FIELD_H

#include "script/check.h"

struct model;

// Of the model's table on top of the stack.
void lua_field_read_all(struct check *check, struct model *model);

// "number", "boolean" or "text" under `type`; number when it is not there.
int lua_field_type(struct check *check);

#endif
