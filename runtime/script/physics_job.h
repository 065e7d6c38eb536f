// One entry into Lua for a model's equations: the tables that functions get lie on the stack, and
// are filled before a call. What physics.c and physics_turn.c share.
//
// Everything here runs inside of the door and raises what is wrong.

#ifndef SCRIPT_PHYSICS_JOB_H
#define SCRIPT_PHYSICS_JOB_H

#include "script/physics.h"

#include <lua.h>

// Where a model's layout has what the equations are about, found when the layout was last another.
// A place is a field, or NONE.
struct physics_places {
    uint64_t layout;
    int state[PHYSICS_STATES], open[PHYSICS_STATES];
    int error[PHYSICS_STATES], surprise[PHYSICS_STATES];
    int covariance[PHYSICS_STATES][PHYSICS_STATES]; // of i and j <= i
    int from[PHYSICS_STATES], initial[PHYSICS_STATES];
    int input[PHYSICS_INPUTS], with[PHYSICS_INPUTS];
    int parameter[PHYSICS_PARAMETERS];
};

struct physics_job {
    lua_State *lua;
    const struct physics *physics;
    const struct twin *twin; // has the parameters that are no numbers; may be NULL
    const double *p;
    // Places on the stack; the parameters are behind the last, and behind them the names of states
    // and inputs.
    int x, u, dx, dynamics, names;
};

// What a twin says now.
void physics_job_look(lua_State *lua, const struct physics *physics, const struct twin *twin,
                      struct physics_look *look);
double physics_job_input(lua_State *lua, const struct physics *physics, const struct twin *twin,
                         int input);
void physics_job_parameters(const struct physics *physics, const struct twin *twin, double *p);
const struct physics_places *physics_job_places(const struct physics *physics,
                                                const struct model *model);

// Leaves the tables, dynamics and names on the stack.
struct physics_job physics_job_begin(lua_State *lua, const struct physics *physics,
                                     const struct twin *twin, const double *p);
void physics_job_inputs(const struct physics_job *job, const double *u);
// States at `t`; raises when the equations have no solution.
void physics_job_move(const struct physics_job *job, struct integrator *integrator, double t,
                      double *x);
void physics_job_outputs(const struct physics_job *job, double t, const double *x, double *y);

// Of a slot, NAN when it is not known; false is 0 and true 1.
double physics_job_number(const struct twin *twin, int field);

#endif
