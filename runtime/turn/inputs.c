// External inputs: samples, operators' wishes, configuration, forecasts. Each begins with the clock
// and the timers, applies its own changes, runs the handlers they call for, and drains the events
// that caused.

#include "base/err.h"
#include "turn/engine.h"

#include <string.h>

void engine_begin(struct engine *engine, int64_t received) {
    if (received > engine->world->clock) engine->world->clock = received;
    engine_timers(engine, engine->world->clock);
    engine->external_rev = engine->world->rev + 1;
    engine->ordinal = 0;
    engine->depth = 0;
}

void turn_create(struct engine *engine, const struct model *model, const char *id, size_t length) {
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
    for (int i = 0; i < count; i++)
        is_any_seen |= is_seen[i] == 1;
    if (is_any_seen && !turn_handler(engine, &(struct trigger){.kind = TRIGGER_PHYSICS}))
        return false;
    for (int i = 0; i < count; i++) {
        bool is_bad = is_seen[i] == 2;
        if (is_seen[i] == 0) continue;
        const struct twin *twin = engine->changes.twin;
        struct trigger trigger = {.kind = is_bad ? TRIGGER_BAD : TRIGGER_FIELD,
                                  .index = samples[i].field,
                                  .value = is_bad ? slot_value(twin_shown(twin, samples[i].field))
                                                  : twin_value(twin, samples[i].field),
                                  .at = samples[i].at};
        if (!turn_handler(engine, &trigger)) return false;
    }
    return !is_any_seen || turn_handler(engine, &(struct trigger){.kind = TRIGGER_INPUT});
}

