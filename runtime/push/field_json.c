// What was not declared is left out, but for unit and type.

#include "push/field_json.h"

#include "base/json.h"
#include "base/memory.h"
#include "push/twin_json.h"
#include "twin/model.h"

static void write_number(struct buffer *out, const char *key, double number) {
    json_key(out, key);
    json_number(out, number);
}

static void write_seconds(struct buffer *out, const char *key, int64_t us) {
    if (us <= 0) return;
    json_key(out, key);
    json_seconds(out, us);
}

static void write_range(const struct field *field, struct buffer *out) {
    json_key(out, "range");
    json_open(out, '[');
    json_number(out, field->low);
    json_number(out, field->high);
    json_close(out, ']');
}

// How its samples are judged, and what is done to them first.
static void write_quality(const struct model *model, const struct field *field,
                          struct buffer *out) {
    if (field->gain != 1 || field->offset != 0) {
        json_key(out, "calibrate");
        json_open(out, '{');
        write_number(out, "gain", field->gain);
        write_number(out, "offset", field->offset);
        json_close(out, '}');
    }
    if (field->sensor == NONE) return;
    const struct sensor_spec *spec = &model->sensors[field->sensor].spec;
    if (spec->max_rate > 0) write_number(out, "max_rate", spec->max_rate);
    if (spec->window > 0) {
        json_key(out, "spike");
        json_open(out, '{');
        write_number(out, "by", spec->spike);
        json_key(out, "window");
        json_unsigned(out, (uint64_t)spec->window);
        json_close(out, '}');
    }
    write_seconds(out, "stuck_after", spec->stuck_us);
    write_seconds(out, "stale_after", spec->stale_us);
}

// "sum": "part_of.power"
static void write_aggregate(const struct model *model, int field, struct buffer *out) {
    static const char *const kinds[] = {
        [AGGREGATE_COUNT] = "count", [AGGREGATE_SUM] = "sum",   [AGGREGATE_MIN] = "min",
        [AGGREGATE_MAX] = "max",     [AGGREGATE_MEAN] = "mean", [AGGREGATE_WORST] = "worst"};
    for (int i = 0; i < model->aggregate_count; i++) {
        const struct aggregate_spec *spec = &model->aggregates[i];
        if (spec->field != field) continue;
        struct buffer of = {0};
        buffer_printf(&of, "%s%s%s", spec->relationship, *spec->of ? "." : "", spec->of);
        json_member(out, kinds[spec->kind], (const char *)of.bytes);
        buffer_fini(&of);
    }
}

// What keeps a derived value, when that is not the behaviour.
static void write_source(const struct model *model, int index, struct buffer *out) {
    const struct field *field = &model->fields[index];
    switch (field->source) {
    case SOURCE_COUNTER:
        json_member(out, "counter", model->fields[field->of].name);
        if (field->wrap > 0) write_number(out, "wraps", field->wrap);
        break;
    case SOURCE_RUN_TIME:
        json_member(out, "run_time", model->fields[field->of].name);
        write_number(out, "above", field->above);
        break;
    case SOURCE_AGGREGATE:
        write_aggregate(model, index, out);
        break;
    case SOURCE_PROCESS:
    case SOURCE_SCRIPT:
        break;
    }
}

void field_json_write(const struct model *model, int index, struct buffer *out) {
    const struct field *field = &model->fields[index];
    json_key(out, field->name);
    json_open(out, '{');
    json_member(out, "unit", field->unit);
    json_member(out, "type", value_type_name(field->type));
    if (field->title[0]) json_member(out, "title", field->title);
    if (field->has_range) write_range(field, out);
    if (field->is_writable) {
        json_key(out, "writable");
        json_boolean(out, true);
    }
    if (field->kind == FIELD_TELEMETRY || field->kind == FIELD_REPORTED)
        write_quality(model, field, out);
    if (field->kind == FIELD_DERIVED) write_source(model, index, out);
    if (field->kind == FIELD_PARAMETER) {
        json_key(out, "default");
        value_json_write(field->default_value, out);
    }
    json_close(out, '}');
}
