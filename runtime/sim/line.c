// A line of pumps, each with its motor, and the tanks that they feed in turn. A motor that stands
// alone drives a rated pump, a tank alone is fed by rated pumps that are not shown.

#include "sim/motor.h"
#include "sim/pump.h"
#include "sim/site.h"
#include "sim/tank.h"

#include <string.h>

#define PUMPS 4 // of a line, and as many motors
#define TANKS 2
#define PUMPS_A_TANK (PUMPS / TANKS)
#define AMBIENT 22.0
#define WATER 18.0 // Cel at the pumps

struct driven {
    struct motor motor;
    const struct pump *pump;
};

struct fed {
    struct tank tank;
    const struct pump *pumps[PUMPS_A_TANK];
};

static void pump_begin(void *asset, const struct asset_options *options) {
    pump_init(asset, options->seed, options->number, options->wear);
}

static void pump_fail(void *asset) {
    pump_spoil(asset);
}

static void pump_live(void *asset, double dt_s) {
    pump_step(asset, AMBIENT, dt_s);
}

static int pump_read(const void *asset, struct reading *readings, int *properties) {
    const struct pump *pump = asset;
    readings[0] = reading_number("temperature", "Cel", pump->temperature, 0.01);
    readings[1] = reading_number("vibration", "mm/s", pump->vibration, 0.001);
    readings[2] = reading_number("flow", "l/min", pump->flow, 0.1);
    readings[3] = reading_number("power", "W", pump->power, 1);
    readings[4] = reading_number("speed", "1/min", pump->speed, 0.001);
    *properties = 1;
    return 5;
}

static void pump_set(void *asset, const char *property, double value) {
    (void)property;
    ((struct pump *)asset)->set_speed = value;
}

static void motor_begin(void *asset, const struct asset_options *options) {
    motor_init(&((struct driven *)asset)->motor, options->seed, options->number);
}

static void motor_live(void *asset, double dt_s) {
    struct driven *driven = asset;
    motor_step(&driven->motor, driven->pump ? driven->pump->power : PUMP_RATED_POWER, AMBIENT,
               dt_s);
}

static int motor_read(const void *asset, struct reading *readings, int *properties) {
    const struct motor *motor = &((const struct driven *)asset)->motor;
    (void)properties;
    readings[0] = reading_number("current", "A", motor->current, 0.01);
    readings[1] = reading_number("winding_temperature", "Cel", motor->winding_temperature, 0.1);
    return 2;
}

static void tank_begin(void *asset, const struct asset_options *options) {
    tank_init(&((struct fed *)asset)->tank, options->seed, options->number,
              PUMPS_A_TANK * PUMP_RATED_FLOW);
}

static void tank_live(void *asset, double dt_s) {
    struct fed *fed = asset;
    double inflow = 0;
    for (int i = 0; i < PUMPS_A_TANK; i++)
        inflow += fed->pumps[i] ? fed->pumps[i]->flow : PUMP_RATED_FLOW;
    tank_step(&fed->tank, inflow, WATER, AMBIENT, dt_s);
}

static int tank_read(const void *asset, struct reading *readings, int *properties) {
    const struct tank *tank = &((const struct fed *)asset)->tank;
    (void)properties;
    readings[0] = reading_number("level", "m", tank->level, 0.001);
    readings[1] = reading_number("inflow", "l/min", tank->inflow, 0.1);
    readings[2] = reading_number("outflow", "l/min", tank->outflow, 0.1);
    readings[3] = reading_number("temperature", "Cel", tank->temperature, 0.01);
    return 4;
}

static void pump_obey(void *asset, struct order *order) {
    struct pump *pump = asset;
    if (strcmp(order->name, "flush") != 0)
        order_end(order, true, "this device knows no such command");
    else if (!order->is_begun)
        pump_flush(pump, order->seconds > 0 ? order->seconds : PUMP_FLUSH_S);
    else if (pump->flush_s <= 0)
        order_end(order, false, "flushed");
}

static const char *const pump_properties[] = {"speed", NULL};

static const struct asset_kind pump_kind = {
    .model = "pump",
    .before = "pump-",
    .after = "",
    .bytes = sizeof(struct pump),
    .properties = pump_properties,
    .init = pump_begin,
    .spoil = pump_fail,
    .step = pump_live,
    .read = pump_read,
    .set = pump_set,
    .obey = pump_obey,
};
static const struct asset_kind motor_kind = {
    .model = "motor",
    .before = "pump-",
    .after = ":motor",
    .bytes = sizeof(struct driven),
    .init = motor_begin,
    .step = motor_live,
    .read = motor_read,
};
static const struct asset_kind tank_kind = {
    .model = "tank",
    .before = "tank-",
    .after = "",
    .bytes = sizeof(struct fed),
    .init = tank_begin,
    .step = tank_live,
    .read = tank_read,
};
static const struct asset_kind *const kinds[] = {&pump_kind, &motor_kind, &tank_kind, NULL};

static void line_build(struct plant *plant, uint32_t site) {
    struct fed *tanks[TANKS];
    const struct pump *pumps[PUMPS];
    site_add_twin(plant, "line", "line-", site + 1);
    for (uint32_t i = 0; i < TANKS; i++) {
        tanks[i] = site_add(plant, &tank_kind, site * TANKS + i + 1);
        site_link(plant, "part_of", "line-", site + 1, "");
    }
    for (uint32_t i = 0; i < PUMPS; i++) {
        pumps[i] = site_add(plant, &pump_kind, site * PUMPS + i + 1);
        tanks[i / PUMPS_A_TANK]->pumps[i % PUMPS_A_TANK] = pumps[i];
        site_link(plant, "part_of", "line-", site + 1, "");
        site_link(plant, "feeds", "tank-", site * TANKS + i / PUMPS_A_TANK + 1, "");
    }
    for (uint32_t i = 0; i < PUMPS; i++) {
        struct driven *motor = site_add(plant, &motor_kind, site * PUMPS + i + 1);
        motor->pump = pumps[i];
        site_link(plant, "part_of", "pump-", site * PUMPS + i + 1, "");
    }
}

const struct site_kind line_site = {
    .name = "line", .assets = 2 * PUMPS + TANKS, .build = line_build, .kinds = kinds};
