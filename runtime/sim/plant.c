// Each asset is stepped alone, at its device's own time; what flows between two of them is kept in
// one of the two, so that nothing is lost or made when they do not move at once.

#include "sim/plant.h"

#include "base/err.h"
#include "base/memory.h"
#include "sim/site.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct asset {
    char id[PLANT_ID_BYTES];
    const struct asset_kind *kind;
    void *state;
};

struct plant {
    const struct plant_options *options; // while it is built
    struct asset *assets;
    uint32_t count, capacity;
    struct plant_twin *twins; // none of a fleet
    uint32_t twin_count, twin_capacity;
};

static const struct site_kind *const sites[] = {
    &line_site, &bottling_site, &hvac_site, &wind_site, &vehicles_site, &ward_site,
};

static const struct site_kind *site_find(const char *name);
static bool sites_build(struct plant *plant, struct err *err);
static bool fleet_build(struct plant *plant, struct err *err);
static const struct asset_kind *kind_find(const char *model);
static void *asset_add(struct plant *plant, const struct asset_kind *kind, const char *before,
                       uint32_t number, const char *after);
static struct plant_twin *twin_add(struct plant *plant, const char *model);
static bool asset_spoil(struct plant *plant, const char *failing, struct err *err);

struct plant *plant_new(const struct plant_options *options, struct err *err) {
    struct plant *plant = xcalloc(1, sizeof *plant);
    plant->options = options;
    bool is_built = options->kind ? sites_build(plant, err) : fleet_build(plant, err);
    if (is_built && (!options->failing || asset_spoil(plant, options->failing, err))) {
        plant->options = NULL;
        return plant;
    }
    plant_free(plant);
    return NULL;
}

void plant_free(struct plant *plant) {
    if (!plant) return;
    for (uint32_t i = 0; i < plant->count; i++)
        free(plant->assets[i].state);
    free(plant->assets);
    free(plant->twins);
    free(plant);
}

uint32_t plant_site_assets(const char *kind) {
    const struct site_kind *site = site_find(kind);
    return site ? site->assets : 0;
}

uint32_t plant_count(const struct plant *plant) {
    return plant->count;
}

const char *plant_id(const struct plant *plant, uint32_t asset) {
    return plant->assets[asset].id;
}

int plant_step(struct plant *plant, uint32_t index, double dt_s, struct reading *readings,
               int *properties) {
    const struct asset *asset = &plant->assets[index];
    *properties = 0;
    asset->kind->step(asset->state, dt_s);
    int count = asset->kind->read(asset->state, readings, properties);
    assert(count <= PLANT_READINGS);
    return count;
}

const char *const *plant_properties(const struct plant *plant, uint32_t asset) {
    return plant->assets[asset].kind->properties;
}

bool plant_obeys(const struct plant *plant, uint32_t asset) {
    return plant->assets[asset].kind->properties || plant->assets[asset].kind->obey;
}

void plant_set(struct plant *plant, uint32_t asset, const char *property, double value) {
    plant->assets[asset].kind->set(plant->assets[asset].state, property, value);
}

void plant_order(struct plant *plant, uint32_t index, struct order *order) {
    const struct asset *asset = &plant->assets[index];
    if (asset->kind->obey)
        asset->kind->obey(asset->state, order);
    else
        order_end(order, true, "this device knows no such command");
    order->is_begun = true;
}

uint32_t plant_twins(const struct plant *plant) {
    return plant->twin_count;
}

const struct plant_twin *plant_twin(const struct plant *plant, uint32_t index) {
    return &plant->twins[index];
}

void *site_add(struct plant *plant, const struct asset_kind *kind, uint32_t number) {
    struct plant_twin *twin = twin_add(plant, kind->model);
    void *state = asset_add(plant, kind, kind->before, number, kind->after);
    strcpy(twin->id, plant->assets[plant->count - 1].id);
    return state;
}

void site_add_twin(struct plant *plant, const char *model, const char *before, uint32_t number) {
    struct plant_twin *twin = twin_add(plant, model);
    snprintf(twin->id, sizeof twin->id, "%s%u", before, number);
}

void site_link(struct plant *plant, const char *relationship, const char *before, uint32_t number,
               const char *after) {
    struct plant_twin *twin = &plant->twins[plant->twin_count - 1];
    assert(twin->link_count < PLANT_LINKS);
    struct plant_link *link = &twin->links[twin->link_count++];
    link->relationship = relationship;
    snprintf(link->target, sizeof link->target, "%s%u%s", before, number, after);
}

