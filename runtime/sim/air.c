// Levels and ranges follow those published of a year at a road in an Italian town (De Vito et al.
// 2008, "On field calibration of an electronic nose for benzene estimation"): sensors 1, 2, 4 and 5
// rise with what they are for, sensor 3 falls, and all of them feel warmth and vapour too.

#include "sim/air.h"

#include <math.h>

#define DAY_S 86400.0
#define CALM_TAU_S 5400.0
#define AWAY_EVERY_S 7200.0
#define AWAY_S 300.0

static double traffic(double time);
static void sense(struct air *air);

void air_init(struct air *air, uint64_t seed, uint64_t number) {
    *air = (struct air){.calm = 1};
    chance_init(&air->chance, seed, number);
    air->time = DAY_S * chance_uniform(&air->chance);
    air->latitude = 45.46 + 0.05 * chance_uniform(&air->chance);
    air->longitude = 9.18 + 0.05 * chance_uniform(&air->chance);
    air_step(air, 1);
}

void air_step(struct air *air, double dt_s) {
    air->time = fmod(air->time + dt_s, DAY_S);
    double keep = exp(-dt_s / CALM_TAU_S);
    air->calm =
        1 + (air->calm - 1) * keep + 0.35 * sqrt(1 - keep * keep) * chance_normal(&air->chance);
    air->calm = fmin(fmax(air->calm, 0.3), 3);
    double smoke = traffic(air->time) * air->calm;
    double sun = fmax(sin(2 * M_PI * (air->time / DAY_S - 0.25)), 0);
    air->temperature = 15 + 7 * sin(2 * M_PI * (air->time / DAY_S - 0.375));
    air->humidity = 55 - 20 * sin(2 * M_PI * (air->time / DAY_S - 0.375));
    air->vapour =
        air->humidity / 100 * 0.6112 * exp(17.62 * air->temperature / (243.12 + air->temperature));
    air->co = 0.4 + 3.2 * smoke;
    air->nox = 40 + 340 * smoke;
    air->ozone = fmax(15 + 60 * sun - 0.06 * air->nox, 2); // nitric oxide eats it
    air->away_s = air->away_s > dt_s ? air->away_s - dt_s : 0;
    if (air->away_s == 0 && chance_uniform(&air->chance) < 1 - exp(-dt_s / AWAY_EVERY_S))
        air->away_s = AWAY_S;
    air->has_reference = air->away_s == 0;
    sense(air);
}

// Share of the most: the way to work and the way home.
static double traffic(double time) {
    double hour = time / 3600;
    return 0.08 + 0.75 * exp(-pow((hour - 8.5) / 1.6, 2)) + 0.9 * exp(-pow((hour - 18.5) / 2.2, 2));
}

static void sense(struct air *air) {
    double felt = 6 * (air->temperature - 18) + 60 * (air->vapour - 1);
    air->s1_co = 830 + 130 * air->co + felt + 8 * chance_normal(&air->chance);
    air->s2_nmhc = 620 + 160 * air->co + felt + 8 * chance_normal(&air->chance);
    air->s3_nox = 400 + 900 / (1 + air->nox / 180) - 0.4 * felt + 8 * chance_normal(&air->chance);
    air->s4_no2 = 1180 + 0.9 * air->nox + 1.5 * felt + 8 * chance_normal(&air->chance);
    air->s5_o3 = 700 + 5 * air->ozone + 0.9 * air->nox + felt + 8 * chance_normal(&air->chance);
}
