// Events between twins: effects of the sender's revision, each consumed by a turn of its target.

#include "base/logger.h"
#include "turn/engine.h"

#include <stdlib.h>
#include <string.h>

struct queued_event {
    struct queued_event *next;
    uint64_t from_rev;
    uint16_t from_index;
    uint32_t from_twin;
    uint32_t target;
    const char *name; // of the model, which outlives everything
    int depth;
    int argument_count;
    struct value arguments[EVENT_ARGUMENTS_MAX]; // texts are copies
};

static void event_free(struct queued_event *event) {
    for (int i = 0; i < event->argument_count; i++)
        value_drop(&event->arguments[i]);
    free(event);
}

void engine_drop_events(struct engine *engine) {
    while (engine->events) {
        struct queued_event *event = engine->events;
        engine->events = event->next;
        event_free(event);
    }
    engine->last_event = &engine->events;
}

void engine_requeue(struct engine *engine, uint64_t from_rev, uint16_t from_index,
                    uint32_t from_twin, const struct change *event) {
    const struct twin *target = world_twin(engine->world, event->other);
    if (!target) {
        ++*engine->dropped_events;
        return;
    }
    if (!turn_is_taken(engine, target)) return;
    struct queued_event *queued = xcalloc(1, sizeof *queued);
    queued->from_rev = from_rev;
    queued->from_index = from_index;
    queued->from_twin = from_twin;
    queued->target = event->other;
    queued->name = target->model->events[event->index].name;
    queued->depth = engine->depth + 1;
    queued->argument_count = (int)event->event.argument_count;
    for (int i = 0; i < queued->argument_count; i++) {
        queued->arguments[i] = value_keep(event->event.arguments[i]);
    }
    *engine->last_event = queued;
    engine->last_event = &queued->next;
}

// One event becomes one turn of its target. It leaves a revision even if nothing changes: that is
// how recovery knows that it was consumed.
static void turn_event(struct engine *engine, const struct queued_event *event, struct twin *twin) {
    struct changes *changes = turn_open(engine, twin);
    changes_mark(changes);
    int index = model_event(twin->model, event->name, strlen(event->name)), next_alarm = 0;
    engine->depth = event->depth;
    if (event->depth > CASCADE_MAX) {
        static const char too_deep[] =
            "events caused events more than 16 deep; this one was dropped";
        struct change failed = {.kind = CHANGE_FAILED, .state = OUTCOME_ERROR, .at = changes->now};
        failed.text.text = too_deep;
        failed.text.length = sizeof too_deep - 1;
        changes->is_marked = false;
        changes_add(changes, &failed);
        changes_mark(changes);
        ++*engine->dropped_events;
        logger_line(engine->logger, LOG_LEVEL_WARN, "event_dropped", "twin=%s event=%s why=\"%s\"",
                    twin->id, event->name, too_deep);
    } else if (index != NONE) {
        struct trigger trigger = {.kind = TRIGGER_EVENT,
                                  .index = index,
                                  .arguments = event->arguments,
                                  .argument_count = event->argument_count,
                                  .from = event->from_twin};
        if (turn_handler(engine, &trigger)) turn_alarm_handlers(engine, &next_alarm);
    }
    turn_close(engine, &(struct cause){.kind = INPUT_EVENT,
                                       .from_rev = event->from_rev,
                                       .from_index = event->from_index});
}

static struct queued_event *take_first(struct engine *engine) {
    struct queued_event *event = engine->events;
    if (!event) return NULL;
    engine->events = event->next;
    if (!engine->events) engine->last_event = &engine->events;
    return event;
}

// Takes this one off, and those before it, which led to nobody. NULL when it is not there.
static struct queued_event *take_until(struct engine *engine, uint64_t from_rev,
                                       uint16_t from_index) {
    struct queued_event *event = engine->events;
    while (event && (event->from_rev != from_rev || event->from_index != from_index))
        event = event->next;
    if (!event) return NULL;
    struct queued_event *first;
    while ((first = take_first(engine)) != event)
        event_free(first);
    return event;
}

bool engine_consume(struct engine *engine, uint64_t from_rev, uint16_t from_index) {
    struct queued_event *event = take_until(engine, from_rev, from_index);
    if (event) event_free(event);
    return event;
}

bool turn_queued_event(struct engine *engine, struct twin *twin, uint64_t from_rev,
                       uint16_t from_index, bool is_too_deep) {
    struct queued_event *event = take_until(engine, from_rev, from_index);
    if (!event) return false;
    if (is_too_deep) event->depth = CASCADE_MAX + 1;
    turn_event(engine, event, twin);
    event_free(event);
    return true;
}

void engine_drain(struct engine *engine) {
    while (parts_make(engine) || engine->events) {
        struct queued_event *event = take_first(engine);
        if (!event) continue;
        struct twin *twin = world_twin(engine->world, event->target);
        if (twin) {
            turn_touch(engine, twin);
            turn_event(engine, event, twin);
        } else {
            ++*engine->dropped_events;
        }
        event_free(event);
    }
    engine->depth = 0;
}
