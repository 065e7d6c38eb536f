// One metatable serves every handle; the key's address finds the field (names.h), the slow way by
// text only runs for long names and for mistakes.

#include "script/lua_twin.h"

#include "base/err.h"
#include "base/memory.h"
#include "script/behavior.h"
#include "script/lua_attributes.h"
#include "script/lua_estimator.h"
#include "script/lua_location.h"
#include "script/lua_method.h"
#include "script/lua_test.h"
#include "script/lua_value.h"
#include "script/mistake.h"
#include "script/order.h"
#include "script/physics.h"
#include "script/state.h"
#include "twin/change.h"
#include "twin/model.h"
#include "twin/name.h"
#include "twin/twin.h"
#include "twin/world.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum member { // of a twin; methods follow
    MEMBER_ID,
    MEMBER_MODEL,
    MEMBER_LEVEL,
    MEMBER_LIFECYCLE,
    MEMBER_ATTRIBUTES,
    MEMBER_PHYSICS,
    MEMBER_FIELDS, // + enum field_kind
    MEMBER_METHODS = MEMBER_FIELDS + FIELD_STATE + 1,
};

static const char *const member_names[] = {
    [MEMBER_ID] = "id",
    [MEMBER_MODEL] = "model",
    [MEMBER_LEVEL] = "level",
    [MEMBER_LIFECYCLE] = "lifecycle",
    [MEMBER_ATTRIBUTES] = "attributes",
    [MEMBER_PHYSICS] = "physics",
    [MEMBER_FIELDS + FIELD_PARAMETER] = "parameters",
    [MEMBER_FIELDS + FIELD_TELEMETRY] = "telemetry",
    [MEMBER_FIELDS + FIELD_REPORTED] = "reported",
    [MEMBER_FIELDS + FIELD_DESIRED] = "desired",
    [MEMBER_FIELDS + FIELD_DERIVED] = "derived",
    [MEMBER_FIELDS + FIELD_STATE] = "state",
};

static int on_index(lua_State *lua);
static int on_newindex(lua_State *lua);
static int on_length(lua_State *lua);
static int on_tostring(lua_State *lua);
static int push_member(lua_State *lua, struct script *script, struct handle handle);
static int push_field(lua_State *lua, struct script *script, struct handle handle);
static int push_physics(lua_State *lua, struct handle handle);
static int find_by_address(const struct script *script, const struct model *model, int kind,
                           const char *name);
static int raise_unknown_field(lua_State *lua, const struct model *model, enum field_kind kind,
                               const char *name);
static int raise_not_writable(lua_State *lua, const struct model *model, struct handle handle,
                              const char *name);
static int raise_kept(lua_State *lua, const struct model *model, const struct field *field);

void lua_twin_open(struct script *script) {
    static const luaL_Reg metamethods[] = {{"__index", on_index},
                                           {"__newindex", on_newindex},
                                           {"__len", on_length},
                                           {"__tostring", on_tostring},
                                           {NULL, NULL}};
    lua_State *lua = script->call.lua;
    for (int i = 0; i < (int)ARRAY_LEN(member_names); i++)
        names_add(&script->members, lua, 0, member_names[i], i);
    for (int i = 0; lua_method_list()[i].func; i++)
        names_add(&script->members, lua, 0, lua_method_list()[i].name, MEMBER_METHODS + i);
    lua_attributes_open(lua);
    handle_push(lua, 0, VIEW_TWIN, 0);
    luaL_newlib(lua, metamethods);
    lua_setmetatable(lua, -2); // of all light userdata
    lua_pop(lua, 1);
}

const struct twin *lua_twin_get(lua_State *lua, uint32_t number) {
    const struct script *script = script_of(lua);
    const struct twin *twin = NULL;
    if (script->changes) {
        twin = script->changes->twin;
        if (twin->number != number) twin = world_twin(script->changes->world, number);
        if (!twin) luaL_error(lua, "twin number %I no longer exists", (LUAI_UACINT)number);
    } else if (script->snapshot) {
        twin = script->snapshot;
        if (twin->number != number && script->world) twin = world_twin(script->world, number);
        if (!twin || twin->number != number)
            luaL_error(lua, "a prediction sees only its own twin, not number %I",
                       (LUAI_UACINT)number);
    } else if (script->bed) {
        twin = world_twin(script->bed->door.world, number);
        if (!twin) luaL_error(lua, "twin number %I no longer exists", (LUAI_UACINT)number);
    } else {
        luaL_error(lua, "a twin can only be used in a handler, not while a file loads");
    }
    return twin;
}

