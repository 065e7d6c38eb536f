// twin:learned(name[, features]): what was learned, asked in a handler.

#include "base/memory.h"
#include "predict/profile.h"
#include "predict/ridge.h"
#include "predict/trees.h"
#include "script/handle.h"
#include "script/learned.h"
#include "script/lua_twin.h"
#include "script/mistake.h"
#include "script/state.h"
#include "twin/model.h"
#include "twin/name.h"
#include "twin/twin.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

static struct learned *check_learned(lua_State *lua, const struct script *script,
                                     const struct model *model) {
    const char *name = luaL_checkstring(lua, 2);
    struct learned *learned = learned_find(script, model->name, name);
    if (!learned && model->extends[0]) learned = learned_find(script, model->extends, name);
    if (learned) return learned;
    struct suggestion near = {name, strlen(name), NULL, 0};
    for (int i = 0; i < script->learned_count; i++)
        if (strcmp(script->learned[i]->model, model->name) == 0)
            suggestion_try(&near, script->learned[i]->name);
    mistake_raise(lua, near.best, "model \"%s\" declares no learned \"%s\"", model->name, name);
    return NULL;
}

static int say_untrained(lua_State *lua, const struct learned *learned) {
    lua_pushnil(lua);
    lua_pushfstring(lua, "%s of %s has not been trained: twinctl train %s DATA.csv", learned->name,
                    learned->model, learned->model);
    return 2;
}

// The slot of a number that came with the newest message, else NULL. What is held from before may
// be of another regime.
static const struct slot *fresh_slot(const struct twin *twin, const char *name, int64_t newest) {
    int field = model_sample_field(twin->model, name, strlen(name));
    const struct slot *slot = field == NONE ? NULL : &twin->slots[field];
    bool is_fresh = slot && slot->type == VALUE_NUMBER && slot->at == newest &&
                    slot->quality <= QUALITY_UNCERTAIN;
    return is_fresh ? slot : NULL;
}

static int64_t newest_of(const struct twin *twin) {
    int64_t newest = INT64_MIN;
    for (int i = 0; i < twin->model->field_count; i++) {
        enum field_kind kind = twin->model->fields[i].kind;
        bool is_sample = kind == FIELD_TELEMETRY || kind == FIELD_REPORTED;
        if (is_sample && twin->slots[i].type != VALUE_NONE && twin->slots[i].at > newest)
            newest = twin->slots[i].at;
    }
    return newest;
}

// { temperature = 0.3, ... }, regime
static int push_standardised(lua_State *lua, const struct learned *learned,
                             const struct twin *twin) {
    double settings[LEARNED_FIELDS];
    int64_t newest = newest_of(twin);
    for (int i = 0; i < learned->by_count; i++) {
        const struct slot *slot = fresh_slot(twin, learned->by[i], newest);
        settings[i] = slot ? slot->number : NAN;
    }
    int regime = profile_regime(learned->profile, settings);
    lua_createtable(lua, 0, learned->of_count);
    for (int i = 0; i < learned->of_count; i++) {
        const struct slot *slot = fresh_slot(twin, learned->of[i], newest);
        double number = slot ? profile_standardise(learned->profile, regime, i, slot->number) : NAN;
        if (isnan(number)) continue;
        lua_pushnumber(lua, number);
        lua_setfield(lua, -2, learned->of[i]);
    }
    if (regime < 0) return 1;
    lua_pushinteger(lua, regime + 1);
    return 2;
}

static int take_features(lua_State *lua, double *features) {
    luaL_checktype(lua, 3, LUA_TTABLE);
    int count = (int)lua_rawlen(lua, 3);
    luaL_argcheck(lua, count >= 1 && count <= LEARNED_INPUTS, 3,
                  "a list of 1 to 512 numbers; false for one that is missing");
    for (int i = 0; i < count; i++) {
        int type = lua_rawgeti(lua, 3, i + 1);
        if (type != LUA_TNUMBER && type != LUA_TBOOLEAN)
            return luaL_error(lua,
                              "feature %d is a %s; write a number, or false when it is missing",
                              i + 1, luaL_typename(lua, -1));
        features[i] = type == LUA_TNUMBER ? lua_tonumber(lua, -1) : NAN;
        lua_pop(lua, 1);
    }
    return count;
}

// The error at a value, between those of its neighbours.
static struct learned_band band_at(const struct learned *learned, double value) {
    const struct learned_band *bands = learned->bands;
    int last = learned->band_count - 1, i = 0;
    while (i < last && bands[i + 1].at < value)
        i++;
    if (i == last || value <= bands[0].at) return bands[value <= bands[0].at ? 0 : last];
    double share = (value - bands[i].at) / (bands[i + 1].at - bands[i].at);
    return (struct learned_band){value, bands[i].low + share * (bands[i + 1].low - bands[i].low),
                                 bands[i].high + share * (bands[i + 1].high - bands[i].high)};
}

static double cap(const struct learned *learned, double value) {
    return learned->cap > 0 ? fmax(0, fmin(value, learned->cap)) : value;
}

// value, low, high
static int push_estimate(lua_State *lua, const struct learned *learned, const double *features,
                         int count) {
    int inputs = learned->ridge ? learned->ridge->inputs : trees_inputs(learned->ensemble);
    if (count != inputs)
        return luaL_error(lua, "%s of %s was trained with %d features, not %d: train it again",
                          learned->name, learned->model, inputs, count);
    double value = learned->ridge ? ridge_value(learned->ridge, features)
                                  : trees_value(learned->ensemble, features);
    value = cap(learned, value);
    lua_pushnumber(lua, value);
    if (learned->band_count == 0) return 1;
    struct learned_band band = band_at(learned, value);
    lua_pushnumber(lua, cap(learned, fmin(value, value + band.low)));
    lua_pushnumber(lua, cap(learned, fmax(value, value + band.high)));
    return 3;
}

int lua_learned(lua_State *lua) {
    struct script *script = script_of(lua);
    struct handle handle = handle_at(lua, 1);
    luaL_argcheck(lua, lua_islightuserdata(lua, 1) && handle.view == VIEW_TWIN, 1,
                  "expected a twin; write twin:learned(name) with a colon");
    const struct twin *twin = lua_twin_get(lua, handle.number);
    const struct learned *learned = check_learned(lua, script, twin->model);
    if (learned->kind == LEARNED_PROFILE)
        return learned->profile ? push_standardised(lua, learned, twin)
                                : say_untrained(lua, learned);
    double features[LEARNED_INPUTS];
    int count = take_features(lua, features);
    if (script->on_features)
        script->on_features(script->features_context, twin, learned->name, features, count);
    return learned->ensemble || learned->ridge ? push_estimate(lua, learned, features, count)
                                               : say_untrained(lua, learned);
}
