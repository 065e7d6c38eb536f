// A script has a short list of physics, one a model that declares it.

#include "script/lua_physics.h"

#include "base/memory.h"
#include "predict/stiff.h"
#include "script/check.h"
#include "script/lua_model.h"
#include "script/physics.h"
#include "script/physics_job.h"
#include "script/state.h"
#include "twin/model.h"
#include "twin/name.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    struct script *script;
    struct model *model;
    struct physics *physics;
};

void lua_physics_fini(struct script *script) {
    for (int i = 0; i < script->physics_count; i++) {
        struct physics *physics = script->physics[i];
        for (int j = 0; j < physics->state_count; j++) {
            free(physics->states[j].name);
            free(physics->states[j].unit);
            free(physics->states[j].from.field);
            free(physics->states[j].initial.field);
        }
        for (int j = 0; j < physics->input_count; j++) {
            free(physics->inputs[j].name);
            free(physics->inputs[j].from.field);
        }
        for (int j = 0; j < physics->parameter_count; j++)
            free(physics->parameters[j]);
        for (int j = 0; j < physics->output_count; j++)
            free(physics->outputs[j].field);
        free(physics->places);
        stiff_free(physics->stiff);
        free(physics->model);
        free(physics->file);
        free(physics);
    }
    free(script->physics);
}

// Keeps the function on top of the stack.
static int keep(lua_State *lua) {
    lua_pushvalue(lua, -1);
    return luaL_ref(lua, LUA_REGISTRYINDEX);
}

// A parameter, or else a value that is measured or computed; of a model that is not finished.
static const struct field *find_field(struct check *check, const struct model *model,
                                      const char *name) {
    for (int i = 0; i < model->field_count; i++)
        if (model->fields[i].kind == FIELD_PARAMETER && strcmp(model->fields[i].name, name) == 0)
            return &model->fields[i];
    return &model->fields[lua_model_find_value(check, model, name)];
}

// Of the value on top: a field's name, a function of the twin, or a number where that may be.
static void read_source(struct check *check, const struct model *model, bool may_be_number,
                        struct physics_source *source) {
    lua_State *lua = check->lua;
    *source = (struct physics_source){.function = LUA_NOREF, .number = NAN};
    if (lua_type(lua, -1) == LUA_TSTRING) {
        const char *name = lua_tostring(lua, -1);
        enum value_type type = find_field(check, model, name)->type;
        if (type != VALUE_NUMBER && type != VALUE_BOOLEAN)
            check_fail(check, "\"%s\" is a %s, not a number or boolean", name,
                       value_type_name(type));
        source->field = xstrdup(name);
    } else if (lua_isfunction(lua, -1)) {
        source->function = keep(lua);
    } else if (may_be_number && lua_type(lua, -1) == LUA_TNUMBER) {
        source->number = lua_tonumber(lua, -1);
    } else {
        check_fail(check, "expected the name of a value or function(twin)%s, got a %s",
                   may_be_number ? " or a number" : "", luaL_typename(lua, -1));
    }
}

static bool has_source(struct check *check, const struct model *model, const char *key,
                       bool may_be_number, struct physics_source *source) {
    bool is_there = lua_getfield(check->lua, -1, key) != LUA_TNIL;
    size_t mark = check_enter(check, key);
    if (is_there) read_source(check, model, may_be_number, source);
    check_leave(check, mark);
    lua_pop(check->lua, 1);
    return is_there;
}

static double read_deviation(struct check *check, const char *key, double otherwise) {
    double number = otherwise;
    check_number(check, key, &number);
    if (!(number >= 0 && number < 1e300))
        check_fail(check, "%s = %.15g; a standard deviation is 0 or more", key, number);
    return number;
}