struct changes *lua_twin_write(lua_State *lua, uint32_t number) {
    const struct script *script = script_of(lua);
    const struct twin *twin = lua_twin_get(lua, number);
    if (script->bed)
        luaL_error(lua, "a test only reads a twin; change it with t:sample, t:desire, t:event or "
                        "t:command, or begin with it: t:twin(id, { ... })");
    if (!script->changes)
        luaL_error(lua, "a prediction only reads; return the value, or write it in a behavior");
    if (twin != script->changes->twin) {
        const char *own = script->changes->twin->model->name;
        luaL_error(lua, "%s is another twin; send it an event: %s:send(%s, NAME, { ... })",
                   twin->id, own, twin->model->name);
    }
    state_check_room(lua);
    return script->changes;
}

const char *lua_twin_member(int index) {
    return index < (int)ARRAY_LEN(member_names) ? member_names[index] : NULL;
}

void lua_twin_push_keys(lua_State *lua) {
    struct handle handle = handle_at(lua, 1);
    const struct model *model = lua_twin_get(lua, handle.number)->model;
    if (handle.view == VIEW_ATTRIBUTES) {
        lua_attributes_push(lua, lua_twin_get(lua, handle.number)->attributes);
    } else {
        luaL_argcheck(lua, handle.view >= VIEW_FIELDS, 1,
                      "pairs takes a table or a part of a twin, like twin.telemetry");
        lua_newtable(lua);
        for (int i = 0; i < model->field_count; i++) {
            if ((int)model->fields[i].kind != (int)handle.view - VIEW_FIELDS ||
                strchr(model->fields[i].name, '.'))
                continue;
            lua_pushboolean(lua, 1);
            lua_setfield(lua, -2, model->fields[i].name);
        }
        for (int i = 0; i < model->estimator_count && handle.view == VIEW_FIELDS + FIELD_STATE;
             i++) {
            lua_pushboolean(lua, 1);
            lua_setfield(lua, -2, model->estimators[i].name);
        }
    }
    order_push_keys(lua, -1);
    lua_remove(lua, -2);
}

// handle.key
static int on_index(lua_State *lua) {
    struct script *script = script_of(lua);
    struct handle handle = handle_at(lua, 1);
    if (handle.view == VIEW_ESTIMATOR)
        return lua_estimator_index(lua, lua_twin_get(lua, handle.number), handle.index);
    if (lua_type(lua, 2) != LUA_TSTRING)
        return luaL_error(lua, "a twin has names, not a %s as a key", luaL_typename(lua, 2));
    if (handle.view >= VIEW_FIELDS) return push_field(lua, script, handle);
    if (handle.view == VIEW_TWIN) return push_member(lua, script, handle);
    if (handle.view == VIEW_PHYSICS) return push_physics(lua, handle);
    lua_attributes_push(lua, lua_twin_get(lua, handle.number)->attributes);
    lua_getfield(lua, -1, lua_tostring(lua, 2));
    return 1;
}

// handle.key = value
static int on_newindex(lua_State *lua) {
    struct script *script = script_of(lua);
    struct handle handle = handle_at(lua, 1);
    size_t length;
    const char *name = lua_type(lua, 2) == LUA_TSTRING ? lua_tolstring(lua, 2, &length) : NULL;
    if (!name) return luaL_error(lua, "a twin has names, not a %s as a key", luaL_typename(lua, 2));
    struct changes *changes = lua_twin_write(lua, handle.number);
    const struct model *model = changes->twin->model;
    enum field_kind kind = (enum field_kind)(handle.view - VIEW_FIELDS);
    int field = NONE;
    if (handle.view >= VIEW_FIELDS && kind >= FIELD_DESIRED)
        field = find_by_address(script, model, (int)kind, name);
    if (field == NONE && handle.view >= VIEW_FIELDS && kind >= FIELD_DESIRED)
        field = model_field(model, kind, name, length);
    if (field == NONE) return raise_not_writable(lua, model, handle, name);
    if (strchr(name, '.')) return luaL_error(lua, "%s is kept by the runtime", name);
    if (model->fields[field].source != SOURCE_SCRIPT)
        return raise_kept(lua, model, &model->fields[field]);

    struct value value;
    struct location room;
    if (!lua_location_take(lua, 3, name, model->fields[field].type, &room, &value))
        return luaL_error(lua, "%s takes a %s, not a %s", name,
                          value_type_name(model->fields[field].type), luaL_typename(lua, 3));
    struct err err;
    if (!changes_set(changes, field, value, &err)) return luaL_error(lua, "%s", err.text);
    if (kind == FIELD_DERIVED) { // as a sample does for telemetry
        changes_estimate(changes, field, changes->now);
        alarms_check(changes, field);
    }
    return 0;
}

