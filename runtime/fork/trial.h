// A trial: another version of the scripts on what the live world took in, without side effects. Two
// worlds side by side: one has the recorded effects, in the other the twins of every model whose
// text is another in that version take their turns; after each recorded revision both are compared.
//
// As a shadow it begins with the live world as it stands and follows the durable log as it grows,
// so it may lag and drops nothing; on history it reads the log from its begin. External inputs come
// out of the log, timers and events are the version's own. Predictions are taken as they were
// recorded.

#ifndef FORK_TRIAL_H
#define FORK_TRIAL_H

#include "fork/findings.h"
#include "fork/fork.h"
#include "script/script_files.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct snapshot;

struct trial_progress {
    uint64_t rev;     // read up to here
    int64_t received; // that one's
    uint64_t inputs;  // recorded, of twins that take turns
    uint64_t turns;   // that they took
    uint64_t timed;   // inputs whose CPU time was taken, and what it was
    int64_t timed_us;
    int64_t lag_us; // behind the live world, of the newest batch
    int64_t most_lag_us;
    uint32_t twins; // that take turns
};

struct trial_request {
    struct fork_source source;
    struct snapshot *snapshot;        // of now: a shadow; NULL: from the log's begin
    const struct script_files *base;  // what serves
    const struct script_files *files; // what is tried
    uint64_t from, to;                // revs compared, both ends included; a shadow has no end
    // When there is nothing to read yet, and after each batch; false ends it.
    bool (*on_progress)(void *context, const struct trial_progress *progress,
                        const struct findings *findings, bool is_waiting);
    void *context;
};

// False when the version does not load or the log cannot be read.
bool trial_run(const struct trial_request *request, struct err *err);

// Whether a model reads otherwise in the two versions: its own text, its behaviour, a model that it
// extends, or any file of scripts/lib, or what it has learned.
bool trial_is_other(const struct script_files *base, const struct script_files *files,
                    const char *model);

#endif
