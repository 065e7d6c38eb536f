// A twin is three allocations: itself with its id, the block of its layout, and lists most twins do
// not have.

#include "twin/twin.h"

#include "base/memory.h"
#include "predict/sensor.h"
#include "predict/window.h"
#include "twin/layout.h"

#include <stdlib.h>
#include <string.h>

struct twin *twin_new(uint32_t number, const char *id, const struct model *model) {
    size_t id_size = strlen(id) + 1;
    struct twin *twin = xcalloc(1, sizeof *twin + id_size);
    twin->number = number;
    twin->id = memcpy(twin + 1, id, id_size);
    twin->attributes = xstrdup("{}");
    twin->heap_place = NONE;
    layout_init(twin, model);
    return twin;
}

void twin_free(struct twin *twin) {
    if (!twin) return;
    layout_fini(twin);
    for (uint32_t i = 0; i < twin->bad_count; i++)
        slot_clear(&twin->bads[i].slot);
    for (uint32_t i = 0; i < twin->timer_count; i++)
        free(twin->timers[i].name);
    while (twin->command_count > 0)
        twin_forget_command(twin, 0);
    free(twin->commands);
    if (twin->incident) free(twin->incident->text);
    free(twin->incident);
    free(twin->bads);
    free(twin->timers);
    free(twin->links);
    free(twin->attributes);
    free(twin);
}

struct twin *twin_copy(const struct twin *twin) {
    struct twin *copy = twin_new(twin->number, twin->id, twin->model);
    const struct model *model = twin->model;
    free(copy->attributes);
    copy->attributes = xstrdup(twin->attributes);
    copy->rev = twin->rev;
    copy->version = twin->version;
    copy->held = twin->held;
    copy->created_at = twin->created_at;
    copy->lifecycle = twin->lifecycle;
    for (int i = 0; i < model->field_count; i++) {
        const struct slot *slot = &twin->slots[i];
        if (slot->type != VALUE_NONE)
            slot_set(&copy->slots[i], slot_value(slot), slot->at, slot->quality, slot->rev);
    }
    if (twin->bad_count > 0) copy->bads = xcalloc(twin->bad_count, sizeof *copy->bads);
    for (uint32_t i = 0; i < twin->bad_count; i++) {
        const struct slot *slot = &twin->bads[i].slot;
        copy->bads[i].field = twin->bads[i].field;
        slot_set(&copy->bads[i].slot, slot_value(slot), slot->at, slot->quality, slot->rev);
    }
    copy->bad_count = twin->bad_count;
    memcpy(copy->alarms, twin->alarms, sizeof *twin->alarms * (size_t)model->alarm_count);
    memcpy(copy->forecasts, twin->forecasts,
           sizeof *twin->forecasts * (size_t)model->prediction_count);
    memcpy(copy->estimators, twin->estimators, model->estimator_bytes);
    memcpy(copy->sensors, twin->sensors, model->sensor_bytes);
    for (int i = 0; i < model->window_count; i++)
        if (twin->windows[i]) copy->windows[i] = window_copy(twin->windows[i]);
    return copy;
}

struct value twin_value(const struct twin *twin, int field) {
    const struct slot *slot = &twin->slots[field];
    if (slot->type == VALUE_NONE) return twin->model->fields[field].default_value;
    return slot_value(slot);
}

const struct slot *twin_shown(const struct twin *twin, int field) {
    for (uint32_t i = 0; i < twin->bad_count; i++)
        if (twin->bads[i].field == field) return &twin->bads[i].slot;
    return &twin->slots[field];
}

void *twin_estimator(const struct twin *twin, int estimator) {
    return twin->estimators + twin->model->estimators[estimator].offset;
}

struct sensor *twin_sensor(const struct twin *twin, int sensor) {
    return (struct sensor *)(twin->sensors + twin->model->sensors[sensor].offset);
}

struct command *twin_command(const struct twin *twin, uint32_t id) {
    for (uint32_t i = 0; i < twin->command_count; i++)
        if (twin->commands[i].id == id) return &twin->commands[i];
    return NULL;
}

void twin_forget_command(struct twin *twin, uint32_t place) {
    struct command *command = &twin->commands[place];
    for (int i = 0; i < command->argument_count; i++)
        value_drop(&command->arguments[i]);
    free(command->arguments);
    free(command->result);
    twin->command_count--;
    memmove(command, command + 1, sizeof *command * (twin->command_count - place));
}

bool command_is_open(const struct command *command) {
    return command->state == COMMAND_QUEUED || command->state == COMMAND_SENT;
}

const char *command_state_name(enum command_state state) {
    static const char *const names[] = {"none", "queued", "sent", "done", "failed", "timed_out"};
    return names[state];
}

const char *lifecycle_name(enum lifecycle lifecycle) {
    static const char *const names[] = {"in_service", "commissioning", "maintenance",
                                        "out_of_service"};
    return names[lifecycle];
}

bool twin_is_muted(const struct twin *twin) {
    return twin->lifecycle != LIFECYCLE_IN_SERVICE;
}

enum severity twin_severity(const struct twin *twin) {
    enum severity worst = 0;
    if (twin_is_muted(twin)) return worst;
    for (int i = 0; i < twin->model->alarm_count; i++)
        if (twin->alarms[i].state == ALARM_ACTIVE && twin->model->alarms[i].severity > worst)
            worst = twin->model->alarms[i].severity;
    return worst;
}

bool twin_limit(const struct twin *twin, int limit_field, double limit, double *out) {
    *out = limit;
    if (limit_field == NONE) return true;
    struct value value = twin_value(twin, limit_field);
    *out = value.number;
    return value.type == VALUE_NUMBER;
}

size_t twin_bytes(const struct twin *twin) {
    size_t bytes = sizeof *twin + strlen(twin->id) + 1 + strlen(twin->attributes) + 1 +
                   layout_bytes(twin->model);
    for (int i = 0; i < twin->model->field_count; i++)
        if (value_has_bytes(twin->slots[i].type)) bytes += slot_value(&twin->slots[i]).length + 9;
    for (int i = 0; i < twin->model->window_count; i++)
        if (twin->windows[i]) bytes += window_bytes(twin->windows[i]);
    for (uint32_t i = 0; i < twin->timer_count; i++)
        bytes += strlen(twin->timers[i].name) + 1;
    for (uint32_t i = 0; i < twin->command_count; i++)
        bytes += sizeof *twin->commands + strlen(twin->commands[i].result) + 1 +
                 (size_t)twin->commands[i].argument_count * sizeof(struct value);
    if (twin->incident) bytes += sizeof *twin->incident + strlen(twin->incident->text) + 1;
    return bytes + twin->link_count * sizeof *twin->links +
           twin->timer_count * sizeof *twin->timers + twin->bad_count * sizeof *twin->bads;
}
