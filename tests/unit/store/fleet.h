// A fleet that turns at random, from a seed: what the engine does to world, log and checkpoints,
// without it.
//
// Every kind of change occurs. The same seed makes the same fleet.

#ifndef STORE_FLEET_H
#define STORE_FLEET_H

#include "predict/ewma.h"
#include "predict/ring.h"
#include "store/checkpoint.h"
#include "store/fixture.h"
#include "store/recovery.h"
#include "twin/twin.h"

struct fleet {
    struct fixture *fixture;
    struct checkpoint *checkpoint;
    struct world *world;
    struct region region;
    struct changes changes;
    uint64_t random;
    uint32_t most_twins;
    const struct model *models[2]; // the older and the newer layout
    struct {                       // an event that was sent and is not consumed
        uint64_t rev;
        uint16_t index;
        uint32_t target;
    } event;
};

static inline uint64_t draw(struct fleet *fleet, uint64_t below) {
    fleet->random ^= fleet->random << 13;
    fleet->random ^= fleet->random >> 7;
    fleet->random ^= fleet->random << 17;
    return (fleet->random >> 11) % below;
}

// The newer one has a field more, which moves the others, and no second relationship.
static inline struct model *fleet_model(bool is_newer) {
    struct model *model = model_new("pump");
    model_add_field(model, FIELD_PARAMETER, "limit");
    int temperature = 1;
    model_add_field(model, FIELD_TELEMETRY, "temperature");
    if (is_newer) model_add_field(model, FIELD_TELEMETRY, "pressure");
    model_add_field(model, FIELD_DESIRED, "speed");
    model_add_field(model, FIELD_DERIVED, "load");
    model_add_field(model, FIELD_STATE, "mode")->type = VALUE_TEXT;
    model_add_field(model, FIELD_STATE, "place")->type = VALUE_LOCATION;
    model_need_window(model, temperature, (int64_t)3600 * SECOND);
    struct estimator_spec *mean = model_add_estimator(model, "mean", &ewma_kind);
    mean->as.settings[0] = 60;
    mean->fields[mean->field_count++] = temperature;
    model_add_estimator(model, "recent", &ring_kind)->as.settings[0] = 8;
    struct alarm_spec *hot = model_add_alarm(model, "hot");
    hot->severity = SEVERITY_WARNING;
    hot->field = temperature;
    hot->limit = 80;
    hot->limit_field = NONE;
    hot->is_above = true;
    model_add_relationship(model, "feeds");
    if (!is_newer) model_add_relationship(model, "near");
    struct prediction_spec *wear = model_add_prediction(model, "wear");
    wear->field = temperature;
    wear->every_us = SECOND;
    model_add_event(model, "knock");
    model_finish(model);
    return model;
}

static inline int fleet_field(const struct twin *twin, enum field_kind kind, const char *name) {
    return model_field(twin->model, kind, name, strlen(name));
}

// ---- turns ----

static inline struct changes *turn_begin(struct fleet *fleet, struct twin *twin) {
    fleet->world->clock += 1 + (int64_t)draw(fleet, SECOND);
    region_reset(&fleet->region);
    changes_begin(&fleet->changes, twin, fleet->world->rev + 1, fleet->world->clock);
    return &fleet->changes;
}

static inline struct revision describe(struct fleet *fleet, enum input_kind kind) {
    struct changes *changes = &fleet->changes;
    return (struct revision){.rev = changes->rev,
                             .previous = changes->twin->rev,
                             .twin = changes->twin->number,
                             .received = changes->now,
                             .kind = kind,
                             .message = kind == INPUT_SAMPLES ? changes->rev * 77 : 0,
                             .version = 5,
                             .changes = changes->list,
                             .change_count = changes->count,
                             .input_count = changes->count};
}

static inline void turn_end(struct fleet *fleet, const struct revision *revision) {
    struct twin *twin = fleet->changes.twin;
    fleet->world->rev = revision->rev;
    twin->rev = revision->rev;
    twin->version = revision->version;
    world_mark_dirty(fleet->world, twin);
    log_append_layout(fleet->fixture->log, twin->model);
    log_append(fleet->fixture->log, revision);
    if (++twin->revs_since_state < 12) return;
    log_append_state(fleet->fixture->log, twin);
    twin->revs_since_state = 0;
    twin->state_logged_at = revision->received;
}

static inline void end(struct fleet *fleet, enum input_kind kind) {
    struct revision revision = describe(fleet, kind);
    turn_end(fleet, &revision);
}

