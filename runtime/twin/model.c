// Lists that grow while a model is read, and finding in them by name. model_finish.c makes the
// rest.

#include "twin/model.h"

#include "base/memory.h"
#include "twin/autonomy_spec.h"
#include "twin/process_spec.h"

#include <stdlib.h>
#include <string.h>

static void *list_add(void *list, int *count, size_t size);
static void free_arguments(struct argument_spec *arguments, int count);

struct model *model_new(const char *name) {
    struct model *model = xcalloc(1, sizeof *model);
    model->name = xstrdup(name);
    model->title = xstrdup(name);
    model->extends = xstrdup("");
    model->match = xstrdup("");
    model->level = LEVEL_ASSET;
    model->auto_create = true;
    return model;
}

void model_free(struct model *model) {
    if (!model) return;
    for (int i = 0; i < model->field_count; i++) {
        struct field *field = &model->fields[i];
        free(field->name);
        free(field->unit);
        free(field->title);
        if (value_has_bytes(field->default_value.type)) free((char *)field->default_value.text);
    }
    for (int i = 0; i < model->alarm_count; i++) {
        free(model->alarms[i].name);
        free(model->alarms[i].predicted);
        free(model->alarms[i].text);
        free(model->alarms[i].advice);
    }
    for (int i = 0; i < model->estimator_count; i++)
        free(model->estimators[i].name);
    for (int i = 0; i < model->event_count; i++) {
        free_arguments(model->events[i].arguments, model->events[i].argument_count);
        free(model->events[i].name);
    }
    for (int i = 0; i < model->command_count; i++) {
        free_arguments(model->commands[i].arguments, model->commands[i].argument_count);
        free(model->commands[i].name);
        free(model->commands[i].title);
    }
    for (int i = 0; i < model->aggregate_count; i++) {
        free(model->aggregates[i].relationship);
        free(model->aggregates[i].of);
    }
    process_free(model->process);
    autonomy_spec_free(model->autonomy);
    for (int i = 0; i < model->relationship_count; i++) {
        free(model->relationships[i].name);
        free(model->relationships[i].target);
    }
    for (int i = 0; i < model->part_count; i++) {
        free(model->parts[i].name);
        free(model->parts[i].model);
    }
    for (int i = 0; i < model->prediction_count; i++) {
        free(model->predictions[i].name);
        free(model->predictions[i].unit);
        free(model->predictions[i].needs);
    }
    free(model->fields);
    free(model->alarms);
    free(model->estimators);
    free(model->windows);
    free(model->sensors);
    free(model->events);
    free(model->commands);
    free(model->aggregates);
    free(model->relationships);
    free(model->parts);
    free(model->predictions);
    free(model->index);
    free(model->watchers);
    free(model->watcher_pool);
    free(model->name);
    free(model->title);
    free(model->extends);
    free(model->match);
    free(model);
}

struct field *model_add_field(struct model *model, enum field_kind kind, const char *name) {
    model->fields = list_add(model->fields, &model->field_count, sizeof *model->fields);
    struct field *field = &model->fields[model->field_count - 1];
    *field = (struct field){.name = xstrdup(name),
                            .kind = kind,
                            .type = VALUE_NUMBER,
                            .unit = xstrdup(""),
                            .title = xstrdup(""),
                            .pair = NONE,
                            .window = NONE,
                            .sensor = NONE,
                            .of = NONE,
                            .gain = 1};
    return field;
}

struct alarm_spec *model_add_alarm(struct model *model, const char *name) {
    model->alarms = list_add(model->alarms, &model->alarm_count, sizeof *model->alarms);
    struct alarm_spec *alarm = &model->alarms[model->alarm_count - 1];
    *alarm = (struct alarm_spec){.name = xstrdup(name),
                                 .severity = SEVERITY_WARNING,
                                 .field = NONE,
                                 .limit_field = NONE,
                                 .predicted = xstrdup(""),
                                 .prediction = NONE,
                                 .text = xstrdup(""),
                                 .advice = xstrdup("")};
    return alarm;
}

struct estimator_spec *model_add_estimator(struct model *model, const char *name,
                                           const struct estimator_kind *kind) {
    model->estimators =
        list_add(model->estimators, &model->estimator_count, sizeof *model->estimators);
    struct estimator_spec *estimator = &model->estimators[model->estimator_count - 1];
    *estimator = (struct estimator_spec){.name = xstrdup(name), .as = {.kind = kind, .inputs = 1}};
    for (int i = 0; i < kind->setting_count; i++)
        estimator->as.settings[i] = kind->settings[i].otherwise;
    return estimator;
}

struct event_spec *model_add_event(struct model *model, const char *name) {
    model->events = list_add(model->events, &model->event_count, sizeof *model->events);
    struct event_spec *event = &model->events[model->event_count - 1];
    *event = (struct event_spec){.name = xstrdup(name)};
    return event;
}

struct command_spec *model_add_command(struct model *model, const char *name) {
    model->commands = list_add(model->commands, &model->command_count, sizeof *model->commands);
    struct command_spec *command = &model->commands[model->command_count - 1];
    *command = (struct command_spec){.name = xstrdup(name), .title = xstrdup("")};
    return command;
}

struct argument_spec *model_add_argument(struct argument_spec **list, int *count,
                                         const char *name) {
    *list = list_add(*list, count, sizeof **list);
    struct argument_spec *argument = &(*list)[*count - 1];
    *argument =
        (struct argument_spec){.name = xstrdup(name), .type = VALUE_NUMBER, .unit = xstrdup("")};
    return argument;
}