// #handle
static int on_length(lua_State *lua) {
    struct handle handle = handle_at(lua, 1);
    if (handle.view != VIEW_ESTIMATOR) return luaL_error(lua, "a twin has no length");
    return lua_estimator_length(lua, lua_twin_get(lua, handle.number), handle.index);
}

// "twin pump-7"
static int on_tostring(lua_State *lua) {
    struct handle handle = handle_at(lua, 1);
    lua_pushfstring(lua, handle.view == VIEW_TWIN ? "twin %s" : "part of twin %s",
                    lua_twin_get(lua, handle.number)->id);
    return 1;
}

// pump.id, pump.telemetry, pump.raise
static int push_member(lua_State *lua, struct script *script, struct handle handle) {
    const char *name = lua_tostring(lua, 2);
    int member = names_find(&script->members, 0, name);
    if (member >= MEMBER_METHODS) {
        lua_pushcfunction(lua, lua_method_list()[member - MEMBER_METHODS].func);
    } else if (member >= MEMBER_FIELDS) {
        handle_push(lua, handle.number, (enum view)(VIEW_FIELDS + member - MEMBER_FIELDS), 0);
    } else if (member == MEMBER_ATTRIBUTES) {
        handle_push(lua, handle.number, VIEW_ATTRIBUTES, 0);
    } else if (member == MEMBER_PHYSICS) {
        handle_push(lua, handle.number, VIEW_PHYSICS, 0);
    } else if (member == MEMBER_ID) {
        lua_pushstring(lua, lua_twin_get(lua, handle.number)->id);
    } else if (member == MEMBER_MODEL) {
        lua_pushstring(lua, lua_twin_get(lua, handle.number)->model->name);
    } else if (member == MEMBER_LEVEL) {
        lua_pushstring(lua, level_name(lua_twin_get(lua, handle.number)->model->level));
    } else if (member == MEMBER_LIFECYCLE) {
        lua_pushstring(lua, lifecycle_name(lua_twin_get(lua, handle.number)->lifecycle));
    } else {
        struct suggestion near = {name, strlen(name), NULL, 0};
        for (size_t i = 0; i < ARRAY_LEN(member_names); i++)
            suggestion_try(&near, member_names[i]);
        for (int i = 0; lua_method_list()[i].func; i++)
            suggestion_try(&near, lua_method_list()[i].name);
        if (near.best) return mistake_raise(lua, near.best, "a twin has no \"%s\"", name);
        return luaL_error(lua,
                          "a twin has no \"%s\"; its values are in telemetry, reported, desired, "
                          "derived, state and parameters",
                          name);
    }
    return 1;
}

// pump.telemetry.temperature
static int push_field(lua_State *lua, struct script *script, struct handle handle) {
    const struct twin *twin = lua_twin_get(lua, handle.number);
    enum field_kind kind = (enum field_kind)(handle.view - VIEW_FIELDS);
    size_t length;
    const char *name = lua_tolstring(lua, 2, &length);
    int field = find_by_address(script, twin->model, (int)kind, name), estimator = NONE;
    if (field == NONE && kind == FIELD_STATE)
        estimator = find_by_address(script, twin->model, NAMES_ESTIMATOR, name);
    if (field == NONE && estimator == NONE) { // a long name, or a mistake
        field = model_field(twin->model, kind, name, length);
        if (field == NONE && kind == FIELD_STATE)
            estimator = model_estimator(twin->model, name, length);
    }
    if (field != NONE)
        lua_value_push(lua, twin_value(twin, field));
    else if (estimator != NONE)
        handle_push(lua, handle.number, VIEW_ESTIMATOR, estimator);
    else
        return raise_unknown_field(lua, twin->model, kind, name);
    return 1;
}

// pump.physics.heater
static int push_physics(lua_State *lua, struct handle handle) {
    const struct twin *twin = lua_twin_get(lua, handle.number);
    const char *name = lua_tostring(lua, 2);
    int field = physics_field(twin->model, name);
    if (field != NONE) {
        lua_value_push(lua, twin_value(twin, field));
        return 1;
    }
    struct suggestion near = {name, strlen(name), NULL, 0};
    for (int i = 0; i < twin->model->field_count; i++)
        if (strncmp(twin->model->fields[i].name, PHYSICS_PREFIX, strlen(PHYSICS_PREFIX)) == 0)
            suggestion_try(&near, twin->model->fields[i].name + strlen(PHYSICS_PREFIX));
    if (near.best)
        return mistake_raise(lua, near.best, "physics of model \"%s\" has no \"%s\"",
                             twin->model->name, name);
    return luaL_error(lua,
                      "model \"%s\" keeps no physics; write simulate = true or estimate = true "
                      "into its physics",
                      twin->model->name);
}

