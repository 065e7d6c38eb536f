// One engine holds one open change list, reused turn after turn, and the queue of events between
// twins.
//
// The order inside one external input: clock, timers due, the input's own turn (or turns, one a
// sample time), then queued events first in, first out, each a turn of its own.

#include "turn.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/logger.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "schedule.h"
#include "script/script.h"
#include "twin/revision.h"
#include "twin/world.h"

#include <stdlib.h>
#include <string.h>

#define ALARM_HANDLERS_MAX                                                                         \
    64 // alarm handlers in one turn; a script that raises and clears could go on for ever

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

struct engine {
    struct world *world;
    struct script *script;
    struct sink sink;
    const struct logger *logger;
    struct region region;
    struct changes changes;
    struct queued_event *events, **last_event;
    uint64_t external_rev; // first revision of the external input under way, for random()
    uint32_t ordinal;      // turns since it
    int depth;             // of the event being turned, 0 for an external input
    uint64_t *turns, *failures, *dropped_events;
};

// What a revision says about its cause.
struct cause {
    enum input_kind kind;
    const struct actor *actor;
    uint64_t message;
    uint64_t from_rev;
    uint16_t from_index;
};

static const struct actor runtime_actor = {.kind = ACTOR_RUNTIME};

static void begin_external(struct engine *engine, int64_t received);
static void drain(struct engine *engine);

struct engine *engine_new(struct world *world, const struct sink *sink, const struct logger *logger,
                          struct metrics *metrics) {
    struct engine *engine = xcalloc(1, sizeof *engine);
    engine->world = world;
    engine->sink = *sink;
    engine->logger = logger;
    engine->last_event = &engine->events;
    changes_init(&engine->changes, world, &engine->region);
    engine->turns = metrics_counter(metrics, "twind_revisions_total", NULL, "Revisions made");
    engine->failures = metrics_counter(metrics, "twind_behaviour_failures_total", NULL,
                                       "Turns whose behaviour failed and was dropped");
    engine->dropped_events = metrics_counter(metrics, "twind_events_dropped_total", NULL,
                                             "Events to twins that are gone or too deep");
    return engine;
}

static void event_free(struct queued_event *event) {
    for (int i = 0; i < event->argument_count; i++)
        if (event->arguments[i].type == VALUE_TEXT) free((char *)event->arguments[i].text);
    free(event);
}

void engine_free(struct engine *engine) {
    if (!engine) return;
    while (engine->events) {
        struct queued_event *event = engine->events;
        engine->events = event->next;
        event_free(event);
    }
    changes_fini(&engine->changes);
    region_fini(&engine->region);
    free(engine);
}

void engine_use(struct engine *engine, struct script *script) {
    engine->script = script;
    engine->world->version = script_version(script);
}

// ---- one turn: open, behave, close ----

static struct changes *open_turn(struct engine *engine, struct twin *twin) {
    region_reset(&engine->region);
    changes_begin(&engine->changes, twin, engine->world->rev + 1, engine->world->clock);
    return &engine->changes;
}

static void queue_events(struct engine *engine, const struct changes *changes) {
    for (int i = changes->input_count; i < changes->count; i++)
        if (changes->list[i].kind == CHANGE_EVENT)
            engine_requeue(engine, changes->rev, (uint16_t)i, changes->twin->number,
                           &changes->list[i]);
}

static bool moves_timers(const struct changes *changes) {
    for (int i = 0; i < changes->count; i++)
        switch (changes->list[i].kind) {
        case CHANGE_CREATE:
        case CHANGE_LAYOUT:
        case CHANGE_ALARM:
        case CHANGE_TIMER:
            return true;
        }
    return false;
}

static struct revision describe(const struct engine *engine, const struct changes *changes,
                                const struct cause *cause) {
    return (struct revision){.rev = changes->rev,
                             .previous = changes->twin->rev,
                             .twin = changes->twin->number,
                             .received = changes->now,
                             .kind = cause->kind,
                             .actor = *cause->actor,
                             .message = cause->message,
                             .from_rev = cause->from_rev,
                             .from_index = cause->from_index,
                             .version = engine->world->version,
                             .changes = changes->list,
                             .change_count = changes->count,
                             .input_count =
                                 changes->is_marked ? changes->input_count : changes->count};
}

