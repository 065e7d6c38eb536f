// The sections of a model that say what happens and what belongs together: events, commands,
// relationships, parts, alarms, state.

#ifndef SCRIPT_LUA_RULE_H
#define SCRIPT_LUA_RULE_H

#include "script/check.h"

struct model;
struct script;

// Of the model's table on top of the stack, after its fields.
void lua_rule_read_all(struct check *check, struct model *model);

// When predictions are known: raises for an alarm that watches none of them, for it would never be
// raised.
void lua_rule_check_predicted(struct script *script, struct model *const *models, int count);

#endif
