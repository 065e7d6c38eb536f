// A trace: the lines that calls came to, in order, each with the locals that it set.

#ifndef SCRIPT_TRACE_H
#define SCRIPT_TRACE_H

#include <stdbool.h>

struct script;
struct world;

#define TRACE_LINES 2000 // more are counted only

struct trace_line {
    char file[96]; // "scripts/behavior/pump.lua"
    int line;
    char locals[240]; // "limit = 7.1, new = 1.2", as far as they fit; "" when none changed
};

struct trace { // all zero is an empty one
    struct trace_line *lines;
    int count;
    int dropped;               // lines beyond TRACE_LINES
    const struct world *world; // for the names of twins; may be NULL
    struct trace_frame *frame; // inside
};

void trace_fini(struct trace *trace);
// Until it is called with NULL, every call of the script goes into `trace`.
void script_trace(struct script *script, struct trace *trace);

#endif
