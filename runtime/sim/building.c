// A smart city's site: the zones of a house, and the station that measures the air at its road.

#include "sim/air.h"
#include "sim/site.h"
#include "sim/zone.h"

#include <string.h>

#define ZONES 3

static void zone_begin(void *asset, const struct asset_options *options) {
    zone_init(asset, options->seed, options->number);
}

static void zone_fail(void *asset) {
    zone_spoil(asset);
}

static void zone_live(void *asset, double dt_s) {
    zone_step(asset, dt_s);
}

static int zone_read(const void *asset, struct reading *readings, int *properties) {
    const struct zone *zone = asset;
    readings[0] = reading_number("temperature", "Cel", zone->temperature, 0.01);
    readings[1] = reading_number("humidity", "%RH", zone->humidity, 0.1);
    readings[2] = reading_number("co2", "ppm", zone->co2, 1);
    readings[3] = reading_number("occupancy", NULL, zone->people, 1);
    readings[4] = reading_number("power", "W", zone->power, 1);
    readings[5] = reading_number("setpoint", "Cel", zone->setpoint, 0.001);
    readings[6] = reading_number("damper", "%", zone->damper, 0.001);
    *properties = 3;
    return 7;
}

static void zone_set(void *asset, const char *property, double value) {
    struct zone *zone = asset;
    if (strcmp(property, "setpoint") == 0)
        zone->setpoint = value;
    else
        zone->damper = value;
}

static void air_begin(void *asset, const struct asset_options *options) {
    air_init(asset, options->seed, options->number);
}

static void air_live(void *asset, double dt_s) {
    air_step(asset, dt_s);
}

static int air_read(const void *asset, struct reading *readings, int *properties) {
    const struct air *air = asset;
    struct reading *next = readings;
    *next++ = reading_number("PT08_S1_CO", NULL, air->s1_co, 1);
    *next++ = reading_number("PT08_S2_NMHC", NULL, air->s2_nmhc, 1);
    *next++ = reading_number("PT08_S3_NOx", NULL, air->s3_nox, 1);
    *next++ = reading_number("PT08_S4_NO2", NULL, air->s4_no2, 1);
    *next++ = reading_number("PT08_S5_O3", NULL, air->s5_o3, 1);
    *next++ = reading_number("T", "Cel", air->temperature, 0.1);
    *next++ = reading_number("RH", "%RH", air->humidity, 0.1);
    *next++ = reading_number("AH", NULL, air->vapour, 0.001);
    int sensors = (int)(next - readings);
    if (air->has_reference) {
        *next++ = reading_number("co_reference", "mg/m3", air->co, 0.01);
        *next++ = reading_number("nox_reference", "ppb", air->nox, 1);
    }
    reading_location(next, "place", air->latitude, air->longitude);
    next += READING_LOCATION;
    *properties = (int)(next - readings) - sensors;
    return (int)(next - readings);
}

static const char *const zone_properties[] = {"setpoint", "damper", NULL};

static const struct asset_kind zone_kind = {
    .model = "hvac_zone",
    .before = "zone-",
    .after = "",
    .bytes = sizeof(struct zone),
    .properties = zone_properties,
    .init = zone_begin,
    .spoil = zone_fail,
    .step = zone_live,
    .read = zone_read,
    .set = zone_set,
};
static const struct asset_kind air_kind = {
    .model = "air_station",
    .before = "air-",
    .after = "",
    .bytes = sizeof(struct air),
    .init = air_begin,
    .step = air_live,
    .read = air_read,
};
static const struct asset_kind *const kinds[] = {&zone_kind, &air_kind, NULL};

static void hvac_build(struct plant *plant, uint32_t site) {
    site_add(plant, &air_kind, site + 1);
    for (uint32_t i = 0; i < ZONES; i++) {
        site_add(plant, &zone_kind, site * ZONES + i + 1);
        site_link(plant, "outdoor", "air-", site + 1, "");
        site_attributes(plant, "{\"floor\":%u}", i + 1);
    }
}

const struct site_kind hvac_site = {
    .name = "hvac", .assets = ZONES + 1, .build = hvac_build, .kinds = kinds};
