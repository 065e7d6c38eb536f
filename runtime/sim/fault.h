// What goes wrong with sensors and their links, on demand: the asset is well, what is said of it is
// not.

#ifndef SIM_FAULT_H
#define SIM_FAULT_H

#include "base/chance.h"
#include "sim/senml.h"

#include <stdbool.h>

enum fault_kind {
    FAULT_NONE,
    FAULT_SPIKE,    // one reading far off
    FAULT_STUCK,    // the same reading again and again
    FAULT_DRIFT,    // a reading that slowly leaves the truth
    FAULT_DROP_OUT, // nothing is sent
};

// One a device. All zero but for chance is a sound one.
struct fault {
    struct chance chance;
    enum fault_kind kind;
    double left_s, passed_s;
    int reading;   // which one
    double amount; // stuck: the value; spike and drift: its size in shares of the reading
};

// Lets `dt_s` pass, in which faults begin at `per_hour` on average, and does what the present one
// does to `readings`. False when nothing is to be sent.
bool fault_step(struct fault *fault, double per_hour, double dt_s, struct reading *readings,
                int count);

#endif
