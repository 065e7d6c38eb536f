// A recorded turn, once more: the input is taken out of the revision, what follows from it is done
// anew.
//
// What a sample, a timer or a sum comes to is computed again. What an operator or a device asked
// for is what the revision has as its input, so that is applied as it stands, and the handlers run.

#include "base/err.h"
#include "script/script.h"
#include "turn/engine.h"

static struct cause cause_of(const struct revision *recorded) {
    return (struct cause){.kind = recorded->kind,
                          .actor = &recorded->actor,
                          .message = recorded->message,
                          .from_rev = recorded->from_rev,
                          .from_index = recorded->from_index};
}

static const struct change *created_by(const struct revision *recorded) {
    bool is_creation = recorded->change_count > 0 && recorded->changes[0].kind == CHANGE_CREATE;
    return is_creation ? &recorded->changes[0] : NULL;
}

// The call that was stopped, for its time or its memory. Of a move it is the input's.
static const struct change *find_stopped(const struct revision *recorded) {
    int first = recorded->kind == INPUT_VERSION ? 0 : recorded->input_count;
    for (int i = first; i < recorded->change_count; i++) {
        const struct change *change = &recorded->changes[i];
        if (change->kind == CHANGE_FAILED && change->state != OUTCOME_ERROR) return change;
    }
    return NULL;
}

static void repeat_samples(struct engine *engine, struct twin *twin,
                           const struct revision *recorded) {
    const struct change *create = created_by(recorded);
    struct samples_input input = {
        .twin = twin, .actor = recorded->actor, .message = recorded->message};
    struct region region = {0}; // that of the turn is begun anew
    input.samples =
        region_alloc(&region, sizeof *input.samples * ((size_t)recorded->input_count + 1));
    for (int i = 0; i < recorded->input_count; i++) {
        const struct change *change = &recorded->changes[i];
        if (change->kind != CHANGE_SAMPLE) continue;
        struct sample *sample = &input.samples[input.count++];
        *sample = (struct sample){change->index, change->value, change->at};
        if (sample->value.type == VALUE_NUMBER) sample->value = value_number(change->raw);
    }
    if (create) {
        input.model = world_layout(engine->world, create->layout);
        input.id = create->text.text;
        input.id_length = create->text.length;
    }
    turn_samples(engine, &input, input.samples, input.count);
    region_fini(&region);
}

// Whether a change of an alarm is one that handlers are told of, as alarm.c has it.
static bool is_edge(const struct twin *twin, const struct change *change) {
    return change->kind == CHANGE_ALARM &&
           (change->state == ALARM_ACTIVE || twin->alarms[change->index].state == ALARM_ACTIVE);
}

static void repeat_given(struct engine *engine, struct twin *twin,
                         const struct revision *recorded) {
    struct changes *changes = turn_open(engine, twin);
    int next_alarm = 0;
    bool begins = false; // it is new, or in the place of a worn one
    for (int i = 0; i < recorded->input_count; i++) {
        struct change change = recorded->changes[i];
        if (changes->twin) change.is_edge = is_edge(changes->twin, &change);
        begins |= change.kind == CHANGE_CREATE || change.kind == CHANGE_RESET;
        changes_add(changes, &change);
    }
    changes_mark(changes);
    bool is_good = !begins || turn_handler(engine, &(struct trigger){.kind = TRIGGER_INIT});
    if (is_good && recorded->kind == INPUT_DESIRED) turn_desired_handlers(engine);
    bool has_handlers = recorded->kind == INPUT_CONFIGURE || recorded->kind == INPUT_REPLACE ||
                        recorded->kind == INPUT_COMMAND || recorded->kind == INPUT_PREDICTION;
    if (is_good && has_handlers) turn_alarm_handlers(engine, &next_alarm);
    struct cause cause = cause_of(recorded);
    turn_close(engine, &cause);
}

static void repeat_retirement(struct engine *engine, struct twin *twin,
                              const struct revision *recorded) {
    struct cause cause = cause_of(recorded);
    turn_open(engine, twin);
    struct revision revision = turn_describe(engine, &cause);
    revision.changes = recorded->changes;
    revision.change_count = revision.input_count = recorded->change_count;
    engine->world->rev = recorded->rev;
    engine->sink.on_revision(engine->sink.context, twin, &revision);
    change_apply(engine->world, &engine->changes.twin, &recorded->changes[0], recorded->rev);
}

static bool repeat_event(struct engine *engine, struct twin *twin,
                         const struct revision *recorded) {
    bool is_too_deep = recorded->input_count > 0 && recorded->changes[0].kind == CHANGE_FAILED;
    return turn_queued_event(engine, twin, recorded->from_rev, recorded->from_index, is_too_deep);
}

static bool repeat(struct engine *engine, struct twin *twin, const struct revision *recorded,
                   const struct revision *failed, const struct change *event) {
    uint64_t rev;
    struct err err; // it is in the revision
    switch (recorded->kind) {
    case INPUT_SAMPLES:
        repeat_samples(engine, twin, recorded);
        return true;
    case INPUT_TIMER:
        turn_timers(engine, twin, recorded->run_before);
        return true;
    case INPUT_AGGREGATE:
        turn_sums(engine, twin);
        return true;
    case INPUT_EVENT:
        return repeat_event(engine, twin, recorded);
    case INPUT_VERSION:
        turn_touch(engine, twin);
        return true;
    case INPUT_RETRY:
        if (failed) turn_retry(engine, twin, failed, event, &recorded->actor, &rev, &err);
        return failed;
    case INPUT_RETIRE:
        repeat_retirement(engine, twin, recorded);
        return true;
    default:
        repeat_given(engine, twin, recorded);
        return true;
    }
}

bool engine_repeat(struct engine *engine, const struct revision *recorded,
                   const struct revision *failed, const struct change *event) {
    struct world *world = engine->world;
    const struct change *create = created_by(recorded);
    world->rev = recorded->rev - 1;
    world->clock = recorded->received;
    if (create) world->next_number = create->other;
    engine->external_rev = recorded->input_rev;
    engine->ordinal = recorded->ordinal;
    engine->depth = 0;
    engine->repeated = recorded;
    engine->obeyed = find_stopped(recorded);
    bool is_done = repeat(engine, world_twin(world, recorded->twin), recorded, failed, event);
    engine->repeated = NULL;
    engine->obeyed = NULL;
    return is_done;
}
