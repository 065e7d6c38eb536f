// Assets stand in one array; in a line the pumps come first, then their motors, then the tanks, so
// each is stepped after those it depends on.

#include "sim/plant.h"

#include "base/err.h"
#include "base/memory.h"
#include "sim/motor.h"
#include "sim/pump.h"
#include "sim/tank.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AMBIENT 22.0
#define WATER 18.0 // Cel at the pumps
#define PUMPS_A_TANK (PUMPS_A_LINE / TANKS_A_LINE)

struct asset {
    char id[PLANT_ID_BYTES];
    enum asset_kind { ASSET_PUMP, ASSET_MOTOR, ASSET_TANK } kind;
    union {
        struct pump pump;
        struct motor motor;
        struct tank tank;
    };
};

struct plant {
    struct asset *assets;
    uint32_t count;
    uint32_t lines; // 0: a fleet
};

static bool fleet_fill(struct plant *plant, const struct plant_options *options, struct err *err);
static void line_fill(struct plant *plant, const struct plant_options *options, uint32_t line);
static bool pump_fail(struct plant *plant, const char *failing, struct err *err);
static double pump_power(const struct plant *plant, uint32_t motor);
static double tank_inflow(const struct plant *plant, uint32_t tank);
static double rounded(double value, double resolution);

struct plant *plant_new(const struct plant_options *options, struct err *err) {
    struct plant *plant = xcalloc(1, sizeof *plant);
    plant->lines = options->lines;
    plant->count = options->lines ? options->lines * ASSETS_A_LINE : options->count;
    plant->assets = xcalloc(plant->count, sizeof *plant->assets);
    for (uint32_t line = 0; line < plant->lines; line++)
        line_fill(plant, options, line);
    if ((plant->lines || fleet_fill(plant, options, err)) &&
        (!options->failing || pump_fail(plant, options->failing, err)))
        return plant;
    plant_free(plant);
    return NULL;
}

void plant_free(struct plant *plant) {
    if (!plant) return;
    free(plant->assets);
    free(plant);
}

uint32_t plant_count(const struct plant *plant) {
    return plant->count;
}

const char *plant_id(const struct plant *plant, uint32_t asset) {
    return plant->assets[asset].id;
}

int plant_step(struct plant *plant, uint32_t index, double dt_s, struct reading *readings,
               int *properties) {
    struct asset *asset = &plant->assets[index];
    struct reading *next = readings;
    *properties = 0;
    switch (asset->kind) {
    case ASSET_PUMP:
        pump_step(&asset->pump, AMBIENT, dt_s);
        *next++ = (struct reading){"temperature", "Cel", rounded(asset->pump.temperature, 0.01)};
        *next++ = (struct reading){"vibration", "mm/s", rounded(asset->pump.vibration, 0.001)};
        *next++ = (struct reading){"flow", "l/min", rounded(asset->pump.flow, 0.1)};
        *next++ = (struct reading){"power", "W", rounded(asset->pump.power, 1)};
        *next++ = (struct reading){"speed", "1/min", rounded(asset->pump.speed, 0.001)};
        *properties = 1;
        break;
    case ASSET_MOTOR:
        motor_step(&asset->motor, pump_power(plant, index), AMBIENT, dt_s);
        *next++ = (struct reading){"current", "A", rounded(asset->motor.current, 0.01)};
        *next++ = (struct reading){"winding_temperature", "Cel",
                                   rounded(asset->motor.winding_temperature, 0.1)};
        break;
    case ASSET_TANK:
        tank_step(&asset->tank, tank_inflow(plant, index), WATER, AMBIENT, dt_s);
        *next++ = (struct reading){"level", "m", rounded(asset->tank.level, 0.001)};
        *next++ = (struct reading){"inflow", "l/min", rounded(asset->tank.inflow, 0.1)};
        *next++ = (struct reading){"outflow", "l/min", rounded(asset->tank.outflow, 0.1)};
        *next++ = (struct reading){"temperature", "Cel", rounded(asset->tank.temperature, 0.01)};
        break;
    }
    return (int)(next - readings);
}

const char *plant_property(const struct plant *plant, uint32_t asset) {
    return plant->assets[asset].kind == ASSET_PUMP ? "speed" : NULL;
}

void plant_set(struct plant *plant, uint32_t asset, double value) {
    if (plant->assets[asset].kind == ASSET_PUMP) plant->assets[asset].pump.set_speed = value;
}

bool plant_begin(struct plant *plant, uint32_t asset, const char *command, double seconds) {
    if (plant->assets[asset].kind != ASSET_PUMP || strcmp(command, "flush") != 0) return false;
    pump_flush(&plant->assets[asset].pump, seconds > 0 ? seconds : PUMP_FLUSH_S);
    return true;
}

bool plant_is_busy(const struct plant *plant, uint32_t asset) {
    return plant->assets[asset].kind == ASSET_PUMP && plant->assets[asset].pump.flush_s > 0;
}

uint32_t plant_twins(const struct plant *plant) {
    return plant->lines * (1 + ASSETS_A_LINE);
}

