// Replay: the recorded inputs, re-executed on a fork, their effects compared with the recorded ones
// revision by revision.
//
// It begins where the log does; what comes before `from` is taken over as recorded. A turn that
// comes to something else is told, and its twin is put back to what the log has, so that each turn
// is judged alone. Turns whose version is not stored any more, or whose twin's state lies before
// the log, are taken as recorded and counted. With a snapshot that stands at `to` the state at the
// end is compared with live memory as well; else with the recorded effects alone.

#ifndef FORK_REPLAY_H
#define FORK_REPLAY_H

#include "fork/difference.h"
#include "fork/fork.h"
#include "fork/invariant.h"
#include "twin/twin.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct err;
struct snapshot;

struct replay_request {
    struct fork_source source;
    struct snapshot *live; // of the live world at or after `to`; may be NULL
    bool is_to_now;        // it stands at `to`, and is compared
    uint64_t from, to;     // revs, both ends included
    const char *model;     // turns of others are taken as recorded; NULL = all are re-executed
    const struct invariant *invariant; // ends at the first revision that breaks it; may be NULL
    // After each batch; false ends it. May wait, to keep the pace. May be NULL.
    bool (*on_progress)(void *context, uint64_t rev, int64_t received, uint64_t turns);
    void *context;
};

struct replay_report {
    uint64_t rev;       // of the last revision
    uint64_t turns;     // re-executed
    uint64_t taken;     // as recorded, of those that were asked for
    uint64_t different; // turns that came to something else
    uint64_t hash, live_hash;
    uint32_t twins;  // at the end
    bool is_stopped; // by on_progress
    struct replay_find {
        uint64_t rev; // 0 = none
        char id[TWIN_ID_MAX + 1];
        struct difference difference; // one: recorded, other: now
    } first;
    struct replay_find broken; // the invariant's; the field's value is in difference.one
    char missing[420];         // why turns were taken as recorded, "" when none were
};

// False when the log cannot be read, with the rev.
bool replay_run(const struct replay_request *request, struct replay_report *report,
                struct err *err);
// The last line: rev=N turns=M hash=H live=H equal, or ... differ first=REV twin=ID field=F; before
// it what was taken as recorded, and both values of the first difference.
void replay_print(const struct replay_report *report, FILE *out);
bool replay_is_equal(const struct replay_report *report);

#endif
