// Values as they stand now: the newest that is not bad, with its own time.

#include "ingest/reading.h"

#include "base/err.h"
#include "base/json.h"
#include "ingest/answer.h"
#include "ingest/command.h"
#include "ingest/pack.h"
#include "ingest/request.h"
#include "ingest/resource.h"
#include "ingest/senml_write.h"
#include "twin/change.h"
#include "twin/input.h"
#include "twin/location.h"
#include "twin/model.h"
#include "twin/twin.h"
#include "twin/world.h"

typedef bool is_wanted(const struct twin *twin, int field);

static void read_pack(struct resources *resources, const struct request *request, is_wanted *wanted,
                      struct answer *answer);

static bool is_current(const struct twin *twin, int field) {
    enum field_kind kind = twin->model->fields[field].kind;
    if (kind != FIELD_TELEMETRY && kind != FIELD_REPORTED && kind != FIELD_DERIVED) return false;
    return twin_value(twin, field).type != VALUE_NONE;
}

static bool is_to_be_done(const struct twin *twin, int field) {
    const struct field *desired = &twin->model->fields[field];
    if (desired->kind != FIELD_DESIRED) return false;
    struct value value = twin_value(twin, field);
    if (value.type == VALUE_NONE) return false;
    return desired->pair == NONE || !value_equal(value, twin_value(twin, desired->pair));
}

void reading_twin(struct resources *resources, const struct request *request,
                  struct answer *answer) {
    read_pack(resources, request, is_current, answer);
}

void reading_desired(struct resources *resources, const struct request *request,
                     struct answer *answer) {
    read_pack(resources, request, is_to_be_done, answer);
    if (answer->code != CODE_CONTENT) return;
    const struct twin *twin =
        world_find(resources->door->world, request->path[1].bytes, request->path[1].length);
    for (int i = 0; i < twin->model->field_count; i++) // what a device acts on must be durable
        if (twin->model->fields[i].kind == FIELD_DESIRED && twin->slots[i].rev > answer->rev)
            answer->rev = twin->slots[i].rev;
    answer->commands = command_newest_open(twin, &answer->rev);
}

static bool is_senml(int format) {
    return format == FORMAT_SENML_JSON || format == FORMAT_SENML_CBOR;
}

static void content(struct resources *resources, int format, struct answer *answer) {
    answer_init(answer, CODE_CONTENT);
    answer->format = format;
    answer->payload = resources->body.bytes;
    answer->length = resources->body.length;
}

static void read_pack(struct resources *resources, const struct request *request, is_wanted *wanted,
                      struct answer *answer) {
    struct target target;
    struct err err;
    int format = request->accept == FORMAT_NONE ? FORMAT_SENML_JSON : request->accept;
    if (!resource_need_twin(resources, request->path[1], &target, &err)) {
        answer_error(answer, &err, &resources->region);
        return;
    }
    if (!is_senml(format)) {
        answer_refuse(answer, CODE_NOT_ACCEPTABLE, &resources->region,
                      "this is there as 110 SenML JSON and 112 SenML CBOR, not as %d", format);
        return;
    }
    const struct twin *twin = target.twin;
    int count = 0;
    for (int i = 0; i < twin->model->field_count; i++)
        if (wanted(twin, i)) count += senml_write_count(twin_value(twin, i));
    bool has_commands = wanted == is_to_be_done;
    if (has_commands) count += command_record_count(twin);
    struct senml_write write;
    senml_write_begin(&write, &resources->body, format, twin->id, count);
    for (int i = 0; i < twin->model->field_count; i++) {
        const struct field *field = &twin->model->fields[i];
        if (wanted(twin, i))
            senml_write_record(&write, field->name, field->unit, twin_value(twin, i),
                               twin->slots[i].at);
    }
    if (has_commands) command_write_records(twin, &write);
    senml_write_end(&write);
    content(resources, format, answer);
}

static int find_readable(const struct model *model, struct slice name) {
    int field = model_sample_field(model, name.bytes, name.length);
    return field != NONE ? field : model_field(model, FIELD_DERIVED, name.bytes, name.length);
}

static void write_location(struct buffer *out, const struct location *location) {
    char text[LOCATION_TEXT_SIZE];
    location_format(location, text);
    buffer_add(out, text, strlen(text));
}

static void write_text(struct buffer *out, struct value value) {
    if (value.type == VALUE_TEXT)
        buffer_add(out, value.text, value.length);
    else if (value.type == VALUE_BOOLEAN)
        json_boolean(out, value.boolean);
    else if (value.type == VALUE_LOCATION)
        write_location(out, value.location);
    else
        json_number(out, value.number);
}

void reading_field(struct resources *resources, const struct request *request,
                   struct answer *answer) {
    struct region *region = &resources->region;
    struct target target;
    struct err err;
    char shown[SHOWN_MAX];
    int format = request->accept == FORMAT_NONE ? FORMAT_TEXT : request->accept;
    if (!resource_need_twin(resources, request->path[1], &target, &err)) {
        answer_error(answer, &err, region);
        return;
    }
    const struct twin *twin = target.twin;
    struct slice name = request->path[2];
    int index = find_readable(twin->model, name);
    if (index == NONE) {
        const char *near = model_suggest_sample(twin->model, name.bytes, name.length);
        answer_refuse(answer, CODE_NOT_FOUND, region, "model %s has no field \"%s\"%s%s%s",
                      twin->model->name, resource_show(name, shown), near ? "; did you mean " : "",
                      near ? near : "", near ? "?" : "");
        return;
    }
    struct value value = twin_value(twin, index);
    const struct field *field = &twin->model->fields[index];
    if (format != FORMAT_TEXT && !is_senml(format)) {
        answer_refuse(answer, CODE_NOT_ACCEPTABLE, region,
                      "this is there as 0 text, 110 SenML JSON and 112 SenML CBOR, not as %d",
                      format);
    } else if (value.type == VALUE_NONE) {
        answer_refuse(answer, CODE_NOT_FOUND, region, "%s of %s has no value yet", field->name,
                      twin->id);
    } else if (format == FORMAT_TEXT) {
        write_text(&resources->body, value);
        content(resources, format, answer);
    } else {
        struct senml_write write;
        senml_write_begin(&write, &resources->body, format, twin->id, senml_write_count(value));
        senml_write_record(&write, field->name, field->unit, value, twin->slots[index].at);
        senml_write_end(&write);
        content(resources, format, answer);
    }
}

bool reading_is_touched(const struct model *model, struct slice leaf, const struct change *change) {
    if (change->kind == CHANGE_LAYOUT || change->kind == CHANGE_RETIRE) return true;
    // That it was sent, the device knows.
    if (change->kind == CHANGE_COMMAND)
        return change->state != COMMAND_SENT && slice_is(leaf, "desired");
    if (change->kind != CHANGE_SAMPLE && change->kind != CHANGE_SET) return false;
    const struct field *field = &model->fields[change->index];
    bool is_desired = field->kind == FIELD_DESIRED;
    if (leaf.length == 0) return !is_desired;
    if (slice_is(leaf, "desired")) return is_desired || field->pair != NONE;
    return !is_desired && slice_is(leaf, field->name);
}
