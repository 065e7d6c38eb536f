// All records are checked before the first is handed in.

#include "ingest/delivery.h"

#include "base/err.h"
#include "ingest/answer.h"
#include "ingest/json_scan.h"
#include "ingest/pack.h"
#include "ingest/position.h"
#include "ingest/request.h"
#include "ingest/resource.h"
#include "ingest/sample.h"
#include "ingest/utf8.h"
#include "twin/location.h"
#include "twin/model.h"

#include <math.h>

static bool collect(struct resources *resources, const struct request *request,
                    const struct target *target, struct sample_list *list, struct err *err);
static bool parse_value(const struct request *request, const struct field *field,
                        struct region *region, struct value *value, struct err *err);

static void answer_changed(struct answer *answer, uint64_t rev) {
    answer_init(answer, CODE_CHANGED);
    answer->rev = rev;
}

void delivery_pack(struct resources *resources, const struct request *request,
                   struct answer *answer) {
    struct region *region = &resources->region;
    struct target target;
    struct sample_list list = {0};
    struct err err;
    uint64_t rev = 0;
    if (!pack_is_format(request->format)) {
        answer_refuse(answer, CODE_FORMAT, region,
                      "say by Content-Format what this is: 110 SenML JSON, 112 SenML CBOR, "
                      "50 a JSON object, 60 a CBOR map");
        return;
    }
    if (!resource_find_twin(resources, request, request->path[1], &target, &err) ||
        !collect(resources, request, &target, &list, &err) ||
        !sample_deliver(resources, &target, &list, request, true, &rev, &err))
        answer_error(answer, &err, region);
    else
        answer_changed(answer, rev);
}

// A record may say its twin's name too, if it is this one.
static bool is_of_twin(struct slice id, const struct target *target, struct err *err) {
    char shown[SHOWN_MAX], wanted[SHOWN_MAX];
    if (id.length == 0 ||
        (id.length == target->id.length && memcmp(id.bytes, target->id.bytes, id.length) == 0))
        return true;
    return err_set(err, ERR_INVALID, "its name is of twin \"%s\", this is %s: use /senml",
                   resource_show(id, shown), resource_show(target->id, wanted));
}

static bool collect(struct resources *resources, const struct request *request,
                    const struct target *target, struct sample_list *list, struct err *err) {
    struct region *region = &resources->region;
    struct pack pack;
    struct record record;
    enum pack_next next;
    pack_init(&pack, request->format, request->payload, request->length, request->received, region);
    while ((next = pack_next(&pack, &record, err)) == PACK_RECORD) {
        struct slice id, name;
        if (record.value.type == VALUE_NONE && !record.fault) continue;
        struct position *position;
        sample_split_name(&record, region, &id, &name);
        if (is_of_twin(id, target, err) &&
            sample_from_record(&record, name, target->model, region, list, &position, err))
            continue;
        char shown[SHOWN_MAX];
        return err_prefix(err, "record %d (%s): ", record.index, resource_show(name, shown));
    }
    if (next == PACK_MALFORMED) return false;
    if (list->count == 0) return err_set(err, ERR_INVALID, "the pack has no value in it");
    return position_check_all(list, target->id, err);
}

void delivery_value(struct resources *resources, const struct request *request,
                    struct answer *answer) {
    struct region *region = &resources->region;
    struct target target;
    struct err err;
    uint64_t rev = 0;
    if (request->format != FORMAT_TEXT && request->format != FORMAT_NONE) {
        answer_refuse(
            answer, CODE_FORMAT, region,
            "one value is text/plain (0): a number, true, false, text or lat,lon,alt; packs go to "
            "/t/{twin} by POST");
        return;
    }
    if (!resource_find_twin(resources, request, request->path[1], &target, &err)) {
        answer_error(answer, &err, region);
        return;
    }
    const struct field *field = sample_field(target.model, request->path[2], &err);
    struct sample_list list = {0};
    struct sample *sample = sample_list_add(&list, region);
    if (!field || !parse_value(request, field, region, &sample->value, &err)) {
        answer_error(answer, &err, region);
        return;
    }
    sample->field = (int)(field - target.model->fields);
    sample->at = request->received;
    if (sample_deliver(resources, &target, &list, request, true, &rev, &err))
        answer_changed(answer, rev);
    else
        answer_error(answer, &err, region);
}

static bool parse_value(const struct request *request, const struct field *field,
                        struct region *region, struct value *value, struct err *err) {
    struct json_scan scan;
    struct location location;
    json_scan_init(&scan, request->payload, request->length, region);
    char shown[SHOWN_MAX];
    resource_show((struct slice){(const char *)request->payload, (uint32_t)request->length}, shown);
    switch (field->type) {
    case VALUE_NUMBER:
        value->type = VALUE_NUMBER;
        if (json_scan_number(&scan, &value->number) && json_scan_is_at_end(&scan) &&
            isfinite(value->number))
            return true;
        return err_set(err, ERR_INVALID, "%s is a number, \"%s\" is none", field->name, shown);
    case VALUE_BOOLEAN:
        value->type = VALUE_BOOLEAN;
        if (json_scan_boolean(&scan, &value->boolean) && json_scan_is_at_end(&scan)) return true;
        return err_set(err, ERR_INVALID, "%s is true or false, not \"%s\"", field->name, shown);
    case VALUE_TEXT:
        if (request->length > VALUE_TEXT_MAX)
            return err_set(err, ERR_INVALID, "%s has %zu bytes, the limit is %d", field->name,
                           request->length, VALUE_TEXT_MAX);
        if (!utf8_is_valid(request->payload, request->length) ||
            memchr(request->payload, 0, request->length))
            return err_set(err, ERR_INVALID, "%s is text, this is not UTF-8", field->name);
        *value = value_text(region_copy(region, request->payload, request->length),
                            (uint32_t)request->length);
        return true;
    case VALUE_LOCATION:
        if (!location_parse((const char *)request->payload, request->length, &location))
            return err_set(err, ERR_INVALID,
                           "%s is a location like 52.1,4.3 or 52.1,4.3,12, not \"%s\"", field->name,
                           shown);
        *value = location_copy(&location, region);
        return location_check(&location, field->name, err);
    case VALUE_NONE:
        break;
    }
    return err_set(err, ERR_INVALID, "%s takes no value", field->name);
}
