// A kind of simulated asset, as plant and device see all kinds alike. Its physics are in a file of
// their own that knows nothing of this one; what it stands next to is in that of its site.

#ifndef SIM_ASSET_H
#define SIM_ASSET_H

#include "sim/order.h"
#include "sim/reading.h"

#include <stddef.h>
#include <stdint.h>

struct asset_options {
    uint64_t seed;
    uint64_t number; // its own, so that no two are alike
    double wear;     // how much faster than in life
};

struct asset_kind {
    const char *model;
    const char *before, *after; // of its id, around its number: "pump-" and ":motor"
    size_t bytes;
    const char *const *properties; // that it obeys, the last NULL; NULL: none

    void (*init)(void *asset, const struct asset_options *options);
    void (*spoil)(void *asset); // makes it fail soon; NULL: it cannot
    void (*step)(void *asset, double dt_s);
    // Up to PLANT_READINGS, how many: first what sensors say, then `*properties` of what the device
    // itself knows, which no sensor's fault touches.
    int (*read)(const void *asset, struct reading *readings, int *properties);
    void (*set)(void *asset, const char *property, double value);
    // Works on a command that is running: called after each step until it says order_end. NULL:
    // knows none.
    void (*obey)(void *asset, struct order *order);
};

#endif
