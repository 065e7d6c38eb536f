// Power is that of rolling, of the air and of the mass that is sped up; braking gives a part back.

#include "sim/vehicle.h"

#include <math.h>

#define MASS 1800.0      // kg
#define ROLLING 0.01     // of the weight
#define AIR 0.45         // half the density times drag times area
#define AUXILIARY 600.0  // W
#define RECOVERED 0.6    // of what braking sets free
#define ACCELERATION 1.2 // m/s2
#define METRES_A_DEGREE 111320.0
#define CHARGE_BELOW 10.0 // %
#define CHARGE_TO 80.0

static void leg_begin(struct vehicle *vehicle);

void vehicle_init(struct vehicle *vehicle, uint64_t seed, uint64_t number) {
    *vehicle = (struct vehicle){0};
    chance_init(&vehicle->chance, seed, number);
    vehicle->odometer = floor(80000 * chance_uniform(&vehicle->chance));
    vehicle->latitude = 48.1 + 0.1 * chance_uniform(&vehicle->chance);
    vehicle->longitude = 11.5 + 0.1 * chance_uniform(&vehicle->chance);
    leg_begin(vehicle);
}

void vehicle_step(struct vehicle *vehicle, double soc, double speed_limit, double dt_s) {
    vehicle->leg_s -= dt_s;
    if (vehicle->leg_s <= 0) leg_begin(vehicle);
    if (soc < CHARGE_BELOW) vehicle->is_charging = true;
    if (soc > CHARGE_TO) vehicle->is_charging = false;
    double wanted = vehicle->is_charging ? 0 : fmin(vehicle->cruise, speed_limit);
    double change = fmin(fmax(wanted - vehicle->speed, -ACCELERATION * dt_s), ACCELERATION * dt_s);
    double mean = vehicle->speed + change / 2;
    vehicle->speed += change;
    bool is_at_charger = vehicle->is_charging && vehicle->speed == 0;
    vehicle->power = is_at_charger ? -VEHICLE_CHARGER : vehicle_power(mean, change / dt_s);
    double way = mean * dt_s; // m
    vehicle->odometer += way / 1000;
    vehicle->latitude += way * cos(vehicle->heading) / METRES_A_DEGREE;
    vehicle->longitude +=
        way * sin(vehicle->heading) / (METRES_A_DEGREE * cos(vehicle->latitude * M_PI / 180));
}

double vehicle_power(double speed, double acceleration) {
    double force = ROLLING * MASS * 9.81 * (speed > 0) + AIR * speed * speed + MASS * acceleration;
    double power = force * speed;
    return AUXILIARY + (power > 0 ? power : RECOVERED * power);
}

static void leg_begin(struct vehicle *vehicle) {
    bool is_going = vehicle->cruise == 0;
    vehicle->cruise = is_going ? 8 + 20 * chance_uniform(&vehicle->chance) : 0;
    vehicle->leg_s = (is_going ? 300 : 60) * (0.5 + chance_uniform(&vehicle->chance));
    vehicle->heading = 2 * M_PI * chance_uniform(&vehicle->chance);
}
