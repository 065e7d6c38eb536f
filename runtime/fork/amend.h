// An amendment: what a sample of the past would have come to, had it been another one, or none.
//
// On a fork the twin stands as before the sample, and its revisions from there are run again, each
// on the version that ran it, with the corrected sample in its place and those that were corrected
// before in theirs. What differs from the record, value by value, is what its history is to have
// instead; where the fork ends is what the twin would show now. Events, commands and alarms are
// the fork's own and go nowhere; what other twins, forecasts and operators said is as it was
// recorded. One thread at a time, any.

#ifndef FORK_AMEND_H
#define FORK_AMEND_H

#include "fork/fork.h"
#include "twin/change.h"

#include <stdbool.h>
#include <stdint.h>

struct amend;
struct err;
struct snapshot;

#define AMEND_REVISIONS_MAX 200000 // run again: some seconds
#define AMEND_VALUES_MAX 100000    // of its history: some 20 ms of the live loop

struct amend_request {
    struct fork_source source;
    uint32_t number; // the twin
    char field[FIELD_NAME_MAX + 1];
    int64_t at;         // the sample's time; whole milliseconds find it within that millisecond
    struct value was;   // what it said, VALUE_NONE: whatever
    struct value value; // what its device should have said; VALUE_NONE takes it away
};

// `request` is copied but for the texts in it.
struct amend *amend_new(const struct amend_request *request);
void amend_free(struct amend *amend);

// Runs up to `newest`, a revision of the twin in the snapshot that is on disk. Again, with a later
// one, it goes on from there. ERR_NOT_FOUND when there is no such sample in the log, ERR_CONFLICT
// when there are several, ERR_TOO_LARGE beyond the limits above; then it cannot go on.
bool amend_run(struct amend *amend, struct snapshot *snapshot, uint64_t newest, struct err *err);

struct amend_result { // lives as long as the amendment, until it is run again
    uint64_t rev;     // the sample's
    int64_t at;
    struct change given;   // AMEND_GIVEN
    struct change *series; // AMEND_SERIES, by the twin's layout now
    int series_count;
    int revisions;          // run again
    const struct twin *now; // the twin as it would be, at the revision it was run up to
};
const struct amend_result *amend_result(const struct amend *amend);

// What the live twin has otherwise: AMEND_CURRENT of each value, and CHANGE_MEMORY behind them when
// anything differs. They live in `region`; `live` must be of the same layout.
int amend_current(const struct amend *amend, const struct twin *live, struct region *region,
                  struct change **changes);

#endif
