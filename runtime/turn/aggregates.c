// Aggregates: a twin adds up what its related twins have, in an input of its own.
//
// A member's turn only marks the twins that add it up as due; they look at all their members, and
// at nothing else, when the world's clock is there, so a burst of changes is one turn. What is due
// is not state: after a start everybody who adds up does it once. A value depends on the members
// alone and not on the order in which they changed: they are taken by their number.

#include "base/memory.h"
#include "turn/engine.h"

#include <stdlib.h>
#include <string.h>

#define WAIT_US 100000 // from a member's change to the turn of who adds it up, and between two

static bool is_adding(const struct model *model) {
    return model->aggregate_count > 0 || model->process;
}

static void mark(struct world *world, struct twin *twin, int64_t due) {
    if (!is_adding(twin->model)) return;
    if (twin->aggregate_due && twin->aggregate_due <= due) return;
    twin->aggregate_due = due;
    if (twin->due && twin->due <= due) return;
    twin->due = due;
    world_reschedule(world, twin);
}

// Whether a link, as its end `twin` has it, is one that `spec` of that twin goes along.
static bool is_along(const struct world *world, const struct twin *twin, const struct link *link,
                     const char *relationship, bool is_outgoing) {
    if (link->is_incoming == is_outgoing) return false;
    const struct twin *other = world_twin(world, link->other);
    if (!other) return false;
    const struct model *from = link->is_incoming ? other->model : twin->model;
    return strcmp(from->relationships[link->relationship].name, relationship) == 0;
}

static bool is_added_up(const struct world *world, struct twin *twin) {
    if (twin->added_up != ADDED_UP_UNKNOWN) return twin->added_up == ADDED_UP_YES;
    twin->added_up = ADDED_UP_NO;
    for (uint32_t i = 0; i < twin->link_count; i++) {
        const struct twin *other = world_twin(world, twin->links[i].other);
        if (other && is_adding(other->model)) twin->added_up = ADDED_UP_YES;
    }
    return twin->added_up == ADDED_UP_YES;
}

// The numeric value of a member that goes by `name`: measured, reported, derived, else a parameter.
static int find_value(const struct model *model, const char *name) {
    size_t length = strlen(name);
    int field = model_sample_field(model, name, length);
    if (field == NONE) field = model_field(model, FIELD_DERIVED, name, length);
    return field != NONE ? field : model_field(model, FIELD_PARAMETER, name, length);
}

// ---- what a member's turn changes

// Whether a change of the member may move a value that takes `field` of it, NONE: its alarms.
static bool moves(const struct change *change, int field) {
    switch (change->kind) {
    case CHANGE_SAMPLE:
        return field == change->index && !change->is_late;
    case CHANGE_SET:
    case CHANGE_QUALITY:
    case CHANGE_AMEND:
        return field == change->index;
    case CHANGE_ALARM:
        return field == NONE;
    default:
        return false;
    }
}

static bool is_moved_in(const struct changes *changes, int field) {
    for (int i = 0; i < changes->count; i++)
        if (moves(&changes->list[i], field)) return true;
    return false;
}

static bool is_moved(const struct changes *changes, const struct model *adding) {
    const struct model *model = changes->twin->model;
    for (int i = 0; i < adding->aggregate_count; i++) {
        const struct aggregate_spec *spec = &adding->aggregates[i];
        int field = spec->of[0] ? find_value(model, spec->of) : NONE;
        if (field == NONE && spec->kind != AGGREGATE_WORST) continue;
        if (is_moved_in(changes, field)) return true;
    }
    const struct process_spec *process = adding->process;
    if (!process) return false;
    int rate = find_value(model, process->rate), level = find_value(model, process->level);
    return (rate != NONE && is_moved_in(changes, rate)) ||
           (level != NONE && is_moved_in(changes, level));
}

// What the changes say beyond values: who else is concerned whatever it adds up.
static bool notice_kinds(struct world *world, const struct changes *changes, int64_t due) {
    bool is_other = false;
    for (int i = 0; i < changes->count; i++) {
        const struct change *change = &changes->list[i];
        struct twin *end = NULL;
        switch (change->kind) {
        case CHANGE_LINK: // one that is gone leaves no end to find it by
            end = world_twin(world, change->other);
            if (end) mark(world, end, due);
            mark(world, changes->twin, due);
            break;
        case CHANGE_CREATE:
        case CHANGE_LAYOUT:
        case CHANGE_RESET:
            mark(world, changes->twin, due);
            is_other = true;
            break;
        case CHANGE_LIFECYCLE:
            is_other = true;
            break;
        }
    }
    return is_other;
}

void aggregates_notice(struct world *world, const struct changes *changes) {
    struct twin *twin = changes->twin;
    int64_t due = changes->now + WAIT_US;
    bool is_other = notice_kinds(world, changes, due);
    if (twin->link_count == 0 || !is_added_up(world, twin)) return;
    for (uint32_t i = 0; i < twin->link_count; i++) {
        struct twin *other = world_twin(world, twin->links[i].other);
        if (!other || !is_adding(other->model)) continue;
        if (other->aggregate_due && other->aggregate_due <= due) continue; // before any looking up
        if (is_other || is_moved(changes, other->model)) mark(world, other, due);
    }
}

void aggregates_leave(struct world *world, const struct twin *twin) {
    for (uint32_t i = 0; i < twin->link_count; i++) {
        struct twin *other = world_twin(world, twin->links[i].other);
        if (other && other != twin) mark(world, other, world->clock + WAIT_US);
    }
}

