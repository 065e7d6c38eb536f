// A ward: beds, each with its monitor.

#include "sim/patient.h"
#include "sim/site.h"

#include <string.h>

#define BEDS 4

static void monitor_begin(void *asset, const struct asset_options *options) {
    patient_init(asset, options->seed, options->number);
}

static void monitor_spoil(void *asset) {
    patient_spoil(asset);
}

static void monitor_live(void *asset, double dt_s) {
    patient_step(asset, dt_s);
}

static int monitor_read(const void *asset, struct reading *readings, int *properties) {
    const struct patient *patient = asset;
    (void)properties;
    readings[0] = reading_number("heart_rate", "beat/min", patient->heart_rate, 0.1);
    readings[1] = reading_number("spo2", "%", patient->spo2, 0.1);
    readings[2] = reading_number("temperature", "Cel", patient->temperature, 0.01);
    if (!patient->has_pressure) return 3;
    readings[3] = reading_number("systolic", "mmHg", patient->systolic, 1);
    readings[4] = reading_number("diastolic", "mmHg", patient->diastolic, 1);
    return 5;
}

static void monitor_obey(void *asset, struct order *order) {
    if (strcmp(order->name, "measure_pressure") != 0)
        order_end(order, true, "this device knows no such command");
    else if (!order->is_begun)
        patient_measure(asset);
    else if (!patient_is_measuring(asset))
        order_end(order, false, "measured");
}

static const struct asset_kind monitor_kind = {
    .model = "patient_monitor",
    .before = "monitor-",
    .after = "",
    .bytes = sizeof(struct patient),
    .init = monitor_begin,
    .spoil = monitor_spoil,
    .step = monitor_live,
    .read = monitor_read,
    .obey = monitor_obey,
};
static const struct asset_kind *const kinds[] = {&monitor_kind, NULL};

static void ward_build(struct plant *plant, uint32_t site) {
    for (uint32_t i = 0; i < BEDS; i++) {
        site_add(plant, &monitor_kind, site * BEDS + i + 1);
        site_attributes(plant, "{\"ward\":%u,\"bed\":%u}", site + 1, i + 1);
    }
}

const struct site_kind ward_site = {
    .name = "ward", .assets = BEDS, .build = ward_build, .kinds = kinds};
