// `series.vibration` in a prediction: the recent past of a field, and the line through it.
//
//     series.vibration:mean() :min() :max() :last() :count() :rate{ per = "1h" }
//     series.vibration:trend{ per = "1h" } -> .slope .intercept .last .r2 .count, :reach(limit)

#ifndef SCRIPT_LUA_SERIES_H
#define SCRIPT_LUA_SERIES_H

#include "predict/trend.h"

#include <lua.h>
#include <stdint.h>

struct window;

// Makes the metatables. In a protected call.
void lua_series_open(lua_State *lua);

// Pushes the series of a window, no older than `span_us` before `now`. `way` and `band` go to its
// trends.
void lua_series_push(lua_State *lua, const struct window *window, int64_t span_us, int64_t now,
                     enum trend_way way, double band);

#endif
