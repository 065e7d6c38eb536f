// One calloc holds all lists, slots first because every turn reads them.

#include "twin/layout.h"

#include "base/memory.h"
#include "predict/window.h"
#include "twin/twin.h"

#include <stdlib.h>
#include <string.h>

size_t layout_bytes(const struct model *model) {
    return sizeof(struct slot) * (size_t)model->field_count +
           sizeof(struct alarm) * (size_t)model->alarm_count +
           sizeof(struct forecast) * (size_t)model->prediction_count +
           sizeof(struct window *) * (size_t)model->window_count + model->sensor_bytes +
           model->estimator_bytes;
}

void layout_init(struct twin *twin, const struct model *model) {
    uint8_t *at = xcalloc(1, layout_bytes(model) + 1);
    twin->model = model;
    twin->slots = (struct slot *)at;
    at += sizeof(struct slot) * (size_t)model->field_count;
    twin->alarms = (struct alarm *)at;
    at += sizeof(struct alarm) * (size_t)model->alarm_count;
    twin->forecasts = (struct forecast *)at;
    at += sizeof(struct forecast) * (size_t)model->prediction_count;
    twin->windows = (struct window **)at;
    at += sizeof(struct window *) * (size_t)model->window_count;
    twin->sensors = at; // aligned to 8 as everything before it
    at += model->sensor_bytes;
    twin->estimators = at;
    for (int i = 0; i < model->estimator_count; i++)
        estimator_begin(&model->estimators[i].as, twin_estimator(twin, i));
}

void layout_fini(struct twin *twin) {
    for (int i = 0; i < twin->model->field_count; i++)
        slot_clear(&twin->slots[i]);
    for (int i = 0; i < twin->model->window_count; i++)
        window_free(twin->windows[i]);
    free(twin->slots); // the whole block
    twin->slots = NULL;
}

// How a value of the field `from` is said in `to`: by another calibration, of the same raw value.
static void find_rescale(const struct field *from, const struct field *to, double *gain,
                         double *offset) {
    bool is_measured = from->kind == FIELD_TELEMETRY || from->kind == FIELD_REPORTED;
    bool is_same = !is_measured || (from->gain == to->gain && from->offset == to->offset);
    *gain = is_same ? 1 : to->gain / from->gain;
    *offset = is_same ? 0 : to->offset - from->offset * *gain;
}

static void recalibrate(struct slot *slot, const struct field *from, const struct field *to) {
    double gain, offset;
    find_rescale(from, to, &gain, &offset);
    if (slot->type == VALUE_NUMBER && (gain != 1 || offset != 0))
        slot->number = slot->number * gain + offset;
}

static void keep_slots(struct twin *to, struct twin *from) {
    for (int i = 0; i < to->model->field_count; i++) {
        const struct field *field = &to->model->fields[i];
        int old = model_field(from->model, field->kind, field->name, strlen(field->name));
        if (old == NONE || from->slots[old].type != field->type) continue;
        to->slots[i] = from->slots[old];
        from->slots[old] = (struct slot){0};
        recalibrate(&to->slots[i], &from->model->fields[old], field);
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < to->bad_count; i++) {
        const struct field *field = &from->model->fields[to->bads[i].field];
        int place = model_field(to->model, field->kind, field->name, strlen(field->name));
        if (place == NONE || to->model->fields[place].type != field->type) {
            slot_clear(&to->bads[i].slot);
            continue;
        }
        to->bads[kept] = to->bads[i];
        recalibrate(&to->bads[kept].slot, field, &to->model->fields[place]);
        to->bads[kept++].field = place;
    }
    to->bad_count = kept;
}

static void keep_windows(struct twin *to, struct twin *from) {
    for (int i = 0; i < to->model->window_count; i++) {
        const struct field *field = &to->model->fields[to->model->windows[i].field];
        int old = model_field(from->model, field->kind, field->name, strlen(field->name));
        int window = old == NONE ? NONE : from->model->fields[old].window;
        if (window == NONE) continue;
        to->windows[i] = from->windows[window];
        from->windows[window] = NULL;
    }
}