// A line, its tanks, its pumps, their motors.
void plant_twin(const struct plant *plant, uint32_t index, struct plant_twin *twin) {
    static const char *const models[] = {
        [ASSET_PUMP] = "pump", [ASSET_MOTOR] = "motor", [ASSET_TANK] = "tank"};
    uint32_t line = index / (1 + ASSETS_A_LINE), place = index % (1 + ASSETS_A_LINE);
    *twin = (struct plant_twin){.model = "line"};
    if (place == 0) {
        snprintf(twin->id, sizeof twin->id, "line-%u", line + 1);
        return;
    }
    // The order of the array, its tanks brought to the front.
    uint32_t first = line * ASSETS_A_LINE;
    uint32_t own = (place - 1 + 2 * PUMPS_A_LINE) % ASSETS_A_LINE;
    const struct asset *asset = &plant->assets[first + own];
    twin->model = models[asset->kind];
    strcpy(twin->id, asset->id);
    if (asset->kind == ASSET_MOTOR)
        strcpy(twin->part_of, plant->assets[first + own - PUMPS_A_LINE].id);
    else
        snprintf(twin->part_of, sizeof twin->part_of, "line-%u", line + 1);
    if (asset->kind != ASSET_PUMP) return;
    uint32_t tank = first + 2 * PUMPS_A_LINE + own / PUMPS_A_TANK;
    strcpy(twin->feeds, plant->assets[tank].id);
}

static void line_fill(struct plant *plant, const struct plant_options *options, uint32_t line) {
    struct asset *assets = plant->assets + line * ASSETS_A_LINE;
    uint32_t stream = line * ASSETS_A_LINE;
    for (uint32_t i = 0; i < PUMPS_A_LINE; i++) {
        struct asset *pump = &assets[i], *motor = &assets[PUMPS_A_LINE + i];
        uint32_t number = line * PUMPS_A_LINE + i + 1;
        pump->kind = ASSET_PUMP;
        snprintf(pump->id, sizeof pump->id, "pump-%u", number);
        pump_init(&pump->pump, options->seed, stream + i, options->wear);
        motor->kind = ASSET_MOTOR;
        snprintf(motor->id, sizeof motor->id, "pump-%u:motor", number);
        motor_init(&motor->motor, options->seed, stream + PUMPS_A_LINE + i);
    }
    for (uint32_t i = 0; i < TANKS_A_LINE; i++) {
        struct asset *tank = &assets[2 * PUMPS_A_LINE + i];
        tank->kind = ASSET_TANK;
        snprintf(tank->id, sizeof tank->id, "tank-%u", line * TANKS_A_LINE + i + 1);
        tank_init(&tank->tank, options->seed, stream + 2 * PUMPS_A_LINE + i,
                  PUMPS_A_TANK * PUMP_RATED_FLOW);
    }
}

static bool fleet_fill(struct plant *plant, const struct plant_options *options, struct err *err) {
    const char *model = options->model;
    bool is_pump = strcmp(model, "pump") == 0, is_motor = strcmp(model, "motor") == 0;
    if (!is_pump && !is_motor && strcmp(model, "tank") != 0)
        return err_set(err, ERR_INVALID,
                       "--model %s is not simulated; there are pump, motor and tank", model);
    for (uint32_t i = 0; i < plant->count; i++) {
        struct asset *asset = &plant->assets[i];
        const char *before = options->prefix ? options->prefix : is_motor ? "pump-" : model;
        const char *dash = options->prefix || is_motor ? "" : "-";
        snprintf(asset->id, sizeof asset->id, "%s%s%u%s", before, dash, i + 1,
                 is_motor ? ":motor" : "");
        if (is_pump) {
            asset->kind = ASSET_PUMP;
            pump_init(&asset->pump, options->seed, i, options->wear);
        } else if (is_motor) {
            asset->kind = ASSET_MOTOR;
            motor_init(&asset->motor, options->seed, i);
        } else {
            asset->kind = ASSET_TANK;
            tank_init(&asset->tank, options->seed, i, PUMPS_A_TANK * PUMP_RATED_FLOW);
        }
    }
    return true;
}

// By its id, or as the Nth pump there is.
static bool pump_fail(struct plant *plant, const char *failing, struct err *err) {
    char *end;
    unsigned long wanted = strtoul(failing, &end, 10), seen = 0;
    bool is_number = *end == '\0';
    for (uint32_t i = 0; i < plant->count; i++) {
        struct asset *asset = &plant->assets[i];
        if (asset->kind != ASSET_PUMP) continue;
        seen++;
        if (is_number ? seen != wanted : strcmp(asset->id, failing) != 0) continue;
        pump_spoil(&asset->pump);
        return true;
    }
    return err_set(err, ERR_INVALID, "--failing %s is none of the %lu pumps", failing, seen);
}

// What the motor's pump takes; a motor without one runs at its rated power.
static double pump_power(const struct plant *plant, uint32_t motor) {
    if (!plant->lines) return PUMP_RATED_POWER;
    return plant->assets[motor - PUMPS_A_LINE].pump.power;
}

static double tank_inflow(const struct plant *plant, uint32_t tank) {
    if (!plant->lines) return PUMPS_A_TANK * PUMP_RATED_FLOW;
    uint32_t first = tank / ASSETS_A_LINE * ASSETS_A_LINE;
    uint32_t own = tank - first - 2 * PUMPS_A_LINE;
    double inflow = 0;
    for (uint32_t i = 0; i < PUMPS_A_TANK; i++)
        inflow += plant->assets[first + own * PUMPS_A_TANK + i].pump.flow;
    return inflow;
}

// As a sensor of that resolution says it.
static double rounded(double value, double resolution) {
    return rint(value / resolution) * resolution;
}
