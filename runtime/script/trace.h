// A trace: which handlers ran, which of their lines, how often, and what the locals became.
//
// call.c hands it every line while it is set (script_trace). A line is noted once a handler, with
// how often it ran and the newest value of each local that it changed; so a loop takes no room. It
// is bounded: what comes after LINE_STEPS_MAX lines runs untraced and is said to.

#ifndef SCRIPT_TRACE_H
#define SCRIPT_TRACE_H

#include "script/script.h"

#include <lua.h>
#include <stdbool.h>

#define LINE_STEPS_MAX 20000 // executed; some microseconds each
#define TRACE_LINES_MAX 2000 // noted
#define LINE_LOCALS_MAX 12   // of one line

struct trace_local {
    char name[40], text[88];
};

struct trace_line {
    char file[100]; // "scripts/behavior/pump.lua"
    int number;
    int handler;    // of `handlers`
    int depth;      // of functions, 0 is the handler's own
    uint64_t count; // that it was executed
    struct trace_local *locals;
    int local_count;
};

struct trace_handler {
    char name[100]; // "on.temperature"
    enum outcome outcome;
    char why[420]; // it did not end well
};

struct trace_frames;

struct trace {
    struct trace_line *lines; // of each handler in the order of their first execution
    int line_count;
    struct trace_handler *handlers;
    int handler_count;
    uint64_t steps; // lines executed while it was on
    bool is_cut;    // and more, which were not noted
    struct trace_frames *frames;
};

struct trace *trace_new(void);
void trace_free(struct trace *trace);

void trace_begin(struct trace *trace, const struct model *model, const struct trigger *trigger,
                 const struct script *script);
void trace_end(struct trace *trace, enum outcome outcome, const struct err *err);

// From the hook. False when the trace is full: the rest of the call runs without it.
bool trace_step(struct trace *trace, lua_State *lua, lua_Debug *hooked);

#endif
