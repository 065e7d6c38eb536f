// An upright tank: what the pumps bring in, what the works below draw, and the level between them.

#ifndef SIM_TANK_H
#define SIM_TANK_H

#include "base/chance.h"

#include <stdint.h>

#define TANK_HEIGHT 3.0 // m

struct tank {
    struct chance chance;
    double time;    // s, of the demand's rhythm
    double rated;   // l/min, what goes out at the level it is built for
    double content; // l
    double warmth;  // Cel without noise
    // What its sensors say:
    double level;       // m
    double inflow;      // l/min
    double outflow;     // l/min
    double temperature; // Cel
};

// `rated_inflow` in l/min is what its pumps bring when they all run as they should.
void tank_init(struct tank *tank, uint64_t seed, uint64_t number, double rated_inflow);
void tank_step(struct tank *tank, double inflow, double inflow_temperature, double ambient,
               double dt_s);

#endif
