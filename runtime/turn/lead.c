// A recorded input on another version: names find their places anew, and what follows from the
// input is this version's own affair. So of a recorded revision only what somebody gave is taken:
// samples as they were measured, settings, links, life cycle, acknowledgements, commands,
// forecasts.

#include "base/err.h"
#include "turn/engine.h"

#include <string.h>

static int same_command(const struct model *then, int command, const struct model *now) {
    const char *name = then->commands[command].name;
    return model_command(now, name, strlen(name));
}

static int same_prediction(const struct model *then, int prediction, const struct model *now) {
    for (int i = 0; i < now->prediction_count; i++)
        if (strcmp(now->predictions[i].name, then->predictions[prediction].name) == 0) return i;
    return NONE;
}

static bool is_given_field(const struct field *field) {
    return field->kind == FIELD_DESIRED || field->kind == FIELD_PARAMETER;
}

// A command whose state moves must be one that this twin was given too.
static bool is_known(const struct twin *twin, const struct change *change) {
    const struct command *command = twin_command(twin, change->other);
    return change->state == COMMAND_QUEUED ? !command : command && command_is_open(command);
}

// Where the change belongs in `now`; NONE when it has no such thing, or it is a consequence.
static int find_place(const struct twin *twin, const struct change *change,
                      const struct model *then, enum input_kind kind) {
    const struct model *now = twin->model;
    int place;
    switch ((enum change_kind)change->kind) {
    case CHANGE_SET:
        return is_given_field(&then->fields[change->index])
                   ? turn_same_field(then, change->index, now)
                   : NONE;
    case CHANGE_ALARM:
        place = kind == INPUT_ACKNOWLEDGE ? turn_same_alarm(then, change->index, now) : NONE;
        return place != NONE && twin->alarms[place].state == ALARM_ACTIVE ? place : NONE;
    case CHANGE_LINK:
        return turn_same_relationship(then, change->index, now);
    case CHANGE_COMMAND:
        return is_known(twin, change) ? same_command(then, change->index, now) : NONE;
    case CHANGE_FORECAST:
        return same_prediction(then, change->index, now);
    case CHANGE_ATTRIBUTES:
    case CHANGE_LIFECYCLE:
    case CHANGE_RESET:
        return 0;
    default:
        return NONE;
    }
}

static void add_given(struct changes *changes, const struct revision *recorded, int at,
                      const struct model *then) {
    struct change change = recorded->changes[at];
    struct err err; // what this version does not take is left out
    int place = find_place(changes->twin, &change, then, recorded->kind);
    if (place == NONE) return;
    change.index = (uint16_t)place;
    if (change.kind == CHANGE_SET) {
        changes_set(changes, place, change.value, &err);
        return;
    }
    if (change.kind == CHANGE_ALARM) {
        change.at = changes->twin->alarms[place].since;
        change.value = value_number(changes->twin->alarms[place].value);
    }
    changes_add(changes, &change);
}

static void give(struct engine *engine, struct twin *twin, const struct revision *recorded,
                 const struct model *then) {
    const struct change *create =
        recorded->changes[0].kind == CHANGE_CREATE ? recorded->changes : NULL;
    struct changes *changes = turn_open(engine, twin);
    int next_alarm = 0;
    bool begins = create;
    if (create) {
        const struct model *model = world_model(engine->world, then->name, strlen(then->name));
        turn_create(engine, model ? model : then, create->text.text, create->text.length);
    }
    for (int i = 0; i < recorded->input_count; i++) {
        begins |= recorded->changes[i].kind == CHANGE_RESET;
        add_given(changes, recorded, i, then);
    }
    int given = changes->count;
    for (int i = 0; i < given; i++)
        if (changes->list[i].kind == CHANGE_SET)
            alarms_check(changes, changes->list[i].index);
        else if (changes->list[i].kind == CHANGE_FORECAST)
            alarms_foresee(changes, changes->list[i].index);
    changes_mark(changes);
    if (changes->count == 0) return;
    if (begins && !turn_handler(engine, &(struct trigger){.kind = TRIGGER_INIT})) begins = false;
    if (recorded->kind == INPUT_DESIRED)
        turn_desired_handlers(engine);
    else
        turn_alarm_handlers(engine, &next_alarm);
    turn_close(engine, &(struct cause){.kind = recorded->kind,
                                       .actor = &recorded->actor,
                                       .message = recorded->message,
                                       .from_rev = recorded->from_rev});
    engine_drain(engine);
}

static void give_samples(struct engine *engine, struct twin *twin, const struct revision *recorded,
                         const struct model *then) {
    struct samples_input input = {.twin = twin,
                                  .received = recorded->received,
                                  .actor = recorded->actor,
                                  .message = recorded->message};
    const struct model *now =
        twin ? twin->model : world_model(engine->world, then->name, strlen(then->name));
    struct region region = {0};
    struct err err;
    uint64_t rev;
    if (!now) return; // this version has no such model
    input.model = now;
    input.samples =
        region_alloc(&region, sizeof *input.samples * ((size_t)recorded->input_count + 1));
    for (int i = 0; i < recorded->input_count; i++) {
        const struct change *change = &recorded->changes[i];
        if (change->kind == CHANGE_CREATE) {
            input.id = change->text.text;
            input.id_length = change->text.length;
        }
        if (change->kind != CHANGE_SAMPLE) continue;
        int field = turn_same_field(then, change->index, now);
        if (field == NONE) continue;
        struct sample *sample = &input.samples[input.count++];
        *sample = (struct sample){field, change->value, change->at};
        if (change->value.type == VALUE_NUMBER) sample->value = value_number(change->raw);
    }
    if (input.count > 0) engine_samples(engine, &input, &rev, &err);
    region_fini(&region);
}

void engine_lead(struct engine *engine, const struct revision *recorded, const struct model *then) {
    struct world *world = engine->world;
    world->rev = recorded->rev - 1;
    if (recorded->change_count > 0 && recorded->changes[0].kind == CHANGE_CREATE)
        world->next_number = recorded->changes[0].other;
    engine_begin(engine, recorded->received);
    struct twin *twin = world_twin(world, recorded->twin);
    if (twin) turn_touch(engine, twin);
    switch (recorded->kind) {
    case INPUT_SAMPLES:
        give_samples(engine, twin, recorded, then);
        break;
    case INPUT_AGGREGATE: // of members that take no turns here it hears by this alone
        if (twin) turn_aggregate(engine, twin);
        break;
    case INPUT_TIMER:
    case INPUT_EVENT:
    case INPUT_VERSION:
    case INPUT_RETRY:
    case INPUT_AMEND: // of what the record came to, and not this version
        break;
    case INPUT_RETIRE:
        if (twin) turn_retire(engine, twin, &recorded->actor);
        break;
    default:
        if (recorded->change_count > 0) give(engine, twin, recorded, then);
    }
}
