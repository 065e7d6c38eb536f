// Lists that grow while a model is read, then an index over them.
//
// The index is one open-addressed table of field numbers by (kind, name). Adders hand out field
// numbers in the order of adding; model_finish sorts by kind and renumbers whoever refers to them.

#include "twin/model.h"

#include "base/hash.h"
#include "base/memory.h"
#include "predict/estimator.h"
#include "twin/model_codec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct name_index {
    uint32_t mask;
    int32_t places[]; // field number or NONE
};

static void *list_add(void *list, int *count, size_t size);
static void sort_fields(struct model *model);
static void build_index(struct model *model);
static void build_watchers(struct model *model);

struct model *model_new(const char *name) {
    struct model *model = xcalloc(1, sizeof *model);
    model->name = xstrdup(name);
    model->title = xstrdup(name);
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
        if (field->default_value.type == VALUE_TEXT) free((char *)field->default_value.text);
    }
    for (int i = 0; i < model->alarm_count; i++) {
        free(model->alarms[i].name);
        free(model->alarms[i].text);
        free(model->alarms[i].advice);
    }
    for (int i = 0; i < model->estimator_count; i++)
        free(model->estimators[i].name);
    for (int i = 0; i < model->event_count; i++) {
        struct event_spec *event = &model->events[i];
        for (int j = 0; j < event->argument_count; j++) {
            free(event->arguments[j].name);
            free(event->arguments[j].unit);
        }
        free(event->arguments);
        free(event->name);
    }
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
    free(model->events);
    free(model->relationships);
    free(model->parts);
    free(model->predictions);
    free(model->index);
    free(model->watchers);
    free(model->watcher_pool);
    free(model->name);
    free(model->title);
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
                                 .text = xstrdup(""),
                                 .advice = xstrdup("")};
    return alarm;
}

struct estimator_spec *model_add_estimator(struct model *model, const char *name) {
    model->estimators =
        list_add(model->estimators, &model->estimator_count, sizeof *model->estimators);
    struct estimator_spec *estimator = &model->estimators[model->estimator_count - 1];
    *estimator = (struct estimator_spec){.name = xstrdup(name), .field = NONE};
    return estimator;
}

struct event_spec *model_add_event(struct model *model, const char *name) {
    model->events = list_add(model->events, &model->event_count, sizeof *model->events);
    struct event_spec *event = &model->events[model->event_count - 1];
    *event = (struct event_spec){.name = xstrdup(name)};
    return event;
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

void model_finish(struct model *model) {
    sort_fields(model);
    for (int i = 0; i < model->window_count; i++)
        model->fields[model->windows[i].field].window = i;
    build_index(model);
    for (int i = 0; i < model->field_count; i++) {
        struct field *field = &model->fields[i];
        if (field->kind != FIELD_DESIRED) continue;
        field->pair = model_field(model, FIELD_REPORTED, field->name, strlen(field->name));
        if (field->pair != NONE) model->fields[field->pair].pair = i;
    }
    model->estimator_bytes = 0;
    for (int i = 0; i < model->estimator_count; i++) {
        struct estimator_spec *estimator = &model->estimators[i];
        estimator->offset = model->estimator_bytes;
        model->estimator_bytes += estimator->kind == ESTIMATOR_RING ? ring_size(estimator->capacity)
                                                                    : sizeof(struct ewma);
    }
    build_watchers(model);
    struct buffer bytes = {0};
    model_encode(model, &bytes);
    model->layout = hash64(0, bytes.bytes, bytes.length);
    buffer_fini(&bytes);
}

static uint32_t name_hash(enum field_kind kind, const char *name, size_t length) {
    return (uint32_t)hash64(kind, name, length);
}

int model_field(const struct model *model, enum field_kind kind, const char *name, size_t length) {
    const struct name_index *index = model->index;
    for (uint32_t at = name_hash(kind, name, length);; at++) {
        int32_t place = index->places[at & index->mask];
        if (place == NONE) return NONE;
        const struct field *field = &model->fields[place];
        if (field->kind == kind && strncmp(field->name, name, length) == 0 &&
            field->name[length] == 0)
            return place;
    }
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

static void renumber(int *field, const int *places) {
    if (*field != NONE) *field = places[*field];
}

// By kind, in the order of adding within a kind.
static void sort_fields(struct model *model) {
    int count = model->field_count;
    if (count == 0) return;
    struct field *sorted = xmalloc(sizeof *sorted * (size_t)count);
    int *places = xmalloc(sizeof *places * (size_t)count);
    int next = 0;
    for (int kind = FIELD_PARAMETER; kind <= FIELD_STATE; kind++) {
        for (int i = 0; i < count; i++) {
            if ((int)model->fields[i].kind != kind) continue;
            places[i] = next;
            sorted[next++] = model->fields[i];
        }
    }
    free(model->fields);
    model->fields = sorted;
    for (int i = 0; i < model->alarm_count; i++) {
        renumber(&model->alarms[i].field, places);
        renumber(&model->alarms[i].limit_field, places);
    }
    for (int i = 0; i < model->estimator_count; i++)
        renumber(&model->estimators[i].field, places);
    for (int i = 0; i < model->window_count; i++)
        renumber(&model->windows[i].field, places);
    for (int i = 0; i < model->prediction_count; i++) {
        renumber(&model->predictions[i].field, places);
        renumber(&model->predictions[i].limit_field, places);
    }
    free(places);
}

static void build_index(struct model *model) {
    uint32_t size = 8;
    while (size < (uint32_t)model->field_count * 2 + 2)
        size *= 2;
    model->index = xmalloc(sizeof *model->index + size * sizeof *model->index->places);
    model->index->mask = size - 1;
    for (uint32_t i = 0; i < size; i++)
        model->index->places[i] = NONE;
    for (int i = 0; i < model->field_count; i++) {
        struct field *field = &model->fields[i];
        uint32_t at = name_hash(field->kind, field->name, strlen(field->name));
        while (model->index->places[at & model->index->mask] != NONE)
            at++;
        model->index->places[at & model->index->mask] = i;
    }
}

static void build_watchers(struct model *model) {
    // An alarm is listed at most twice (field, limit), an estimator once.
    size_t most = (size_t)(2 * model->alarm_count + model->estimator_count);
    int *pool = model->watcher_pool = xmalloc(sizeof *pool * (most + 1));
    model->watchers = xcalloc((size_t)model->field_count + 1, sizeof *model->watchers);
    for (int i = 0; i < model->field_count; i++) {
        struct field_watchers *watchers = &model->watchers[i];
        watchers->alarms = pool;
        for (int j = 0; j < model->alarm_count; j++)
            if (model->alarms[j].field == i || model->alarms[j].limit_field == i) *pool++ = j;
        watchers->alarm_count = (int)(pool - watchers->alarms);
        watchers->estimators = pool;
        for (int j = 0; j < model->estimator_count; j++)
            if (model->estimators[j].field == i) *pool++ = j;
        watchers->estimator_count = (int)(pool - watchers->estimators);
    }
    assert(pool <= model->watcher_pool + most);
}