static inline struct twin *fleet_create(struct fleet *fleet) {
    char id[32];
    struct changes *changes = turn_begin(fleet, NULL);
    struct change create = {.kind = CHANGE_CREATE,
                            .other = fleet->world->next_number,
                            .layout = fleet->models[draw(fleet, 2)]->layout,
                            .at = changes->now};
    // Ids come again after a twin was retired, numbers do not.
    for (uint64_t i = draw(fleet, 1000);; i++) {
        create.text.length = (uint32_t)snprintf(id, sizeof id, "p-%llu", (unsigned long long)i);
        if (!world_find(fleet->world, id, create.text.length)) break;
    }
    create.text.text = id;
    // The layout must be in the log before its first use.
    log_append_layout(fleet->fixture->log, world_layout(fleet->world, create.layout));
    changes_add(changes, &create);
    end(fleet, INPUT_CONFIGURE);
    return changes->twin;
}

static inline void fleet_retire(struct fleet *fleet, struct twin *twin) {
    struct changes *changes = turn_begin(fleet, twin);
    struct change retire = {.kind = CHANGE_RETIRE, .at = changes->now};
    struct revision revision = describe(fleet, INPUT_RETIRE);
    revision.changes = &retire;
    revision.change_count = revision.input_count = 1;
    fleet->world->rev = revision.rev;
    log_append(fleet->fixture->log, &revision);
    if (fleet->checkpoint) checkpoint_removed(fleet->checkpoint, twin->number, revision.rev);
    if (fleet->event.target == twin->number) fleet->event.target = 0; // never to be consumed
    change_apply(fleet->world, &changes->twin, &retire, revision.rev);
}

static inline void fleet_sample(struct fleet *fleet, struct twin *twin) {
    struct changes *changes = turn_begin(fleet, twin);
    int field = fleet_field(twin, FIELD_TELEMETRY, "temperature");
    enum quality quality;
    if (changes_sample(changes, field, value_number((double)draw(fleet, 1000) / 10), changes->now,
                       &quality)) {
        changes_estimate(changes, field, changes->now);
        alarms_check(changes, field);
    }
    changes_mark(changes);
    changes_set(changes, fleet_field(twin, FIELD_DERIVED, "load"),
                value_number((double)draw(fleet, 100)), NULL);
    changes_add(changes, &(struct change){.kind = CHANGE_ESTIMATE,
                                          .index = 1,
                                          .at = changes->now,
                                          .value = value_number((double)draw(fleet, 9))});
    end(fleet, INPUT_SAMPLES);
}

static inline void fleet_set(struct fleet *fleet, struct twin *twin) {
    static const char *const modes[] = {"off", "idle", "running at the limit of what it can"};
    struct changes *changes = turn_begin(fleet, twin);
    const char *mode = modes[draw(fleet, 3)];
    changes_set(changes, fleet_field(twin, FIELD_DESIRED, "speed"),
                value_number((double)draw(fleet, 3000)), NULL);
    changes_set(changes, fleet_field(twin, FIELD_STATE, "mode"),
                draw(fleet, 4) ? value_text(mode, (uint32_t)strlen(mode)) : value_none(), NULL);
    struct location place = {(double)draw(fleet, 90) / 7, (double)draw(fleet, 180) / 7, 3,
                             draw(fleet, 2)};
    changes_set(changes, fleet_field(twin, FIELD_STATE, "place"),
                draw(fleet, 4) ? value_location(&place) : value_none(), NULL);
    end(fleet, INPUT_DESIRED);
}

static inline void fleet_notes(struct fleet *fleet, struct twin *twin) {
    struct changes *changes = turn_begin(fleet, twin);
    struct change timer = {.kind = CHANGE_TIMER, .at = draw(fleet, 2) ? changes->now + SECOND : 0};
    timer.text.text = draw(fleet, 2) ? "look" : "rest";
    timer.text.length = 4;
    changes_add(changes, &timer);
    struct change forecast = {.kind = CHANGE_FORECAST,
                              .at = changes->now,
                              .value = value_number((double)draw(fleet, 50))};
    forecast.forecast.low = 1;
    forecast.forecast.high = 2;
    forecast.forecast.of_rev = twin->rev;
    changes_add(changes, &forecast);
    struct change attributes = {.kind = CHANGE_ATTRIBUTES};
    attributes.text.text = draw(fleet, 2) ? "{\"site\":\"north\"}" : "{}";
    attributes.text.length = (uint32_t)strlen(attributes.text.text);
    changes_add(changes, &attributes);
    end(fleet, INPUT_TIMER);
}

static inline void fleet_link(struct fleet *fleet, struct twin *twin, struct twin *other) {
    struct changes *changes = turn_begin(fleet, twin);
    uint64_t relationships = (uint64_t)twin->model->relationship_count;
    changes_add(changes, &(struct change){.kind = CHANGE_LINK,
                                          .state = draw(fleet, 3) > 0,
                                          .index = (uint16_t)draw(fleet, relationships),
                                          .other = other->number,
                                          .at = changes->now});
    end(fleet, INPUT_CONFIGURE);
}