// The index of a field of a kind, or of an estimator; NONE says nothing.
static int find_by_address(const struct script *script, const struct model *model, int kind,
                           const char *name) {
    const struct behavior *behavior = script->behavior;
    if (!behavior || behavior->model != model) behavior = state_behavior(script, model);
    return behavior ? names_find(&behavior->names, kind, name) : NONE;
}

// Says where the name is when it is elsewhere, else which name is near.
static int raise_unknown_field(lua_State *lua, const struct model *model, enum field_kind kind,
                               const char *name) {
    size_t length = strlen(name);
    const char *wanted = member_names[MEMBER_FIELDS + kind];
    for (enum field_kind other = FIELD_PARAMETER; other <= FIELD_STATE; other++)
        if (model_field(model, other, name, length) != NONE)
            return luaL_error(lua, "model \"%s\" has no \"%s\" in %s; it is %s.%s.%s", model->name,
                              name, wanted, model->name, member_names[MEMBER_FIELDS + other], name);
    struct suggestion near = {name, length, NULL, 0};
    for (int i = 0; i < model->field_count; i++)
        if (model->fields[i].kind == kind) suggestion_try(&near, model->fields[i].name);
    for (int i = 0; i < model->estimator_count && kind == FIELD_STATE; i++)
        suggestion_try(&near, model->estimators[i].name);
    if (near.best)
        return mistake_raise(lua, near.best, "model \"%s\" has no \"%s\" in %s", model->name, name,
                             wanted);
    return luaL_error(lua, "model \"%s\" has no \"%s\" in %s; models/%s.lua declares what there is",
                      model->name, name, wanted, model->name);
}

// What to do instead of `handle.name = value`.
static int raise_not_writable(lua_State *lua, const struct model *model, struct handle handle,
                              const char *name) {
    const char *own = model->name;
    size_t length = strlen(name);
    switch ((int)handle.view) {
    case VIEW_FIELDS + FIELD_TELEMETRY:
        return luaL_error(
            lua,
            "telemetry comes from the device; to derive a value declare it in derived "
            "and write %s.derived.%s",
            own, name);
    case VIEW_FIELDS + FIELD_REPORTED:
        return luaL_error(lua,
                          "reported comes from the device; to ask the device for a value set "
                          "%s.desired.%s",
                          own, name);
    case VIEW_FIELDS + FIELD_PARAMETER:
    case VIEW_ATTRIBUTES:
        return luaL_error(lua,
                          "parameters and attributes are set by an operator; what a script keeps "
                          "is declared in state: %s.state.%s",
                          own, name);
    case VIEW_FIELDS + FIELD_DESIRED:
        if (model_field(model, FIELD_REPORTED, name, length) != NONE)
            return luaL_error(lua,
                              "property \"%s\" is not writable; declare writable = true in "
                              "models/%s.lua",
                              name, own);
        return raise_unknown_field(lua, model, FIELD_DESIRED, name);
    case VIEW_FIELDS + FIELD_DERIVED:
        return raise_unknown_field(lua, model, FIELD_DERIVED, name);
    case VIEW_FIELDS + FIELD_STATE: {
        int estimator = model_estimator(model, name, length);
        if (estimator == NONE) return raise_unknown_field(lua, model, FIELD_STATE, name);
        if (model->estimators[estimator].field_count > 0)
            return luaL_error(lua, "state.%s follows %s by itself and cannot be set", name,
                              model->fields[model->estimators[estimator].fields[0]].name);
        return luaL_error(lua, "state.%s is fed by %s.state.%s:add(value)", name, own, name);
    }
    case VIEW_ESTIMATOR:
        return luaL_error(lua, "an estimator is not set but fed: :add(value)");
    default:
        return luaL_error(lua,
                          "a twin takes no values of its own; declare \"%s\" in state and write "
                          "%s.state.%s",
                          name, own, name);
    }
}

// Who writes a derived value instead of the script.
static int raise_kept(lua_State *lua, const struct model *model, const struct field *field) {
    static const char *const keepers[] = {
        [SOURCE_SCRIPT] = "", // never asked
        [SOURCE_COUNTER] = "the total of a counter",
        [SOURCE_RUN_TIME] = "a run time",
        [SOURCE_AGGREGATE] = "what related twins add up to",
        [SOURCE_PROCESS] = "made of the stages of the process",
    };
    return luaL_error(lua,
                      "derived.%s is %s and kept by the runtime; declare a derived value of your "
                      "own in models/%s.lua and write that",
                      field->name, keepers[field->source], model->name);
}
