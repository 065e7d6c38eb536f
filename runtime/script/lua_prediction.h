// scripts/prediction/NAME.lua: what it forecasts, of which model, from which recent past, and how.

#ifndef SCRIPT_LUA_PREDICTION_H
#define SCRIPT_LUA_PREDICTION_H

#include "predict/trend.h"
#include "script/check.h"

#include <lua.h>
#include <stdint.h>

struct model;
struct script;
struct twin;
struct prediction_result;

struct prediction { // what the model does not say of it
    char *name;
    int predict;    // registry reference
    int64_t *spans; // of `needs`, microseconds, in the order of prediction_spec.needs
};
void prediction_fini(struct prediction *prediction);

// Adds the prediction of the table on top of the stack to its unfinished model, with the windows it
// needs.
void lua_prediction_declare(struct check *check, const char *name, struct model *const *models,
                            int count);

// Of the same table, once the models are finished: keeps its function.
void lua_prediction_read(struct script *script, const char *name);

// Pushes the arguments of `predict` after the twin: the series of its needs.
void lua_prediction_push_series(lua_State *lua, const struct twin *twin,
                                const struct prediction *prediction, int index, int64_t now);

// Reads what `predict` returned, two values on top of the stack. False with a sentence when it is
// neither a number, nor { value, low, high }, nor nil and a reason.
bool lua_prediction_result(lua_State *lua, struct prediction_result *result, const char **why);

#endif
