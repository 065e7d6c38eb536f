// A fault lasts its time and no second one begins in it, so a test can tell which it sees.

#include "sim/fault.h"

#include <math.h>

#define SPIKE_SHARE 3.0 // of the reading, added
#define STUCK_S 60.0
#define DRIFT_S 180.0
#define DRIFT_SHARE 0.5 // of the reading, at the end
#define DROP_OUT_S 45.0

static void fault_begin(struct fault *fault, const struct reading *readings, int count);

bool fault_step(struct fault *fault, double per_hour, double dt_s, struct reading *readings,
                int count) {
    if (count == 0) return true;
    fault->left_s -= dt_s;
    fault->passed_s += dt_s;
    if (fault->kind != FAULT_NONE && fault->left_s <= 0) fault->kind = FAULT_NONE;
    if (fault->kind == FAULT_NONE) {
        double chance = 1 - exp(-per_hour / 3600 * dt_s);
        if (chance_uniform(&fault->chance) < chance) fault_begin(fault, readings, count);
    }
    struct reading *reading = &readings[fault->reading];
    switch (fault->kind) {
    case FAULT_NONE:
        break;
    case FAULT_SPIKE:
        reading->value += SPIKE_SHARE * fabs(reading->value) + 1;
        break;
    case FAULT_STUCK:
        reading->value = fault->amount;
        break;
    case FAULT_DRIFT:
        reading->value *= 1 + fault->amount * fault->passed_s / DRIFT_S;
        break;
    case FAULT_DROP_OUT:
        return false;
    }
    return true;
}

static void fault_begin(struct fault *fault, const struct reading *readings, int count) {
    static const double lengths_s[] = {[FAULT_SPIKE] = 0,
                                       [FAULT_STUCK] = STUCK_S,
                                       [FAULT_DRIFT] = DRIFT_S,
                                       [FAULT_DROP_OUT] = DROP_OUT_S};
    fault->kind = FAULT_SPIKE + chance_next(&fault->chance) % 4;
    fault->reading = (int)(chance_next(&fault->chance) % (uint64_t)count);
    fault->left_s = lengths_s[fault->kind];
    fault->passed_s = 0;
    fault->amount = readings[fault->reading].value;
    if (fault->kind == FAULT_DRIFT)
        fault->amount = chance_next(&fault->chance) % 2 ? DRIFT_SHARE : -DRIFT_SHARE;
}