// All samples of one time: applied, estimators, alarms, handlers.
uint64_t turn_samples(struct engine *engine, const struct samples_input *input,
                      struct sample *samples, int count) {
    struct changes *changes = turn_open(engine, input->twin);
    bool is_new = !changes->twin;
    changes->measured = samples[0].at;
    if (is_new) turn_create(engine, input->model, input->id, input->id_length);
    uint8_t *is_seen = region_alloc(&engine->region, (size_t)count); // 0 late, 1 seen, 2 bad
    for (int i = 0; i < count; i++) {
        enum quality quality;
        bool is_fresh =
            changes_sample(changes, samples[i].field, samples[i].value, samples[i].at, &quality);
        bool is_late = !is_fresh && changes->list[changes->count - 1].is_late;
        is_seen[i] = is_fresh ? 1 : is_late ? 0 : 2;
    }
    for (int i = 0; i < count; i++)
        if (is_seen[i] == 1) changes_estimate(changes, samples[i].field, samples[i].at);
    for (int i = 0; i < count; i++)
        if (is_seen[i] == 1) alarms_check(changes, samples[i].field);
    int next_alarm = 0;
    changes_mark(changes);
    bool is_good = !is_new || turn_handler(engine, &(struct trigger){.kind = TRIGGER_INIT});
    is_good = is_good && turn_alarm_handlers(engine, &next_alarm);
    is_good = is_good && run_sample_handlers(engine, samples, is_seen, count);
    if (is_good) turn_alarm_handlers(engine, &next_alarm);
    return turn_close(
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

// The twin was held back after its fields were looked up: what its own version does not have cannot
// be kept.
static bool translate(struct samples_input *input, const struct model *meant, struct err *err) {
    const struct model *has = input->twin->model;
    int kept = 0;
    for (int i = 0; i < input->count; i++) {
        struct sample sample = input->samples[i];
        sample.field = turn_same_field(meant, sample.field, has);
        if (sample.field != NONE) input->samples[kept++] = sample;
    }
    if (kept == 0)
        return err_set(err, ERR_NOT_FOUND,
                       "twin %s could not migrate and stays on its version, which has no field of "
                       "that name: see its failure, then deploy a version whose migrate works",
                       input->twin->id);
    input->count = kept;
    return true;
}

bool engine_samples(struct engine *engine, struct samples_input *input, uint64_t *rev,
                    struct err *err) {
    struct samples_input now = *input;
    const struct model *meant = now.twin ? world_model_of(engine->world, now.twin) : NULL;
    engine_begin(engine, input->received);
    if (now.twin) turn_touch(engine, now.twin);
    if (now.twin && now.twin->model != meant && !translate(&now, meant, err)) return false;
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
    engine_drain(engine);
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
void turn_desired_handlers(struct engine *engine) {
    struct changes *changes = &engine->changes;
    int input_count = changes->input_count, next_alarm = 0;
    for (int i = 0; i < input_count; i++) {
        struct change change = changes->list[i];
        if (change.kind != CHANGE_SET ||
            changes->twin->model->fields[change.index].kind != FIELD_DESIRED)
            continue;
        struct trigger trigger = {
            .kind = TRIGGER_DESIRED, .index = change.index, .value = change.value};
        if (!turn_handler(engine, &trigger)) return;
    }
    turn_alarm_handlers(engine, &next_alarm);
}

static bool set_field(struct changes *changes, const struct model *meant, int field,
                      struct value value, struct err *err) {
    const struct twin *twin = changes->twin;
    int place = turn_same_field(meant, field, twin->model);
    if (place != NONE) return changes_set(changes, place, value, err);
    return err_set(err, ERR_NOT_FOUND, "twin %s is held on a version that has no %s '%s'", twin->id,
                   field_kind_name(meant->fields[field].kind), meant->fields[field].name);
}

bool engine_desired(struct engine *engine, struct twin *twin, const struct setting *settings,
                    int count, uint64_t if_rev, const struct actor *actor, int64_t received,
                    uint64_t *rev, struct err *err) {
    const struct model *meant = world_model_of(engine->world, twin);
    engine_begin(engine, received);
    turn_touch(engine, twin);
    if (!check_if_rev(twin, if_rev, err)) return false;
    struct changes *changes = turn_open(engine, twin);
    changes_mark(changes); // so that a refused setting takes the others back
    for (int i = 0; i < count; i++) {
        if (set_field(changes, meant, settings[i].field, settings[i].value, err)) continue;
        changes_drop(changes);
        return false;
    }
    *rev = twin->rev;
    if (changes->count == 0) return true; // it was so already
    changes_mark(changes);
    turn_desired_handlers(engine);
    *rev = turn_close(engine, &(struct cause){.kind = INPUT_DESIRED, .actor = actor});
    engine_drain(engine);
    return true;
}

static void set_links(struct changes *changes, const struct configure_input *input) {
    const struct twin *twin = changes->twin;
    for (uint32_t i = twin->link_count; i-- > 0;) {
        struct link link = twin->links[i];
        bool is_kept = link.is_incoming;
        for (int j = 0; j < input->link_count && !is_kept; j++)
            is_kept = turn_same_relationship(input->model, input->links[j].relationship,
                                             twin->model) == link.relationship &&
                      input->links[j].other->number == link.other;
        if (!is_kept)
            changes_add(changes, &(struct change){.kind = CHANGE_LINK,
                                                  .index = link.relationship,
                                                  .other = link.other,
                                                  .at = changes->now});
    }
    for (int i = 0; i < input->link_count; i++) {
        int relationship =
            turn_same_relationship(input->model, input->links[i].relationship, twin->model);
        bool is_there = relationship == NONE; // held on a version without it
        for (uint32_t j = 0; j < twin->link_count && !is_there; j++)
            is_there = !twin->links[j].is_incoming && twin->links[j].relationship == relationship &&
                       twin->links[j].other == input->links[i].other->number;
        if (!is_there)
            changes_add(changes, &(struct change){.kind = CHANGE_LINK,
                                                  .state = 1,
                                                  .index = (uint16_t)relationship,
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
    engine_begin(engine, received);
    struct twin *twin = world_find(engine->world, input->id, input->id_length);
    if (twin) turn_touch(engine, twin);
    if (twin && strcmp(twin->model->name, input->model->name) != 0)
        return err_set(err, ERR_INVALID, "twin %s is a %s and cannot become a %s: delete it first",
                       twin->id, twin->model->name, input->model->name);
    struct changes *changes = turn_open(engine, twin);
    *is_new = !twin;
    if (*is_new) turn_create(engine, input->model, input->id, input->id_length);
    int created = changes->count;
    changes_mark(changes);
    for (int i = 0; i < input->parameter_count; i++) {
        if (set_field(changes, input->model, input->parameters[i].field, input->parameters[i].value,
                      err))
            continue;
        changes_drop(changes);
        if (*is_new) world_remove(engine->world, changes->twin);
        return false;
    }
    changes->is_marked = false; // nothing below can fail
    set_attributes(changes, input->attributes);
    if (input->has_links) set_links(changes, input);
    if (input->has_lifecycle && input->lifecycle != changes->twin->lifecycle)
        changes_add(changes, &(struct change){.kind = CHANGE_LIFECYCLE,
                                              .state = input->lifecycle,
                                              .at = changes->now});
    for (int i = 0; i < input->parameter_count; i++)
        alarms_check(changes, turn_same_field(input->model, input->parameters[i].field,
                                              changes->twin->model));
    *rev = changes->twin->rev;
    if (changes->count == 0) return true;
    changes_mark(changes);
    int next_alarm = created;
    if (!*is_new || turn_handler(engine, &(struct trigger){.kind = TRIGGER_INIT}))
        turn_alarm_handlers(engine, &next_alarm);
    *rev = turn_close(engine, &(struct cause){.kind = INPUT_CONFIGURE, .actor = &input->actor});
    engine_drain(engine);
    return true;
}

uint64_t turn_retire(struct engine *engine, struct twin *twin, const struct actor *actor) {
    parts_retire(engine, twin, actor); // first: who waits for the asset's rev waits for theirs
    turn_open(engine, twin);
    struct change retire = {.kind = CHANGE_RETIRE, .at = engine->world->clock};
    struct revision revision =
        turn_describe(engine, &(struct cause){.kind = INPUT_RETIRE, .actor = actor});
    revision.changes = &retire;
    revision.change_count = revision.input_count = 1;
    uint64_t rev = engine->world->rev = engine->changes.rev;
    ++*engine->turns;
    engine->sink.on_revision(engine->sink.context, twin, &revision);
    aggregates_leave(engine->world, twin);
    change_apply(engine->world, &engine->changes.twin, &retire, rev);
    return rev;
}

void engine_retire(struct engine *engine, struct twin *twin, const struct actor *actor,
                   int64_t received, uint64_t *rev) {
    engine_begin(engine, received);
    *rev = turn_retire(engine, twin, actor);
}

bool engine_acknowledge(struct engine *engine, struct twin *twin, int alarm,
                        const struct actor *actor, int64_t received, uint64_t *rev,
                        struct err *err) {
    const struct model *meant = world_model_of(engine->world, twin);
    engine_begin(engine, received);
    turn_touch(engine, twin);
    int place = turn_same_alarm(meant, alarm, twin->model);
    if (place == NONE)
        return err_set(err, ERR_NOT_FOUND, "twin %s is held on a version that has no alarm '%s'",
                       twin->id, meant->alarms[alarm].name);
    alarm = place;
    const struct alarm *now = &twin->alarms[alarm];
    if (now->state != ALARM_ACTIVE)
        return err_set(err, ERR_PRECONDITION, "alarm %s of %s is not active",
                       twin->model->alarms[alarm].name, twin->id);
    *rev = twin->rev;
    if (now->is_acked) return true;
    struct changes *changes = turn_open(engine, twin);
    changes_add(changes, &(struct change){.kind = CHANGE_ALARM,
                                          .index = (uint16_t)alarm,
                                          .state = ALARM_ACTIVE,
                                          .is_acked = true,
                                          .at = now->since,
                                          .value = value_number(now->value)});
    *rev = turn_close(engine, &(struct cause){.kind = INPUT_ACKNOWLEDGE, .actor = actor});
    return true;
}

void engine_forecast(struct engine *engine, struct twin *twin, int prediction, uint64_t of_rev,
                     const struct prediction_result *result, int64_t received) {
    const struct model *looked = twin->model;
    engine_begin(engine, received);
    turn_touch(engine, twin);
    if (twin->model != looked) return; // of another version: the next look tells
    if (!result->has_value && !twin->forecasts[prediction].is_present) return;
    struct changes *changes = turn_open(engine, twin);
    struct change change = {.kind = CHANGE_FORECAST,
                            .index = (uint16_t)prediction,
                            .at = changes->now,
                            .value =
                                result->has_value ? value_number(result->value) : value_none()};
    change.forecast.low = result->low;
    change.forecast.high = result->high;
    change.forecast.of_rev = of_rev;
    int next_alarm = 0;
    changes_add(changes, &change);
    alarms_foresee(changes, prediction);
    changes_mark(changes);
    turn_alarm_handlers(engine, &next_alarm);
    turn_close(engine, &(struct cause){.kind = INPUT_PREDICTION, .from_rev = of_rev});
    engine_drain(engine);
}