static inline void fleet_relayout(struct fleet *fleet, struct twin *twin) {
    if (twin->model == fleet->models[1]) return;
    log_append_layout(fleet->fixture->log, fleet->models[1]);
    struct changes *changes = turn_begin(fleet, twin);
    changes_add(changes, &(struct change){.kind = CHANGE_LAYOUT,
                                          .at = changes->now,
                                          .layout = fleet->models[1]->layout});
    end(fleet, INPUT_VERSION);
}

static inline void fleet_send(struct fleet *fleet, struct twin *twin, struct twin *other) {
    struct changes *changes = turn_begin(fleet, twin);
    struct value arguments[2] = {value_number((double)draw(fleet, 10)), value_text("hard", 4)};
    struct change event = {.kind = CHANGE_EVENT, .other = other->number, .at = changes->now};
    event.event.arguments = arguments;
    event.event.argument_count = 2;
    changes_add(changes, &event);
    end(fleet, INPUT_SAMPLES);
    fleet->event.rev = changes->rev;
    fleet->event.index = 0;
    fleet->event.target = other->number;
}

static inline void fleet_consume(struct fleet *fleet) {
    struct twin *twin = world_twin(fleet->world, fleet->event.target);
    fleet->event.target = 0;
    if (!twin) return;
    turn_begin(fleet, twin);
    struct revision revision = describe(fleet, INPUT_EVENT);
    revision.from_rev = fleet->event.rev;
    revision.from_index = fleet->event.index;
    turn_end(fleet, &revision);
}

static inline struct twin *any_twin(struct fleet *fleet) {
    uint32_t start = (uint32_t)draw(fleet, fleet->world->next_number);
    for (uint32_t i = 0; i < fleet->world->next_number; i++) {
        struct twin *twin = world_twin(fleet->world, (start + i) % fleet->world->next_number);
        if (twin) return twin;
    }
    return NULL;
}

// One input, and what it causes. An event may stay unconsumed until the next one.
static inline void fleet_turn(struct fleet *fleet) {
    if (fleet->event.target) {
        fleet_consume(fleet);
        return;
    }
    struct twin *twin = any_twin(fleet), *other = any_twin(fleet);
    uint64_t what = draw(fleet, 100);
    bool is_full = fleet->world->twin_count >= fleet->most_twins;
    if (!twin || (what < 8 && !is_full))
        fleet_create(fleet);
    else if (what < 12)
        fleet_retire(fleet, twin);
    else if (what < 20)
        fleet_link(fleet, twin, other);
    else if (what < 22)
        fleet_relayout(fleet, twin);
    else if (what < 30)
        fleet_set(fleet, twin);
    else if (what < 36)
        fleet_notes(fleet, twin);
    else if (what < 44)
        fleet_send(fleet, twin, other);
    else
        fleet_sample(fleet, twin);
}

// ---- its life ----

static inline struct recovery fleet_recover(struct fleet *fleet, struct fixture *fixture,
                                            const struct recovery_options *options) {
    static const struct recovery_options plain = {0};
    struct recovery recovery;
    struct err err = {0};
    *fleet = (struct fleet){.fixture = fixture, .random = 88172645463325252u, .most_twins = 30};
    fixture_open(fixture);
    struct checkpoint_options where = {.dir = fixture->dir, .metrics = fixture->metrics};
    fleet->checkpoint = checkpoint_open(&where, &err);
    if (!fleet->checkpoint) fail_msg("%s", err.text);
    fleet->world = world_new();
    if (!recovery_run(fixture->log, fleet->checkpoint, fleet->world, options ? options : &plain,
                      &recovery, &err))
        fail_msg("%s", err.text);
    if (fleet->world->clock == 0) fleet->world->clock = START_TIME;
    fleet->models[0] = world_adopt_model(fleet->world, fleet_model(false));
    fleet->models[1] = world_adopt_model(fleet->world, fleet_model(true));
    changes_init(&fleet->changes, fleet->world, &fleet->region);
    return recovery;
}

static inline void fleet_commit(struct fleet *fleet) {
    if (!log_wants_submit(fleet->fixture->log)) return;
    submit(fleet->fixture, fleet->world->rev);
    checkpoint_on_durable(fleet->checkpoint, log_durable(fleet->fixture->log));
}

// Whole rounds, until everything is on disk.
static inline void fleet_checkpoint(struct fleet *fleet) {
    fleet_commit(fleet);
    uint64_t rev = fleet->world->rev;
    while (checkpoint_covered(fleet->checkpoint) < rev) {
        checkpoint_slice(fleet->checkpoint, fleet->world, 1000);
        poll(NULL, 0, 1);
    }
}

static inline void fleet_close(struct fleet *fleet) {
    log_close(fleet->fixture->log);
    fleet->fixture->log = NULL;
    checkpoint_on_durable(fleet->checkpoint, fleet->world->rev);
    checkpoint_close(fleet->checkpoint);
    fixture_close(fleet->fixture);
    changes_fini(&fleet->changes);
    region_fini(&fleet->region);
    world_free(fleet->world);
}

#endif
