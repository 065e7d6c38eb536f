// Which twins a candidate gets: those whose number hashes below the share, and one more of each
// model that the share would miss, the one with the lowest hash.

#include "base/hash.h"
#include "base/memory.h"
#include "twin/world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 7 }; // apart from the hashes that spread timers

static uint32_t place_of(uint32_t number) { // 0 to 99
    return (uint32_t)(hash64(SEED, &number, sizeof number) % 100);
}

static bool has_twin(const struct world *world, const struct twin *twin) {
    const struct canary *canary = &world->canary;
    if (place_of(twin->number) < canary->share) return true;
    for (int i = 0; i < canary->lone_count; i++)
        if (canary->lone[i] == twin->number) return true;
    return false;
}

static int model_named(const struct canary *canary, const char *name) {
    for (int i = 0; i < canary->model_count; i++)
        if (strcmp(canary->models[i]->name, name) == 0) return i;
    return NONE;
}

// The twin of each model that would be the first to join if the share grew.
static void find_lone(struct world *world) {
    struct canary *canary = &world->canary;
    const struct twin **first = xcalloc((size_t)canary->model_count + 1, sizeof(struct twin *));
    for (uint32_t i = 0; i < world->number_capacity; i++) {
        const struct twin *twin = world->by_number[i];
        int model = twin ? model_named(canary, twin->model->name) : NONE;
        if (model == NONE) continue;
        if (!first[model] || place_of(twin->number) < place_of(first[model]->number))
            first[model] = twin;
    }
    canary->lone = xcalloc((size_t)canary->model_count + 1, sizeof *canary->lone);
    for (int i = 0; i < canary->model_count; i++)
        if (first[i] && place_of(first[i]->number) >= canary->share)
            canary->lone[canary->lone_count++] = first[i]->number;
    free(first);
}

void world_set_canary(struct world *world, uint64_t version, uint32_t share,
                      const struct model **models, int count) {
    assert(version != 0 && version != world->version && share > 0 && share < 100);
    world_clear_canary(world);
    struct canary *canary = &world->canary;
    canary->models = xcalloc((size_t)count + 1, sizeof *models);
    memcpy(canary->models, models, sizeof *models * (size_t)count);
    canary->model_count = count;
    canary->share = share;
    canary->version = version;
    find_lone(world);
}

void world_clear_canary(struct world *world) {
    free(world->canary.models);
    free(world->canary.lone);
    world->canary = (struct canary){0};
}

uint64_t world_version_of(const struct world *world, const struct twin *twin) {
    if (world->canary.version == 0) return world->version;
    return has_twin(world, twin) ? world->canary.version : world->version;
}

const struct model *world_next_model(const struct world *world, const struct twin *twin,
                                     const char *name) {
    const struct canary *canary = &world->canary;
    if (world_version_of(world, twin) == world->version)
        return world_model(world, name, strlen(name));
    int model = model_named(canary, name);
    return model == NONE ? NULL : canary->models[model];
}