// box = { unit = "Cel", from = "t2", noise = 0.1 }, heater = { initial = "t2", spread = 5 }
static void read_state(struct check *check, const char *name, void *context) {
    static const char *const keys[] = {"from", "initial", "noise", "spread", "unit", "wander"};
    struct reading *reading = context;
    struct physics *physics = reading->physics;
    check_is_table(check);
    check_keys(check, keys, 6, 6);
    if (!field_name_is_valid(name, strlen(name)))
        check_fail(check, "a name is letters, digits and _, at most 64");
    if (physics->state_count == PHYSICS_STATES)
        check_fail(check, "more than %d states", PHYSICS_STATES);
    struct physics_state *state = &physics->states[physics->state_count++];
    *state = (struct physics_state){.name = xstrdup(name)};
    const char *unit = "";
    check_unit(check, "unit", &unit);
    state->unit = xstrdup(unit);
    state->is_read = has_source(check, reading->model, "from", false, &state->from);
    state->noise = read_deviation(check, "noise", 0);
    state->wander = read_deviation(check, "wander", 0);
    state->spread = read_deviation(check, "spread", state->noise);
    if (has_source(check, reading->model, "initial", true, &state->initial)) return;
    if (!state->is_read)
        check_fail(check, "write from = FIELD where it is measured, or initial = NUMBER, FIELD or "
                          "function(twin), where it begins");
    state->initial = state->from;
    state->initial.field = state->from.field ? xstrdup(state->from.field) : NULL;
}

// heater = "heater", room = function(incubator) ... end
static void read_input(struct check *check, const char *name, void *context) {
    struct reading *reading = context;
    struct physics *physics = reading->physics;
    if (physics->input_count == PHYSICS_INPUTS)
        check_fail(check, "more than %d inputs", PHYSICS_INPUTS);
    struct physics_input *input = &physics->inputs[physics->input_count++];
    input->name = xstrdup(name);
    read_source(check, reading->model, false, &input->from);
}

// { "G", "C" }
static void read_parameters(struct check *check, struct reading *reading) {
    lua_State *lua = check->lua;
    struct physics *physics = reading->physics;
    size_t mark;
    if (!check_begin(check, "parameters", &mark)) return;
    for (int i = 1; lua_rawgeti(lua, -1, i) != LUA_TNIL; i++, lua_pop(lua, 1)) {
        const char *name = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : NULL;
        if (!name)
            check_fail(check, "expected names of parameters, got a %s", luaL_typename(lua, -1));
        if (physics->parameter_count == PHYSICS_PARAMETERS)
            check_fail(check, "more than %d parameters", PHYSICS_PARAMETERS);
        struct suggestion near = {name, strlen(name), NULL, 0};
        bool is_found = false;
        for (int j = 0; j < reading->model->field_count; j++) {
            if (reading->model->fields[j].kind != FIELD_PARAMETER) continue;
            is_found |= strcmp(reading->model->fields[j].name, name) == 0;
            suggestion_try(&near, reading->model->fields[j].name);
        }
        if (!is_found && near.best)
            check_fail(check, "no parameter \"%s\"; did you mean \"%s\"?", name, near.best);
        if (!is_found) check_fail(check, "no parameter \"%s\"; declare it in parameters", name);
        physics->parameters[physics->parameter_count++] = xstrdup(name);
    }
    lua_pop(lua, 1);
    check_end(check, mark);
}

// { "G" }: which of the parameters are fitted to data; without it all that have a range.
static void read_fitted(struct check *check, struct reading *reading) {
    lua_State *lua = check->lua;
    struct physics *physics = reading->physics;
    size_t mark;
    bool is_there = check_begin(check, "fit", &mark);
    for (int i = 0; i < physics->parameter_count; i++) {
        const struct field *field = find_field(check, reading->model, physics->parameters[i]);
        physics->is_fitted[i] = !is_there && field->type == VALUE_NUMBER && field->has_range;
    }
    if (!is_there) return;
    for (int i = 1; lua_rawgeti(lua, -1, i) != LUA_TNIL; i++, lua_pop(lua, 1)) {
        const char *name = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "";
        int place = 0;
        while (place < physics->parameter_count && strcmp(physics->parameters[place], name) != 0)
            place++;
        if (place == physics->parameter_count)
            check_fail(check, "\"%s\" is none of the physics' parameters", name);
        if (!find_field(check, reading->model, name)->has_range)
            check_fail(check, "parameter \"%s\" has no range, within which it would be fitted",
                       name);
        physics->is_fitted[place] = true;
    }
    lua_pop(lua, 1);
    check_end(check, mark);
}

