// What each kind of change does to its twin. Live turns and recovery both end here, so nothing in
// this file may depend on anything but the twin, the change and the rev.

#include "base/memory.h"
#include "predict/window.h"
#include "twin/change.h"
#include "twin/forecast.h"
#include "twin/twin_codec.h"
#include "twin/world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void apply_bad(struct twin *twin, const struct change *change, uint64_t rev) {
    uint32_t i = 0;
    while (i < twin->bad_count && twin->bads[i].field != change->index)
        i++;
    if (i == twin->bad_count) {
        twin->bads = xrealloc(twin->bads, sizeof *twin->bads * (twin->bad_count + 1));
        twin->bads[twin->bad_count++] = (struct bad_sample){.field = change->index};
    }
    slot_set(&twin->bads[i].slot, change->value, change->at, change->quality, rev);
}

static void forget_bad(struct twin *twin, int field) {
    for (uint32_t i = 0; i < twin->bad_count; i++) {
        if (twin->bads[i].field != field) continue;
        slot_clear(&twin->bads[i].slot);
        twin->bads[i] = twin->bads[--twin->bad_count];
        return;
    }
}

static void hear(struct twin *twin, const struct change *change) {
    const struct field *field = &twin->model->fields[change->index];
    if (field->sensor == NONE) return;
    struct sensor *sensor = twin_sensor(twin, field->sensor);
    if (change->value.type == VALUE_NUMBER && field_is_in_range(field, change->value.number))
        sensor_add(sensor, &twin->model->sensors[field->sensor].spec, change->value.number,
                   change->at, change->received, change->quality != QUALITY_BAD);
    else
        sensor->heard = change->received;
}

static void apply_sample(struct twin *twin, const struct change *change, uint64_t rev) {
    if (change->is_late) return;
    hear(twin, change);
    if (change->quality == QUALITY_BAD) {
        apply_bad(twin, change, rev);
        return;
    }
    forget_bad(twin, change->index);
    slot_set(&twin->slots[change->index], change->value, change->at, change->quality, rev);
    if (twin->model->prediction_count > 0) forecast_observe(twin, change->index, change->at);
    int window = twin->model->fields[change->index].window;
    if (window == NONE || change->value.type != VALUE_NUMBER) return;
    if (!twin->windows[window]) twin->windows[window] = window_new();
    window_add(twin->windows[window], twin->model->windows[window].span_us, change->value.number,
               change->at);
}

static void apply_timer(struct twin *twin, const struct change *change) {
    uint32_t i = 0;
    while (i < twin->timer_count &&
           !(strncmp(twin->timers[i].name, change->text.text, change->text.length) == 0 &&
             twin->timers[i].name[change->text.length] == 0))
        i++;
    if (change->at == 0) { // cancelled or fired
        if (i == twin->timer_count) return;
        free(twin->timers[i].name);
        twin->timer_count--;
        memmove(twin->timers + i, twin->timers + i + 1,
                sizeof *twin->timers * (twin->timer_count - i));
        return;
    }
    if (i == twin->timer_count) {
        twin->timers = xrealloc(twin->timers, sizeof *twin->timers * (twin->timer_count + 1));
        twin->timers[i].name = xstrndup(change->text.text, change->text.length);
        twin->timer_count++;
    }
    twin->timers[i].due = change->at;
}

// Forgets the one that ended first when more than COMMANDS_KEPT have. Here and not when one is
// queued, for a behaviour may queue and its changes may be dropped.
static void forget_ended(struct twin *twin) {
    uint32_t ended = 0, first = 0;
    for (uint32_t i = 0; i < twin->command_count; i++) {
        if (command_is_open(&twin->commands[i])) continue;
        if (ended++ == 0 || twin->commands[i].at < twin->commands[first].at) first = i;
    }
    if (ended > COMMANDS_KEPT) twin_forget_command(twin, first);
}

