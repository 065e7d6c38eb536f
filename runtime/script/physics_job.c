#include "script/physics_job.h"

#include "predict/stiff.h"
#include "script/handle.h"
#include "script/lua_value.h"
#include "twin/model.h"
#include "twin/name.h"
#include "twin/twin.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

// ---- where a layout has it

static int find_state(const struct model *model, const char *kind, const char *of) {
    char name[3 * FIELD_NAME_MAX];
    int length = snprintf(name, sizeof name, PHYSICS_PREFIX "%s%s", kind, of);
    return model_field(model, FIELD_STATE, name, (size_t)length);
}

static int find_field(const struct model *model, const char *name) {
    if (!name) return NONE;
    size_t length = strlen(name);
    int field = model_sample_field(model, name, length);
    if (field == NONE) field = model_field(model, FIELD_DERIVED, name, length);
    if (field == NONE) field = model_field(model, FIELD_PARAMETER, name, length);
    return field;
}

static int find_covariance(const struct model *model, const char *one, const char *two) {
    char names[2 * FIELD_NAME_MAX];
    snprintf(names, sizeof names, "%s_%s", one, two);
    return find_state(model, "covariance_", names);
}

static void find_places(const struct physics *physics, const struct model *model,
                        struct physics_places *places) {
    places->layout = model->layout;
    for (int i = 0; i < physics->state_count; i++) {
        const struct physics_state *state = &physics->states[i];
        places->state[i] = find_state(model, "", state->name);
        places->open[i] = find_state(model, "open_", state->name);
        places->error[i] = find_state(model, "error_", state->name);
        places->surprise[i] = find_state(model, "surprise_", state->name);
        places->from[i] = find_field(model, state->from.field);
        places->initial[i] = find_field(model, state->initial.field);
        for (int j = 0; j <= i; j++)
            places->covariance[i][j] = find_covariance(model, state->name, physics->states[j].name);
    }
    for (int i = 0; i < physics->input_count; i++) {
        places->input[i] = find_field(model, physics->inputs[i].from.field);
        places->with[i] = find_state(model, "with_", physics->inputs[i].name);
    }
    for (int i = 0; i < physics->parameter_count; i++) {
        const char *name = physics->parameters[i];
        places->parameter[i] = model_field(model, FIELD_PARAMETER, name, strlen(name));
    }
}

const struct physics_places *physics_job_places(const struct physics *physics,
                                                const struct model *model) {
    if (physics->places->layout != model->layout) find_places(physics, model, physics->places);
    return physics->places;
}

// ---- what a twin says

// NAN when it is not known.
static double number_of(struct value value) {
    if (value.type == VALUE_BOOLEAN) return value.boolean ? 1 : 0;
    return value.type == VALUE_NUMBER ? value.number : NAN;
}

static double read_source(lua_State *lua, const struct twin *twin,
                          const struct physics_source *source, int place) {
    if (source->field) return physics_job_number(twin, place);
    if (source->function == LUA_NOREF) return source->number;
    lua_rawgeti(lua, LUA_REGISTRYINDEX, source->function);
    handle_push(lua, twin->number, VIEW_TWIN, 0);
    lua_call(lua, 1, 1);
    double number = NAN;
    if (lua_isboolean(lua, -1))
        number = lua_toboolean(lua, -1);
    else if (lua_type(lua, -1) == LUA_TNUMBER)
        number = lua_tonumber(lua, -1);
    else if (!lua_isnil(lua, -1))
        luaL_error(lua, "a function of physics gave a %s, not a number or nil",
                   luaL_typename(lua, -1));
    lua_pop(lua, 1);
    return isfinite(number) ? number : NAN;
}

void physics_job_parameters(const struct physics *physics, const struct twin *twin, double *p) {
    const struct physics_places *places = physics_job_places(physics, twin->model);
    for (int i = 0; i < physics->parameter_count; i++)
        p[i] = physics_job_number(twin, places->parameter[i]);
}

void physics_job_look(lua_State *lua, const struct physics *physics, const struct twin *twin,
                      struct physics_look *look) {
    const struct physics_places *places = physics_job_places(physics, twin->model);
    for (int i = 0; i < physics->input_count; i++)
        look->u[i] = read_source(lua, twin, &physics->inputs[i].from, places->input[i]);
    physics_job_parameters(physics, twin, look->p);
    for (int i = 0; i < physics->state_count; i++) {
        const struct physics_state *state = &physics->states[i];
        look->reading[i] =
            state->is_read ? read_source(lua, twin, &state->from, places->from[i]) : NAN;
        look->initial[i] = read_source(lua, twin, &state->initial, places->initial[i]);
    }
}

// ---- the equations

// Puts the parameters into their table; one that is no number is the twin's own.
static void fill_parameters(const struct physics_job *job) {
    lua_State *lua = job->lua;
    lua_rawgeti(lua, LUA_REGISTRYINDEX, job->physics->p);
    for (int i = 0; i < job->physics->parameter_count; i++) {
        const char *name = job->physics->parameters[i];
        int field = isnan(job->p[i]) && job->twin
                        ? physics_job_places(job->physics, job->twin->model)->parameter[i]
                        : NONE;
        lua_pushstring(lua, name);
        if (field != NONE)
            lua_value_push(lua, twin_value(job->twin, field));
        else
            lua_pushnumber(lua, job->p[i]);
        lua_rawset(lua, -3);
    }
}

