// Quarantine: a twin whose behaviour keeps failing rests alone, while its samples go on.
//
// The third error within a minute, or the first call that had to be stopped (its time, its memory),
// puts the behaviour to rest for a minute, then its next input tries again; each further failure
// doubles the rest, up to an hour. A good turn a minute after the last failure ends it, and so does
// another version. All of it is recorded: the reason (CHANGE_FAILED) with the count and the end of
// the rest (CHANGE_QUARANTINE), so a replay rests where live rested. The input that failed is in
// the log at incident->rev.

#ifndef QUARANTINE_H
#define QUARANTINE_H

#include <stdbool.h>
#include <stdint.h>

struct changes;
struct twin;

// Whether the twin's behaviour rests now. `version` is the one that would run.
bool quarantine_holds(const struct twin *twin, uint64_t version, int64_t now);

// After the behaviour's part was dropped: notes why, and rests when that was once too often.
// `is_again`: it is the input of the failure before.
void quarantine_failed(struct changes *changes, uint8_t outcome, uint64_t version, const char *text,
                       bool is_again);

// Before a turn is closed whose handlers all ran well. `is_sure`: it was the very input that had
// failed.
void quarantine_ran_well(struct changes *changes, uint64_t version, bool is_sure);

#endif
