// The key of a message goes with its last input: since the log keeps order, a key found after a
// crash stands for a message that is stored whole.

#include "ingest/sample.h"

#include "base/err.h"
#include "base/memory.h"
#include "ingest/pack.h"
#include "ingest/peer.h"
#include "ingest/position.h"
#include "ingest/request.h"
#include "ingest/resource.h"
#include "twin/location.h"
#include "twin/model.h"
#include "twin/unit.h"

#include <math.h>

struct sample *sample_list_add(struct sample_list *list, struct region *region) {
    if (list->count == list->capacity) {
        int capacity = list->capacity ? list->capacity * 4 : 16;
        struct sample *items = region_alloc(region, (size_t)capacity * sizeof *items);
        if (list->count) memcpy(items, list->items, (size_t)list->count * sizeof *items);
        list->items = items;
        list->capacity = capacity;
    }
    return &list->items[list->count++];
}

static const char *find_slash(const char *bytes, uint32_t length) {
    return length ? memchr(bytes, '/', length) : NULL;
}

static void split_at(struct slice whole, const char *slash, struct slice *id, struct slice *field) {
    *id = (struct slice){whole.bytes, (uint32_t)(slash - whole.bytes)};
    *field = (struct slice){slash + 1, whole.length - id->length - 1};
}

void sample_split_name(const struct record *record, struct region *region, struct slice *id,
                       struct slice *field) {
    struct slice base = record->base, name = record->name;
    *id = (struct slice){"", 0};
    *field = name;
    const char *slash = find_slash(name.bytes, name.length);
    if (base.length == 0) {
        if (slash) split_at(name, slash, id, field);
        return;
    }
    if (!slash && find_slash(base.bytes, base.length) == base.bytes + base.length - 1) {
        *id = (struct slice){base.bytes, base.length - 1}; // the usual "bn":"pump-1/"
        return;
    }
    char *bytes = region_alloc(region, base.length + name.length);
    memcpy(bytes, base.bytes, base.length);
    if (name.length) memcpy(bytes + base.length, name.bytes, name.length);
    struct slice whole = {bytes, base.length + name.length};
    *field = whole;
    slash = find_slash(whole.bytes, whole.length);
    if (slash) split_at(whole, slash, id, field);
}

const struct field *sample_field(const struct model *model, struct slice name, struct err *err) {
    char shown[SHOWN_MAX];
    if (name.length == 0) {
        err_set(err, ERR_INVALID, "the record has no name: \"n\" or \"bn\" says which field it is");
        return NULL;
    }
    int index = model_sample_field(model, name.bytes, name.length);
    if (index != NONE) return &model->fields[index];
    const char *near = model_suggest_sample(model, name.bytes, name.length);
    err_set(err, ERR_NOT_FOUND, "model %s has no telemetry or property \"%s\"%s%s%s", model->name,
            resource_show(name, shown), near ? "; did you mean " : "", near ? near : "",
            near ? "?" : "");
    return NULL;
}

bool sample_check_type(const struct field *field, struct value value, struct err *err) {
    if (value.type == field->type) return true;
    return err_set(err, ERR_INVALID, "%s is a %s, not a %s%s", field->name,
                   value_type_name(field->type), value_type_name(value.type),
                   field->type == VALUE_LOCATION ? ": send its lat, lon and alt" : "");
}

static bool convert_unit(const struct field *field, struct slice unit, double *number,
                         struct err *err) {
    struct unit_conversion conversion;
    if (unit.length == 0) return true;
    size_t length = strlen(field->unit);
    if (unit.length == length && memcmp(unit.bytes, field->unit, length) == 0) return true;
    if (length == 0 && unit_is_known(unit.bytes, unit.length)) return true;
    if (length > 0 && unit_convert(unit.bytes, unit.length, field->unit, &conversion)) {
        *number = unit_apply(&conversion, *number);
        return isfinite(*number) ||
               err_set(err, ERR_INVALID, "%s is too large in %s", field->name, field->unit);
    }
    char shown[SHOWN_MAX];
    resource_show(unit, shown);
    if (unit_is_known(unit.bytes, unit.length))
        return err_set(err, ERR_INVALID, "unit %s cannot be converted to %s's unit %s", shown,
                       field->name, field->unit);
    const char *near = unit_suggest(unit.bytes, unit.length);
    if (near)
        return err_set(err, ERR_INVALID, "unit \"%s\" of %s is not known; did you mean %s?", shown,
                       field->name, near);
    return err_set(err, ERR_INVALID, "unit \"%s\" of %s is not known%s%s", shown, field->name,
                   length ? "; its unit is " : "", field->unit);
}

bool sample_from_record(const struct record *record, struct slice name, const struct model *model,
                        struct region *region, struct sample_list *list, struct position **position,
                        struct err *err) {
    const struct field *field = sample_field(model, name, err);
    *position = NULL;
    if (!field) return false;
    struct value value = record->value;
    if (value.type == VALUE_LOCATION && field->type != VALUE_LOCATION) // a fault of it helps nobody
        return sample_check_type(field, value, err);
    if (record->fault) return err_set(err, ERR_INVALID, "%s", record->fault);
    int index = (int)(field - model->fields);
    if (field->type == VALUE_LOCATION && value.type == VALUE_NUMBER) {
        *position = position_join(list, index, field, record, region, err);
        return *position != NULL;
    }
    if (!sample_check_type(field, value, err)) return false;
    if (field->type == VALUE_NUMBER && !convert_unit(field, record->unit, &value.number, err))
        return false;
    if (field->type == VALUE_LOCATION && !location_check(value.location, field->name, err))
        return false;
    if (value_has_bytes(value.type)) value.text = region_copy(region, value.text, value.length);
    *sample_list_add(list, region) = (struct sample){index, value, record->at};
    return true;
}

bool sample_deliver(const struct resources *resources, const struct target *target,
                    struct sample_list *list, const struct request *request, bool is_last,
                    uint64_t *rev, struct err *err) {
    const struct door *door = resources->door;
    struct samples_input input = {
        .id = target->id.bytes,
        .id_length = target->id.length,
        .twin = target->twin,
        .model = target->model,
        .samples = list->items,
        .count = list->count,
        .received = request->received,
        .message = is_last ? request->key : 0,
    };
    peer_actor(request->peer, &input.actor);
    return door->samples(door->context, &input, rev, err);
}