struct aggregate_spec *model_add_aggregate(struct model *model, int field) {
    model->aggregates =
        list_add(model->aggregates, &model->aggregate_count, sizeof *model->aggregates);
    struct aggregate_spec *aggregate = &model->aggregates[model->aggregate_count - 1];
    *aggregate =
        (struct aggregate_spec){.field = field, .relationship = xstrdup(""), .of = xstrdup("")};
    return aggregate;
}

struct sensor_place *model_add_sensor(struct model *model, int field) {
    model->sensors = list_add(model->sensors, &model->sensor_count, sizeof *model->sensors);
    struct sensor_place *sensor = &model->sensors[model->sensor_count - 1];
    *sensor = (struct sensor_place){.field = field};
    return sensor;
}

struct relationship_spec *model_add_relationship(struct model *model, const char *name) {
    model->relationships =
        list_add(model->relationships, &model->relationship_count, sizeof *model->relationships);
    struct relationship_spec *added = &model->relationships[model->relationship_count - 1];
    *added = (struct relationship_spec){.name = xstrdup(name), .target = xstrdup("")};
    return added;
}

struct part_spec *model_add_part(struct model *model, const char *name) {
    model->parts = list_add(model->parts, &model->part_count, sizeof *model->parts);
    struct part_spec *part = &model->parts[model->part_count - 1];
    *part = (struct part_spec){.name = xstrdup(name), .model = xstrdup("")};
    return part;
}

struct prediction_spec *model_add_prediction(struct model *model, const char *name) {
    model->predictions =
        list_add(model->predictions, &model->prediction_count, sizeof *model->predictions);
    struct prediction_spec *prediction = &model->predictions[model->prediction_count - 1];
    *prediction = (struct prediction_spec){.name = xstrdup(name),
                                           .unit = xstrdup(""),
                                           .band = 0.9,
                                           .field = NONE,
                                           .limit_field = NONE};
    return prediction;
}

int model_need_window(struct model *model, int field, int64_t span_us) {
    for (int i = 0; i < model->window_count; i++) {
        if (model->windows[i].field != field) continue;
        if (model->windows[i].span_us < span_us) model->windows[i].span_us = span_us;
        return i;
    }
    model->windows = list_add(model->windows, &model->window_count, sizeof *model->windows);
    model->windows[model->window_count - 1] = (struct window_spec){field, span_us};
    return model->window_count - 1;
}

int model_sample_field(const struct model *model, const char *name, size_t length) {
    int field = model_field(model, FIELD_TELEMETRY, name, length);
    return field != NONE ? field : model_field(model, FIELD_REPORTED, name, length);
}

static bool is_name(const char *have, const char *name, size_t length) {
    return strncmp(have, name, length) == 0 && have[length] == 0;
}

int model_alarm(const struct model *model, const char *name, size_t length) {
    for (int i = 0; i < model->alarm_count; i++)
        if (is_name(model->alarms[i].name, name, length)) return i;
    return NONE;
}

int model_event(const struct model *model, const char *name, size_t length) {
    for (int i = 0; i < model->event_count; i++)
        if (is_name(model->events[i].name, name, length)) return i;
    return NONE;
}

int model_command(const struct model *model, const char *name, size_t length) {
    for (int i = 0; i < model->command_count; i++)
        if (is_name(model->commands[i].name, name, length)) return i;
    return NONE;
}

int model_relationship(const struct model *model, const char *name, size_t length) {
    for (int i = 0; i < model->relationship_count; i++)
        if (is_name(model->relationships[i].name, name, length)) return i;
    return NONE;
}

int model_prediction(const struct model *model, const char *name, size_t length) {
    for (int i = 0; i < model->prediction_count; i++)
        if (is_name(model->predictions[i].name, name, length)) return i;
    return NONE;
}

int model_estimator(const struct model *model, const char *name, size_t length) {
    for (int i = 0; i < model->estimator_count; i++)
        if (is_name(model->estimators[i].name, name, length)) return i;
    return NONE;
}

const char *model_suggest_sample(const struct model *model, const char *name, size_t length) {
    struct suggestion suggestion = {.wanted = name, .length = length};
    for (int i = 0; i < model->field_count; i++)
        if (model->fields[i].kind == FIELD_TELEMETRY || model->fields[i].kind == FIELD_REPORTED)
            suggestion_try(&suggestion, model->fields[i].name);
    return suggestion.best;
}

const char *level_name(enum level level) {
    static const char *const names[] = {"component", "asset", "system", "process"};
    return names[level];
}

const char *severity_name(enum severity severity) {
    static const char *const names[] = {"none", "info", "warning", "critical"};
    return names[severity];
}

const char *field_kind_name(enum field_kind kind) {
    static const char *const names[] = {"parameter", "telemetry", "reported",
                                        "desired",   "derived",   "state"};
    return names[kind];
}

// Room for one more; capacity is the next power of two, so it needs no field of its own.
static void *list_add(void *list, int *count, size_t size) {
    int have = (*count)++;
    if (have == 0 || (have & (have - 1)) == 0)
        list = xrealloc(list, size * (size_t)(have ? have * 2 : 1));
    return list;
}

static void free_arguments(struct argument_spec *arguments, int count) {
    for (int i = 0; i < count; i++) {
        free(arguments[i].name);
        free(arguments[i].unit);
    }
    free(arguments);
}
