// What a loaded version is inside this room: its Lua state, what it knows of each model, and what
// the running call works on.

#ifndef SCRIPT_STATE_H
#define SCRIPT_STATE_H

#include "script/call.h"
#include "script/names.h"
#include "script/script.h"

struct behavior;
struct learned;
struct physics;
struct test_bed;

#define OUTCOMES (OUTCOME_MEMORY + 1)

struct script {
    struct call call;
    struct script_limits limits;
    const struct logger *logger;
    uint64_t version;
    const struct script_files *files; // only while they load

    // The running call: `changes` in a turn, `snapshot` in a prediction, `bed` in a test, none
    // while files load.
    struct changes *changes;
    const struct twin *snapshot;
    const struct twin *known; // whose states need no filter: `truth` has them
    const struct physics_run *truth;
    const struct world *world;       // of the snapshot, when others may be looked at, else NULL
    struct test_bed *bed;            // of the running test, which reads every twin and writes none
    const struct behavior *behavior; // of the twin it runs for
    int64_t now;
    uint64_t chance; // state of random()

    struct names members;       // of a twin: "telemetry", "raise", ...
    struct behavior *behaviors; // one a model
    int behavior_count;
    struct learned **learned; // of all models
    int learned_count;
    struct physics **physics; // of the models that have it
    int physics_count;
    script_features *on_features; // NULL, or who trains
    void *features_context;

    // Registry references.
    int environment; // what scripts see as globals
    int libraries;   // path -> what a scripts/lib file returned
    int texts;       // keeps the texts of every struct names alive

    // Log lines of scripts in the present second of the world's clock.
    int64_t line_second;
    int line_count;

    uint64_t *call_totals[OUTCOMES], *predict_totals[OUTCOMES]; // by enum outcome
    uint64_t *line_dropped_totals[2];                           // in turns, in predictions
};

static inline struct script *script_of(lua_State *lua) {
    return *(struct script **)lua_getextraspace(lua);
}

// What the version knows of a model, also when it is an equal one of another load; NULL when
// nothing.
const struct behavior *state_behavior(const struct script *script, const struct model *model);

// Raises unless a handler or a prediction runs: while a file loads there is no clock and no chance.
void state_check_running(lua_State *lua, const char *what);

// Raises when a handler has already made as many changes as one may.
void state_check_room(lua_State *lua);

// One line of a script in the log, at most 20 a second of the world's clock; the others are
// counted.
void state_log(struct script *script, const char *text);

#endif
