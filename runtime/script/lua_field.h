// The sections of a model that declare values: parameters, telemetry, properties, derived.

#ifndef SCRIPT_LUA_FIELD_H
#define SCRIPT_LUA_FIELD_H

#include "script/check.h"
#include "twin/value.h"

struct model;

// Of the model's table on top of the stack.
void lua_field_read_all(struct check *check, struct model *model);

// "number", "boolean", "text" or "location" under `type`; number when it is not there.
int lua_field_type(struct check *check);
// A known unit under `unit`, which a location does not have. False when it is not there.
bool lua_field_unit(struct check *check, enum value_type type, const char **unit);

#endif
