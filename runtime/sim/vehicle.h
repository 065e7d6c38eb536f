// An electric car on its errands: it drives a while, stands a while, and charges when it has to.

#ifndef SIM_VEHICLE_H
#define SIM_VEHICLE_H

#include "base/chance.h"

#include <stdbool.h>
#include <stdint.h>

#define VEHICLE_CHARGER 50000.0 // W

struct vehicle {
    struct chance chance;
    double cruise;  // m/s, what it drives at, 0: it stands
    double leg_s;   // until that changes
    double heading; // rad from north
    bool is_charging;
    double power;    // W that it wants from its battery, below 0 it charges
    double odometer; // km
    double speed;    // m/s
    double latitude, longitude;
};

void vehicle_init(struct vehicle *vehicle, uint64_t seed, uint64_t number);
// `soc` in % is what its battery has left, `speed_limit` in m/s what it may drive at most.
void vehicle_step(struct vehicle *vehicle, double soc, double speed_limit, double dt_s);
double vehicle_power(double speed, double acceleration); // W at the wheels and for all else

#endif
