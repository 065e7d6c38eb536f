// A part of the declaration is of the twin itself, or of each twin at the other end of a
// relationship, whichever way that goes.

#include "push/autonomy_parts.h"

#include "base/memory.h"
#include "twin/world.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct part_of {
    const struct twin *twin;
    char name[TWIN_ID_MAX + FIELD_NAME_MAX + 2]; // "pump-1/speed", "power" of its own
};

static bool has_field(const struct twin *twin, const char *name) {
    for (int i = 0; i < twin->model->field_count; i++)
        if (strcmp(twin->model->fields[i].name, name) == 0) return true;
    return false;
}

static bool is_along(const struct world *world, const struct twin *twin, const struct link *link,
                     const char *relationship) {
    const struct twin *from = link->is_incoming ? world_twin(world, link->other) : twin;
    return from && strcmp(from->model->relationships[link->relationship].name, relationship) == 0;
}

// The next twin that has the part's value, from `*place` on; false behind the last.
static bool next_of(const struct world *world, const struct twin *twin,
                    const struct autonomy_part *part, uint32_t *place, struct part_of *found) {
    if (!part->relationship[0]) {
        if ((*place)++ > 0) return false;
        found->twin = twin;
        snprintf(found->name, sizeof found->name, "%s", part->field);
        return true;
    }
    while (*place < twin->link_count) {
        const struct link *link = &twin->links[(*place)++];
        const struct twin *other = world_twin(world, link->other);
        if (!other || !is_along(world, twin, link, part->relationship) ||
            !has_field(other, part->field))
            continue;
        found->twin = other;
        snprintf(found->name, sizeof found->name, "%s/%s", other->id, part->field);
        return true;
    }
    return false;
}

// What it is set to, else what it says; NAN when that is not known.
static double number_of(const struct twin *twin, const char *name, const enum field_kind *kinds,
                        int count) {
    for (int i = 0; i < count; i++) {
        int field = model_field(twin->model, kinds[i], name, strlen(name));
        struct value value = field == NONE ? value_none() : twin_value(twin, field);
        if (value.type == VALUE_NUMBER) return value.number;
    }
    return NAN;
}

double autonomy_set_point(const struct twin *twin, const char *name) {
    static const enum field_kind kinds[] = {FIELD_DESIRED, FIELD_REPORTED};
    return number_of(twin, name, kinds, ARRAY_LEN(kinds));
}

static double reading(const struct twin *twin, const char *name) {
    static const enum field_kind kinds[] = {FIELD_TELEMETRY, FIELD_REPORTED, FIELD_DERIVED,
                                            FIELD_PARAMETER};
    return number_of(twin, name, kinds, ARRAY_LEN(kinds));
}

double autonomy_cost(const struct world *world, const struct twin *twin,
                     const struct autonomy_spec *spec) {
    double cost = 0;
    for (int i = 0; i < spec->part_count; i++) {
        const struct autonomy_part *part = &spec->parts[i];
        struct part_of each;
        uint32_t place = 0;
        while (part->role == AUTONOMY_MINIMISE && next_of(world, twin, part, &place, &each))
            cost += part->weight * reading(each.twin, part->field);
    }
    return cost;
}

static void add_number(cJSON *array, double number) {
    cJSON_AddItemToArray(array, isfinite(number) ? cJSON_CreateNumber(number) : cJSON_CreateNull());
}

static void add_range(cJSON *object, const char *name, double low, double high) {
    cJSON *range = cJSON_AddArrayToObject(object, name);
    add_number(range, low);
    add_number(range, high);
}

// As far as it may be moved at once; what stands farther outside is left to somebody.
static void add_vary(cJSON *vary, const struct part_of *of, const struct autonomy_part *part) {
    double now = autonomy_set_point(of->twin, part->field);
    double low = isnan(now) ? part->low : fmax(part->low, now - part->rate);
    double high = isnan(now) ? part->high : fmin(part->high, now + part->rate);
    if (low < high) add_range(vary, of->name, low, high);
}

static void add_duration(cJSON *body, const char *name, int64_t us) {
    char text[32];
    if (us == 0) return;
    snprintf(text, sizeof text, "%lldms", (long long)(us / 1000));
    cJSON_AddStringToObject(body, name, text);
}

cJSON *autonomy_question(const struct world *world, const struct twin *twin,
                         const struct autonomy_spec *spec) {
    cJSON *body = cJSON_CreateObject();
    cJSON *vary = cJSON_AddObjectToObject(body, "vary");
    cJSON *minimise = cJSON_AddObjectToObject(body, "minimise");
    cJSON *keep = cJSON_AddObjectToObject(body, "keep");
    add_duration(body, "horizon", spec->over_us);
    add_duration(body, "step", spec->step_us);
    for (int i = 0; i < spec->part_count; i++) {
        const struct autonomy_part *part = &spec->parts[i];
        struct part_of each;
        uint32_t place = 0;
        while (next_of(world, twin, part, &place, &each)) {
            if (part->role == AUTONOMY_VARY) add_vary(vary, &each, part);
            if (part->role == AUTONOMY_MINIMISE)
                cJSON_AddNumberToObject(minimise, each.name, part->weight);
            if (part->role == AUTONOMY_KEEP) add_range(keep, each.name, part->low, part->high);
        }
    }
    return body;
}
