// The assets that are simulated and how they stand to each other, without any network.
//
// A line has pumps, each with its motor, and tanks that are fed by the pumps in turn. A fleet of
// one model is a plant of single assets: its tanks are fed by pumps that are not shown. The same
// seed, steps and speeds give the same readings.

#ifndef SIM_PLANT_H
#define SIM_PLANT_H

#include "sim/senml.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct plant;

#define PLANT_READINGS 8
#define PLANT_ID_BYTES 65
#define PUMPS_A_LINE 4 // and as many motors
#define TANKS_A_LINE 2
#define ASSETS_A_LINE (2 * PUMPS_A_LINE + TANKS_A_LINE)

struct plant_options {
    uint32_t lines;     // or, when 0,
    const char *model;  // "pump", "motor" or "tank"
    const char *prefix; // of ids, NULL: the model's name and '-'
    uint32_t count;
    uint32_t seed;
    double wear;         // factor
    const char *failing; // id or number of a pump, NULL: none
};

struct plant *plant_new(const struct plant_options *options, struct err *err);
void plant_free(struct plant *plant);

uint32_t plant_count(const struct plant *plant);
const char *plant_id(const struct plant *plant, uint32_t asset);

// Lets an asset live for `dt_s` and reads its sensors: up to PLANT_READINGS, how many; first
// telemetry, then reported properties, of which there are `*properties`.
int plant_step(struct plant *plant, uint32_t asset, double dt_s, struct reading *readings,
               int *properties);

// The property that an asset obeys ("speed"), or NULL; and what it is to be from now on.
const char *plant_property(const struct plant *plant, uint32_t asset);
void plant_set(struct plant *plant, uint32_t asset, double value);

// Begins a command; false when the asset knows none of that name. Whether it is still at it.
bool plant_begin(struct plant *plant, uint32_t asset, const char *command, double seconds);
bool plant_is_busy(const struct plant *plant, uint32_t asset);

// What the system is to be told about each twin of lines, in an order in which each one's targets
// come first: its model, and a relationship (NULL: none) with its target.
struct plant_twin {
    char id[PLANT_ID_BYTES];
    const char *model;
    char part_of[PLANT_ID_BYTES]; // "" when none
    char feeds[PLANT_ID_BYTES];   // "" when none
};
uint32_t plant_twins(const struct plant *plant); // with lines, else 0
void plant_twin(const struct plant *plant, uint32_t index, struct plant_twin *twin);

#endif
