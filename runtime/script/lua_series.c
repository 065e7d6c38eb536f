// Both things are plain blocks that Lua owns: a copy of the points, and the fitted line.

#include "script/lua_series.h"

#include "base/memory.h"
#include "script/duration.h"
#include "script/mistake.h"
#include "twin/name.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

#define SERIES "twind.series"
#define TREND "twind.trend"

struct series {
    enum trend_way way;
    double band;
    int count;
    struct window_point points[]; // oldest first, seconds from now, so never positive
};

struct line {
    enum trend_way way;
    double band;
    struct trend trend;
};

static int series_index(lua_State *lua);
static int trend_index(lua_State *lua);
static int reach(lua_State *lua);
static int refuse_write(lua_State *lua);

void lua_series_open(lua_State *lua) {
    static const luaL_Reg series_meta[] = {
        {"__index", series_index}, {"__newindex", refuse_write}, {NULL, NULL}};
    static const luaL_Reg trend_meta[] = {
        {"__index", trend_index}, {"__newindex", refuse_write}, {NULL, NULL}};
    luaL_newmetatable(lua, SERIES);
    luaL_setfuncs(lua, series_meta, 0);
    luaL_newmetatable(lua, TREND);
    luaL_setfuncs(lua, trend_meta, 0);
    lua_pop(lua, 2);
}

void lua_series_push(lua_State *lua, const struct window *window, int64_t span_us, int64_t now,
                     enum trend_way way, double band) {
    struct series *series =
        lua_newuserdatauv(lua, sizeof *series + WINDOW_POINTS * sizeof *series->points, 0);
    *series = (struct series){.way = way, .band = band};
    luaL_setmetatable(lua, SERIES);
    if (!window) return; // no sample yet
    int count = window_read(window, now, series->points), old = 0;
    while (old < count && series->points[old].seconds < -(double)span_us / 1e6)
        old++;
    series->count = count - old;
    memmove(series->points, series->points + old, (size_t)series->count * sizeof *series->points);
}

static const struct series *check_series(lua_State *lua) {
    return luaL_checkudata(lua, 1, SERIES);
}

static int series_count(lua_State *lua) {
    lua_pushinteger(lua, check_series(lua)->count);
    return 1;
}

static int series_mean(lua_State *lua) {
    const struct series *series = check_series(lua);
    if (series->count == 0) return 0;
    double sum = 0;
    for (int i = 0; i < series->count; i++)
        sum += series->points[i].value;
    lua_pushnumber(lua, sum / series->count);
    return 1;
}

static int series_min(lua_State *lua) {
    const struct series *series = check_series(lua);
    if (series->count == 0) return 0;
    double least = INFINITY;
    for (int i = 0; i < series->count; i++)
        least = fmin(least, series->points[i].value);
    lua_pushnumber(lua, least);
    return 1;
}

static int series_max(lua_State *lua) {
    const struct series *series = check_series(lua);
    if (series->count == 0) return 0;
    double most = -INFINITY;
    for (int i = 0; i < series->count; i++)
        most = fmax(most, series->points[i].value);
    lua_pushnumber(lua, most);
    return 1;
}

static int series_last(lua_State *lua) {
    const struct series *series = check_series(lua);
    if (series->count == 0) return 0;
    lua_pushnumber(lua, series->points[series->count - 1].value);
    return 1;
}

// { per = "1h" } at 2, or nothing, which is one hour. Seconds.
static double check_per(lua_State *lua) {
    int64_t us = 3600000000;
    if (lua_isnoneornil(lua, 2)) return 3600;
    luaL_checktype(lua, 2, LUA_TTABLE);
    for (lua_pushnil(lua); lua_next(lua, 2); lua_pop(lua, 1)) {
        const char *key = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "";
        if (strcmp(key, "per") != 0) luaL_error(lua, "\"%s\" is no setting; known is per", key);
        if (lua_type(lua, -1) != LUA_TSTRING || !duration_parse(lua_tostring(lua, -1), &us))
            luaL_error(lua, "per is no duration; write " DURATION_FORM);
    }
    return (double)us / 1e6;
}

// series.vibration:rate{ per = "1h" }: from the first point to the last
static int series_rate(lua_State *lua) {
    const struct series *series = check_series(lua);
    double per = check_per(lua);
    if (series->count < 2) return 0;
    const struct window_point *first = series->points, *last = first + series->count - 1;
    if (last->seconds <= first->seconds) return 0;
    lua_pushnumber(lua, (last->value - first->value) / (last->seconds - first->seconds) * per);
    return 1;
}

// series.vibration:trend{ per = "1h" }
static int series_trend(lua_State *lua) {
    const struct series *series = check_series(lua);
    double per = check_per(lua);
    struct line *line = lua_newuserdatauv(lua, sizeof *line, 0);
    *line = (struct line){.way = series->way, .band = series->band};
    trend_fit(&line->trend, series->points, series->count, per);
    luaL_setmetatable(lua, TREND);
    return 1;
}

static const luaL_Reg series_methods[] = {
    {"count", series_count}, {"last", series_last}, {"max", series_max},     {"mean", series_mean},
    {"min", series_min},     {"rate", series_rate}, {"trend", series_trend},
};

static int series_index(lua_State *lua) {
    const char *name = luaL_checkstring(lua, 2);
    struct suggestion near = {name, strlen(name), NULL, 0};
    for (size_t i = 0; i < ARRAY_LEN(series_methods); i++) {
        if (strcmp(series_methods[i].name, name) == 0) {
            lua_pushcfunction(lua, series_methods[i].func);
            return 1;
        }
        suggestion_try(&near, series_methods[i].name);
    }
    return mistake_raise(lua, near.best, "a series has no \"%s\"", name);
}

// trend.slope, trend:reach(limit)
static int trend_index(lua_State *lua) {
    const struct trend *trend = &((const struct line *)luaL_checkudata(lua, 1, TREND))->trend;
    const char *name = luaL_checkstring(lua, 2);
    if (strcmp(name, "slope") == 0)
        lua_pushnumber(lua, trend->slope);
    else if (strcmp(name, "intercept") == 0)
        lua_pushnumber(lua, trend->intercept);
    else if (strcmp(name, "last") == 0)
        lua_pushnumber(lua, trend->last);
    else if (strcmp(name, "r2") == 0)
        lua_pushnumber(lua, trend->r2);
    else if (strcmp(name, "count") == 0)
        lua_pushinteger(lua, trend->count);
    else if (strcmp(name, "reach") == 0)
        lua_pushcfunction(lua, reach);
    else
        return luaL_error(
            lua, "a trend has no \"%s\"; it has slope, intercept, last, r2, count and reach", name);
    return 1;
}

// trend:reach(limit) -> { value =, low =, high = }, or nil and why not
static int reach(lua_State *lua) {
    const struct line *line = luaL_checkudata(lua, 1, TREND);
    double limit = luaL_checknumber(lua, 2);
    struct trend_reach found;
    const char *why;
    luaL_argcheck(lua, isfinite(limit), 2, "not a finite number");
    if (!trend_reach(&line->trend, limit, line->way, line->band, &found, &why)) {
        lua_pushnil(lua);
        lua_pushstring(lua, why);
        return 2;
    }
    lua_createtable(lua, 0, 3);
    lua_pushnumber(lua, found.value);
    lua_setfield(lua, -2, "value");
    lua_pushnumber(lua, found.low);
    lua_setfield(lua, -2, "low");
    lua_pushnumber(lua, found.high);
    lua_setfield(lua, -2, "high");
    return 1;
}

static int refuse_write(lua_State *lua) {
    return luaL_error(lua, "a series and its trend are only read");
}
