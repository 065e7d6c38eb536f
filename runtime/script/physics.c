// What asks from outside of a turn is a task, of one entry into Lua.

#include "script/physics.h"

#include "script/physics_job.h"
#include "script/state.h"
#include "twin/model.h"
#include "twin/name.h"
#include "twin/twin.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

const struct physics *physics_find(const struct script *script, const char *model) {
    for (int i = 0; i < script->physics_count; i++)
        if (strcmp(script->physics[i]->model, model) == 0) return script->physics[i];
    return NULL;
}

int physics_handler(const struct script *script, const char *model) {
    const struct physics *physics = physics_find(script, model);
    return physics ? physics->follow : LUA_NOREF;
}

int physics_field(const struct model *model, const char *name) {
    char whole[3 * FIELD_NAME_MAX] = PHYSICS_PREFIX;
    size_t length = strlen(name), prefix = sizeof PHYSICS_PREFIX - 1;
    if (prefix + length >= sizeof whole) return NONE;
    memcpy(whole + prefix, name, length);
    return model_field(model, FIELD_STATE, whole, prefix + length);
}

void physics_know(struct script *script, const struct twin *twin, const struct physics_run *run) {
    script->known = run ? twin : NULL;
    script->truth = run;
}

enum errand { ERRAND_LOOK, ERRAND_BEGIN, ERRAND_STEP, ERRAND_SOLVE };

struct task {
    enum errand errand;
    const struct physics *physics;
    const struct world *world; // where its inputs may look
    const struct twin *twin;
    struct physics_look *look;
    struct physics_run *run;
    double t;
    const double *p, *times, *inputs, *x0;
    double *x;
    int count;
};

static void begin(lua_State *lua, const struct task *task) {
    struct physics_run *run = task->run;
    struct physics_look now;
    const struct physics_places *places = physics_job_places(task->physics, task->twin->model);
    physics_job_look(lua, task->physics, task->twin, &now);
    for (int i = 0; i < task->physics->state_count; i++) {
        const char *name = task->physics->states[i].name;
        run->x[i] = physics_job_number(task->twin, places->state[i]);
        if (isnan(run->x[i])) run->x[i] = now.initial[i];
        if (isnan(run->x[i]))
            luaL_error(lua,
                       "physics of %s cannot begin: it is not known where %s is, so it waits "
                       "for its first sample",
                       task->twin->id, name);
    }
    for (int i = 0; i < task->physics->state_count; i++) {
        run->open[i] = physics_job_number(task->twin, places->open[i]);
        if (isnan(run->open[i])) run->open[i] = run->x[i];
    }
    integrator_begin(&run->integrator, task->physics->state_count, task->t, run->x);
    integrator_begin(&run->open_integrator, task->physics->state_count, task->t, run->open);
    for (int i = 0; i < task->physics->input_count; i++)
        run->u[i] = NAN; // the first step takes them
}

static void step(lua_State *lua, const struct task *task) {
    const struct physics *physics = task->physics;
    struct physics_run *run = task->run;
    double u[PHYSICS_INPUTS], p[PHYSICS_PARAMETERS];
    bool is_other = false;
    for (int i = 0; i < physics->input_count; i++) {
        u[i] = isnan(run->held[i]) ? physics_job_input(lua, physics, task->twin, i) : run->held[i];
        if (isnan(u[i])) u[i] = run->u[i];
        if (isnan(u[i]))
            luaL_error(lua, "physics of %s cannot go on: its input %s is not known", task->twin->id,
                       physics->inputs[i].name);
        is_other |= !(u[i] == run->u[i]);
    }
    physics_job_parameters(physics, task->twin, p);
    for (int i = 0; i < physics->parameter_count; i++) {
        if (!isnan(p[i])) p[i] *= run->factor[i];
        is_other |= !isnan(p[i]) && !(p[i] == run->p[i]);
    }
    memcpy(run->u, u, sizeof u);
    memcpy(run->p, p, sizeof p);
    struct physics_job job = physics_job_begin(lua, physics, task->twin, run->p);
    physics_job_inputs(&job, run->u);
    if (is_other) {
        integrator_begin(&run->integrator, physics->state_count, run->t, run->x);
        integrator_begin(&run->open_integrator, physics->state_count, run->t, run->open);
    }
    physics_job_move(&job, &run->integrator, task->t, run->x);
    if (physics->simulates) physics_job_move(&job, &run->open_integrator, task->t, run->open);
    run->t = task->t;
    physics_job_outputs(&job, task->t, run->x, run->y);
}

