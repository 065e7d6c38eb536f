// Applying, and taking back. An undo keeps the old content of one place: a slot (whose text it then
// owns), an alarm, an estimator, or the list of script timers.

#include "twin/change.h"

#include "base/err.h"
#include "base/memory.h"
#include "twin/location.h"
#include "twin/silence.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct undo {
    enum change_kind kind;
    int index;
    uint32_t command; // its id
    struct slot slot;
    struct alarm alarm;
    void *estimator;             // region
    struct script_timer *timers; // heap, given back to the twin
    uint32_t timer_count;
};

static void undo_keep(struct changes *changes, const struct change *change);
static struct change *find_set(struct changes *changes, int index);

void changes_init(struct changes *changes, struct world *world, struct region *region) {
    *changes = (struct changes){.world = world, .region = region};
}

// Frees what undo entries own; after a drop they own nothing.
static void undo_forget(struct changes *changes) {
    for (int i = 0; i < changes->undo_count; i++) {
        struct undo *undo = &changes->undo[i];
        if (value_has_bytes(undo->slot.type)) slot_clear(&undo->slot);
        for (uint32_t j = 0; j < undo->timer_count; j++)
            free(undo->timers[j].name);
        free(undo->timers);
    }
    changes->undo_count = 0;
}

void changes_fini(struct changes *changes) {
    undo_forget(changes);
    free(changes->list);
    free(changes->undo);
}

void changes_begin(struct changes *changes, struct twin *twin, uint64_t rev, int64_t now) {
    undo_forget(changes);
    changes->twin = twin;
    changes->rev = rev;
    changes->now = changes->measured = now;
    changes->count = 0;
    changes->input_count = 0;
    changes->is_marked = false;
}

void changes_add(struct changes *changes, const struct change *change) {
    if (changes->is_marked) {
        struct change *same = change->kind == CHANGE_SET ? find_set(changes, change->index) : NULL;
        if (same) {
            *same = *change;
            change_apply(changes->world, &changes->twin, change, changes->rev);
            return;
        }
        undo_keep(changes, change);
    }
    if (changes->count == changes->capacity) {
        changes->capacity = changes->capacity ? changes->capacity * 2 : 16;
        changes->list = xrealloc(changes->list, sizeof *changes->list * (size_t)changes->capacity);
    }
    changes->list[changes->count++] = *change;
    change_apply(changes->world, &changes->twin, change, changes->rev);
}

void changes_mark(struct changes *changes) {
    changes->is_marked = true;
    changes->input_count = changes->count;
}

void changes_drop(struct changes *changes) {
    struct twin *twin = changes->twin;
    for (int i = changes->undo_count; i-- > 0;) {
        struct undo *undo = &changes->undo[i];
        switch (undo->kind) {
        case CHANGE_SET:
            slot_clear(&twin->slots[undo->index]);
            twin->slots[undo->index] = undo->slot;
            break;
        case CHANGE_ALARM:
            twin->alarms[undo->index] = undo->alarm;
            break;
        case CHANGE_ESTIMATE:
            memcpy(twin_estimator(twin, undo->index), undo->estimator,
                   estimator_size(&twin->model->estimators[undo->index].as));
            break;
        case CHANGE_TIMER:
            for (uint32_t j = 0; j < twin->timer_count; j++)
                free(twin->timers[j].name);
            free(twin->timers);
            twin->timers = undo->timers;
            twin->timer_count = undo->timer_count;
            break;
        case CHANGE_COMMAND: // a behaviour only queues them
            twin_forget_command(twin, twin->command_count - 1);
            twin->command_id = undo->command - 1;
            break;
        default:
            break;
        }
    }
    changes->undo_count = 0;
    changes->count = changes->input_count;
}

bool changes_check(const struct field *field, struct value value, struct err *err) {
    if (field->kind == FIELD_TELEMETRY || field->kind == FIELD_REPORTED)
        return err_set(err, ERR_FORBIDDEN, "%s %s comes from the device and cannot be set",
                       field_kind_name(field->kind), field->name);
    return changes_fit(field, value, err);
}

