// Reads the estimator's memory in place; feeding goes through changes, as the runtime's own feeding
// does. A method is a closure over its kind's description, made once in a Lua state.

#include "script/lua_estimator.h"

#include "base/memory.h"
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
static int call_method(lua_State *lua);
static int raise_unknown(lua_State *lua, const struct estimator_spec *spec, const char *key);

static const struct estimator_value *find_value(const struct estimator_kind *kind,
                                                const char *name) {
    for (int i = 0; i < kind->value_count; i++)
        if (strcmp(kind->values[i].name, name) == 0) return &kind->values[i];
    return NULL;
}

static void push_number(lua_State *lua, double number, bool is_whole) {
    if (isnan(number))
        lua_pushnil(lua);
    else if (is_whole)
        lua_pushinteger(lua, (lua_Integer)number);
    else
        lua_pushnumber(lua, number);
}

static void push_read(lua_State *lua, const struct twin *twin, int estimator,
                      const struct estimator_value *value, const double *arguments) {
    const struct estimator *as = &twin->model->estimators[estimator].as;
    int index = (int)(value - as->kind->values);
    push_number(lua, estimator_read(as, twin_estimator(twin, estimator), index, arguments),
                value->is_whole);
}

static void push_method(lua_State *lua, const struct estimator_value *value) {
    if (lua_rawgetp(lua, LUA_REGISTRYINDEX, value) == LUA_TFUNCTION) return;
    lua_pop(lua, 1);
    lua_pushlightuserdata(lua, (void *)(uintptr_t)value);
    lua_pushcclosure(lua, call_method, 1);
    lua_pushvalue(lua, -1);
    lua_rawsetp(lua, LUA_REGISTRYINDEX, value);
}

int lua_estimator_index(lua_State *lua, const struct twin *twin, int estimator) {
    const struct estimator_spec *spec = &twin->model->estimators[estimator];
    const struct estimator_kind *kind = spec->as.kind;
    if (kind->is_list && lua_isinteger(lua, 2)) {
        double place = (double)lua_tointeger(lua, 2);
        push_read(lua, twin, estimator, find_value(kind, "item"), &place);
        return 1;
    }
    const char *key =
        lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : luaL_typename(lua, 2);
    const struct estimator_value *value = find_value(kind, key);
    if (strcmp(key, "add") == 0)
        lua_pushcfunction(lua, add);
    else if (!value)
        return raise_unknown(lua, spec, key);
    else if (value->arguments == ESTIMATOR_PLAIN)
        push_read(lua, twin, estimator, value, NULL);
    else
        push_method(lua, value);
    return 1;
}

int lua_estimator_length(lua_State *lua, const struct twin *twin, int estimator) {
    const struct estimator_kind *kind = twin->model->estimators[estimator].as.kind;
    if (!kind->is_list)
        return luaL_error(lua, "%s has no length%s", kind->phrase,
                          find_value(kind, "count") ? "; it has .count" : "");
    push_read(lua, twin, estimator, find_value(kind, "count"), NULL);
    return 1;
}

static struct handle check_self(lua_State *lua, const char *method) {
    struct handle handle = handle_at(lua, 1);
    if (!lua_islightuserdata(lua, 1) || handle.view != VIEW_ESTIMATOR)
        luaL_error(lua, "write twin.state.NAME:%s(...) with a colon", method);
    return handle;
}

// The numbers after self, exactly `count`.
static void check_numbers(lua_State *lua, const char *method, double *numbers, int count) {
    int given = lua_gettop(lua) - 1;
    if (given != count)
        luaL_error(lua, ":%s takes %d number%s, not %d", method, count, count == 1 ? "" : "s",
                   given);
    for (int i = 0; i < count; i++) {
        numbers[i] = luaL_checknumber(lua, i + 2);
        luaL_argcheck(lua, isfinite(numbers[i]), i + 2, "not a finite number");
    }
}

// pump.state.recent:max(); upvalue 1: the struct estimator_value
static int call_method(lua_State *lua) {
    const struct estimator_value *value = lua_touserdata(lua, lua_upvalueindex(1));
    struct handle handle = check_self(lua, value->name);
    const struct twin *twin = lua_twin_get(lua, handle.number);
    const struct estimator *as = &twin->model->estimators[handle.index].as;
    if (value < as->kind->values || value >= as->kind->values + as->kind->value_count)
        return luaL_error(lua, "%s has no :%s", as->kind->phrase, value->name);
    double numbers[ESTIMATOR_INPUTS];
    int count = value->arguments == ESTIMATOR_OF_INPUTS  ? as->inputs
                : value->arguments == ESTIMATOR_OF_KNOWN ? as->inputs - 1
                                                         : value->arguments;
    check_numbers(lua, value->name, numbers, count);
    push_read(lua, twin, handle.index, value, numbers);
    return 1;
}

// pump.state.wear:add(value)
static int add(lua_State *lua) {
    struct handle handle = check_self(lua, "add");
    struct changes *changes = lua_twin_write(lua, handle.number);
    const struct model *model = changes->twin->model;
    const struct estimator_spec *spec = &model->estimators[handle.index];
    double numbers[ESTIMATOR_INPUTS];
    if (spec->field_count > 0)
        return luaL_error(lua, "state.%s follows %s by itself; only one without \"of\" is fed",
                          spec->name, model->fields[spec->fields[0]].name);
    check_numbers(lua, "add", numbers, spec->as.inputs);
    for (int i = 0; i < spec->as.inputs; i++)
        changes_add(changes, &(struct change){.kind = CHANGE_ESTIMATE,
                                              .index = (uint16_t)handle.index,
                                              .at = changes->measured,
                                              .value = value_number(numbers[i])});
    return 0;
}

static int raise_unknown(lua_State *lua, const struct estimator_spec *spec, const char *key) {
    const struct estimator_kind *kind = spec->as.kind;
    struct suggestion near = {key, strlen(key), NULL, 0};
    for (int i = 0; i < kind->value_count; i++)
        suggestion_try(&near, kind->values[i].name);
    suggestion_try(&near, "add");
    return mistake_raise(lua, near.best, "state.%s is %s and has no \"%s\"", spec->name,
                         kind->phrase, key);
}