static void solve(lua_State *lua, const struct task *task) {
    const struct physics *physics = task->physics;
    int n = physics->state_count;
    struct physics_job job = physics_job_begin(lua, physics, task->twin, task->p);
    struct integrator integrator = {0};
    memcpy(task->x, task->x0, sizeof *task->x * (size_t)n);
    for (int i = 1; i < task->count; i++) {
        double *x = task->x + i * n;
        physics_job_inputs(&job, task->inputs + (i - 1) * physics->input_count);
        integrator_begin(&integrator, n, task->times[i - 1], x - n);
        physics_job_move(&job, &integrator, task->times[i], x);
    }
}

static int run_task(lua_State *lua) {
    const struct task *task = lua_touserdata(lua, 1);
    switch (task->errand) {
    case ERRAND_LOOK:
        physics_job_look(lua, task->physics, task->twin, task->look);
        break;
    case ERRAND_BEGIN:
        begin(lua, task);
        break;
    case ERRAND_STEP:
        step(lua, task);
        break;
    case ERRAND_SOLVE:
        solve(lua, task);
        break;
    }
    return 0;
}

static bool enter(struct script *script, struct task *task, int64_t cpu_us, struct err *err) {
    lua_State *lua = script->call.lua;
    script->snapshot = task->twin;
    script->world = task->world;
    script->behavior = NULL;
    lua_pushcfunction(lua, run_task);
    lua_pushlightuserdata(lua, task);
    const struct call_budget budget = {
        .cpu_us = cpu_us, .growth = script->limits.soft_bytes, .patience = script->limits.patience};
    int outcome = call_run(&script->call, 1, 0, &budget, task->physics->file, err);
    script->snapshot = NULL;
    script->world = NULL;
    return outcome == OUTCOME_OK;
}

bool physics_look(struct script *script, const struct world *world, const struct twin *twin,
                  struct physics_look *look, struct err *err) {
    struct task task = {.errand = ERRAND_LOOK, .world = world, .twin = twin, .look = look};
    task.physics = physics_find(script, twin->model->name);
    return enter(script, &task, script->limits.call_us, err);
}

bool physics_begin(struct script *script, const struct world *world, const struct twin *twin,
                   double t, struct physics_run *run, struct err *err) {
    *run = (struct physics_run){.physics = physics_find(script, twin->model->name), .t = t};
    for (int i = 0; i < PHYSICS_INPUTS; i++)
        run->held[i] = NAN;
    for (int i = 0; i < PHYSICS_PARAMETERS; i++)
        run->factor[i] = 1;
    struct task task = {.errand = ERRAND_BEGIN,
                        .physics = run->physics,
                        .world = world,
                        .twin = twin,
                        .run = run,
                        .t = t};
    return enter(script, &task, script->limits.call_us, err);
}

bool physics_step(struct script *script, const struct world *world, const struct twin *twin,
                  double t, struct physics_run *run, struct err *err) {
    struct task task = {.errand = ERRAND_STEP,
                        .physics = run->physics,
                        .world = world,
                        .twin = twin,
                        .run = run,
                        .t = t};
    return enter(script, &task, script->limits.call_us, err);
}

bool physics_solve(struct script *script, const struct twin *twin, const struct physics *physics,
                   const double *p, const double *times, const double *inputs, int count,
                   const double *x0, double *x, int64_t cpu_us, struct err *err) {
    struct task task = {.errand = ERRAND_SOLVE,
                        .physics = physics,
                        .twin = twin,
                        .p = p,
                        .times = times,
                        .inputs = inputs,
                        .x0 = x0,
                        .x = x,
                        .count = count};
    return enter(script, &task, cpu_us, err);
}