static uint64_t close_turn(struct engine *engine, const struct cause *cause) {
    struct changes *changes = &engine->changes;
    struct revision revision = describe(engine, changes, cause);
    struct twin *twin = changes->twin;
    engine->world->rev = changes->rev;
    twin->rev = changes->rev;
    twin->version = engine->world->version;
    ++*engine->turns;
    queue_events(engine, changes);
    if (moves_timers(changes)) schedule_twin(engine->world, twin, engine->script);
    world_mark_dirty(engine->world, twin);
    engine->sink.on_revision(engine->sink.context, twin, &revision);
    return changes->rev;
}

// Moves a twin to the present version's layout, a revision of its own.
static void touch(struct engine *engine, struct twin *twin) {
    const char *name = twin->model->name;
    const struct model *model = world_model(engine->world, name, strlen(name));
    if (!model || model == twin->model) return;
    struct changes *changes = open_turn(engine, twin);
    changes_add(changes, &(struct change){
                             .kind = CHANGE_LAYOUT, .at = changes->now, .layout = model->layout});
    close_turn(engine, &(struct cause){.kind = INPUT_VERSION, .actor = &runtime_actor});
}

// Runs one handler; false when it failed and the behaviour's part is dropped.
static bool run_handler(struct engine *engine, const struct trigger *trigger) {
    struct changes *changes = &engine->changes;
    if (!script_handles(engine->script, changes->twin->model, trigger)) return true;
    struct err err;
    uint64_t coordinates[3] = {changes->twin->number, engine->external_rev, engine->ordinal++};
    uint64_t seed = hash64(0, coordinates, sizeof coordinates);
    enum outcome outcome = script_call(engine->script, changes, trigger, seed, &err);
    if (outcome == OUTCOME_OK) return true;
    ++*engine->failures;
    logger_line(engine->logger, LOG_LEVEL_WARN, "behaviour_failed", "twin=%s rev=%llu why=\"%s\"",
                changes->twin->id, (unsigned long long)changes->rev, err.text);
    changes_drop(changes);
    size_t length = strlen(err.text);
    struct change failed = {.kind = CHANGE_FAILED, .state = (uint8_t)outcome, .at = changes->now};
    failed.text.text = region_copy(changes->region, err.text, length);
    failed.text.length = (uint32_t)length;
    changes_add(changes, &failed);
    return false;
}

// Handlers of alarms that became active or clear, from change `*next` on; a handler may cause more.
static bool run_alarm_handlers(struct engine *engine, int *next) {
    struct changes *changes = &engine->changes;
    for (int runs = 0; *next < changes->count && runs < ALARM_HANDLERS_MAX; ++*next) {
        struct change change = changes->list[*next];
        if (change.kind != CHANGE_ALARM || !change.is_edge) continue;
        struct trigger trigger = {.kind = TRIGGER_ALARM,
                                  .index = change.index,
                                  .value = value_boolean(change.state == ALARM_ACTIVE),
                                  .at = change.at};
        runs++;
        if (!run_handler(engine, &trigger)) return false;
    }
    return true;
}

// ---- external inputs ----

static void begin_external(struct engine *engine, int64_t received) {
    if (received > engine->world->clock) engine->world->clock = received;
    engine_timers(engine, engine->world->clock);
    engine->external_rev = engine->world->rev + 1;
    engine->ordinal = 0;
    engine->depth = 0;
}

static void create_twin(struct engine *engine, const struct model *model, const char *id,
                        size_t length) {
    struct changes *changes = &engine->changes;
    struct change create = {.kind = CHANGE_CREATE,
                            .other = engine->world->next_number,
                            .layout = model->layout,
                            .at = changes->now};
    create.text.text = region_copy(changes->region, id, length);
    create.text.length = (uint32_t)length;
    changes_add(changes, &create);
    changes->twin->timers_run_at = changes->now;
    changes->twin->state_logged_at = changes->now;
}