// uncertain = { capacity = 0.05 }: of a parameter's value, one standard deviation
static void read_uncertain(struct check *check, const char *name, void *context) {
    struct physics *physics = ((struct reading *)context)->physics;
    int place = 0;
    while (place < physics->parameter_count && strcmp(physics->parameters[place], name) != 0)
        place++;
    if (place == physics->parameter_count)
        check_fail(check, "\"%s\" is none of the physics' parameters", name);
    double share = lua_type(check->lua, -1) == LUA_TNUMBER ? lua_tonumber(check->lua, -1) : -1;
    if (!(share >= 0 && share <= 1))
        check_fail(check, "write a share of the parameter's value, 0 to 1");
    physics->uncertain[place] = share;
}

static int find_state(const struct check *check, const struct physics *physics, const char *name) {
    struct suggestion near = {name, strlen(name), NULL, 0};
    for (int i = 0; i < physics->state_count; i++) {
        if (strcmp(physics->states[i].name, name) == 0) return i;
        suggestion_try(&near, physics->states[i].name);
    }
    if (near.best)
        check_fail(check, "there is no state \"%s\"; did you mean \"%s\"?", name, near.best);
    check_fail(check, "there is no state \"%s\"", name);
}

// t2 = "box", flow = function(t, x, u, p) ... end, t3 = { "box", noise = 0.1 }
static void read_output(struct check *check, const char *name, void *context) {
    struct reading *reading = context;
    struct physics *physics = reading->physics;
    lua_State *lua = check->lua;
    int field = lua_model_find_value(check, reading->model, name);
    if (reading->model->fields[field].kind == FIELD_DERIVED)
        check_fail(check, "an output is telemetry or a property, as a device would send it");
    if (physics->output_count == PHYSICS_OUTPUTS)
        check_fail(check, "more than %d outputs", PHYSICS_OUTPUTS);
    struct physics_output *output = &physics->outputs[physics->output_count++];
    *output = (struct physics_output){.field = xstrdup(name), .state = NONE, .function = LUA_NOREF};
    bool is_table = lua_istable(lua, -1);
    if (is_table) {
        output->noise = read_deviation(check, "noise", 0);
        lua_rawgeti(lua, -1, 1);
    }
    if (lua_type(lua, -1) == LUA_TSTRING)
        output->state = find_state(check, physics, lua_tostring(lua, -1));
    else if (lua_isfunction(lua, -1))
        output->function = keep(lua);
    else
        check_fail(check, "expected the name of a state or function(t, x, u, p), got a %s",
                   luaL_typename(lua, -1));
    if (is_table) lua_pop(lua, 1);
}

static int raise_unknown(lua_State *lua) {
    return luaL_error(lua, "physics has no \"%s\" among its %s", lua_tostring(lua, 2),
                      lua_tostring(lua, lua_upvalueindex(1)));
}

// A table that functions get: a name that is not in it is a mistake.
static int make_table(lua_State *lua, const char *what) {
    lua_newtable(lua);
    lua_createtable(lua, 0, 2);
    for (int i = 0; i < 2; i++) {
        lua_pushstring(lua, what);
        lua_pushcclosure(lua, raise_unknown, 1);
        lua_setfield(lua, -2, i == 0 ? "__index" : "__newindex");
    }
    lua_setmetatable(lua, -2);
    return luaL_ref(lua, LUA_REGISTRYINDEX);
}

static void add_state(struct model *model, const char *format, const char *one, const char *two) {
    char name[3 * FIELD_NAME_MAX];
    snprintf(name, sizeof name, format, one, two);
    model_add_field(model, FIELD_STATE, name);
}

