// Reads the estimator's memory in place; feeding goes through a change, as the runtime's own
// feeding does.

#include "script/lua_estimator.h"

#include "base/memory.h"
#include "predict/estimator.h"
#include "script/lua_twin.h"
#include "script/mistake.h"
#include "script/state.h"
#include "twin/change.h"
#include "twin/model.h"
#include "twin/name.h"
#include "twin/twin.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

static int add(lua_State *lua);
static int ring_mean(lua_State *lua);
static int ring_min(lua_State *lua);
static int ring_max(lua_State *lua);
static int push_ewma(lua_State *lua, const struct ewma *ewma, const char *key);
static int push_ring(lua_State *lua, const struct ring *ring, const char *key);
static int raise_unknown(lua_State *lua, const struct estimator_spec *spec, const char *key,
                         const char *const *known, int count);

static const char *const ewma_keys[] = {"mean", "variance", "std", "count", "add"};
static const char *const ring_keys[] = {"count", "mean", "min", "max", "add"};

int lua_estimator_index(lua_State *lua, const struct twin *twin, int estimator) {
    const struct estimator_spec *spec = &twin->model->estimators[estimator];
    const struct ring *ring = spec->kind == ESTIMATOR_RING ? twin_ring(twin, estimator) : NULL;
    if (ring && lua_isinteger(lua, 2)) { // 1 is the oldest
        lua_Integer place = lua_tointeger(lua, 2);
        const struct ring_entry *entry = NULL;
        if (place >= 1 && place <= (lua_Integer)ring->count)
            entry = ring_get(ring, ring->count - (uint32_t)place);
        if (entry)
            lua_pushnumber(lua, entry->value);
        else
            lua_pushnil(lua);
        return 1;
    }
    const char *key =
        lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : luaL_typename(lua, 2);
    if (strcmp(key, "add") == 0) {
        lua_pushcfunction(lua, add);
        return 1;
    }
    if (ring) {
        if (push_ring(lua, ring, key)) return 1;
        return raise_unknown(lua, spec, key, ring_keys, (int)ARRAY_LEN(ring_keys));
    }
    if (push_ewma(lua, twin_ewma(twin, estimator), key)) return 1;
    return raise_unknown(lua, spec, key, ewma_keys, (int)ARRAY_LEN(ewma_keys));
}

int lua_estimator_length(lua_State *lua, const struct twin *twin, int estimator) {
    if (twin->model->estimators[estimator].kind != ESTIMATOR_RING)
        return luaL_error(lua, "an ewma has no length; it has .count");
    lua_pushinteger(lua, twin_ring(twin, estimator)->count);
    return 1;
}

static int push_ewma(lua_State *lua, const struct ewma *ewma, const char *key) {
    bool is_empty = ewma->count == 0;
    if (strcmp(key, "mean") == 0)
        is_empty ? lua_pushnil(lua) : lua_pushnumber(lua, ewma->mean);
    else if (strcmp(key, "variance") == 0)
        is_empty ? lua_pushnil(lua) : lua_pushnumber(lua, ewma->variance);
    else if (strcmp(key, "std") == 0)
        is_empty ? lua_pushnil(lua) : lua_pushnumber(lua, sqrt(ewma->variance));
    else if (strcmp(key, "count") == 0)
        lua_pushinteger(lua, (lua_Integer)ewma->count);
    else
        return 0;
    return 1;
}

static int push_ring(lua_State *lua, const struct ring *ring, const char *key) {
    if (strcmp(key, "count") == 0)
        lua_pushinteger(lua, ring->count);
    else if (strcmp(key, "mean") == 0)
        lua_pushcfunction(lua, ring_mean);
    else if (strcmp(key, "min") == 0)
        lua_pushcfunction(lua, ring_min);
    else if (strcmp(key, "max") == 0)
        lua_pushcfunction(lua, ring_max);
    else
        return 0;
    return 1;
}

// The ring of a view at 1, as in pump.state.recent:mean().
static const struct ring *check_ring(lua_State *lua) {
    struct handle handle = handle_at(lua, 1);
    luaL_argcheck(lua, lua_islightuserdata(lua, 1) && handle.view == VIEW_ESTIMATOR, 1,
                  "write twin.state.NAME:method() with a colon");
    const struct ring *ring = twin_ring(lua_twin_get(lua, handle.number), handle.index);
    luaL_argcheck(lua, ring, 1, "expected a ring");
    return ring;
}

static int ring_mean(lua_State *lua) {
    const struct ring *ring = check_ring(lua);
    if (ring->count == 0) return 0;
    double sum = 0;
    for (uint32_t age = ring->count; age-- > 0;)
        sum += ring_get(ring, age)->value;
    lua_pushnumber(lua, sum / ring->count);
    return 1;
}

static int ring_min(lua_State *lua) {
    const struct ring *ring = check_ring(lua);
    if (ring->count == 0) return 0;
    double least = INFINITY;
    for (uint32_t age = 0; age < ring->count; age++)
        least = fmin(least, ring_get(ring, age)->value);
    lua_pushnumber(lua, least);
    return 1;
}

static int ring_max(lua_State *lua) {
    const struct ring *ring = check_ring(lua);
    if (ring->count == 0) return 0;
    double most = -INFINITY;
    for (uint32_t age = 0; age < ring->count; age++)
        most = fmax(most, ring_get(ring, age)->value);
    lua_pushnumber(lua, most);
    return 1;
}

// pump.state.wear:add(value)
static int add(lua_State *lua) {
    struct handle handle = handle_at(lua, 1);
    luaL_argcheck(lua, lua_islightuserdata(lua, 1) && handle.view == VIEW_ESTIMATOR, 1,
                  "write twin.state.NAME:add(value) with a colon");
    double value = luaL_checknumber(lua, 2);
    luaL_argcheck(lua, isfinite(value), 2, "not a finite number");
    struct changes *changes = lua_twin_write(lua, handle.number);
    const struct estimator_spec *spec = &changes->twin->model->estimators[handle.index];
    if (spec->field != NONE)
        return luaL_error(lua, "state.%s follows %s by itself; only one without \"of\" is fed",
                          spec->name, changes->twin->model->fields[spec->field].name);
    changes_add(changes, &(struct change){.kind = CHANGE_ESTIMATE,
                                          .index = (uint16_t)handle.index,
                                          .at = changes->now,
                                          .value = value_number(value)});
    return 0;
}

static int raise_unknown(lua_State *lua, const struct estimator_spec *spec, const char *key,
                         const char *const *known, int count) {
    struct suggestion near = {key, strlen(key), NULL, 0};
    for (int i = 0; i < count; i++)
        suggestion_try(&near, known[i]);
    return mistake_raise(lua, near.best, "state.%s is %s and has no \"%s\"", spec->name,
                         spec->kind == ESTIMATOR_RING ? "a ring" : "an ewma", key);
}