static bool run_sample_handlers(struct engine *engine, const struct sample *samples,
                                const uint8_t *is_seen, int count) {
    bool is_any_seen = false;
    for (int i = 0; i < count; i++) {
        bool is_bad = is_seen[i] == 2;
        is_any_seen |= is_seen[i] == 1;
        if (is_seen[i] == 0) continue;
        struct trigger trigger = {
            .kind = is_bad ? TRIGGER_BAD : TRIGGER_FIELD,
            .index = samples[i].field,
            .value = is_bad ? samples[i].value : twin_value(engine->changes.twin, samples[i].field),
            .at = samples[i].at};
        if (!run_handler(engine, &trigger)) return false;
    }
    return !is_any_seen || run_handler(engine, &(struct trigger){.kind = TRIGGER_INPUT});
}

// All samples of one time: applied, estimators, alarms, handlers.
static uint64_t turn_samples(struct engine *engine, const struct samples_input *input,
                             struct sample *samples, int count) {
    struct changes *changes = open_turn(engine, input->twin);
    bool is_new = !changes->twin;
    if (is_new) create_twin(engine, input->model, input->id, input->id_length);
    uint8_t *is_seen = region_alloc(&engine->region, (size_t)count); // 0 late, 1 seen, 2 bad
    for (int i = 0; i < count; i++) {
        enum quality quality;
        bool is_fresh =
            changes_sample(changes, samples[i].field, samples[i].value, samples[i].at, &quality);
        is_seen[i] = is_fresh ? 1 : quality == QUALITY_BAD ? 2 : 0;
    }
    for (int i = 0; i < count; i++)
        if (is_seen[i] == 1) changes_estimate(changes, samples[i].field, samples[i].at);
    for (int i = 0; i < count; i++)
        if (is_seen[i] == 1) alarms_check(changes, samples[i].field);
    int next_alarm = 0;
    changes_mark(changes);
    bool is_good = !is_new || run_handler(engine, &(struct trigger){.kind = TRIGGER_INIT});
    is_good = is_good && run_alarm_handlers(engine, &next_alarm);
    is_good = is_good && run_sample_handlers(engine, samples, is_seen, count);
    if (is_good) run_alarm_handlers(engine, &next_alarm);
    return close_turn(
        engine,
        &(struct cause){.kind = INPUT_SAMPLES, .actor = &input->actor, .message = input->message});
}

static void sort_by_time(struct sample *samples, int count) {
    for (int i = 1; i < count; i++) { // stable; packs are nearly always in order
        struct sample sample = samples[i];
        int place = i;
        for (; place > 0 && samples[place - 1].at > sample.at; place--)
            samples[place] = samples[place - 1];
        samples[place] = sample;
    }
}

bool engine_samples(struct engine *engine, struct samples_input *input, uint64_t *rev,
                    struct err *err) {
    (void)err;
    struct samples_input now = *input;
    begin_external(engine, input->received);
    if (now.twin) touch(engine, now.twin);
    sort_by_time(now.samples, now.count);
    for (int from = 0; from < now.count;) {
        int to = from + 1;
        while (to < now.count && now.samples[to].at == now.samples[from].at)
            to++;
        *rev = turn_samples(engine, &now, now.samples + from, to - from);
        now.twin = engine->changes.twin; // it may have been made just now
        from = to;
    }
    input->twin = now.twin;
    drain(engine);
    return true;
}

static bool check_if_rev(const struct twin *twin, uint64_t if_rev, struct err *err) {
    for (int i = 0; if_rev && i < twin->model->field_count; i++) {
        const struct field *field = &twin->model->fields[i];
        if (field->kind == FIELD_DESIRED && twin->slots[i].rev > if_rev)
            return err_set(
                err, ERR_PRECONDITION,
                "desired.%s of %s was changed at rev %llu, after rev %llu: read it again",
                field->name, twin->id, (unsigned long long)twin->slots[i].rev,
                (unsigned long long)if_rev);
    }
    return true;
}

// What the operator's settings trigger; the input's changes are those that were really made.
static void run_desired_handlers(struct engine *engine) {
    struct changes *changes = &engine->changes;
    int input_count = changes->input_count, next_alarm = 0;
    for (int i = 0; i < input_count; i++) {
        struct change change = changes->list[i];
        if (change.kind != CHANGE_SET ||
            changes->twin->model->fields[change.index].kind != FIELD_DESIRED)
            continue;
        struct trigger trigger = {
            .kind = TRIGGER_DESIRED, .index = change.index, .value = change.value};
        if (!run_handler(engine, &trigger)) return;
    }
    run_alarm_handlers(engine, &next_alarm);
}

