// The three-phase motor of a pump: current from the power it gives, and windings that heat with its
// square.

#ifndef SIM_MOTOR_H
#define SIM_MOTOR_H

#include "base/chance.h"

#include <stdint.h>

struct motor {
    struct chance chance;
    double winding;             // Cel without noise
    double current;             // A
    double winding_temperature; // Cel
};

void motor_init(struct motor *motor, uint64_t seed, uint64_t number);
// `power` in W is what the pump takes at its shaft.
void motor_step(struct motor *motor, double power, double ambient, double dt_s);

#endif
