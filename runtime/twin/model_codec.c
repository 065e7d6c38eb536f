// One function a list, written and read side by side; the format version is the first byte.

#include "twin/model_codec.h"

#include "base/err.h"
#include "base/memory.h"
#include "twin/autonomy_spec.h"
#include "twin/change_codec.h"
#include "twin/estimator_codec.h"
#include "twin/model.h"
#include "twin/process_spec.h"

#include <stdlib.h>
#include <string.h>

#define MODEL_FORMAT 4
#define COUNT_MAX 65535 // of any list; change records hold indexes in 16 bits

static void write_text(struct buffer *out, const char *text) {
    buffer_text(out, text, strlen(text));
}

// Replaces an owned text by the one that is read.
static void read_owned(struct reader *in, char **text) {
    free(*text);
    *text = read_text_copy(in);
}

static int read_count(struct reader *in) {
    uint64_t count = read_varint(in);
    if (count > COUNT_MAX) in->is_bad = 1;
    return in->is_bad ? 0 : (int)count;
}

// A field index; a foreign one would be followed blindly later, so it is checked here.
static int read_index(struct reader *in, int count) {
    int64_t index = read_zigzag(in);
    if (index < NONE || index >= count) {
        in->is_bad = 1;
        return NONE;
    }
    return (int)index;
}

static void write_fields(const struct model *model, struct buffer *out) {
    buffer_varint(out, (uint64_t)model->field_count);
    for (int i = 0; i < model->field_count; i++) {
        const struct field *field = &model->fields[i];
        write_text(out, field->name);
        buffer_byte(out, (uint8_t)field->kind);
        buffer_byte(out, (uint8_t)field->type);
        write_text(out, field->unit);
        write_text(out, field->title);
        buffer_byte(
            out, (uint8_t)(field->has_range | field->is_writable << 1 | (field->keep_us > 0) << 2));
        if (field->keep_us > 0) buffer_varint(out, (uint64_t)field->keep_us);
        buffer_double(out, field->low);
        buffer_double(out, field->high);
        buffer_double(out, field->gain);
        buffer_double(out, field->offset);
        buffer_byte(out, (uint8_t)field->source);
        buffer_zigzag(out, field->of);
        buffer_double(out, field->wrap);
        buffer_double(out, field->above);
        value_encode(field->default_value, out);
    }
}

static void read_default(struct reader *in, struct field *field) {
    struct region region = {0};
    field->default_value = value_keep(value_decode(in, &region));
    region_fini(&region);
}

static void read_fields(struct model *model, struct reader *in) {
    int all = read_count(in);
    for (int count = all; count > 0 && !in->is_bad; count--) {
        struct field *field = model_add_field(model, FIELD_PARAMETER, "");
        read_owned(in, &field->name);
        field->kind = read_byte(in) % (FIELD_STATE + 1);
        field->type = read_byte(in) % (VALUE_LOCATION + 1);
        read_owned(in, &field->unit);
        read_owned(in, &field->title);
        uint8_t flags = read_byte(in);
        field->has_range = flags & 1;
        field->is_writable = flags >> 1 & 1;
        if (flags >> 2 & 1) field->keep_us = (int64_t)(read_varint(in) & INT64_MAX);
        field->low = read_double(in);
        field->high = read_double(in);
        field->gain = read_double(in);
        field->offset = read_double(in);
        field->source = read_byte(in) % (SOURCE_PROCESS + 1);
        field->of = read_index(in, all);
        field->wrap = read_double(in);
        field->above = read_double(in);
        read_default(in, field);
    }
}

static void write_alarms(const struct model *model, struct buffer *out) {
    buffer_varint(out, (uint64_t)model->alarm_count);
    for (int i = 0; i < model->alarm_count; i++) {
        const struct alarm_spec *alarm = &model->alarms[i];
        write_text(out, alarm->name);
        buffer_byte(out, (uint8_t)alarm->severity);
        buffer_zigzag(out, alarm->field);
        buffer_byte(out, alarm->is_above);
        buffer_zigzag(out, alarm->limit_field);
        buffer_double(out, alarm->limit);
        buffer_double(out, alarm->deadband);
        buffer_zigzag(out, alarm->delay_us);
        write_text(out, alarm->predicted);
        buffer_zigzag(out, alarm->within_us);
        write_text(out, alarm->text);
        write_text(out, alarm->advice);
    }
}

static void read_alarms(struct model *model, struct reader *in) {
    for (int count = read_count(in); count > 0 && !in->is_bad; count--) {
        struct alarm_spec *alarm = model_add_alarm(model, "");
        read_owned(in, &alarm->name);
        alarm->severity = read_byte(in) % (SEVERITY_CRITICAL + 1);
        alarm->field = read_index(in, model->field_count);
        alarm->is_above = read_byte(in);
        alarm->limit_field = read_index(in, model->field_count);
        alarm->limit = read_double(in);
        alarm->deadband = read_double(in);
        alarm->delay_us = read_zigzag(in);
        read_owned(in, &alarm->predicted);
        alarm->within_us = read_zigzag(in);
        read_owned(in, &alarm->text);
        read_owned(in, &alarm->advice);
    }
}