bool engine_desired(struct engine *engine, struct twin *twin, const struct setting *settings,
                    int count, uint64_t if_rev, const struct actor *actor, int64_t received,
                    uint64_t *rev, struct err *err) {
    begin_external(engine, received);
    touch(engine, twin);
    if (!check_if_rev(twin, if_rev, err)) return false;
    struct changes *changes = open_turn(engine, twin);
    changes_mark(changes); // so that a refused setting takes the others back
    for (int i = 0; i < count; i++) {
        if (changes_set(changes, settings[i].field, settings[i].value, err)) continue;
        changes_drop(changes);
        return false;
    }
    *rev = twin->rev;
    if (changes->count == 0) return true; // it was so already
    changes_mark(changes);
    run_desired_handlers(engine);
    *rev = close_turn(engine, &(struct cause){.kind = INPUT_DESIRED, .actor = actor});
    drain(engine);
    return true;
}

static void set_links(struct changes *changes, const struct configure_input *input) {
    const struct twin *twin = changes->twin;
    for (uint32_t i = twin->link_count; i-- > 0;) {
        struct link link = twin->links[i];
        bool is_kept = link.is_incoming;
        for (int j = 0; j < input->link_count && !is_kept; j++)
            is_kept = input->links[j].relationship == link.relationship &&
                      input->links[j].other->number == link.other;
        if (!is_kept)
            changes_add(changes, &(struct change){.kind = CHANGE_LINK,
                                                  .index = link.relationship,
                                                  .other = link.other,
                                                  .at = changes->now});
    }
    for (int i = 0; i < input->link_count; i++) {
        bool is_there = false;
        for (uint32_t j = 0; j < twin->link_count && !is_there; j++)
            is_there = !twin->links[j].is_incoming &&
                       twin->links[j].relationship == input->links[i].relationship &&
                       twin->links[j].other == input->links[i].other->number;
        if (!is_there)
            changes_add(changes, &(struct change){.kind = CHANGE_LINK,
                                                  .state = 1,
                                                  .index = (uint16_t)input->links[i].relationship,
                                                  .other = input->links[i].other->number,
                                                  .at = changes->now});
    }
}

static void set_attributes(struct changes *changes, const char *attributes) {
    if (!attributes || strcmp(attributes, changes->twin->attributes) == 0) return;
    size_t length = strlen(attributes);
    struct change change = {.kind = CHANGE_ATTRIBUTES, .at = changes->now};
    change.text.text = region_copy(changes->region, attributes, length);
    change.text.length = (uint32_t)length;
    changes_add(changes, &change);
}

bool engine_configure(struct engine *engine, const struct configure_input *input, int64_t received,
                      bool *is_new, uint64_t *rev, struct err *err) {
    begin_external(engine, received);
    struct twin *twin = world_find(engine->world, input->id, input->id_length);
    if (twin) touch(engine, twin);
    if (twin && twin->model != input->model)
        return err_set(err, ERR_INVALID, "twin %s is a %s and cannot become a %s: delete it first",
                       twin->id, twin->model->name, input->model->name);
    struct changes *changes = open_turn(engine, twin);
    *is_new = !twin;
    if (*is_new) create_twin(engine, input->model, input->id, input->id_length);
    int created = changes->count;
    changes_mark(changes);
    for (int i = 0; i < input->parameter_count; i++) {
        if (changes_set(changes, input->parameters[i].field, input->parameters[i].value, err))
            continue;
        changes_drop(changes);
        if (*is_new) world_remove(engine->world, changes->twin);
        return false;
    }
    changes->is_marked = false; // nothing below can fail
    set_attributes(changes, input->attributes);
    if (input->has_links) set_links(changes, input);
    for (int i = 0; i < input->parameter_count; i++)
        alarms_check(changes, input->parameters[i].field);
    *rev = changes->twin->rev;
    if (changes->count == 0) return true;
    changes_mark(changes);
    int next_alarm = created;
    if (!*is_new || run_handler(engine, &(struct trigger){.kind = TRIGGER_INIT}))
        run_alarm_handlers(engine, &next_alarm);
    *rev = close_turn(engine, &(struct cause){.kind = INPUT_CONFIGURE, .actor = &input->actor});
    drain(engine);
    return true;
}

