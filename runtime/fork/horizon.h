// How far ahead a question looks, in which steps, and how long it may think about it.

#ifndef FORK_HORIZON_H
#define FORK_HORIZON_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define HORIZON_MAX (30ll * 24 * 3600 * 1000000)
#define HORIZON_STEPS_MAX 20000
#define HORIZON_CPU_MAX 120000000 // us, of all of it

struct err;

struct horizon {                  // zeroed at first
    int64_t us, step_us;          // step 0: a two hundredth of the horizon, at least a second
    const atomic_bool *is_ending; // nobody waits any more; may be NULL
    int steps;                    // set by horizon_begin
    int64_t cpu_begin;            // of the thread
};

bool horizon_begin(struct horizon *horizon, struct err *err);
// To be asked at each step; false when it is to end.
bool horizon_may_go_on(const struct horizon *horizon, int step, struct err *err);

#endif