void aggregates_start(struct world *world, struct twin *twin) {
    const char *name = twin->model->name;
    const struct model *next = world_next_model(world, twin, name); // it is not touched yet
    if (is_adding(next ? next : twin->model)) twin->aggregate_due = world->clock;
}

// ---- the turn of who adds up

static int compare_number(const void *left, const void *right) {
    const uint32_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

const struct twin **aggregates_members(struct engine *engine, const struct twin *twin,
                                       const char *relationship, bool is_outgoing, int *count) {
    struct region *region = &engine->region;
    uint32_t *numbers = region_alloc(region, sizeof *numbers * (twin->link_count + 1));
    const struct twin **members = region_alloc(region, sizeof(void *) * (twin->link_count + 1));
    *count = 0;
    for (uint32_t i = 0; i < twin->link_count; i++)
        if (is_along(engine->world, twin, &twin->links[i], relationship, is_outgoing))
            numbers[(*count)++] = twin->links[i].other;
    qsort(numbers, (size_t)*count, sizeof *numbers, compare_number);
    for (int i = 0; i < *count; i++)
        members[i] = world_twin(engine->world, numbers[i]);
    return members;
}

bool aggregates_value(const struct twin *member, const char *name, double *number) {
    int field = find_value(member->model, name);
    if (field == NONE || twin_shown(member, field)->quality == QUALITY_BAD) return false;
    struct value value = twin_value(member, field);
    *number = value.type == VALUE_BOOLEAN ? value.boolean : value.number;
    return value.type == VALUE_NUMBER || value.type == VALUE_BOOLEAN;
}

static struct value add_up(const struct aggregate_spec *spec, const struct twin *const *members,
                           int count) {
    double sum = 0, low = 0, high = 0, number;
    int values = 0, worst = 0;
    for (int i = 0; i < count; i++) {
        int severity = (int)twin_severity(members[i]);
        if (severity > worst) worst = severity;
        if (!spec->of[0] || !aggregates_value(members[i], spec->of, &number)) continue;
        sum += number;
        if (values == 0 || number < low) low = number;
        if (values == 0 || number > high) high = number;
        values++;
    }
    switch (spec->kind) {
    case AGGREGATE_COUNT:
        return value_number(spec->of[0] ? values : count);
    case AGGREGATE_WORST:
        return value_number(worst);
    case AGGREGATE_SUM: // nobody there is 0, nobody knows is not
        return values > 0 || count == 0 ? value_number(sum) : value_none();
    case AGGREGATE_MIN:
        return values > 0 ? value_number(low) : value_none();
    case AGGREGATE_MAX:
        return values > 0 ? value_number(high) : value_none();
    case AGGREGATE_MEAN:
        return values > 0 ? value_number(sum / values) : value_none();
    }
    return value_none();
}

void aggregates_set(struct changes *changes, int field, struct value value) {
    if (value.type == VALUE_NUMBER && value.number - value.number != 0) value = value_none();
    if (value_equal(slot_value(&changes->twin->slots[field]), value)) return;
    changes_add(changes, &(struct change){.kind = CHANGE_SET,
                                          .index = (uint16_t)field,
                                          .at = changes->now,
                                          .value = value});
}

// on.FIELD of what moved, then on.input.
static bool run_handlers(struct engine *engine) {
    struct changes *changes = &engine->changes;
    int input_count = changes->input_count;
    for (int i = 0; i < input_count; i++) {
        struct change change = changes->list[i];
        if (change.kind != CHANGE_SET || change.value.type == VALUE_NONE) continue;
        struct trigger trigger = {.kind = TRIGGER_FIELD,
                                  .index = change.index,
                                  .value = twin_value(changes->twin, change.index),
                                  .at = change.at};
        if (!turn_handler(engine, &trigger)) return false;
    }
    return turn_handler(engine, &(struct trigger){.kind = TRIGGER_INPUT});
}

void turn_sums(struct engine *engine, struct twin *twin) {
    struct changes *changes = turn_open(engine, twin);
    for (int i = 0; i < twin->model->aggregate_count; i++) {
        const struct aggregate_spec *spec = &twin->model->aggregates[i];
        int count;
        const struct twin **members =
            aggregates_members(engine, twin, spec->relationship, spec->is_outgoing, &count);
        aggregates_set(changes, spec->field, add_up(spec, members, count));
    }
    process_step(engine, twin);
    int set_count = changes->count, next_alarm = 0;
    for (int i = 0; i < set_count; i++)
        if (changes->list[i].kind == CHANGE_SET)
            changes_estimate(changes, changes->list[i].index, changes->now);
    for (int i = 0; i < set_count; i++)
        if (changes->list[i].kind == CHANGE_SET) alarms_check(changes, changes->list[i].index);
    changes_mark(changes);
    if (changes->count == 0) return;
    if (turn_alarm_handlers(engine, &next_alarm) && run_handlers(engine))
        turn_alarm_handlers(engine, &next_alarm);
    turn_close(engine, &(struct cause){.kind = INPUT_AGGREGATE});
}

void turn_aggregate(struct engine *engine, struct twin *twin) {
    engine->external_rev = engine->world->rev + 1;
    engine->ordinal = 0;
    turn_touch(engine, twin);
    twin->aggregate_due = 0;
    turn_sums(engine, twin);
    timers_schedule(engine->world, twin, engine->script);
    engine_drain(engine);
}
