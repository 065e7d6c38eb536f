// Mass is kept: what came in less what went out is what the level shows, up to the overflow. The
// outflow falls with the root of the level (Torricelli), so a tank that loses a pump finds a lower
// level and stays there.

#include "sim/tank.h"

#include <math.h>

#define AREA 0.8        // m2, so a change shows within minutes
#define BUILT_LEVEL 1.8 // m
#define LITRES_A_M (AREA * 1000)
#define DEMAND_PERIOD_S 600.0
#define DEMAND_SWING 0.12 // of the rated outflow
#define LOSS_TAU_S 3600.0
#define STEP_S 1.0 // longer ones are taken in parts

static void flow_through(struct tank *tank, double inflow, double inflow_temperature,
                         double ambient, double dt_s);
static void sense(struct tank *tank, double inflow);

void tank_init(struct tank *tank, uint64_t seed, uint64_t number, double rated_inflow) {
    *tank = (struct tank){.rated = rated_inflow, .warmth = 22, .outflow = rated_inflow};
    chance_init(&tank->chance, seed, number);
    tank->content = BUILT_LEVEL * LITRES_A_M * (0.9 + 0.2 * chance_uniform(&tank->chance));
    tank->time = DEMAND_PERIOD_S * chance_uniform(&tank->chance);
    sense(tank, rated_inflow);
}

void tank_step(struct tank *tank, double inflow, double inflow_temperature, double ambient,
               double dt_s) {
    int parts = (int)ceil(dt_s / STEP_S);
    for (int i = 0; i < parts; i++)
        flow_through(tank, inflow, inflow_temperature, ambient, dt_s / parts);
    sense(tank, inflow);
}

static void flow_through(struct tank *tank, double inflow, double inflow_temperature,
                         double ambient, double dt_s) {
    tank->time += dt_s;
    double demand = 1 + DEMAND_SWING * sin(2 * M_PI * tank->time / DEMAND_PERIOD_S);
    double level = tank->content / LITRES_A_M;
    tank->outflow = tank->rated * demand * sqrt(level / BUILT_LEVEL);
    double in = inflow / 60 * dt_s;
    double out = fmin(tank->outflow / 60 * dt_s, tank->content);
    double mixed = tank->content + in > 0 ? in / (tank->content + in) : 0;
    tank->warmth += (inflow_temperature - tank->warmth) * mixed;
    tank->warmth += (ambient - tank->warmth) * (1 - exp(-dt_s / LOSS_TAU_S));
    tank->content = fmin(tank->content + in - out, TANK_HEIGHT * LITRES_A_M);
}

static void sense(struct tank *tank, double inflow) {
    tank->level = tank->content / LITRES_A_M + 0.002 * chance_normal(&tank->chance);
    if (tank->level < 0) tank->level = 0;
    tank->inflow = inflow;
    tank->temperature = tank->warmth + 0.05 * chance_normal(&tank->chance);
}
