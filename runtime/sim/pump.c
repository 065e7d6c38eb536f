// Each state moves by the exact solution over a step where it has one, so a step of a minute is as
// right as sixty of a second.

#include "sim/pump.h"

#include <math.h>
#include <stdbool.h>

#define RAMP_PER_S 100.0 // 1/min a second
#define LOAD_TAU_S 120.0
#define LOAD_DEVIATION 0.03
#define CASING_TAU_S 45.0
#define REPAIR_S 240.0

#define LOAD_HEAT 30.0 // Cel over ambient at rated load and speed
#define WEAR_HEAT 34.0
#define FAILURE_HEAT 25.0
#define WEAR_SHAKE 8.0   // mm/s at wear 1
#define FLUSH_COOLS 15.0 // Cel, while it lasts
#define FAILURE_SHAKE 5.0
#define FAILURE_FLOW 0.25 // of what it would pump
#define SPOILED_LIFE_S 155.0

static double relax(double value, double target, double dt_s, double tau_s);
static void ramp(struct pump *pump, double dt_s);
static void wear_out(struct pump *pump, double dt_s);
static void sense(struct pump *pump);

void pump_init(struct pump *pump, uint64_t seed, uint64_t number, double wear_factor) {
    *pump = (struct pump){.speed = PUMP_RATED_SPEED, .set_speed = PUMP_RATED_SPEED, .load = 1};
    chance_init(&pump->chance, seed, number);
    pump->wear = 0.25 * chance_uniform(&pump->chance);
    pump->usual_wear_per_s =
        wear_factor / PUMP_LIFE_S * (0.7 + 0.6 * chance_uniform(&pump->chance));
    pump->wear_per_s = pump->usual_wear_per_s;
    pump->shake = 1.7 + 0.5 * chance_uniform(&pump->chance);
    pump->casing = 22 + LOAD_HEAT;
    sense(pump);
}

void pump_spoil(struct pump *pump) {
    pump->wear = 0;
    pump->wear_per_s = 1 / SPOILED_LIFE_S;
}

void pump_flush(struct pump *pump, double seconds) {
    pump->flush_s = seconds;
}

void pump_step(struct pump *pump, double ambient, double dt_s) {
    double drift = LOAD_DEVIATION * sqrt(1 - exp(-2 * dt_s / LOAD_TAU_S));
    pump->load = relax(pump->load, 1, dt_s, LOAD_TAU_S) + drift * chance_normal(&pump->chance);
    pump->load = fmin(fmax(pump->load, 0.8), 1.2);
    ramp(pump, dt_s);
    wear_out(pump, dt_s);
    double ratio = pump->speed / PUMP_RATED_SPEED;
    double heat = LOAD_HEAT * pump->load + WEAR_HEAT * pow(pump->wear, 1.5) +
                  (pump->failed_s > 0 ? FAILURE_HEAT : 0) - (pump->flush_s > 0 ? FLUSH_COOLS : 0);
    pump->flush_s = fmax(pump->flush_s - dt_s, 0);
    pump->casing = relax(pump->casing, ambient + heat * ratio * ratio, dt_s, CASING_TAU_S);
    sense(pump);
}

static double relax(double value, double target, double dt_s, double tau_s) {
    return target + (value - target) * exp(-dt_s / tau_s);
}

static void ramp(struct pump *pump, double dt_s) {
    double most = RAMP_PER_S * dt_s;
    double wanted = fmin(fmax(pump->set_speed, 0), PUMP_MAX_SPEED) - pump->speed;
    // The last bit of the ramp lands exactly, so that reported can equal desired.
    pump->speed =
        fabs(wanted) <= most ? pump->speed + wanted : pump->speed + copysign(most, wanted);
}

static void wear_out(struct pump *pump, double dt_s) {
    double ratio = pump->speed / PUMP_RATED_SPEED;
    pump->wear = fmin(pump->wear + pump->wear_per_s * pump->load * ratio * ratio * dt_s, 1);
    if (pump->wear < 1) return;
    pump->failed_s += dt_s;
    if (pump->failed_s < REPAIR_S) return;
    pump->failed_s = 0;
    pump->wear = 0;
    pump->wear_per_s = pump->usual_wear_per_s;
}

static void sense(struct pump *pump) {
    double ratio = pump->speed / PUMP_RATED_SPEED;
    bool is_failed = pump->failed_s > 0;
    double shake = pump->shake * sqrt(pump->load) * ratio * ratio +
                   WEAR_SHAKE * pump->wear * ratio + (is_failed ? FAILURE_SHAKE * ratio : 0);
    double flow = PUMP_RATED_FLOW * ratio * (1 - 0.1 * pump->wear) * (is_failed ? FAILURE_FLOW : 1);
    double power = PUMP_RATED_POWER * pump->load * ratio * ratio * ratio * (1 + 0.15 * pump->wear);
    pump->vibration = fmax(shake + 0.06 * chance_normal(&pump->chance), 0);
    pump->temperature = pump->casing + 0.1 * chance_normal(&pump->chance);
    pump->flow = fmax(flow * (1 + 0.004 * chance_normal(&pump->chance)), 0);
    pump->power = fmax(power * (1 + 0.003 * chance_normal(&pump->chance)), 0);
}
