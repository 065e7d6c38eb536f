// The last step of a model: sorted, indexed, known by its hash.
//
// The index is one open-addressed table of field numbers by (kind, name). Adders hand out field
// numbers in the order of adding; model_finish sorts by kind and renumbers whoever refers to them.

#include "base/hash.h"
#include "base/memory.h"
#include "twin/forecast.h"
#include "twin/model.h"
#include "twin/model_codec.h"
#include "twin/process_spec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct name_index {
    uint32_t mask;
    int32_t places[]; // field number or NONE
};

static void sort_fields(struct model *model);
static void build_index(struct model *model);
static void build_watchers(struct model *model);

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
        model->estimator_bytes += estimator_size(&estimator->as);
    }
    model->sensor_bytes = 0;
    for (int i = 0; i < model->sensor_count; i++) {
        struct sensor_place *sensor = &model->sensors[i];
        model->fields[sensor->field].sensor = i;
        sensor->offset = model->sensor_bytes;
        model->sensor_bytes += sensor_size(&sensor->spec);
    }
    for (int i = 0; i < model->prediction_count; i++)
        model->predictions[i].unit_us = forecast_unit_us(model->predictions[i].unit);
    for (int i = 0; i < model->alarm_count; i++) {
        const char *name = model->alarms[i].predicted;
        model->alarms[i].prediction = *name ? model_prediction(model, name, strlen(name)) : NONE;
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
    for (int i = 0; i < count; i++)
        renumber(&model->fields[i].of, places);
    for (int i = 0; i < model->sensor_count; i++)
        renumber(&model->sensors[i].field, places);
    for (int i = 0; i < model->aggregate_count; i++)
        renumber(&model->aggregates[i].field, places);
    for (int i = 0; i < model->alarm_count; i++) {
        renumber(&model->alarms[i].field, places);
        renumber(&model->alarms[i].limit_field, places);
    }
    for (int i = 0; i < model->estimator_count; i++)
        for (int j = 0; j < model->estimators[i].field_count; j++)
            renumber(&model->estimators[i].fields[j], places);
    for (int i = 0; i < model->window_count; i++)
        renumber(&model->windows[i].field, places);
    for (int i = 0; i < model->prediction_count; i++) {
        renumber(&model->predictions[i].field, places);
        renumber(&model->predictions[i].limit_field, places);
    }
    if (model->process) process_renumber(model->process, places);
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

// Whether a sample of `field` feeds the estimator: what is estimated comes last, and alone does.
static bool is_fed_by(const struct estimator_spec *estimator, int field) {
    bool is_by_target = estimator->as.kind->has_target && estimator->field_count > 0;
    int first = is_by_target ? estimator->field_count - 1 : 0;
    for (int i = first; i < estimator->field_count; i++)
        if (estimator->fields[i] == field) return true;
    return false;
}

static void build_watchers(struct model *model) {
    // An alarm is listed at most twice (field, limit), a total once.
    size_t most = (size_t)(2 * model->alarm_count + model->field_count);
    for (int i = 0; i < model->estimator_count; i++)
        most += (size_t)model->estimators[i].field_count;
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
            if (is_fed_by(&model->estimators[j], i)) *pool++ = j;
        watchers->estimator_count = (int)(pool - watchers->estimators);
        watchers->totals = pool;
        for (int j = 0; j < model->field_count; j++)
            if (model->fields[j].of == i) *pool++ = j;
        watchers->total_count = (int)(pool - watchers->totals);
    }
    assert(pool <= model->watcher_pool + most);
}