// `name` is its place on the stack.
static void fill(lua_State *lua, int table, int name, double number) {
    lua_pushvalue(lua, name);
    lua_pushnumber(lua, number);
    lua_rawset(lua, table);
}

void physics_job_inputs(const struct physics_job *job, const double *u) {
    for (int i = 0; i < job->physics->input_count; i++)
        fill(job->lua, job->u, job->names + job->physics->state_count + i, u[i]);
}

static void fill_states(const struct physics_job *job, const double *x) {
    for (int i = 0; i < job->physics->state_count; i++)
        fill(job->lua, job->x, job->names + i, x[i]);
}

struct physics_job physics_job_begin(lua_State *lua, const struct physics *physics,
                                     const struct twin *twin, const double *p) {
    struct physics_job job = {.lua = lua, .physics = physics, .twin = twin, .p = p};
    luaL_checkstack(lua, 20 + PHYSICS_STATES + PHYSICS_INPUTS, "physics");
    lua_rawgeti(lua, LUA_REGISTRYINDEX, physics->x);
    job.x = lua_gettop(lua);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, physics->u);
    job.u = lua_gettop(lua);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, physics->dx);
    job.dx = lua_gettop(lua);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, physics->dynamics);
    job.dynamics = lua_gettop(lua);
    fill_parameters(&job);
    job.names = lua_gettop(lua) + 1;
    for (int i = 0; i < physics->state_count; i++)
        lua_pushstring(lua, physics->states[i].name);
    for (int i = 0; i < physics->input_count; i++)
        lua_pushstring(lua, physics->inputs[i].name);
    for (int i = 0; i < physics->state_count; i++) { // so that one that is left out is found
        lua_pushvalue(lua, job.names + i);
        lua_pushboolean(lua, 0);
        lua_rawset(lua, job.dx);
    }
    return job;
}

// dynamics(t, x, u, p, dx)
static bool derive(void *context, double t, const double *x, double *dx) {
    const struct physics_job *job = context;
    lua_State *lua = job->lua;
    fill_states(job, x);
    lua_pushvalue(lua, job->dynamics);
    lua_pushnumber(lua, t);
    lua_pushvalue(lua, job->x);
    lua_pushvalue(lua, job->u);
    lua_pushvalue(lua, job->dynamics + 1);
    lua_pushvalue(lua, job->dx);
    lua_call(lua, 5, 0);
    for (int i = 0; i < job->physics->state_count; i++) {
        lua_pushvalue(lua, job->names + i);
        if (lua_rawget(lua, job->dx) != LUA_TNUMBER)
            luaL_error(lua,
                       "dynamics leaves dx.%s out; each state has to have its change in a "
                       "second",
                       job->physics->states[i].name);
        dx[i] = lua_tonumber(lua, -1);
        lua_pop(lua, 1);
    }
    return true;
}

// States at `t`; raises when the equations have no solution.
void physics_job_move(const struct physics_job *job, struct integrator *integrator, double t,
                      double *x) {
    double longest = fmax(t - integrator->to, 0) + 3600;
    struct stiff *stiff = job->physics->stiff;
    enum integrate_end end = stiff
                                 ? stiff_move(stiff, integrator, t, derive, (void *)job, x)
                                 : integrator_move(integrator, t, longest, derive, (void *)job, x);
    if (end == INTEGRATE_GOOD) return;
    const struct physics *physics = job->physics;
    double reached = integrator->to;
    for (int i = 0; i < physics->state_count; i++)
        if (!isfinite(integrator->dx[i]))
            luaL_error(job->lua,
                       "physics blew up: dx.%s is no finite number at %s = %f; look at "
                       "its parameters and the step",
                       physics->states[i].name, physics->states[i].name, integrator->x[i]);
    luaL_error(job->lua,
               end == INTEGRATE_BLOWN_UP
                   ? "physics blew up: %s = %f, %f s before the time asked for"
               : stiff ? "physics is too stiff even for stiff = true at %s = %f, %f s before the "
                         "time asked for"
                       : "physics is too stiff: its steps became too small at %s = %f, %f s "
                         "before the time asked for; try stiff = true",
               physics->states[0].name, integrator->x[0], t - reached);
}

void physics_job_outputs(const struct physics_job *job, double t, const double *x, double *y) {
    lua_State *lua = job->lua;
    fill_states(job, x);
    for (int i = 0; i < job->physics->output_count; i++) {
        const struct physics_output *output = &job->physics->outputs[i];
        if (output->state != NONE) {
            y[i] = x[output->state];
            continue;
        }
        lua_rawgeti(lua, LUA_REGISTRYINDEX, output->function);
        lua_pushnumber(lua, t);
        lua_pushvalue(lua, job->x);
        lua_pushvalue(lua, job->u);
        lua_pushvalue(lua, job->dynamics + 1);
        lua_call(lua, 4, 1);
        y[i] = lua_isboolean(lua, -1) ? lua_toboolean(lua, -1) : lua_tonumber(lua, -1);
        if (lua_isnil(lua, -1)) y[i] = NAN; // its sensor says nothing
        lua_pop(lua, 1);
    }
}

double physics_job_input(lua_State *lua, const struct physics *physics, const struct twin *twin,
                         int input) {
    return read_source(lua, twin, &physics->inputs[input].from,
                       physics_job_places(physics, twin->model)->input[input]);
}

double physics_job_number(const struct twin *twin, int field) {
    return field == NONE ? NAN : number_of(twin_value(twin, field));
}
