// What a version on trial did otherwise than the live one: field by field, alarm by alarm, and its
// failures.

#ifndef FORK_FINDINGS_H
#define FORK_FINDINGS_H

#include "fork/difference.h"
#include "twin/twin.h"

#include <stdbool.h>
#include <stdint.h>

struct buffer;
struct model;
struct revision;
struct world;

struct finding { // of a field of a model: it had another value after a turn
    char model[64];
    char field[SUBJECT_MAX]; // "derived.health"
    uint64_t count;          // turns after which it was so
    double largest;          // difference of two numbers
    uint64_t rev;            // the first time: of the live revision
    char id[TWIN_ID_MAX + 1];
    char input[160]; // what it took in then, as text
    char live[160], trial[160];
};

struct tally_of { // what was raised, sent, given: how often by either
    char model[64];
    char subject[SUBJECT_MAX]; // "alarm.overheating", "event.inflow_reduced", "command.flush"
    uint64_t live, trial;
};

struct findings { // all zero is none
    struct finding *fields;
    int field_count;
    struct tally_of *tallies;
    int tally_count;
    uint64_t live_failures, trial_failures;
    char first_failure[420]; // of the trial
    char failed_id[TWIN_ID_MAX + 1];
    uint64_t failed_rev;
};

void findings_fini(struct findings *findings);
// A deep copy, for who writes while the other goes on.
void findings_copy(struct findings *to, const struct findings *from);

// Compares a twin in both worlds after the live revision; their models may differ.
void findings_compare(struct findings *findings, const struct twin *live, const struct twin *trial,
                      const struct revision *recorded);
// Counts what a revision raised, sent and gave, and that it failed.
void findings_count(struct findings *findings, const struct revision *revision,
                    const struct twin *twin, const struct world *world, bool is_trial);
// Members "fields", "effects", "failures".
void findings_write(const struct findings *findings, struct buffer *json);
bool findings_is_empty(const struct findings *findings);

#endif
