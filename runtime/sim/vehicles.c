// Vehicles, each with its battery. A battery that stands alone drives a vehicle that is not shown.

#include "sim/battery.h"
#include "sim/site.h"
#include "sim/vehicle.h"

#define AMBIENT 15.0
#define LONE_POWER 9000.0  // W
#define LONE_SOC 60.0      // %
#define NEARLY_EMPTY 0.195 // of the capacity
#define KMH 3.6            // in 1 m/s

struct carried {
    struct battery battery;
    const struct vehicle *vehicle;
};

struct carrier {
    struct vehicle vehicle;
    const struct carried *battery;
    double speed_limit; // km/h
};

static void vehicle_begin(void *asset, const struct asset_options *options) {
    struct carrier *carrier = asset;
    carrier->speed_limit = 130;
    vehicle_init(&carrier->vehicle, options->seed, options->number);
}

static void vehicle_live(void *asset, double dt_s) {
    struct carrier *carrier = asset;
    double soc = carrier->battery ? battery_soc(&carrier->battery->battery) : LONE_SOC;
    vehicle_step(&carrier->vehicle, soc, carrier->speed_limit / KMH, dt_s);
}

static int vehicle_read(const void *asset, struct reading *readings, int *properties) {
    const struct carrier *carrier = asset;
    const struct vehicle *vehicle = &carrier->vehicle;
    readings[0] = reading_number("speed", "km/h", vehicle->speed * KMH, 0.1);
    readings[1] = reading_number("odometer", "km", vehicle->odometer, 0.01);
    readings[2] = reading_boolean("charging", vehicle->power < 0 && vehicle->speed == 0);
    readings[3] = reading_number("speed_limit", "km/h", carrier->speed_limit, 0.001);
    reading_location(&readings[4], "position", vehicle->latitude, vehicle->longitude);
    *properties = 2 + READING_LOCATION; // its receiver says where it is or nothing
    return 4 + READING_LOCATION;
}

static void vehicle_set(void *asset, const char *property, double value) {
    (void)property;
    ((struct carrier *)asset)->speed_limit = value;
}

static void battery_begin(void *asset, const struct asset_options *options) {
    battery_init(&((struct carried *)asset)->battery, options->seed, options->number,
                 options->wear);
}

static void battery_spoil(void *asset) {
    struct battery *battery = &((struct carried *)asset)->battery;
    battery->capacity *= 0.7; // a bank of cells has gone
    battery->charge = NEARLY_EMPTY * battery->capacity;
}

static void battery_live(void *asset, double dt_s) {
    struct carried *carried = asset;
    battery_step(&carried->battery, carried->vehicle ? carried->vehicle->power : LONE_POWER,
                 AMBIENT, dt_s);
}

static int battery_read(const void *asset, struct reading *readings, int *properties) {
    const struct battery *battery = &((const struct carried *)asset)->battery;
    readings[0] = reading_number("voltage", "V", battery->voltage, 0.01);
    readings[1] = reading_number("current", "A", battery->current, 0.01);
    readings[2] = reading_number("temperature", "Cel", battery->temperature, 0.1);
    readings[3] = reading_number("soc", "%", battery_soc(battery), 0.01);
    readings[4] = reading_number("throughput", "Ah", battery->throughput, 0.001);
    *properties = 1;
    return 5;
}

static const char *const vehicle_properties[] = {"speed_limit", NULL};

static const struct asset_kind vehicle_kind = {
    .model = "vehicle",
    .before = "vehicle-",
    .after = "",
    .bytes = sizeof(struct carrier),
    .properties = vehicle_properties,
    .init = vehicle_begin,
    .step = vehicle_live,
    .read = vehicle_read,
    .set = vehicle_set,
};
static const struct asset_kind battery_kind = {
    .model = "traction_battery",
    .before = "vehicle-",
    .after = ":battery",
    .bytes = sizeof(struct carried),
    .init = battery_begin,
    .spoil = battery_spoil,
    .step = battery_live,
    .read = battery_read,
};
static const struct asset_kind *const kinds[] = {&vehicle_kind, &battery_kind, NULL};

static void vehicles_build(struct plant *plant, uint32_t site) {
    struct carrier *vehicle = site_add(plant, &vehicle_kind, site + 1);
    struct carried *battery = site_add(plant, &battery_kind, site + 1);
    site_link(plant, "part_of", "vehicle-", site + 1, "");
    vehicle->battery = battery;
    battery->vehicle = &vehicle->vehicle;
}

const struct site_kind vehicles_site = {
    .name = "vehicles", .assets = 2, .build = vehicles_build, .kinds = kinds};