void engine_retire(struct engine *engine, struct twin *twin, const struct actor *actor,
                   int64_t received, uint64_t *rev) {
    begin_external(engine, received);
    open_turn(engine, twin);
    struct change retire = {.kind = CHANGE_RETIRE, .at = engine->world->clock};
    struct revision revision =
        describe(engine, &engine->changes, &(struct cause){.kind = INPUT_RETIRE, .actor = actor});
    revision.changes = &retire;
    revision.change_count = revision.input_count = 1;
    *rev = engine->world->rev = engine->changes.rev;
    ++*engine->turns;
    engine->sink.on_revision(engine->sink.context, twin, &revision);
    change_apply(engine->world, &engine->changes.twin, &retire, *rev);
}

bool engine_acknowledge(struct engine *engine, struct twin *twin, int alarm,
                        const struct actor *actor, int64_t received, uint64_t *rev,
                        struct err *err) {
    begin_external(engine, received);
    touch(engine, twin);
    const struct alarm *now = &twin->alarms[alarm];
    if (now->state != ALARM_ACTIVE)
        return err_set(err, ERR_PRECONDITION, "alarm %s of %s is not active",
                       twin->model->alarms[alarm].name, twin->id);
    *rev = twin->rev;
    if (now->is_acked) return true;
    struct changes *changes = open_turn(engine, twin);
    changes_add(changes, &(struct change){.kind = CHANGE_ALARM,
                                          .index = (uint16_t)alarm,
                                          .state = ALARM_ACTIVE,
                                          .is_acked = true,
                                          .at = now->since,
                                          .value = value_number(now->value)});
    *rev = close_turn(engine, &(struct cause){.kind = INPUT_ACKNOWLEDGE, .actor = actor});
    return true;
}

void engine_forecast(struct engine *engine, struct twin *twin, int prediction, uint64_t of_rev,
                     const struct prediction_result *result, int64_t received) {
    begin_external(engine, received);
    if (!result->has_value && !twin->forecasts[prediction].is_present) return;
    struct changes *changes = open_turn(engine, twin);
    struct change change = {.kind = CHANGE_FORECAST,
                            .index = (uint16_t)prediction,
                            .at = changes->now,
                            .value =
                                result->has_value ? value_number(result->value) : value_none()};
    change.forecast.low = result->low;
    change.forecast.high = result->high;
    change.forecast.of_rev = of_rev;
    changes_add(changes, &change);
    close_turn(engine, &(struct cause){
                           .kind = INPUT_PREDICTION, .actor = &runtime_actor, .from_rev = of_rev});
    drain(engine);
}

// ---- events between twins ----

void engine_requeue(struct engine *engine, uint64_t from_rev, uint16_t from_index,
                    uint32_t from_twin, const struct change *event) {
    const struct twin *target = world_twin(engine->world, event->other);
    if (!target) {
        ++*engine->dropped_events;
        return;
    }
    struct queued_event *queued = xcalloc(1, sizeof *queued);
    queued->from_rev = from_rev;
    queued->from_index = from_index;
    queued->from_twin = from_twin;
    queued->target = event->other;
    queued->name = target->model->events[event->index].name;
    queued->depth = engine->depth + 1;
    queued->argument_count = (int)event->event.argument_count;
    for (int i = 0; i < queued->argument_count; i++) {
        struct value value = event->event.arguments[i];
        if (value.type == VALUE_TEXT) value.text = xstrndup(value.text, value.length);
        queued->arguments[i] = value;
    }
    *engine->last_event = queued;
    engine->last_event = &queued->next;
}

// One event becomes one turn of its target. It leaves a revision even if nothing changes: that is
// how recovery knows that it was consumed.
static void turn_event(struct engine *engine, const struct queued_event *event, struct twin *twin) {
    touch(engine, twin);
    struct changes *changes = open_turn(engine, twin);
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
        if (run_handler(engine, &trigger)) run_alarm_handlers(engine, &next_alarm);
    }
    close_turn(engine, &(struct cause){.kind = INPUT_EVENT,
                                       .actor = &runtime_actor,
                                       .from_rev = event->from_rev,
                                       .from_index = event->from_index});
}

