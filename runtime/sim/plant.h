// The assets that are simulated and how they stand to each other, without any network.
//
// A plant is so many sites of a kind, for example lines with their pumps, motors and tanks. A fleet
// of one model is a plant of single assets that stand next to nothing. The same seed, steps and
// desired values give the same readings.

#ifndef SIM_PLANT_H
#define SIM_PLANT_H

#include "sim/order.h"
#include "sim/senml.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct plant;

#define PLANT_READINGS 12
#define PLANT_ID_BYTES 65
#define PLANT_LINKS 6

struct plant_options {
    const char *kind;   // of the sites: "line", "bottling" ..., or NULL and
    const char *model;  // of a fleet
    const char *prefix; // of its ids, NULL: that of the model
    uint32_t count;     // of sites, or of the fleet
    uint32_t seed;
    double wear;         // factor
    const char *failing; // id of an asset or the number of a pump, NULL: none
};

struct plant *plant_new(const struct plant_options *options, struct err *err);
void plant_free(struct plant *plant);

// How many devices such a site has; 0 when there is no such kind.
uint32_t plant_site_assets(const char *kind);

uint32_t plant_count(const struct plant *plant);
const char *plant_id(const struct plant *plant, uint32_t asset);

// Lets an asset live for `dt_s` and reads its sensors: up to PLANT_READINGS, how many; the last
// `*properties` of them are what the device itself knows.
int plant_step(struct plant *plant, uint32_t asset, double dt_s, struct reading *readings,
               int *properties);

// The properties that it obeys, the last NULL; NULL: none.
const char *const *plant_properties(const struct plant *plant, uint32_t asset);
// Whether what is desired of it matters to an asset.
bool plant_obeys(const struct plant *plant, uint32_t asset);
// What one of them is to be from now on.
void plant_set(struct plant *plant, uint32_t asset, const char *property, double value);
// Works on a command that is running, after a step; it may end.
void plant_order(struct plant *plant, uint32_t asset, struct order *order);

// What the system is to be told about each twin of sites, in an order in which each one's targets
// come first, but for those that are ahead: two twins may lead to each other.
struct plant_twin {
    char id[PLANT_ID_BYTES];
    const char *model;
    char attributes[64]; // a JSON object, "" when none
    struct plant_link {
        const char *relationship;
        char target[PLANT_ID_BYTES];
        bool is_ahead; // the target comes later
    } links[PLANT_LINKS];
    int link_count;
};
uint32_t plant_twins(const struct plant *plant); // of sites, else 0
const struct plant_twin *plant_twin(const struct plant *plant, uint32_t index);

#endif
