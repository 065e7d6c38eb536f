// What if: branches of one twin's future (future.h) beside the one in which nothing is touched.
//
// {"rev": N, "at", "twins": reached, "is_cut", "samples": members, "time": [Unix seconds ...],
//  "branches": [{"name": "untouched", "fields": {NAME: [...]}, "low": {NAME: [...]}, "high": {...},
//                "alarms": [{"twin", "alarm", "at", "active"}], "failure": {"twin", "why"}}, ...]}
//
// The first time is where the future begins. `fields` are of the course without chance; with
// members, low and high hold nine in ten of them, each branch with the same chances. What is no
// number at a time is null.

#ifndef FORK_WHATIF_H
#define FORK_WHATIF_H

#include "fork/future.h"
#include "fork/horizon.h"

#define WHATIF_BRANCHES_MAX 16
#define WHATIF_EMIT_MAX 32
#define WHATIF_SETS_MAX 32
#define WHATIF_SAMPLES_MAX 1000
#define WHATIF_VALUES_MAX 20000000 // of all branches, members, fields and steps

struct buffer;

struct whatif_set {
    uint32_t number; // the twin
    char *name;
    struct value value;
};

struct whatif_fault {
    uint32_t number;
    char *field;
    enum sensor_fault fault;
    double by;
};

struct whatif_branch {
    char *name;
    struct whatif_set sets[WHATIF_SETS_MAX];
    int set_count;
    struct whatif_fault faults[WHATIF_SETS_MAX];
    int fault_count;
};

struct whatif_request { // zeroed at first; texts and values are its own
    struct fork_source source;
    struct snapshot *snapshot; // of now
    uint32_t number;           // the twin
    uint64_t rev;              // 0: now
    uint64_t version;          // the live one, where rev is 0
    struct horizon horizon;
    int samples; // members beside the course without chance; -1: as many as pays
    struct whatif_branch branches[WHATIF_BRANCHES_MAX];
    int branch_count; // besides "untouched"
    struct whatif_emit {
        uint32_t number;
        char *name;           // as it was asked for, "tank-1/level" or "level"
        char *field;          // "level"
    } emits[WHATIF_EMIT_MAX]; // none: all numbers of the twin that its device says and that are
                              // derived
    int emit_count;
};

// Any thread; nothing live is touched. False with a sentence.
bool whatif_run(struct whatif_request *request, struct buffer *json, struct err *err);
void whatif_request_fini(struct whatif_request *request);

#endif