static void drain(struct engine *engine) {
    while (engine->events) {
        struct queued_event *event = engine->events;
        engine->events = event->next;
        if (!engine->events) engine->last_event = &engine->events;
        struct twin *twin = world_twin(engine->world, event->target);
        if (twin)
            turn_event(engine, event, twin);
        else
            ++*engine->dropped_events;
        event_free(event);
    }
    engine->depth = 0;
}

// ---- timers ----

// Script timers that are due: the firing takes them off the list, as the input's change.
static int fire_script_timers(struct changes *changes, const char **names, int most) {
    int fired = 0;
    for (uint32_t i = changes->twin->timer_count; i-- > 0 && fired < most;) {
        const struct script_timer *timer = &changes->twin->timers[i];
        if (timer->due > changes->now) continue;
        size_t length = strlen(timer->name);
        struct change change = {.kind = CHANGE_TIMER};
        change.text.text = names[fired++] = region_copy(changes->region, timer->name, length);
        change.text.length = (uint32_t)length;
        changes_add(changes, &change);
    }
    return fired;
}

static bool run_timer_handlers(struct engine *engine, const char **names, int count,
                               int64_t run_before) {
    const struct twin *twin = engine->changes.twin;
    int periods;
    const int64_t *every = script_every(engine->script, twin->model, &periods);
    for (int i = 0; i < count; i++)
        if (!run_handler(engine, &(struct trigger){.kind = TRIGGER_TIMER, .name = names[i]}))
            return false;
    for (int i = 0; i < periods; i++)
        if (schedule_boundary(twin, every[i], run_before) <= engine->changes.now &&
            !run_handler(engine, &(struct trigger){.kind = TRIGGER_EVERY, .index = i}))
            return false;
    return true;
}

static void start_predictions(struct engine *engine, struct twin *twin, int64_t run_before) {
    bool is_any = false;
    for (int i = 0; i < twin->model->prediction_count; i++) {
        const struct prediction_spec *spec = &twin->model->predictions[i];
        if (schedule_boundary(twin, spec->every_us, run_before) > engine->world->clock) continue;
        bool has_news = false;
        for (int j = 0; j < spec->need_count; j++) {
            int field = twin->model->windows[spec->needs[j]].field;
            has_news |= twin->slots[field].rev > twin->looked_rev;
        }
        if (!has_news) continue;
        engine->sink.on_predict(engine->sink.context, twin, i);
        is_any = true;
    }
    if (is_any) twin->looked_rev = engine->world->rev;
}

// Everything of one twin that is due, as one turn.
static void turn_timers(struct engine *engine, struct twin *twin) {
    const char *names[16];
    int next_alarm = 0;
    int64_t run_before = twin->timers_run_at;
    engine->external_rev = engine->world->rev + 1;
    engine->ordinal = 0;
    touch(engine, twin);
    struct changes *changes = open_turn(engine, twin);
    alarms_expire(changes);
    int fired = fire_script_timers(changes, names, (int)ARRAY_LEN(names));
    changes_mark(changes);
    twin->timers_run_at = changes->now;
    if (run_alarm_handlers(engine, &next_alarm) &&
        run_timer_handlers(engine, names, fired, run_before))
        run_alarm_handlers(engine, &next_alarm);
    if (changes->count > 0)
        close_turn(engine, &(struct cause){.kind = INPUT_TIMER, .actor = &runtime_actor});
    schedule_twin(engine->world, twin, engine->script);
    start_predictions(engine, twin, run_before);
    drain(engine);
}

int64_t engine_timers(struct engine *engine, int64_t now) {
    if (now > engine->world->clock) engine->world->clock = now;
    struct twin *twin;
    drain(engine);
    while ((twin = world_due(engine->world)) && twin->due <= engine->world->clock)
        turn_timers(engine, twin);
    return twin ? twin->due : 0;
}

void engine_schedule_all(struct engine *engine) {
    for (uint32_t i = 0; i < engine->world->number_capacity; i++) {
        struct twin *twin = engine->world->by_number[i];
        if (!twin) continue;
        // Ticks missed while the runtime was down fire once: they lie between the last input and
        // now.
        twin->timers_run_at = engine->world->clock;
        twin->state_logged_at = engine->world->clock;
        schedule_twin(engine->world, twin, engine->script);
    }
}
