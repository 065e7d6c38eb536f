// An input that failed, run again. What the handlers get is the input's, what they see is the twin
// as it is now: samples are not applied a second time.

#include "base/err.h"
#include "turn/engine.h"

#include <string.h>

// The present index of what had this one in the layout of then; NONE when it is gone.
static int field_now(const struct model *then, const struct model *now, int index) {
    if (then == now) return index;
    const struct field *field = &then->fields[index];
    return model_field(now, field->kind, field->name, strlen(field->name));
}

static bool run_sample(struct engine *engine, const struct model *then,
                       const struct change *change) {
    int field = field_now(then, engine->changes.twin->model, change->index);
    if (field == NONE || change->is_late) return true;
    return turn_handler(
        engine,
        &(struct trigger){.kind = change->quality == QUALITY_BAD ? TRIGGER_BAD : TRIGGER_FIELD,
                          .index = field,
                          .value = change->value,
                          .at = change->at});
}

static bool run_aggregate(struct engine *engine, int field, const struct change *change) {
    if (change->value.type == VALUE_NONE) return true;
    return turn_handler(engine, &(struct trigger){.kind = TRIGGER_FIELD,
                                                  .index = field,
                                                  .value = change->value,
                                                  .at = change->at});
}

// What fell silent, with the value that is shown of it.
static bool run_stale(struct engine *engine, const struct model *then,
                      const struct change *change) {
    int field = field_now(then, engine->changes.twin->model, change->index);
    if (field == NONE) return true;
    const struct slot *shown = twin_shown(engine->changes.twin, field);
    return turn_handler(engine, &(struct trigger){.kind = TRIGGER_STALE,
                                                  .index = field,
                                                  .value = slot_value(shown),
                                                  .at = shown->at});
}

static bool run_set(struct engine *engine, const struct model *then, const struct change *change) {
    int field = field_now(then, engine->changes.twin->model, change->index);
    if (field == NONE) return true;
    if (then->fields[change->index].source == SOURCE_AGGREGATE ||
        then->fields[change->index].source == SOURCE_PROCESS)
        return run_aggregate(engine, field, change);
    if (then->fields[change->index].kind != FIELD_DESIRED) return true;
    return turn_handler(
        engine, &(struct trigger){.kind = TRIGGER_DESIRED, .index = field, .value = change->value});
}

static bool run_alarm(struct engine *engine, const struct model *then,
                      const struct change *change) {
    const char *name = then->alarms[change->index].name;
    int alarm = model_alarm(engine->changes.twin->model, name, strlen(name));
    if (alarm == NONE || change->state == ALARM_PENDING) return true;
    return turn_handler(engine,
                        &(struct trigger){.kind = TRIGGER_ALARM,
                                          .index = alarm,
                                          .value = value_boolean(change->state == ALARM_ACTIVE),
                                          .at = change->at});
}

static bool run_command(struct engine *engine, const struct model *then,
                        const struct change *change) {
    const struct twin *twin = engine->changes.twin;
    const char *name = then->commands[change->index].name;
    int command = model_command(twin->model, name, strlen(name));
    if (command == NONE || !twin_command(twin, change->other)) return true; // is forgotten by now
    struct trigger trigger = {.kind = TRIGGER_COMMAND,
                              .index = command,
                              .at = change->at,
                              .from = change->other,
                              .state = change->state};
    if (change->state != COMMAND_QUEUED)
        trigger.value = value_text(change->text.text, change->text.length);
    return turn_handler(engine, &trigger);
}

static bool run_timer(struct engine *engine, struct region *region, const struct change *change) {
    char *name = region_copy(region, change->text.text, change->text.length);
    return turn_handler(engine, &(struct trigger){.kind = TRIGGER_TIMER, .name = name});
}

static bool run_change(struct engine *engine, const struct model *then,
                       const struct change *change) {
    switch ((enum change_kind)change->kind) {
    case CHANGE_CREATE:
    case CHANGE_RESET: // replaced: it begins anew
        return turn_handler(engine, &(struct trigger){.kind = TRIGGER_INIT});
    case CHANGE_SAMPLE:
        return run_sample(engine, then, change);
    case CHANGE_SET:
        return run_set(engine, then, change);
    case CHANGE_QUALITY:
        return run_stale(engine, then, change);
    case CHANGE_ALARM:
        return run_alarm(engine, then, change);
    case CHANGE_COMMAND:
        return run_command(engine, then, change);
    case CHANGE_TIMER:
        return run_timer(engine, &engine->region, change);
    default:
        return true;
    }
}

static bool run_event(struct engine *engine, const struct model *then, uint32_t from,
                      const struct change *event) {
    const char *name = then->events[event->index].name;
    int index = model_event(engine->changes.twin->model, name, strlen(name));
    if (index == NONE) return true;
    return turn_handler(engine,
                        &(struct trigger){.kind = TRIGGER_EVENT,
                                          .index = index,
                                          .arguments = event->event.arguments,
                                          .argument_count = (int)event->event.argument_count,
                                          .from = from});
}

// `every` leaves nothing in the log that says which of them ran, so all do.
static bool run_every(struct engine *engine) {
    int periods;
    script_every(engine->script, engine->changes.twin->model, &periods);
    for (int i = 0; i < periods; i++)
        if (!turn_handler(engine, &(struct trigger){.kind = TRIGGER_EVERY, .index = i}))
            return false;
    return true;
}

static bool run_all(struct engine *engine, const struct model *then, const struct revision *failed,
                    const struct change *event, uint32_t from) {
    bool has_values = failed->kind == INPUT_AGGREGATE;
    for (int i = 0; i < failed->input_count; i++) {
        has_values |= failed->changes[i].kind == CHANGE_SAMPLE;
        if (!run_change(engine, then, &failed->changes[i])) return false;
    }
    if (event && !run_event(engine, then, from, event)) return false;
    if (failed->kind == INPUT_TIMER && !run_every(engine)) return false;
    return !has_values || turn_handler(engine, &(struct trigger){.kind = TRIGGER_INPUT});
}

bool turn_retry(struct engine *engine, struct twin *twin, const struct revision *failed,
                const struct change *event, const struct actor *actor, uint64_t *rev,
                struct err *err) {
    const struct model *then =
        twin->incident ? world_layout(engine->world, twin->incident->layout) : NULL;
    if (!then) return err_set(err, ERR_NOT_FOUND, "%s has no input that failed", twin->id);
    struct changes *changes = turn_open(engine, twin);
    changes_mark(changes);
    engine->is_retrying = true;
    int next_alarm = 0;
    bool is_good = run_all(engine, then, failed, event, event ? event->other : 0) &&
                   turn_alarm_handlers(engine, &next_alarm);
    engine->is_retrying = false;
    engine->has_run = true; // a handler that is gone fails no more
    if (!is_good) err_set(err, ERR_INVALID, "%s", twin->incident->text);
    *rev = turn_close(
        engine, &(struct cause){.kind = INPUT_RETRY, .actor = actor, .from_rev = failed->rev});
    return is_good;
}

bool engine_retry(struct engine *engine, struct twin *twin, const struct revision *failed,
                  const struct change *event, const struct actor *actor, int64_t received,
                  uint64_t *rev, struct err *err) {
    engine_begin(engine, received);
    turn_touch(engine, twin);
    bool is_good = turn_retry(engine, twin, failed, event, actor, rev, err);
    engine_drain(engine);
    return is_good;
}
