// The keys of telemetry and properties that say how samples are judged: max_rate, stuck_after,
// spike, stale_after.

#ifndef SCRIPT_LUA_SENSOR_H
#define SCRIPT_LUA_SENSOR_H

#include "script/check.h"

struct model;

// Of the field's table on top of the stack; `field` is its index in the unfinished model.
void lua_sensor_read(struct check *check, struct model *model, int field);

#endif
