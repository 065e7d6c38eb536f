// A source behind a resistance: the current is the smaller root of power = (open - R * I) * I. It
// holds less with every ampere-hour that was moved, and what R turns to heat goes into the pack.

#include "sim/battery.h"

#include <math.h>

#define RESISTANCE 0.08   // Ohm
#define LIFE_AH 300000.0  // moved until a fifth of the capacity is lost
#define HEAT_CAPACITY 3e5 // J/K
#define COOLING 60.0      // W/K

static void sense(struct battery *battery, double current);

void battery_init(struct battery *battery, uint64_t seed, uint64_t number, double wear_factor) {
    *battery = (struct battery){.fade_per_ah = 0.2 * wear_factor / LIFE_AH, .warmth = 24};
    chance_init(&battery->chance, seed, number);
    battery->throughput = 60000 * chance_uniform(&battery->chance);
    battery->capacity = BATTERY_CAPACITY * (1 - 0.2 * battery->throughput / LIFE_AH);
    battery->charge = battery->capacity * (0.4 + 0.5 * chance_uniform(&battery->chance));
    sense(battery, 0);
}

void battery_step(struct battery *battery, double power, double ambient, double dt_s) {
    double open = battery_open_voltage(battery_soc(battery));
    double root = open * open - 4 * RESISTANCE * power;
    double current = (open - sqrt(fmax(root, 0))) / (2 * RESISTANCE);
    double hours = dt_s / 3600;
    current = fmin(current, battery->charge / hours);
    current = fmax(current, (battery->charge - battery->capacity) / hours);
    battery->charge -= current * hours;
    double moved = fabs(current) * hours;
    battery->throughput += moved;
    battery->capacity *= exp(-battery->fade_per_ah * moved);
    battery->charge = fmin(battery->charge, battery->capacity);
    double warm = ambient + RESISTANCE * current * current / COOLING;
    battery->warmth = warm + (battery->warmth - warm) * exp(-dt_s * COOLING / HEAT_CAPACITY);
    sense(battery, current);
}

double battery_soc(const struct battery *battery) {
    return 100 * battery->charge / battery->capacity;
}

double battery_open_voltage(double soc) {
    return 340 + 0.6 * soc;
}

static void sense(struct battery *battery, double current) {
    battery->current = current;
    battery->voltage = battery_open_voltage(battery_soc(battery)) - RESISTANCE * current +
                       0.05 * chance_normal(&battery->chance);
    battery->temperature = battery->warmth + 0.1 * chance_normal(&battery->chance);
}
