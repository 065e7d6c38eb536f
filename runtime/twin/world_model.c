// The models of a world: every layout it ever had, and those of the present version.

#include "base/err.h"
#include "base/memory.h"
#include "twin/world.h"

#include <string.h>

const struct model *world_adopt_model(struct world *world, struct model *owned) {
    const struct model *same = world_layout(world, owned->layout);
    if (same) {
        model_free(owned);
        return same;
    }
    owned->next = world->models;
    world->models = owned;
    return owned;
}

const struct model *world_layout(const struct world *world, uint64_t layout) {
    for (const struct model *model = world->models; model; model = model->next)
        if (model->layout == layout) return model;
    return NULL;
}

void world_set_current(struct world *world, const struct model **models, int count) {
    world->current = xrealloc(world->current, sizeof *models * (size_t)(count + 1));
    memcpy(world->current, models, sizeof *models * (size_t)count);
    world->current_count = count;
}

const struct model *world_model(const struct world *world, const char *name, size_t length) {
    for (int i = 0; i < world->current_count; i++)
        if (strncmp(world->current[i]->name, name, length) == 0 &&
            world->current[i]->name[length] == 0)
            return world->current[i];
    return NULL;
}

bool world_is_held(const struct world *world, const struct twin *twin) {
    return twin->held != 0 && twin->held == world_version_of(world, twin);
}

const struct model *world_model_of(const struct world *world, const struct twin *twin) {
    if (world_is_held(world, twin)) return twin->model;
    if (world_version_of(world, twin) == world->version)
        for (int i = 0; i < world->current_count; i++)
            if (world->current[i] == twin->model) return twin->model;
    const struct model *model = world_next_model(world, twin, twin->model->name);
    return model ? model : twin->model;
}

// Everything of struct twin from `model` up to `timers_run_at` is state, so the two change places
// whole. Incoming links are not in `owned`; the outgoing ones are made again with their mirrors.
void world_restore(struct world *world, struct twin *twin, struct twin *owned) {
    enum { STATE = offsetof(struct twin, model), END = offsetof(struct twin, timers_run_at) };
    uint8_t kept[END - STATE];
    for (uint32_t i = twin->link_count; i-- > 0;) {
        struct link link = twin->links[i];
        struct twin *other = link.is_incoming ? NULL : world_twin(world, link.other);
        if (other) world_unlink(world, twin, link.relationship, other);
    }
    memcpy(kept, (uint8_t *)twin + STATE, sizeof kept);
    memcpy((uint8_t *)twin + STATE, (uint8_t *)owned + STATE, sizeof kept);
    memcpy((uint8_t *)owned + STATE, kept, sizeof kept);
    struct link *outgoing = twin->links;
    uint32_t count = twin->link_count;
    twin->links = owned->links;
    twin->link_count = owned->link_count;
    owned->links = outgoing;
    owned->link_count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct twin *other = world_twin(world, outgoing[i].other);
        if (other) world_link(world, twin, outgoing[i].relationship, other);
    }
    twin_free(owned);
}

bool world_is_a(const struct world *world, const struct model *model, const char *name) {
    if (!name[0]) return true;
    for (int depth = 0; model && depth <= world->current_count;
         depth++) { // no circle can be loaded
        if (strcmp(model->name, name) == 0) return true;
        model = world_model(world, model->extends, strlen(model->extends));
    }
    return false;
}

const struct model *world_fit(const struct world *world, const char *id, size_t length,
                              struct err *err) {
    char text[TWIN_ID_MAX + 1];
    if (!twin_id_is_valid(id, length)) {
        err_set(err, ERR_INVALID,
                "twin id '%.*s' is not allowed: 1 to %d of letters, digits and ._~:-, this is %zu",
                (int)(length < 80 ? length : 80), id, TWIN_ID_MAX, length);
        return NULL;
    }
    memcpy(text, id, length);
    text[length] = 0;
    const struct model *found = NULL;
    for (int i = 0; i < world->current_count; i++) {
        const struct model *model = world->current[i];
        if (!model->match[0] || !glob_match(model->match, text)) continue;
        if (found) {
            err_set(
                err, ERR_NOT_FOUND,
                "twin %s is unknown and both models %s (%s) and %s (%s) match its id: create it "
                "by PUT",
                text, found->name, found->match, model->name, model->match);
            return NULL;
        }
        found = model;
    }
    if (!found)
        err_set(err, ERR_NOT_FOUND,
                "twin %s is unknown and no model's match fits its id: create it by PUT", text);
    return found;
}

const struct model *world_match(const struct world *world, const char *id, size_t length,
                                struct err *err) {
    const struct model *found = world_fit(world, id, length, err);
    if (!found || (found->auto_create && !world->is_closed)) return found;
    if (world->is_closed)
        err_set(err, ERR_NOT_FOUND,
                "twin %.*s is unknown and twind runs with auto_create = false: create it by PUT",
                (int)length, id);
    else
        err_set(err, ERR_NOT_FOUND,
                "twin %.*s is unknown and model %s has auto_create = false: create it by PUT",
                (int)length, id, found->name);
    return NULL;
}
