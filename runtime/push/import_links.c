// A large file comes in slices, so a dry run may not know of a twin that another slice would make:
// each one that is missing is listed with what would do, for the sender to decide.

#include "push/import_links.h"

#include "base/err.h"
#include "base/memory.h"
#include "twin/name.h"
#include "twin/world.h"

#include <string.h>

struct reading {
    struct import_links *links;
    const struct world *world;
    const struct twin *twin;
    const struct model *model;
    import_planned *planned;
    void *context;
};

// A reason that no other slice can take away.
static bool fault(struct reading *reading) {
    reading->links->is_faulty = true;
    return false;
}

static void add(struct settings *settings, int relationship, struct twin *other) {
    settings->links =
        xrealloc(settings->links, sizeof *settings->links * (size_t)(settings->link_count + 1));
    settings->links[settings->link_count++] = (struct link_setting){relationship, other};
}

static bool is_linked(const struct reading *reading, const char *name, const struct twin *other) {
    const struct twin *twin = reading->twin;
    for (uint32_t i = 0; twin && i < twin->link_count; i++) {
        const struct link *link = &twin->links[i];
        if (!link->is_incoming && link->other == other->number &&
            strcmp(twin->model->relationships[link->relationship].name, name) == 0)
            return true;
    }
    return false;
}

static bool refuse_missing(struct reading *reading, const struct relationship_spec *spec,
                           const char *id, struct err *err) {
    struct import_links *links = reading->links;
    if (!links->missing) links->missing = cJSON_CreateArray();
    cJSON *one = cJSON_CreateObject();
    cJSON_AddStringToObject(one, "twin", id);
    cJSON *takes = cJSON_AddArrayToObject(one, "takes");
    for (int i = 0; i < reading->world->current_count; i++)
        if (world_is_a(reading->world, reading->world->current[i], spec->target))
            cJSON_AddItemToArray(takes, cJSON_CreateString(reading->world->current[i]->name));
    cJSON_AddItemToArray(links->missing, one);
    if (cJSON_GetArraySize(links->missing) > 1) return false; // the first is told
    return err_set(err, ERR_INVALID, "relationship '%s' names twin '%.64s', which does not exist",
                   spec->name, id);
}

static bool read_one(struct reading *reading, int relationship, const cJSON *id, struct err *err) {
    const struct relationship_spec *spec = &reading->model->relationships[relationship];
    if (!cJSON_IsString(id))
        return err_set(err, ERR_INVALID, "relationship '%s' must be a twin's id or a list of them",
                       spec->name) ||
               fault(reading);
    const char *name = id->valuestring;
    struct twin *other = world_find(reading->world, name, strlen(name));
    const struct model *model = other ? other->model : reading->planned(reading->context, name);
    if (!model) return refuse_missing(reading, spec, name, err);
    if (!world_is_a(reading->world, model, spec->target))
        return err_set(err, ERR_INVALID, "relationship '%s' leads to a %s, but '%.64s' is a %s",
                       spec->name, spec->target, name, model->name) ||
               fault(reading);
    reading->links->is_changed |= !other || !is_linked(reading, spec->name, other);
    if (other) add(&reading->links->settings, relationship, other);
    return true;
}

static bool read_named(struct reading *reading, const cJSON *item, struct err *err) {
    const struct model *model = reading->model;
    int relationship = model_relationship(model, item->string, strlen(item->string));
    bool is_good = true;
    if (relationship == NONE) {
        struct suggestion near = {item->string, strlen(item->string), NULL, 0};
        for (int i = 0; i < model->relationship_count; i++)
            suggestion_try(&near, model->relationships[i].name);
        return err_set(err, ERR_INVALID, "a %s has no relationship '%.64s'%s%s%s", model->name,
                       item->string, near.best ? "; did you mean '" : "",
                       near.best ? near.best : "", near.best ? "'?" : "") ||
               fault(reading);
    }
    if (!cJSON_IsArray(item)) return read_one(reading, relationship, item, err);
    const cJSON *id;
    cJSON_ArrayForEach(id, item) {
        is_good &= read_one(reading, relationship, id, is_good ? err : NULL);
    }
    return is_good;
}

// What the twin has of other relationships stays; of those that are named, what is not there any
// more is a change.
static void keep_others(struct reading *reading, const cJSON *relationships) {
    const struct twin *twin = reading->twin;
    struct settings *settings = &reading->links->settings;
    int read = settings->link_count;
    for (uint32_t i = 0; twin && i < twin->link_count; i++) {
        const struct link *link = &twin->links[i];
        if (link->is_incoming) continue;
        const char *name = twin->model->relationships[link->relationship].name;
        int relationship = model_relationship(reading->model, name, strlen(name));
        struct twin *other = world_twin(reading->world, link->other);
        if (relationship == NONE || !other) continue; // the present version does not have it
        if (!document_member(relationships, name)) {
            add(settings, relationship, other);
            continue;
        }
        bool is_kept = false;
        for (int j = 0; j < read; j++)
            is_kept |= settings->links[j].relationship == relationship &&
                       settings->links[j].other == other;
        reading->links->is_changed |= !is_kept;
    }
}

bool import_links_read(struct import_links *links, const struct world *world,
                       const struct twin *twin, const struct model *model,
                       const cJSON *relationships, import_planned *planned, void *context,
                       struct err *err) {
    struct reading reading = {links, world, twin, model, planned, context};
    const cJSON *item;
    bool is_good = true;
    *links = (struct import_links){0};
    if (!cJSON_IsObject(relationships))
        return err_set(err, ERR_INVALID,
                       "'relationships' must be an object, like {\"feeds\": [\"tank-1\"]}");
    cJSON_ArrayForEach(item, relationships) {
        is_good &= read_named(&reading, item, is_good ? err : NULL);
    }
    if (is_good) keep_others(&reading, relationships);
    if (links->is_faulty) {
        cJSON_Delete(links->missing);
        links->missing = NULL;
    }
    return is_good;
}

void import_links_fini(struct import_links *links) {
    settings_fini(&links->settings);
    cJSON_Delete(links->missing);
}
