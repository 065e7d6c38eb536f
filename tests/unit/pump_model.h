// A small pump and tank for tests, made through the adders as script/lua_model.c makes them.

#ifndef PUMP_MODEL_H
#define PUMP_MODEL_H

#include "base/memory.h"
#include "predict/ewma.h"
#include "predict/ring.h"
#include "twin/model.h"

#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000)

static inline void set_text(char **place, const char *text) {
    free(*place);
    *place = xstrdup(text);
}

static inline void add_pump_alarm(struct model *model) {
    struct alarm_spec *alarm = model_add_alarm(model, "overheating");
    alarm->severity = SEVERITY_CRITICAL;
    alarm->field = 0; // temperature, by order of adding
    alarm->is_above = true;
    alarm->limit_field = 3; // hot
    alarm->deadband = 10;
    alarm->delay_us = 30 * SECOND;
    set_text(&alarm->text, "{temperature} Cel");
    alarm = model_add_alarm(model, "shaking");
    alarm->field = 1; // vibration
    alarm->is_above = true;
    alarm->limit = 7.1;
}

static inline struct model *new_pump_model(void) {
    struct model *model = model_new("pump");
    set_text(&model->match, "pump-*");
    struct field *field = model_add_field(model, FIELD_TELEMETRY, "temperature");
    set_text(&field->unit, "Cel");
    field->has_range = true;
    field->low = -20, field->high = 150;
    field = model_add_field(model, FIELD_TELEMETRY, "vibration");
    set_text(&field->unit, "mm/s");
    field = model_add_field(model, FIELD_REPORTED, "speed");
    field->is_writable = true;
    field = model_add_field(model, FIELD_PARAMETER, "hot");
    field->default_value = value_number(90);
    field->has_range = true;
    field->low = 40, field->high = 150;
    field = model_add_field(model, FIELD_DESIRED, "speed");
    field->has_range = true;
    field->low = 0, field->high = 3600;
    model_add_field(model, FIELD_DERIVED, "health");
    model_add_field(model, FIELD_STATE, "note")->type = VALUE_TEXT;
    add_pump_alarm(model);
    struct estimator_spec *estimator = model_add_estimator(model, "wear", &ewma_kind);
    estimator->as.settings[0] = 600;
    estimator->fields[estimator->field_count++] = 1;
    estimator = model_add_estimator(model, "last", &ring_kind);
    estimator->as.settings[0] = 4;
    estimator->fields[estimator->field_count++] = 0;
    struct prediction_spec *prediction = model_add_prediction(model, "bearing_wear");
    prediction->every_us = 10 * SECOND;
    prediction->field = 1;
    prediction->has_limit = prediction->is_above = true;
    prediction->limit = 7.1;
    prediction->needs = xcalloc(1, sizeof *prediction->needs);
    prediction->needs[0] = model_need_window(model, 1, 3600 * SECOND);
    prediction->need_count = 1;
    set_text(&model_add_relationship(model, "feeds")->target, "tank");
    struct event_spec *event = model_add_event(model, "slow_down");
    struct argument_spec *by = model_add_argument(&event->arguments, &event->argument_count, "by");
    set_text(&by->unit, "%");
    model_finish(model);
    return model;
}

static inline struct model *new_tank_model(void) {
    struct model *model = model_new("tank");
    set_text(&model->match, "tank-*");
    model_add_field(model, FIELD_TELEMETRY, "level");
    model_finish(model);
    return model;
}

static inline int field_of(const struct model *model, enum field_kind kind, const char *name) {
    return model_field(model, kind, name, strlen(name));
}

#endif
