// models/NAME.lua -> struct model. Every mistake is named with its key; nothing of Lua stays in the
// model.

#ifndef SCRIPT_LUA_MODEL_H
#define SCRIPT_LUA_MODEL_H

#include "script/check.h"

#include <lua.h>
#include <stdbool.h>

struct model;

// Fills a new, empty model from the table on top of the stack, without finishing it: predictions
// come first.
void lua_model_read(struct check *check, struct model *model);

// Raises when `name` is no valid name or the model has it already for something else. Names of
// fields, events, commands, alarms and state are unique, for scripts and devices tell them apart by
// name alone.
void lua_model_claim(const struct check *check, const struct model *model, const char *name);

// A field of an unfinished model that holds measured or computed values: telemetry, reported or
// derived. Raises with "did you mean" when there is none; a signal also when it is not a number.
int lua_model_find_value(const struct check *check, const struct model *model, const char *name);
int lua_model_find_signal(const struct check *check, const struct model *model, const char *name);

// Reads `key` as a limit: a number, or the name of a numeric parameter. False when it is not there.
bool lua_model_limit(struct check *check, const struct model *model, const char *key,
                     int *limit_field, double *limit);

// Once all models are read, not finished: warns of relationships and parts whose model is not among
// `models`, raises when a model has itself as a part, also of a part; and what aggregates, a
// process and `autonomous` ask of other models.
void lua_model_check_others(struct check *check, struct model *model, struct model *const *models,
                            int count);

#endif
