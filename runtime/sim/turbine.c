// The farm's wind is a sum of waves with chance phases, a function of time alone (Shinozuka and
// Deodatis 1991, "Simulation of stochastic processes by spectral representation"), so turbines of a
// farm feel the same gusts without sharing any state; turbulence is each one's own.

#include "sim/turbine.h"

#include <math.h>

#define WAVES 6
#define MEAN_WIND 8.5
#define WAVE_SIZE 1.1 // m/s
#define TURBULENCE 0.5
#define TURBULENCE_TAU_S 12.0
#define AMBIENT 12.0
#define GEARBOX_HEAT 48.0
#define GEARBOX_TAU_S 300.0
#define ROTOR_TAU_S 8.0
#define YAW_PER_S 0.5 // deg
#define PITCH_PER_S 5.0

static double approach(double value, double target, double most);
static void farm_wind(const struct turbine *turbine, double *speed, double *direction);

void turbine_init(struct turbine *turbine, uint64_t seed, uint64_t number) {
    *turbine = (struct turbine){.farm = seed,
                                .power_limit = TURBINE_RATED_POWER,
                                .gearbox_temperature = 45,
                                .rotor_speed = 10,
                                .wind_speed = MEAN_WIND};
    chance_init(&turbine->chance, seed, number);
    turbine->energy = 1e6 + 1e5 * floor(10 * chance_uniform(&turbine->chance));
    turbine->fouling = 0.02 * chance_uniform(&turbine->chance);
    farm_wind(turbine, &turbine->wind_speed, &turbine->wind_direction);
    turbine->yaw = turbine->set_yaw = turbine->wind_direction;
}

void turbine_step(struct turbine *turbine, double dt_s) {
    double speed, direction, keep = exp(-dt_s / TURBULENCE_TAU_S);
    turbine->time += dt_s;
    farm_wind(turbine, &speed, &direction);
    turbine->gust =
        turbine->gust * keep + TURBULENCE * sqrt(1 - keep * keep) * chance_normal(&turbine->chance);
    turbine_blow(turbine, fmax(speed + turbine->gust, 0), direction, dt_s);
}

void turbine_blow(struct turbine *turbine, double wind_speed, double wind_direction, double dt_s) {
    turbine->wind_speed = wind_speed;
    turbine->wind_direction = wind_direction;
    double turn = remainder(turbine->set_yaw - turbine->yaw, 360);
    double yaw = turbine->yaw + approach(0, turn, YAW_PER_S * dt_s);
    turbine->yaw = fmod(yaw + 360, 360);
    double off = remainder(wind_direction - turbine->yaw, 360) * M_PI / 180;
    double facing = pow(fmax(cos(off), 0), 3);
    double clean = turbine->is_stopped ? 0 : turbine_curve(wind_speed);
    turbine->power = fmin(clean * facing * (1 - turbine->fouling), turbine->power_limit);
    bool is_turning = clean > 0;
    double speed = is_turning ? TURBINE_RATED_SPEED * fmin(fmax(wind_speed / 10, 0.4), 1) : 0;
    turbine->rotor_speed = speed + (turbine->rotor_speed - speed) * exp(-dt_s / ROTOR_TAU_S);
    if (turbine->rotor_speed < 0.01) turbine->rotor_speed = 0;
    double over = fmax(wind_speed - TURBINE_RATED_WIND, 0);
    double pitch = is_turning ? fmin(6 * sqrt(over), 25) : TURBINE_FEATHERED;
    turbine->pitch = approach(turbine->pitch, pitch, PITCH_PER_S * dt_s);
    double warm = AMBIENT + GEARBOX_HEAT * turbine->power / TURBINE_RATED_POWER;
    turbine->gearbox_temperature =
        warm + (turbine->gearbox_temperature - warm) * exp(-dt_s / GEARBOX_TAU_S);
    turbine->energy += turbine->power * dt_s / 3600;
}

double turbine_curve(double wind_speed) {
    if (wind_speed < TURBINE_CUT_IN || wind_speed > TURBINE_CUT_OUT) return 0;
    if (wind_speed >= TURBINE_RATED_WIND) return TURBINE_RATED_POWER;
    double cut_in = pow(TURBINE_CUT_IN, 3), rated = pow(TURBINE_RATED_WIND, 3);
    return TURBINE_RATED_POWER * (pow(wind_speed, 3) - cut_in) / (rated - cut_in);
}

static double approach(double value, double target, double most) {
    return value + fmin(fmax(target - value, -most), most);
}

static void farm_wind(const struct turbine *turbine, double *speed, double *direction) {
    struct chance phases;
    chance_init(&phases, turbine->farm, UINT64_MAX);
    *speed = MEAN_WIND;
    *direction = 240;
    for (int i = 0; i < WAVES; i++) {
        double period_s = 120 * pow(1.9, i), phase = 2 * M_PI * chance_uniform(&phases);
        *speed += WAVE_SIZE * sin(2 * M_PI * turbine->time / period_s + phase);
        *direction += 6 * sin(2 * M_PI * turbine->time / (4 * period_s) + 2 * phase);
    }
    *speed = fmax(*speed, 0);
}