// What a twin of the model remembers from one turn to the next.
static void add_memory(const struct physics *physics, struct model *model) {
    if (!physics->simulates && !physics->estimates) return;
    for (int i = 0; i < physics->input_count; i++)
        add_state(model, "physics.with_%s%s", physics->inputs[i].name, "");
    for (int i = 0; i < physics->state_count; i++) {
        const char *name = physics->states[i].name;
        if (physics->simulates) add_state(model, "physics.open_%s%s", name, "");
        if (!physics->estimates) continue;
        add_state(model, "physics.%s%s", name, "");
        for (int j = 0; j <= i; j++)
            add_state(model, "physics.covariance_%s_%s", name, physics->states[j].name);
        if (physics->states[i].is_read) {
            add_state(model, "physics.error_%s%s", name, "");
            add_state(model, "physics.surprise_%s%s", name, "");
        }
    }
}

static void check_whole(struct check *check, const struct physics *physics) {
    if (physics->state_count == 0)
        check_fail(check, "states is missing; write what moves, like states = { level = { from = "
                          "\"level\" } }");
    bool is_read = false;
    for (int i = 0; i < physics->state_count; i++) {
        const struct physics_state *state = &physics->states[i];
        is_read |= state->is_read;
        if (physics->estimates && state->is_read && state->noise == 0)
            check_fail(check,
                       "states.%s.noise is missing: the standard deviation of a reading, "
                       "which estimate = true weighs",
                       state->name);
        if (physics->estimates && state->spread == 0)
            check_fail(check,
                       "states.%s.spread is missing: how far it may be from where it is "
                       "taken to begin, for estimate = true",
                       state->name);
    }
    if (physics->estimates && !is_read)
        check_fail(check, "estimate = true needs a state that is read somewhere: from = FIELD");
}

static void read_stiff(struct check *check, struct physics *physics) {
    bool is_stiff = false;
    check_boolean(check, "stiff", &is_stiff);
    if (is_stiff) physics->stiff = stiff_new(physics->state_count);
    if (is_stiff && !physics->stiff)
        check_fail(check, "stiff = true needs CVODE, which this build does not have; install "
                          "libsundials-dev and build again");
}

void lua_physics_read(struct check *check, struct script *script, struct model *model) {
    static const char *const keys[] = {"dynamics",   "estimate", "fit",    "inputs", "outputs",
                                       "parameters", "simulate", "states", "stiff",  "uncertain"};
    lua_State *lua = check->lua;
    size_t mark;
    if (!check_begin(check, "physics", &mark)) return;
    check_keys(check, keys, (int)ARRAY_LEN(keys), (int)ARRAY_LEN(keys));
    script->physics =
        xrealloc(script->physics, sizeof *script->physics * (size_t)(script->physics_count + 1));
    struct physics *physics = script->physics[script->physics_count++] =
        xcalloc(1, sizeof *physics);
    physics->places = xcalloc(1, sizeof *physics->places);
    physics->model = xstrdup(model->name);
    physics->file = xstrdup(check->file);
    struct reading reading = {script, model, physics};
    check_each(check, "states", read_state, &reading);
    check_each(check, "inputs", read_input, &reading);
    read_parameters(check, &reading);
    read_fitted(check, &reading);
    check_each(check, "uncertain", read_uncertain, &reading);
    check_each(check, "outputs", read_output, &reading);
    check_boolean(check, "simulate", &physics->simulates);
    read_stiff(check, physics);
    check_boolean(check, "estimate", &physics->estimates);
    check_whole(check, physics);
    lua_getfield(lua, -1, "dynamics");
    size_t inner = check_enter(check, "dynamics");
    check_is_function(check);
    physics->dynamics = luaL_ref(lua, LUA_REGISTRYINDEX);
    check_leave(check, inner);
    physics->x = make_table(lua, "states");
    physics->u = make_table(lua, "inputs");
    physics->p = make_table(lua, "parameters");
    physics->dx = make_table(lua, "states");
    physics->follow = LUA_NOREF;
    if (physics->simulates || physics->estimates) {
        lua_pushlightuserdata(lua, physics);
        lua_pushcclosure(lua, physics_follow, 1);
        physics->follow = luaL_ref(lua, LUA_REGISTRYINDEX);
    }
    add_memory(physics, model);
    check_end(check, mark);
}
