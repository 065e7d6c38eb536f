// A traction battery: what its terminals show of the charge in it, and how it ages.

#ifndef SIM_BATTERY_H
#define SIM_BATTERY_H

#include "base/chance.h"

#include <stdint.h>

#define BATTERY_CAPACITY 150.0 // Ah when new; at 400 V 60 kWh

struct battery {
    struct chance chance;
    double capacity;    // Ah, what it holds now
    double fade_per_ah; // share of the capacity that a moved Ah takes
    double charge;      // Ah in it
    double throughput;  // Ah moved in both directions since it was built
    double current;     // A, above 0 it gives
    double voltage;     // V at the terminals
    double warmth;      // Cel without noise
    double temperature; // Cel
};

void battery_init(struct battery *battery, uint64_t seed, uint64_t number, double wear_factor);
// Gives `power` in W, or takes it when below 0; as much of it as there is charge or room for.
void battery_step(struct battery *battery, double power, double ambient, double dt_s);
double battery_soc(const struct battery *battery); // %
double battery_open_voltage(double soc);           // V without a load

#endif
