// A wind turbine of 2 MW in the wind of its farm.

#ifndef SIM_TURBINE_H
#define SIM_TURBINE_H

#include "base/chance.h"

#include <stdbool.h>
#include <stdint.h>

#define TURBINE_RATED_POWER 2000.0 // kW
#define TURBINE_CUT_IN 3.0         // m/s
#define TURBINE_RATED_WIND 12.0
#define TURBINE_CUT_OUT 25.0
#define TURBINE_RATED_SPEED 15.0 // 1/min
#define TURBINE_FEATHERED 90.0   // deg

struct turbine {
    struct chance chance;
    uint64_t farm;       // those of one farm share their gusts
    double time;         // s
    double gust;         // m/s, its own
    double yaw, set_yaw; // deg, where it looks and is to look
    double power_limit;  // kW, what it may give at most
    double fouling;      // share of the power that dirty blades take
    bool is_stopped;
    double wind_speed, wind_direction; // m/s, deg
    double power;                      // kW
    double rotor_speed;                // 1/min
    double pitch;                      // deg
    double gearbox_temperature;        // Cel
    double energy;                     // kWh since it was built
};

void turbine_init(struct turbine *turbine, uint64_t seed, uint64_t number);
void turbine_step(struct turbine *turbine, double dt_s);
// In a wind that is given, in m/s and deg, for tests and for those who know it.
void turbine_blow(struct turbine *turbine, double wind_speed, double wind_direction, double dt_s);
double turbine_curve(double wind_speed); // kW of clean blades that look into the wind

#endif