bool changes_fit(const struct field *field, struct value value, struct err *err) {
    const char *kind = field_kind_name(field->kind);
    if (value.type == VALUE_NONE) return true;
    if (value.type != field->type)
        return err_set(err, ERR_INVALID, "%s %s takes a %s, not a %s", kind, field->name,
                       value_type_name(field->type), value_type_name(value.type));
    if (value.type == VALUE_TEXT && value.length > VALUE_TEXT_MAX)
        return err_set(err, ERR_INVALID, "%s %s is a text of %u bytes, the limit is %d", kind,
                       field->name, value.length, VALUE_TEXT_MAX);
    if (value.type == VALUE_LOCATION) {
        char what[FIELD_NAME_MAX + 16];
        snprintf(what, sizeof what, "%s %s", kind, field->name);
        return location_check(value.location, what, err);
    }
    if (value.type != VALUE_NUMBER) return true;
    if (!isfinite(value.number))
        return err_set(err, ERR_INVALID, "%s %s cannot be set to %g: not a finite number", kind,
                       field->name, value.number);
    bool is_limited = field->kind != FIELD_DERIVED && field->kind != FIELD_STATE;
    if (is_limited && field->has_range && (value.number < field->low || value.number > field->high))
        return err_set(err, ERR_INVALID, "%s %s cannot be %g: its range is %g to %g %s", kind,
                       field->name, value.number, field->low, field->high, field->unit);
    return true;
}

bool changes_set(struct changes *changes, int field, struct value value, struct err *err) {
    if (!changes_check(&changes->twin->model->fields[field], value, err)) return false;
    const struct slot before = changes->twin->slots[field];
    bool has_totals = changes->twin->model->watchers[field].total_count > 0;
    // A run time also counts while nothing changes.
    if (!has_totals && value_equal(slot_value(&before), value)) return true;
    if (value_has_bytes(value.type))
        value.text = region_copy(changes->region, value.text, value.length);
    changes_add(changes, &(struct change){.kind = CHANGE_SET,
                                          .index = (uint16_t)field,
                                          .at = changes->now,
                                          .value = value});
    if (has_totals) totals_add(changes, field, &before);
    return true;
}

static enum quality judge(const struct twin *twin, int field, double value, int64_t at,
                          bool is_late) {
    const struct field *spec = &twin->model->fields[field];
    if (!field_is_in_range(spec, value)) return QUALITY_BAD;
    if (spec->sensor == NONE || is_late) return QUALITY_GOOD;
    switch (sensor_judge(twin_sensor(twin, spec->sensor), &twin->model->sensors[spec->sensor].spec,
                         value, at)) {
    case SENSOR_SPIKE:
        return QUALITY_BAD;
    case SENSOR_FAST:
    case SENSOR_STUCK:
        return QUALITY_UNCERTAIN;
    case SENSOR_GOOD:
        break;
    }
    return QUALITY_GOOD;
}

bool changes_sample(struct changes *changes, int field, struct value value, int64_t at,
                    enum quality *quality) {
    const struct twin *twin = changes->twin;
    const struct field *spec = &twin->model->fields[field];
    const struct slot *shown = twin_shown(twin, field);
    const struct slot before = twin->slots[field];
    struct change change = {.kind = CHANGE_SAMPLE, .index = (uint16_t)field, .at = at};
    bool is_awaited = silence_is_watched(twin->model, field);
    change.raw = value.number;
    change.received = is_awaited ? changes->now : at;
    if (value.type == VALUE_NUMBER) value.number = value.number * spec->gain + spec->offset;
    change.value = value;
    change.is_late = shown->type != VALUE_NONE && at < shown->at;
    change.is_edge = is_awaited && !change.is_late &&
                     (shown->type == VALUE_NONE || shown->quality == QUALITY_STALE);
    change.quality = QUALITY_GOOD;
    if (value.type == VALUE_NUMBER)
        change.quality = judge(twin, field, value.number, at, change.is_late);
    changes_add(changes, &change);
    *quality = change.quality;
    if (change.is_late || change.quality == QUALITY_BAD) return false;
    if (twin->model->watchers[field].total_count > 0) totals_add(changes, field, &before);
    return true;
}

