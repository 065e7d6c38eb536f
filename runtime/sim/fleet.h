// The simulated fleet: each device samples its asset at its own time, sends, waits for the answer,
// and watches what is desired of it (Observe on /t/{id}/desired), so that the loop is closed.

#ifndef SIM_FLEET_H
#define SIM_FLEET_H

#include "sim/run.h"

extern const struct mode fleet_mode;

#endif