static void queue_command(struct twin *twin, const struct change *change, uint64_t rev) {
    twin->commands = xrealloc(twin->commands, sizeof *twin->commands * (twin->command_count + 1));
    struct command *command = &twin->commands[twin->command_count++];
    *command = (struct command){.id = change->other,
                                .index = change->index,
                                .state = COMMAND_QUEUED,
                                .queued_at = change->at,
                                .at = change->at,
                                .rev = rev,
                                .argument_count = (int)change->event.argument_count,
                                .result = xstrdup("")};
    command->arguments =
        xmalloc(sizeof *command->arguments * (size_t)(command->argument_count + 1));
    for (int i = 0; i < command->argument_count; i++)
        command->arguments[i] = value_keep(change->event.arguments[i]);
    twin->command_id = change->other;
}

static void apply_command(struct twin *twin, const struct change *change, uint64_t rev) {
    if (change->state == COMMAND_QUEUED) {
        queue_command(twin, change, rev);
        return;
    }
    struct command *command = twin_command(twin, change->other);
    if (!command) return; // of a model that had it, before the twin moved to another
    command->state = change->state;
    command->at = change->at;
    command->rev = rev;
    free(command->result);
    command->result = xstrndup(change->text.text, change->text.length);
    if (!command_is_open(command)) forget_ended(twin);
}

// A bad sample that is shown and the value that is kept behind it are of the same sensor.
static void note_quality(struct slot *slot, enum quality quality, uint64_t rev) {
    slot->quality = quality;
    slot->rev = rev & 0xffffffffffffu; // for whoever sends what has changed
}

static void apply_quality(struct twin *twin, const struct change *change, uint64_t rev) {
    for (uint32_t i = 0; i < twin->bad_count; i++)
        if (twin->bads[i].field == change->index)
            note_quality(&twin->bads[i].slot, change->quality, rev);
    note_quality(&twin->slots[change->index], change->quality, rev);
}

// What wears: script state, estimators, sensors, the recent past, forecasts, and what scripts and
// counters derived. What it reports is soon the new part's, its parameters stay.
// What had a value has the rev of its end, so that subscribers are told.
static void apply_reset(struct twin *twin, const struct change *change, uint64_t rev) {
    const struct model *model = twin->model;
    for (int i = 0; i < model->field_count; i++)
        if ((model->fields[i].kind == FIELD_STATE || model->fields[i].kind == FIELD_DERIVED) &&
            twin->slots[i].type != VALUE_NONE)
            slot_set(&twin->slots[i], value_none(), change->at, QUALITY_GOOD, rev);
    for (int i = 0; i < model->sensor_count; i++) { // but silence counts from the last sample on
        struct sensor *sensor = twin_sensor(twin, i);
        int64_t heard = sensor->heard;
        memset(sensor, 0, sensor_size(&model->sensors[i].spec));
        sensor->heard = heard;
    }
    for (int i = 0; i < model->estimator_count; i++)
        estimator_begin(&model->estimators[i].as, twin_estimator(twin, i));
    for (int i = 0; i < model->window_count; i++) {
        window_free(twin->windows[i]);
        twin->windows[i] = NULL;
    }
    for (int i = 0; i < model->prediction_count; i++)
        if (twin->forecasts[i].is_present)
            twin->forecasts[i] = (struct forecast){.at = change->at, .rev = rev};
}

static void apply_failed(struct twin *twin, const struct change *change, uint64_t rev) {
    struct incident *incident = twin->incident;
    bool is_again = incident && change->index == 1;
    if (!incident) incident = twin->incident = xcalloc(1, sizeof *incident);
    free(incident->text);
    incident->text = xstrndup(change->text.text, change->text.length);
    if (!is_again) incident->rev = rev;
    incident->version = change->version;
    if (!is_again) incident->layout = twin->model->layout;
    incident->at = change->at;
    incident->outcome = change->state;
}

