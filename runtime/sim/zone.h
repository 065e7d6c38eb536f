// A zone of a building: air that is heated or cooled, ventilated through a damper, and breathed.

#ifndef SIM_ZONE_H
#define SIM_ZONE_H

#include "base/chance.h"

#include <stdint.h>

#define ZONE_OUTDOOR_CO2 420.0 // ppm
#define ZONE_OUTDOOR_WATER 6.0 // g/m3
#define ZONE_BREATH 5e-6       // m3/s of CO2 a person, sitting
#define ZONE_FRESH_AIR 0.15    // m3/s through an open damper
#define ZONE_LEAK 0.005        // and through a closed one
#define ZONE_POWER_MAX 6000.0  // W, heating; and as much cooling

struct zone {
    struct chance chance;
    double setpoint, damper; // Cel, % open: what it is told
    double fan;              // share of its air that the fan still moves
    int people;
    double meeting_s; // until others come or go
    double outdoor;   // Cel
    double warmth;    // Cel without noise
    double power;     // W, below 0 it cools
    double water;     // g/m3
    double carbon;    // ppm without noise
    // What its sensors say:
    double temperature, humidity, co2; // Cel, %RH, ppm
};

void zone_init(struct zone *zone, uint64_t seed, uint64_t number);
void zone_step(struct zone *zone, double dt_s);
// Its fan dies while the room is full, so the air gets stuffy whatever the damper does.
void zone_spoil(struct zone *zone);
double zone_air(const struct zone *zone); // m3/s of fresh air at the present damper

#endif
