// A site: assets that work together, as many of them as the plant is asked for. Each kind of site
// is a file of its own (line.c, bottling.c, ...) that builds one with the functions below.

#ifndef SIM_SITE_H
#define SIM_SITE_H

#include "sim/asset.h"

#include <stdint.h>

struct plant;

struct site_kind {
    const char *name;
    uint32_t assets; // that send, of one site
    void (*build)(struct plant *plant, uint32_t site);
    const struct asset_kind *const *kinds; // the last NULL
};

extern const struct site_kind line_site, bottling_site, hvac_site, wind_site, vehicles_site,
    ward_site;

// Adds the asset with the number (from 1) in its id, and gives its state, which stays where it is.
// Those that others point to come first.
void *site_add(struct plant *plant, const struct asset_kind *kind, uint32_t number);
// Adds a twin without a device of its own: a line, a farm. `id` is a format for `number`.
void site_add_twin(struct plant *plant, const char *model, const char *before, uint32_t number);
// Where the newest leads: to `before` `number` `after`.
void site_link(struct plant *plant, const char *relationship, const char *before, uint32_t number,
               const char *after);
// The same, of a target that is added later.
void site_link_ahead(struct plant *plant, const char *relationship, const char *before,
                     uint32_t number);
// What the newest is known by, a JSON object without escapes.
void site_attributes(struct plant *plant, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
