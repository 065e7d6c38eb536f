// Names are looked up here; types and ranges are the turn's to check, the same for every feed.

#include "push/settings.h"

#include "base/err.h"
#include "twin/location.h"
#include "twin/name.h"
#include "twin/world.h"

#include <stdlib.h>
#include <string.h>

const struct model *settings_model(const struct world *world, const struct twin *twin) {
    return world_model_of(world, twin);
}

void settings_fini(struct settings *settings) {
    free(settings->list);
    free(settings->links);
    region_fini(&settings->places);
    *settings = (struct settings){0};
}

static void add(struct settings *settings, int field, struct value value) {
    settings->list =
        xrealloc(settings->list, sizeof *settings->list * (size_t)(settings->count + 1));
    settings->list[settings->count++] = (struct setting){field, value};
}

static bool read_value(const cJSON *item, const struct field *field, struct settings *settings,
                       struct value *value, struct err *err) {
    struct location location;
    if (field->type != VALUE_LOCATION || cJSON_IsNull(item))
        return document_value(item, field->name, value, err);
    if (!document_location(item, field->name, &location, err)) return false;
    *value = location_copy(&location, &settings->places);
    return true;
}

// Why `name` is no field of this kind, and what it may have been meant to be.
static bool refuse_name(const struct model *model, enum field_kind kind, const char *name,
                        struct err *err) {
    size_t length = strlen(name);
    struct suggestion near = {name, length, NULL, 0};
    for (int i = 0; i < model->field_count; i++)
        if (model->fields[i].kind == kind) suggestion_try(&near, model->fields[i].name);
    bool is_desired = kind == FIELD_DESIRED;
    if (is_desired && model_field(model, FIELD_REPORTED, name, length) != NONE)
        return err_set(err, ERR_FORBIDDEN, "property '%s' of a %s is not writable", name,
                       model->name);
    if (is_desired && (model_field(model, FIELD_TELEMETRY, name, length) != NONE ||
                       model_field(model, FIELD_DERIVED, name, length) != NONE))
        return err_set(err, ERR_FORBIDDEN, "'%s' of a %s is measured or derived, it cannot be set",
                       name, model->name);
    return err_set(err, ERR_INVALID, "a %s has no %s '%.64s'%s%s%s", model->name,
                   is_desired ? "writable property" : "parameter", name,
                   near.best ? "; did you mean '" : "", near.best ? near.best : "",
                   near.best ? "'?" : "");
}

bool settings_parse_desired(const cJSON *patch, const struct model *model,
                            struct settings *settings, struct err *err) {
    const cJSON *item;
    if (!cJSON_IsObject(patch))
        return err_set(err, ERR_INVALID,
                       "desired must be an object of properties, like {\"speed\": 1200}");
    cJSON_ArrayForEach(item, patch) {
        struct value value;
        int field = model_field(model, FIELD_DESIRED, item->string, strlen(item->string));
        if (field == NONE) return refuse_name(model, FIELD_DESIRED, item->string, err);
        if (!read_value(item, &model->fields[field], settings, &value, err)) return false;
        add(settings, field, value);
    }
    return true;
}

bool settings_parse_parameters(const cJSON *parameters, const struct model *model,
                               struct settings *settings, struct err *err) {
    const cJSON *item;
    if (!cJSON_IsObject(parameters))
        return err_set(err, ERR_INVALID, "'parameters' must be an object, like {\"hot\": 95}");
    cJSON_ArrayForEach(item, parameters) {
        if (model_field(model, FIELD_PARAMETER, item->string, strlen(item->string)) == NONE)
            return refuse_name(model, FIELD_PARAMETER, item->string, err);
    }
    for (int i = 0; i < model->field_count; i++) {
        if (model->fields[i].kind != FIELD_PARAMETER) continue;
        struct value value = value_none();
        item = document_member(parameters, model->fields[i].name);
        if (cJSON_IsObject(item) && document_member(item, "value"))
            item = document_member(item, "value");
        if (item && !read_value(item, &model->fields[i], settings, &value, err)) return false;
        add(settings, i, value);
    }
    return true;
}

bool settings_merge_parameters(const cJSON *parameters, const struct model *model,
                               struct settings *settings, struct err *err) {
    const cJSON *item;
    if (!cJSON_IsObject(parameters))
        return err_set(err, ERR_INVALID, "'parameters' must be an object, like {\"hot\": 95}");
    cJSON_ArrayForEach(item, parameters) {
        struct value value;
        int field = model_field(model, FIELD_PARAMETER, item->string, strlen(item->string));
        if (field == NONE) return refuse_name(model, FIELD_PARAMETER, item->string, err);
        if (!read_value(item, &model->fields[field], settings, &value, err)) return false;
        add(settings, field, value);
    }
    return true;
}

static bool add_link(const struct world *world, const struct model *model, int relationship,
                     const cJSON *id, struct settings *settings, struct err *err) {
    const struct relationship_spec *spec = &model->relationships[relationship];
    if (!cJSON_IsString(id))
        return err_set(err, ERR_INVALID, "relationship '%s' must be a twin's id or a list of them",
                       spec->name);
    struct twin *other = world_find(world, id->valuestring, strlen(id->valuestring));
    if (!other)
        return err_set(err, ERR_INVALID,
                       "relationship '%s' names twin '%.64s', which does not exist", spec->name,
                       id->valuestring);
    if (!world_is_a(world, other->model, spec->target))
        return err_set(err, ERR_INVALID, "relationship '%s' leads to a %s, but '%s' is a %s",
                       spec->name, spec->target, other->id, other->model->name);
    settings->links =
        xrealloc(settings->links, sizeof *settings->links * (size_t)(settings->link_count + 1));
    settings->links[settings->link_count++] = (struct link_setting){relationship, other};
    return true;
}

bool settings_parse_links(const cJSON *relationships, const struct world *world,
                          const struct model *model, struct settings *settings, struct err *err) {
    const cJSON *item, *id;
    if (!cJSON_IsObject(relationships))
        return err_set(err, ERR_INVALID,
                       "'relationships' must be an object, like {\"feeds\": [\"tank-1\"]}");
    cJSON_ArrayForEach(item, relationships) {
        int relationship = model_relationship(model, item->string, strlen(item->string));
        if (relationship == NONE)
            return err_set(err, ERR_INVALID, "a %s has no relationship '%.64s'", model->name,
                           item->string);
        if (!cJSON_IsArray(item)) {
            if (!add_link(world, model, relationship, item, settings, err)) return false;
            continue;
        }
        cJSON_ArrayForEach(id, item) {
            if (!add_link(world, model, relationship, id, settings, err)) return false;
        }
    }
    return true;
}
