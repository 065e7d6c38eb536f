// Probation: whether a version that was just promoted fails clearly more often than the one before.
//
// Pure arithmetic over two counters, turns in which a handler ran and those of them that failed;
// whoever owns it tells them each second and asks. The rate before is that of the last minute
// before the swap, so that old sins of a version do not excuse new ones.

#ifndef PROBATION_H
#define PROBATION_H

#include <stdbool.h>
#include <stdint.h>

#define PROBATION_SECONDS 60
#define PROBATION_FAILURES_MIN 5 // less may be one twin with odd data, which is its own trouble

struct probation {
    struct {
        uint64_t turns, failures;
    } seconds[PROBATION_SECONDS]; // a ring
    int next;
    uint64_t turns, failures; // as last told
    double before;            // failures per turn before the swap
    int64_t until;            // monotonic microseconds, 0 = nothing is on probation
};

// Once a second: the counters of the version that serves.
void probation_tick(struct probation *probation, uint64_t turns, uint64_t failures);

// A swap: the counters begin anew. `until` 0: this one is not on probation.
void probation_begin(struct probation *probation, int64_t until);

// More than 1 % of the turns fail, at least five, and three times as often as before; where that
// would be more than is left, half of the turns that went well before.
bool probation_has_failed(const struct probation *probation, uint64_t turns, uint64_t failures);

#endif
