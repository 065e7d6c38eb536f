// A wind farm: turbines that share their wind.

#include "sim/site.h"
#include "sim/turbine.h"

#include <math.h>
#include <string.h>

#define TURBINES 4
#define METER_WRAPS 10000000.0 // kWh: seven digits
#define LEADS 1.5              // Cel that its thermometer shows too much
#define STANDS 0.5             // 1/min; below it the rotor may be locked

static void turbine_begin(void *asset, const struct asset_options *options) {
    turbine_init(asset, options->seed, options->number);
}

static void turbine_spoil(void *asset) {
    ((struct turbine *)asset)->fouling = 0.35; // ice
}

static void turbine_live(void *asset, double dt_s) {
    turbine_step(asset, dt_s);
}

static int turbine_read(const void *asset, struct reading *readings, int *properties) {
    const struct turbine *turbine = asset;
    readings[0] = reading_number("wind_speed", "m/s", turbine->wind_speed, 0.01);
    readings[1] = reading_number("wind_direction", "deg", turbine->wind_direction, 0.1);
    readings[2] = reading_number("power", "kW", turbine->power, 0.1);
    readings[3] = reading_number("rotor_speed", "1/min", turbine->rotor_speed, 0.01);
    readings[4] = reading_number("pitch", "deg", turbine->pitch, 0.1);
    readings[5] =
        reading_number("gearbox_temperature", "Cel", turbine->gearbox_temperature + LEADS, 0.1);
    readings[6] = reading_number("energy_meter", "kWh", fmod(turbine->energy, METER_WRAPS), 0.1);
    readings[7] = reading_number("yaw", "deg", turbine->yaw, 0.001);
    readings[8] = reading_number("power_limit", "kW", turbine->power_limit, 0.001);
    *properties = 3;
    return 9;
}

static void turbine_set(void *asset, const char *property, double value) {
    struct turbine *turbine = asset;
    if (strcmp(property, "yaw") == 0)
        turbine->set_yaw = value;
    else
        turbine->power_limit = value;
}

// A rotor takes its time to stand; a start is done when the blades are released.
static void turbine_obey(void *asset, struct order *order) {
    struct turbine *turbine = asset;
    if (strcmp(order->name, "start") == 0) {
        turbine->is_stopped = false;
        order_end(order, false, "released");
    } else if (strcmp(order->name, "stop") == 0) {
        turbine->is_stopped = true;
        if (turbine->rotor_speed < STANDS) order_end(order, false, "stands");
    } else {
        order_end(order, true, "this device knows no such command");
    }
}

static const char *const turbine_properties[] = {"yaw", "power_limit", NULL};

static const struct asset_kind turbine_kind = {
    .model = "wind_turbine",
    .before = "turbine-",
    .after = "",
    .bytes = sizeof(struct turbine),
    .properties = turbine_properties,
    .init = turbine_begin,
    .spoil = turbine_spoil,
    .step = turbine_live,
    .read = turbine_read,
    .set = turbine_set,
    .obey = turbine_obey,
};
static const struct asset_kind *const kinds[] = {&turbine_kind, NULL};

static void wind_build(struct plant *plant, uint32_t site) {
    site_add_twin(plant, "wind_farm", "farm-", site + 1);
    for (uint32_t i = 0; i < TURBINES; i++) {
        site_add(plant, &turbine_kind, site * TURBINES + i + 1);
        site_link(plant, "part_of", "farm-", site + 1, "");
        site_attributes(plant, "{\"row\":%u,\"hub_height\":80}", i / 2 + 1);
    }
}

const struct site_kind wind_site = {
    .name = "wind", .assets = TURBINES, .build = wind_build, .kinds = kinds};
