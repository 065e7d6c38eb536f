// derived = { power = { sum = "part_of.power" } }: what related twins add up to.

#ifndef SCRIPT_LUA_AGGREGATE_H
#define SCRIPT_LUA_AGGREGATE_H

#include "script/check.h"

#include <stdbool.h>

struct model;

// Of the table of the derived field that was added last, if it is an aggregate.
void lua_aggregate_read(struct check *check, struct model *model);

// Once all models are read, not finished: finds out which way each relationship goes. Raises when
// nothing leads there, warns of a field that no member has.
void lua_aggregate_check(struct check *check, struct model *model, struct model *const *models,
                         int count);

// Whether a model is `name` or extends one that is, among unfinished ones; "" is any.
bool lua_aggregate_is_a(const struct model *model, const char *name, struct model *const *models,
                        int count);
// Index of the relationship of an unfinished model, or NONE.
int lua_aggregate_relationship(const struct model *model, const char *name);
// Index of the field that others know by this name, numbers and booleans, or NONE.
int lua_aggregate_field(const struct model *model, const char *name);

#endif
