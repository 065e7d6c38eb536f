// The equations of a model: `physics` in models/NAME.lua, and what is done with them.
//
// States move by `dynamics`, a function of time, states, inputs and parameters; outputs are what
// sensors would say of it. The same equations serve a fork that looks ahead (physics_step), a fit
// to recorded data (physics_solve), and the twin itself, whose turn they run in when the model says
// `simulate` or `estimate` (physics_follow). A twin's own states are script state named
// "physics.NAME", so they are stored, replayed and explained as all state is.
//
// Between two times inputs stay what they were at the first. All of it runs behind the one door
// into Lua, and every failure is a sentence that names the model and what it was about.

#ifndef SCRIPT_PHYSICS_H
#define SCRIPT_PHYSICS_H

#include "predict/integrate.h"

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#define PHYSICS_PREFIX "physics."
#define PHYSICS_STATES INTEGRATE_STATES
#define PHYSICS_INPUTS 16
#define PHYSICS_PARAMETERS 24
#define PHYSICS_OUTPUTS 16

struct err;
struct model;
struct physics_places;
struct script;
struct twin;
struct world;

struct physics_source { // of a number that a twin has: a field, a function of it, or the number
    char *field;        // "" when it is none
    int function;       // of the twin, in the registry; LUA_NOREF when it is none
    double number;      // NAN when it is none
};

struct physics {
    char *model;
    char *file; // "models/NAME.lua"
    struct physics_state {
        char *name;
        char *unit; // "" when it has none
        bool is_read;
        struct physics_source from;    // where it is read
        struct physics_source initial; // where it begins
        double noise;                  // of a reading, one standard deviation
        double wander;                 // by which it leaves the model within a minute, likewise
        double spread;                 // of where it begins, likewise
    } states[PHYSICS_STATES];
    int state_count;
    struct physics_input {
        char *name;
        struct physics_source from;
    } inputs[PHYSICS_INPUTS];
    int input_count;
    char *parameters[PHYSICS_PARAMETERS];
    bool is_fitted[PHYSICS_PARAMETERS];   // by twinctl calibrate, unless it is told otherwise
    double uncertain[PHYSICS_PARAMETERS]; // of each parameter's value, one standard deviation
    int parameter_count;
    struct physics_output {
        char *field;
        int state;    // NONE: the function says it
        int function; // function(t, x, u, p)
        double noise; // of what its sensor says
    } outputs[PHYSICS_OUTPUTS];
    int output_count;
    int dynamics;
    bool simulates, estimates;
    struct stiff *stiff;           // NULL: it is not declared so
    int x, u, p, dx;               // the tables that functions get
    int follow;                    // the handler of its turn, LUA_NOREF when it has none
    struct physics_places *places; // physics_job.h
};

const struct physics *physics_find(const struct script *script, const char *model); // NULL
int physics_handler(const struct script *script, const char *model); // its `follow`, or LUA_NOREF
// function(twin): one turn of a twin that simulates or estimates; its upvalue is the physics.
int physics_follow(lua_State *lua);
// The field of script state that a name under twin.physics is: "physics.NAME".
int physics_field(const struct model *model, const char *name);

// A twin's equations on their way. Numbers that are not known are NAN.
struct physics_run {
    const struct physics *physics;
    struct integrator integrator;
    double t; // seconds
    double x[PHYSICS_STATES];
    struct integrator open_integrator; // of what is simulated from the first sample on
    double open[PHYSICS_STATES];
    double u[PHYSICS_INPUTS]; // as of the integrator's beginning
    double p[PHYSICS_PARAMETERS];
    double y[PHYSICS_OUTPUTS];
    double held[PHYSICS_INPUTS];       // instead of what the twin's inputs are; NAN: what they are
    double factor[PHYSICS_PARAMETERS]; // of the twin's parameters
};

// States, inputs and parameters from the twin as it is: what its filter holds, else what is read.
// False: `err` says what is missing.
bool physics_begin(struct script *script, const struct world *world, const struct twin *twin,
                   double t, struct physics_run *run, struct err *err);
// On to `t` seconds with the inputs the twin has now; then `y` is what its sensors would say.
bool physics_step(struct script *script, const struct world *world, const struct twin *twin,
                  double t, struct physics_run *run, struct err *err);

// In turns of this twin its states are what the run has, so neither is its filter run nor what it
// simulates. NULL: no more.
void physics_know(struct script *script, const struct twin *twin, const struct physics_run *run);

// What a twin says now: inputs, parameters, readings and beginnings of the states. Any may be NAN.
struct physics_look {
    double u[PHYSICS_INPUTS], p[PHYSICS_PARAMETERS];
    double reading[PHYSICS_STATES], initial[PHYSICS_STATES];
};
bool physics_look(struct script *script, const struct world *world, const struct twin *twin,
                  struct physics_look *look, struct err *err);

// States at `count` times: from x0 at the first, moved by inputs[i * input_count] from times[i] to
// times[i + 1]. `twin` has the parameters that are no numbers. x: count * state_count. May take
// `cpu_us`.
bool physics_solve(struct script *script, const struct twin *twin, const struct physics *physics,
                   const double *p, const double *times, const double *inputs, int count,
                   const double *x0, double *x, int64_t cpu_us, struct err *err);

#endif
