// A station at a road that measures the air: cheap metal-oxide sensors beside an analyser that is
// right, and now and then away for its own calibration.

#ifndef SIM_AIR_H
#define SIM_AIR_H

#include "base/chance.h"

#include <stdbool.h>
#include <stdint.h>

struct air {
    struct chance chance;
    double time;   // s of the day
    double calm;   // 1 is usual; more and the smoke stays
    double away_s; // the analyser's, until it is back
    double latitude, longitude;
    // The truth:
    double co, nox, ozone;                // mg/m3, ppb, ppb
    double temperature, humidity, vapour; // Cel, %RH, kPa
    // What the sensors say, in counts:
    double s1_co, s2_nmhc, s3_nox, s4_no2, s5_o3;
    bool has_reference;
};

void air_init(struct air *air, uint64_t seed, uint64_t number);
void air_step(struct air *air, double dt_s);

#endif