void site_link_ahead(struct plant *plant, const char *relationship, const char *before,
                     uint32_t number) {
    struct plant_twin *twin = &plant->twins[plant->twin_count - 1];
    site_link(plant, relationship, before, number, "");
    twin->links[twin->link_count - 1].is_ahead = true;
}

void site_attributes(struct plant *plant, const char *format, ...) {
    struct plant_twin *twin = &plant->twins[plant->twin_count - 1];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(twin->attributes, sizeof twin->attributes, format, arguments);
    va_end(arguments);
}

static const struct site_kind *site_find(const char *name) {
    for (size_t i = 0; i < ARRAY_LEN(sites); i++)
        if (strcmp(sites[i]->name, name) == 0) return sites[i];
    return NULL;
}

static bool sites_build(struct plant *plant, struct err *err) {
    const struct site_kind *site = site_find(plant->options->kind);
    if (!site) {
        struct buffer names = {0};
        for (size_t i = 0; i < ARRAY_LEN(sites); i++)
            buffer_printf(&names, "%s%s", i > 0 ? ", " : "", sites[i]->name);
        err_set(err, ERR_INVALID, "--plant %s is not simulated; there are %.*s",
                plant->options->kind, (int)names.length, names.bytes);
        buffer_fini(&names);
        return false;
    }
    for (uint32_t i = 0; i < plant->options->count; i++)
        site->build(plant, i);
    assert(plant->count == site->assets * plant->options->count);
    return true;
}

static bool fleet_build(struct plant *plant, struct err *err) {
    const struct plant_options *options = plant->options;
    const struct asset_kind *kind = kind_find(options->model);
    if (!kind) {
        struct buffer names = {0};
        for (size_t i = 0; i < ARRAY_LEN(sites); i++)
            for (const struct asset_kind *const *each = sites[i]->kinds; *each; each++)
                buffer_printf(&names, "%s%s", names.length > 0 ? ", " : "", (*each)->model);
        err_set(err, ERR_INVALID, "--model %s is not simulated; there are %.*s", options->model,
                (int)names.length, names.bytes);
        buffer_fini(&names);
        return false;
    }
    const char *before = options->prefix ? options->prefix : kind->before;
    for (uint32_t i = 0; i < options->count; i++)
        asset_add(plant, kind, before, i + 1, kind->after);
    return true;
}

static const struct asset_kind *kind_find(const char *model) {
    for (size_t i = 0; i < ARRAY_LEN(sites); i++)
        for (const struct asset_kind *const *kind = sites[i]->kinds; *kind; kind++)
            if (strcmp((*kind)->model, model) == 0) return *kind;
    return NULL;
}

static void *asset_add(struct plant *plant, const struct asset_kind *kind, const char *before,
                       uint32_t number, const char *after) {
    if (plant->count == plant->capacity) {
        plant->capacity = plant->capacity ? 2 * plant->capacity : 16;
        plant->assets = xrealloc(plant->assets, plant->capacity * sizeof *plant->assets);
    }
    struct asset_options options = {
        .seed = plant->options->seed, .number = plant->count, .wear = plant->options->wear};
    struct asset *asset = &plant->assets[plant->count++];
    *asset = (struct asset){.kind = kind, .state = xcalloc(1, kind->bytes)};
    snprintf(asset->id, sizeof asset->id, "%s%u%s", before, number, after);
    kind->init(asset->state, &options);
    return asset->state;
}

static struct plant_twin *twin_add(struct plant *plant, const char *model) {
    if (plant->twin_count == plant->twin_capacity) {
        plant->twin_capacity = plant->twin_capacity ? 2 * plant->twin_capacity : 16;
        plant->twins = xrealloc(plant->twins, plant->twin_capacity * sizeof *plant->twins);
    }
    struct plant_twin *twin = &plant->twins[plant->twin_count++];
    *twin = (struct plant_twin){.model = model};
    return twin;
}

// By its id, or as the Nth of those that can.
static bool asset_spoil(struct plant *plant, const char *failing, struct err *err) {
    char *end;
    unsigned long wanted = strtoul(failing, &end, 10), seen = 0;
    bool is_number = *end == '\0';
    for (uint32_t i = 0; i < plant->count; i++) {
        struct asset *asset = &plant->assets[i];
        if (!asset->kind->spoil) continue;
        seen++;
        if (is_number ? seen != wanted : strcmp(asset->id, failing) != 0) continue;
        asset->kind->spoil(asset->state);
        return true;
    }
    return err_set(err, ERR_INVALID, "--failing %s is none of the %lu assets that can fail",
                   failing, seen);
}
