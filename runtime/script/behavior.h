// What a version knows of one model: the names of its fields in Lua, and its handlers.
//
// The handlers are the functions of scripts/behavior/NAME.lua, checked against the model; each is
// kept under a number in Lua's registry. Numbers here are indexes of the model, so every model of
// the same layout fits.

#ifndef SCRIPT_BEHAVIOR_H
#define SCRIPT_BEHAVIOR_H

#include "script/names.h"

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

struct model;
struct script;
struct trigger;
struct twin;

struct behavior {
    char *name;                // of the model
    char *file;                // "scripts/behavior/NAME.lua"
    struct model *owned;       // until it is taken
    const struct model *model; // the owned or the adopted one
    uint64_t layout;
    struct names names; // (enum field_kind or NAMES_ESTIMATOR, name) -> index

    // Registry references of handlers, LUA_NOREF = none. NULL lists when there is no behaviour
    // file.
    int *on_field; // telemetry, reported and desired, by field
    int *on_event;
    int *on_alarm;
    int *on_command;
    int on_input, on_bad, on_stale, init, migrate;
    int prompt; // a line that somebody types (script/prompt.h)
    int follow; // the model's physics, in a turn of samples
    struct timer_handler {
        char *name;
        int handler;
    } * timers;
    int timer_count;
    int64_t *periods; // of `every`, microseconds, ascending
    int *every;
    int every_count;
    struct prediction *predictions; // by prediction of the model, see lua_prediction.h
    int prediction_count;
};

#define NAMES_ESTIMATOR 100 // beside enum field_kind

// Takes a finished model. Needs the table of texts on top of the stack.
void behavior_init(struct behavior *behavior, lua_State *lua, struct model *model);
void behavior_fini(struct behavior *behavior);

// Reads the table that a behaviour file returned, on top of the stack; raises with the path of what
// is wrong.
void behavior_read(struct behavior *behavior, struct script *script, const char *file);

// The derived field that arrives as an input of its own, so that `on` may name it, or NONE.
int behavior_aggregated_field(const struct model *model, const char *name);

// The registry reference of the handler for a trigger, or LUA_NOREF.
int behavior_handler(const struct behavior *behavior, const struct trigger *trigger);

// Whether `on.timer.NAME` is there.
bool behavior_has_timer(const struct behavior *behavior, const char *name);

// Pushes the arguments a handler gets after the twin. Returns how many.
int behavior_push_arguments(lua_State *lua, const struct twin *twin, const struct trigger *trigger);

#endif