static void apply_quarantine(struct twin *twin, const struct change *change) {
    if (!twin->incident) return;
    twin->incident->failures = change->other;
    twin->incident->until = change->at;
    if (change->other > 0) return;
    free(twin->incident->text);
    free(twin->incident);
    twin->incident = NULL;
}

// The history's part is the archivist's.
static void apply_amend(struct twin *twin, const struct change *change, uint64_t rev) {
    if (change->state != AMEND_CURRENT) return;
    if (change->quality == QUALITY_BAD) {
        apply_bad(twin, change, rev);
        return;
    }
    forget_bad(twin, change->index);
    slot_set(&twin->slots[change->index], change->value, change->at, change->quality, rev);
}

static void apply_create(struct world *world, struct twin **twin, const struct change *change) {
    const struct model *model = world_layout(world, change->layout);
    assert(model); // the log holds each layout before its first use
    char id[TWIN_ID_MAX + 1] = "";
    memcpy(id, change->text.text, change->text.length);
    *twin = twin_new(change->other, id, model);
    (*twin)->created_at = change->at;
    world_add(world, *twin);
}

void change_apply(struct world *world, struct twin **place, const struct change *change,
                  uint64_t rev) {
    struct twin *twin = *place, *other;
    switch ((enum change_kind)change->kind) {
    case CHANGE_CREATE:
        apply_create(world, place, change);
        break;
    case CHANGE_LAYOUT:
        world_relayout(world, twin, world_layout(world, change->layout));
        break;
    case CHANGE_RETIRE:
        world_remove(world, twin);
        *place = NULL;
        break;
    case CHANGE_SAMPLE:
        apply_sample(twin, change, rev);
        break;
    case CHANGE_SET:
        slot_set(&twin->slots[change->index], change->value, change->at, QUALITY_GOOD, rev);
        break;
    case CHANGE_ESTIMATE:
        estimator_add(&twin->model->estimators[change->index].as,
                      twin_estimator(twin, change->index), change->value.number, change->at);
        break;
    case CHANGE_ALARM:
        twin->alarms[change->index] = (struct alarm){.state = change->state,
                                                     .is_acked = change->is_acked,
                                                     .since = change->at,
                                                     .value = change->value.number,
                                                     .rev = rev};
        break;
    case CHANGE_FORECAST:
        forecast_apply(twin, change, rev);
        break;
    case CHANGE_TIMER:
        apply_timer(twin, change);
        break;
    case CHANGE_LINK:
        other = world_twin(world, change->other);
        if (other && change->state) world_link(world, twin, change->index, other);
        if (other && !change->state) world_unlink(world, twin, change->index, other);
        break;
    case CHANGE_ATTRIBUTES:
        free(twin->attributes);
        twin->attributes = xstrndup(change->text.text, change->text.length);
        break;
    case CHANGE_QUALITY:
        apply_quality(twin, change, rev);
        break;
    case CHANGE_COMMAND:
        apply_command(twin, change, rev);
        break;
    case CHANGE_LIFECYCLE:
        twin->lifecycle = change->state;
        for (int i = 0; i < twin->model->alarm_count; i++) // they call for somebody now, or no more
            if (twin->alarms[i].state == ALARM_ACTIVE) twin->alarms[i].rev = rev;
        break;
    case CHANGE_RESET:
        apply_reset(twin, change, rev);
        break;
    case CHANGE_FAILED:
        apply_failed(twin, change, rev);
        break;
    case CHANGE_QUARANTINE:
        apply_quarantine(twin, change);
        break;
    case CHANGE_HELD:
        twin->held = change->version;
        break;
    case CHANGE_AMEND:
        apply_amend(twin, change, rev);
        break;
    case CHANGE_MEMORY:
        twin_decode_memory(twin, change->text.text, change->text.length);
        break;
    case CHANGE_EVENT: // becomes a turn of the other twin
    case CHANGE_NOTE:
        break;
    }
}