static void write_windows(const struct model *model, struct buffer *out) {
    buffer_varint(out, (uint64_t)model->window_count);
    for (int i = 0; i < model->window_count; i++) {
        buffer_zigzag(out, model->windows[i].field);
        buffer_zigzag(out, model->windows[i].span_us);
    }
}

static void read_windows(struct model *model, struct reader *in) {
    for (int count = read_count(in); count > 0 && !in->is_bad; count--) {
        int field = read_index(in, model->field_count);
        int64_t span_us = read_zigzag(in);
        if (field == NONE) in->is_bad = 1;
        if (!in->is_bad) model_need_window(model, field, span_us);
    }
}

static void write_sensors(const struct model *model, struct buffer *out) {
    buffer_varint(out, (uint64_t)model->sensor_count);
    for (int i = 0; i < model->sensor_count; i++) {
        const struct sensor_place *sensor = &model->sensors[i];
        buffer_zigzag(out, sensor->field);
        buffer_double(out, sensor->spec.max_rate);
        buffer_zigzag(out, sensor->spec.stuck_us);
        buffer_zigzag(out, sensor->spec.stale_us);
        buffer_byte(out, (uint8_t)sensor->spec.window);
        buffer_double(out, sensor->spec.spike);
    }
}

static void read_sensors(struct model *model, struct reader *in) {
    for (int count = read_count(in); count > 0 && !in->is_bad; count--) {
        int field = read_index(in, model->field_count);
        if (field == NONE) in->is_bad = 1;
        if (in->is_bad) return;
        struct sensor_place *sensor = model_add_sensor(model, field);
        sensor->spec.max_rate = read_double(in);
        sensor->spec.stuck_us = read_zigzag(in);
        sensor->spec.stale_us = read_zigzag(in);
        sensor->spec.window = read_byte(in) % (SENSOR_WINDOW_MAX + 1);
        sensor->spec.spike = read_double(in);
    }
}

static void write_arguments(const struct argument_spec *arguments, int count, struct buffer *out) {
    buffer_varint(out, (uint64_t)count);
    for (int i = 0; i < count; i++) {
        write_text(out, arguments[i].name);
        buffer_byte(out, (uint8_t)arguments[i].type);
        write_text(out, arguments[i].unit);
        buffer_byte(out, arguments[i].has_range);
        buffer_double(out, arguments[i].low);
        buffer_double(out, arguments[i].high);
    }
}

static void read_arguments(struct argument_spec **list, int *have, struct reader *in) {
    for (int count = read_count(in); count > 0 && !in->is_bad; count--) {
        struct argument_spec *argument = model_add_argument(list, have, "");
        read_owned(in, &argument->name);
        argument->type = read_byte(in) % (VALUE_LOCATION + 1);
        read_owned(in, &argument->unit);
        argument->has_range = read_byte(in);
        argument->low = read_double(in);
        argument->high = read_double(in);
    }
}

static void write_events(const struct model *model, struct buffer *out) {
    buffer_varint(out, (uint64_t)model->event_count);
    for (int i = 0; i < model->event_count; i++) {
        write_text(out, model->events[i].name);
        write_arguments(model->events[i].arguments, model->events[i].argument_count, out);
    }
    buffer_varint(out, (uint64_t)model->command_count);
    for (int i = 0; i < model->command_count; i++) {
        const struct command_spec *command = &model->commands[i];
        write_text(out, command->name);
        write_text(out, command->title);
        buffer_zigzag(out, command->timeout_us);
        write_arguments(command->arguments, command->argument_count, out);
    }
}

static void read_events(struct model *model, struct reader *in) {
    for (int count = read_count(in); count > 0 && !in->is_bad; count--) {
        struct event_spec *event = model_add_event(model, "");
        read_owned(in, &event->name);
        read_arguments(&event->arguments, &event->argument_count, in);
    }
    for (int count = read_count(in); count > 0 && !in->is_bad; count--) {
        struct command_spec *command = model_add_command(model, "");
        read_owned(in, &command->name);
        read_owned(in, &command->title);
        command->timeout_us = read_zigzag(in);
        read_arguments(&command->arguments, &command->argument_count, in);
    }
}

static void write_aggregates(const struct model *model, struct buffer *out) {
    buffer_varint(out, (uint64_t)model->aggregate_count);
    for (int i = 0; i < model->aggregate_count; i++) {
        const struct aggregate_spec *aggregate = &model->aggregates[i];
        buffer_zigzag(out, aggregate->field);
        buffer_byte(out, (uint8_t)aggregate->kind);
        buffer_byte(out, aggregate->is_outgoing);
        write_text(out, aggregate->relationship);
        write_text(out, aggregate->of);
    }
}