static void keep_estimators(struct twin *to, const struct twin *from) {
    for (int i = 0; i < to->model->estimator_count; i++) {
        const struct estimator_spec *spec = &to->model->estimators[i];
        int old = model_estimator(from->model, spec->name, strlen(spec->name));
        if (old != NONE)
            estimator_carry(&spec->as, twin_estimator(to, i), &from->model->estimators[old].as,
                            twin_estimator(from, old));
    }
}

// Of a window that has another length now, all but its values. A sensor that was not looked at
// before was heard when its newest sample was taken, as far as one can know. `from` has given its
// slots away.
static void keep_sensors(struct twin *to, const struct twin *from) {
    for (int i = 0; i < to->model->sensor_count; i++) {
        const struct sensor_place *place = &to->model->sensors[i];
        const struct field *field = &to->model->fields[place->field];
        int old = model_field(from->model, field->kind, field->name, strlen(field->name));
        if (old == NONE || from->model->fields[old].type != field->type) continue;
        int sensor = from->model->fields[old].sensor;
        if (sensor == NONE) {
            const struct slot *shown = twin_shown(to, place->field);
            if (shown->type != VALUE_NONE) twin_sensor(to, i)->heard = shown->at;
            continue;
        }
        bool has_window = from->model->sensors[sensor].spec.window == place->spec.window;
        memcpy(twin_sensor(to, i), twin_sensor(from, sensor),
               has_window ? sensor_size(&place->spec) : sizeof(struct sensor));
        if (!has_window) twin_sensor(to, i)->count = twin_sensor(to, i)->head = 0;
        double gain, offset;
        find_rescale(&from->model->fields[old], field, &gain, &offset);
        if (gain != 1 || offset != 0) sensor_rescale(twin_sensor(to, i), gain, offset);
    }
}

// By name and type, into the new order.
static void keep_arguments(struct command *command, const struct command_spec *from,
                           const struct command_spec *to) {
    struct value *kept = xcalloc((size_t)to->argument_count + 1, sizeof *kept);
    for (int i = 0; i < to->argument_count; i++)
        for (int j = 0; j < from->argument_count && j < command->argument_count; j++) {
            if (strcmp(from->arguments[j].name, to->arguments[i].name) != 0) continue;
            if (command->arguments[j].type != to->arguments[i].type) continue;
            kept[i] = command->arguments[j];
            command->arguments[j] = value_none();
        }
    for (int j = 0; j < command->argument_count; j++)
        value_drop(&command->arguments[j]);
    free(command->arguments);
    command->arguments = kept;
    command->argument_count = to->argument_count;
}

static void keep_commands(struct twin *twin, const struct model *from) {
    for (uint32_t i = twin->command_count; i-- > 0;) {
        const char *name = from->commands[twin->commands[i].index].name;
        int index = model_command(twin->model, name, strlen(name));
        if (index == NONE) {
            twin_forget_command(twin, i);
            continue;
        }
        keep_arguments(&twin->commands[i], &from->commands[twin->commands[i].index],
                       &twin->model->commands[index]);
        twin->commands[i].index = (uint16_t)index;
    }
}

void layout_change(struct twin *twin, const struct model *model) {
    struct twin old = *twin;
    layout_init(twin, model);
    keep_slots(twin, &old);
    keep_windows(twin, &old);
    keep_estimators(twin, &old);
    keep_sensors(twin, &old);
    keep_commands(twin, old.model);
    for (int i = 0; i < model->alarm_count; i++) {
        int place = model_alarm(old.model, model->alarms[i].name, strlen(model->alarms[i].name));
        if (place != NONE) twin->alarms[i] = old.alarms[place];
    }
    for (int i = 0; i < model->prediction_count; i++) {
        const char *name = model->predictions[i].name;
        int place = model_prediction(old.model, name, strlen(name));
        if (place != NONE) twin->forecasts[i] = old.forecasts[place];
    }
    layout_fini(&old);
}
