// Explain: one recorded turn, run again on the world as it was before it, with a trace. Nothing was
// switched on beforehand.

#ifndef FORK_EXPLAIN_H
#define FORK_EXPLAIN_H

#include "fork/difference.h"
#include "fork/fork.h"
#include "script/script_files.h"
#include "script/trace.h"
#include "twin/input.h"
#include "twin/twin.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct snapshot;

struct write {
    char subject[SUBJECT_MAX]; // "derived.health", "alarm.overheating", "event.inflow_reduced", ...
    char before[160], after[160];
    bool is_input; // given, and not the behaviour's doing
};

struct explanation {
    uint64_t rev, version;
    int64_t received;
    enum input_kind kind;
    struct actor actor;
    char from_id[TWIN_ID_MAX + 1]; // an event: who sent it, in
    uint64_t from_rev;
    char event[SUBJECT_MAX]; // and which, with its arguments
    struct write *writes;
    int write_count;
    struct trace trace;
    struct script_files files; // of the version, for the lines' text
    bool is_equal;             // it came to what is recorded
    struct difference difference;
    char missing[420]; // why it could not be run again; then the writes are as they were recorded
};

// The revision `rev` of twin `number`. `live` is a snapshot of the live world at or after it. False
// when the log cannot tell.
bool explain_run(const struct fork_source *source, struct snapshot *live, uint32_t number,
                 uint64_t rev, struct explanation *explanation, struct err *err);
void explanation_fini(struct explanation *explanation);
// The source's line; NULL when it has none. `length` without its end.
const char *explanation_line(const struct explanation *explanation, const struct trace_line *line,
                             int *length);

#endif
