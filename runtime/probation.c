// The minute before a swap is a ring of seconds, so that it costs the same at any rate.

#include "probation.h"

#define SHARE_MIN 0.01
#define TIMES 3

void probation_tick(struct probation *probation, uint64_t turns, uint64_t failures) {
    probation->seconds[probation->next].turns = turns - probation->turns;
    probation->seconds[probation->next].failures = failures - probation->failures;
    probation->next = (probation->next + 1) % PROBATION_SECONDS;
    probation->turns = turns;
    probation->failures = failures;
}

void probation_begin(struct probation *probation, int64_t until) {
    uint64_t turns = 0, failures = 0;
    for (int i = 0; i < PROBATION_SECONDS; i++) {
        turns += probation->seconds[i].turns;
        failures += probation->seconds[i].failures;
    }
    *probation =
        (struct probation){.before = turns ? (double)failures / (double)turns : 0, .until = until};
}

bool probation_has_failed(const struct probation *probation, uint64_t turns, uint64_t failures) {
    if (probation->until == 0 || failures < PROBATION_FAILURES_MIN) return false;
    double share = (double)failures / (double)turns;
    double limit = TIMES * probation->before, half = (1 + probation->before) / 2;
    return share > SHARE_MIN && share >= (limit < half ? limit : half);
}