// Whether it may be fed with the values of its fields: all are there, and of several fields that
// came in one message the first one has not done it yet.
static bool is_ready(const struct changes *changes, int estimator) {
    const struct estimator_spec *spec = &changes->twin->model->estimators[estimator];
    for (int i = 0; i < spec->field_count; i++)
        if (changes->twin->slots[spec->fields[i]].type != VALUE_NUMBER) return false;
    for (int i = 0; i < changes->count && spec->field_count > 1; i++)
        if (changes->list[i].kind == CHANGE_ESTIMATE && changes->list[i].index == estimator)
            return false;
    return true;
}

void changes_estimate(struct changes *changes, int field, int64_t at) {
    const struct twin *twin = changes->twin;
    const struct field_watchers *watchers = &twin->model->watchers[field];
    for (int i = 0; i < watchers->estimator_count; i++) {
        int estimator = watchers->estimators[i];
        const struct estimator_spec *spec = &twin->model->estimators[estimator];
        if (!is_ready(changes, estimator)) continue;
        for (int j = 0; j < spec->field_count; j++)
            changes_add(changes,
                        &(struct change){.kind = CHANGE_ESTIMATE,
                                         .index = (uint16_t)estimator,
                                         .at = at,
                                         .value = slot_value(&twin->slots[spec->fields[j]])});
    }
}

static void undo_keep(struct changes *changes, const struct change *change) {
    struct twin *twin = changes->twin;
    struct undo undo = {.kind = change->kind, .index = change->index};
    switch (undo.kind) {
    case CHANGE_SET: // takes the old text over; the slot is set anew right after
        undo.slot = twin->slots[change->index];
        if (value_has_bytes(undo.slot.type)) twin->slots[change->index] = (struct slot){0};
        break;
    case CHANGE_ALARM:
        undo.alarm = twin->alarms[change->index];
        break;
    case CHANGE_ESTIMATE: // once is enough, and it may be large
        for (int i = 0; i < changes->undo_count; i++)
            if (changes->undo[i].kind == CHANGE_ESTIMATE && changes->undo[i].index == change->index)
                return;
        undo.estimator = region_copy(changes->region, twin_estimator(twin, change->index),
                                     estimator_size(&twin->model->estimators[change->index].as));
        break;
    case CHANGE_TIMER:
        undo.timer_count = twin->timer_count;
        undo.timers = xmalloc(sizeof *undo.timers * (twin->timer_count + 1));
        for (uint32_t i = 0; i < twin->timer_count; i++)
            undo.timers[i] =
                (struct script_timer){xstrdup(twin->timers[i].name), twin->timers[i].due};
        break;
    case CHANGE_COMMAND:
        undo.command = change->other;
        break;
    case CHANGE_EVENT:
    case CHANGE_FAILED:     // noted after the drop, never taken back
    case CHANGE_QUARANTINE: // likewise
        return;
    default:
        assert(!"a behaviour cannot make this change");
    }
    if (changes->undo_count == changes->undo_capacity) {
        changes->undo_capacity = changes->undo_capacity ? changes->undo_capacity * 2 : 16;
        changes->undo =
            xrealloc(changes->undo, sizeof *changes->undo * (size_t)changes->undo_capacity);
    }
    changes->undo[changes->undo_count++] = undo;
}

static struct change *find_set(struct changes *changes, int index) {
    for (int i = changes->input_count; i < changes->count; i++)
        if (changes->list[i].kind == CHANGE_SET && changes->list[i].index == index)
            return &changes->list[i];
    return NULL;
}