static void read_aggregates(struct model *model, struct reader *in) {
    for (int count = read_count(in); count > 0 && !in->is_bad; count--) {
        int field = read_index(in, model->field_count);
        if (field == NONE) in->is_bad = 1;
        if (in->is_bad) return;
        struct aggregate_spec *aggregate = model_add_aggregate(model, field);
        aggregate->kind = read_byte(in) % (AGGREGATE_WORST + 1);
        aggregate->is_outgoing = read_byte(in);
        read_owned(in, &aggregate->relationship);
        read_owned(in, &aggregate->of);
    }
}

static void write_relations(const struct model *model, struct buffer *out) {
    buffer_varint(out, (uint64_t)model->relationship_count);
    for (int i = 0; i < model->relationship_count; i++) {
        write_text(out, model->relationships[i].name);
        write_text(out, model->relationships[i].target);
    }
    buffer_varint(out, (uint64_t)model->part_count);
    for (int i = 0; i < model->part_count; i++) {
        write_text(out, model->parts[i].name);
        write_text(out, model->parts[i].model);
    }
}

static void read_relations(struct model *model, struct reader *in) {
    for (int count = read_count(in); count > 0 && !in->is_bad; count--) {
        struct relationship_spec *relationship = model_add_relationship(model, "");
        read_owned(in, &relationship->name);
        read_owned(in, &relationship->target);
    }
    for (int count = read_count(in); count > 0 && !in->is_bad; count--) {
        struct part_spec *part = model_add_part(model, "");
        read_owned(in, &part->name);
        read_owned(in, &part->model);
    }
}

static void write_predictions(const struct model *model, struct buffer *out) {
    buffer_varint(out, (uint64_t)model->prediction_count);
    for (int i = 0; i < model->prediction_count; i++) {
        const struct prediction_spec *prediction = &model->predictions[i];
        write_text(out, prediction->name);
        write_text(out, prediction->unit);
        buffer_zigzag(out, prediction->every_us);
        buffer_double(out, prediction->band);
        buffer_zigzag(out, prediction->field);
        buffer_byte(out, (uint8_t)(prediction->has_limit | prediction->is_above << 1));
        buffer_zigzag(out, prediction->limit_field);
        buffer_double(out, prediction->limit);
        buffer_zigzag(out, prediction->horizon_us);
        buffer_varint(out, (uint64_t)prediction->need_count);
        for (int j = 0; j < prediction->need_count; j++)
            buffer_zigzag(out, prediction->needs[j]);
    }
}

static void read_predictions(struct model *model, struct reader *in) {
    for (int count = read_count(in); count > 0 && !in->is_bad; count--) {
        struct prediction_spec *prediction = model_add_prediction(model, "");
        read_owned(in, &prediction->name);
        read_owned(in, &prediction->unit);
        prediction->every_us = read_zigzag(in);
        prediction->band = read_double(in);
        prediction->field = read_index(in, model->field_count);
        uint8_t flags = read_byte(in);
        prediction->has_limit = flags & 1;
        prediction->is_above = flags >> 1 & 1;
        prediction->limit_field = read_index(in, model->field_count);
        prediction->limit = read_double(in);
        prediction->horizon_us = read_zigzag(in);
        prediction->need_count = read_count(in);
        prediction->needs = xcalloc((size_t)prediction->need_count + 1, sizeof *prediction->needs);
        for (int i = 0; i < prediction->need_count; i++)
            prediction->needs[i] = read_index(in, model->window_count);
    }
}

void model_encode(const struct model *model, struct buffer *out) {
    buffer_byte(out, MODEL_FORMAT);
    write_text(out, model->name);
    write_text(out, model->title);
    write_text(out, model->extends);
    write_text(out, model->match);
    buffer_byte(out, (uint8_t)model->level);
    buffer_byte(out, model->auto_create);
    write_fields(model, out);
    write_alarms(model, out);
    estimators_encode(model, out);
    write_windows(model, out);
    write_sensors(model, out);
    write_events(model, out);
    write_aggregates(model, out);
    process_encode(model->process, out);
    write_relations(model, out);
    write_predictions(model, out);
    autonomy_spec_encode(model->autonomy, out);
}

struct model *model_decode(struct reader *in, struct err *err) {
    uint8_t format = read_byte(in);
    if (format != MODEL_FORMAT) {
        err_set(err, ERR_INTERNAL, "a stored model has format %d, this build reads %d", format,
                MODEL_FORMAT);
        return NULL;
    }
    struct model *model = model_new("");
    read_owned(in, &model->name);
    read_owned(in, &model->title);
    read_owned(in, &model->extends);
    read_owned(in, &model->match);
    model->level = read_byte(in) % (LEVEL_PROCESS + 1);
    model->auto_create = read_byte(in);
    read_fields(model, in);
    read_alarms(model, in);
    estimators_decode(model, in);
    read_windows(model, in);
    read_sensors(model, in);
    read_events(model, in);
    read_aggregates(model, in);
    process_decode(model, in);
    read_relations(model, in);
    read_predictions(model, in);
    autonomy_spec_decode(model, in);
    if (in->is_bad) {
        err_set(err, ERR_INTERNAL, "the stored model '%s' is cut short or damaged", model->name);
        model_free(model);
        return NULL;
    }
    model_finish(model);
    return model;
}
