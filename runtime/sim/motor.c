// Active and field current add at a right angle; a motor that stands takes neither.

#include "sim/motor.h"

#include <math.h>

#define VOLTAGE 400.0
#define POWER_FACTOR 0.85
#define EFFICIENCY 0.9
#define IDLE_CURRENT 1.5 // A, what the field alone takes
#define RATED_CURRENT 9.0
#define RATED_HEAT 55.0 // Cel over ambient
#define WINDING_TAU_S 120.0

static void sense(struct motor *motor, double current);

void motor_init(struct motor *motor, uint64_t seed, uint64_t number) {
    *motor = (struct motor){.winding = 22 + RATED_HEAT};
    chance_init(&motor->chance, seed, number);
    sense(motor, RATED_CURRENT);
}

void motor_step(struct motor *motor, double power, double ambient, double dt_s) {
    double current = power / (sqrt(3) * VOLTAGE * POWER_FACTOR * EFFICIENCY);
    if (power > 0) current = hypot(current, IDLE_CURRENT);
    double target = ambient + RATED_HEAT * pow(current / RATED_CURRENT, 2);
    motor->winding = target + (motor->winding - target) * exp(-dt_s / WINDING_TAU_S);
    sense(motor, current);
}

static void sense(struct motor *motor, double current) {
    motor->current = fmax(current * (1 + 0.004 * chance_normal(&motor->chance)), 0);
    motor->winding_temperature = motor->winding + 0.15 * chance_normal(&motor->chance);
}
