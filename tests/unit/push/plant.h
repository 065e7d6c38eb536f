// A small plant for tests: a real world of pumps and tanks, behind a door that turns without
// scripts.
//
// pump: parameter hot (90 Cel), telemetry temperature (-20..150 Cel) and vibration, property speed
// (0..3600 1/min, writable) and mode (text, read-only), derived health, alarm overheating
// (critical, above hot), alarm shaking (warning, vibration above 7), prediction bearing_wear (h),
// relationship feeds (tank), part motor. tank: telemetry level (%). Time stands still but where a
// test moves it.

#ifndef TESTS_UNIT_PUSH_PLANT_H
#define TESTS_UNIT_PUSH_PLANT_H

#include "base/err.h"
#include "base/memory.h"
#include "twin/adoption.h"
#include "twin/change.h"
#include "twin/input.h"
#include "twin/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLANT_START 1795370400000000 // 2026-11-22T18:00:00Z

struct plant {
    struct world *world;
    struct region region;
    struct changes changes;
    struct door door;
    struct adoptions adoptions;
    uint64_t durable_rev;
    bool is_durable_late; // the test says when, by plant_store
    bool is_disk_full;
    uint8_t last_actor_kind;
    char last_actor[47];
    void (*on_change)(void *context, const struct twin *twin, const struct change *changes,
                      int count);
    void (*on_durable)(void *context, uint64_t rev);
    void *context;
};

static inline void plant_text(char **place, const char *text) {
    free(*place);
    *place = xstrdup(text);
}

static inline const struct model *plant_pump(struct plant *plant, bool is_newer) {
    struct model *model = model_new("pump");
    plant_text(&model->title, "Centrifugal pump");
    model->level = LEVEL_ASSET;
    plant_text(&model->match, "pump-*");
    model->auto_create = true;
    struct field *field = model_add_field(model, FIELD_PARAMETER, "hot");
    plant_text(&field->unit, "Cel");
    field->default_value = value_number(90);
    field->has_range = true, field->low = 40, field->high = 150;
    int hot = model->field_count - 1;
    field = model_add_field(model, FIELD_TELEMETRY, "temperature");
    plant_text(&field->unit, "Cel");
    field->has_range = true, field->low = -20, field->high = 150;
    int temperature = model->field_count - 1;
    field = model_add_field(model, FIELD_TELEMETRY, is_newer ? "shaking_speed" : "vibration");
    plant_text(&field->unit, "mm/s");
    int vibration = model->field_count - 1;
    field = model_add_field(model, FIELD_REPORTED, "speed");
    plant_text(&field->unit, "1/min");
    field->has_range = true, field->low = 0, field->high = 3600;
    field->is_writable = true;
    field = model_add_field(model, FIELD_DESIRED, "speed");
    plant_text(&field->unit, "1/min");
    field->has_range = true, field->low = 0, field->high = 3600;
    field = model_add_field(model, FIELD_REPORTED, "mode");
    field->type = VALUE_TEXT;
    field = model_add_field(model, FIELD_DERIVED, "health");
    plant_text(&field->unit, "%");
    struct alarm_spec *alarm = model_add_alarm(model, "overheating");
    alarm->severity = SEVERITY_CRITICAL;
    alarm->field = temperature, alarm->is_above = true, alarm->limit_field = hot;
    alarm->deadband = 10;
    plant_text(&alarm->text, "{temperature} Cel");
    plant_text(&alarm->advice, "Check the {nothing}");
    alarm = model_add_alarm(model, "shaking");
    alarm->severity = SEVERITY_WARNING;
    alarm->field = vibration, alarm->is_above = true, alarm->limit_field = NONE, alarm->limit = 7;
    struct prediction_spec *prediction = model_add_prediction(model, "bearing_wear");
    plant_text(&prediction->unit, "h");
    prediction->every_us = 600000000;
    prediction->band = 0.9;
    prediction->field = vibration, prediction->has_limit = true, prediction->is_above = true;
    prediction->limit_field = NONE, prediction->limit = 7;
    plant_text(&model_add_relationship(model, "feeds")->target, "tank");
    plant_text(&model_add_part(model, "motor")->model, "motor");
    model_finish(model);
    return world_adopt_model(plant->world, model);
}

static inline const struct model *plant_tank(struct plant *plant) {
    struct model *model = model_new("tank");
    model->level = LEVEL_ASSET;
    plant_text(&model->match, "tank-*");
    model->auto_create = true;
    plant_text(&model_add_field(model, FIELD_TELEMETRY, "level")->unit, "%");
    model_finish(model);
    return world_adopt_model(plant->world, model);
}

static inline void plant_use(struct plant *plant, bool is_newer) {
    const struct model *models[] = {plant_pump(plant, is_newer), plant_tank(plant)};
    world_set_current(plant->world, models, 2);
}

// ---- turns ----

static inline void plant_open(struct plant *plant, struct twin *twin) {
    region_reset(&plant->region);
    changes_begin(&plant->changes, twin, plant->world->rev + 1, plant->world->clock);
}

static inline void plant_store(struct plant *plant, uint64_t rev) {
    plant->durable_rev = rev;
    if (plant->on_durable) plant->on_durable(plant->context, rev);
}

static inline uint64_t plant_close(struct plant *plant) {
    struct changes *changes = &plant->changes;
    plant->world->rev = changes->rev;
    changes->twin->rev = changes->rev;
    if (plant->on_change)
        plant->on_change(plant->context, changes->twin, changes->list, changes->count);
    if (!plant->is_durable_late) plant_store(plant, changes->rev);
    return changes->rev;
}

static inline void plant_add_create(struct plant *plant, const struct model *model,
                                    const char *id) {
    struct change create = {.kind = CHANGE_CREATE,
                            .other = plant->world->next_number,
                            .layout = model->layout,
                            .at = plant->world->clock};
    create.text.text = region_copy(&plant->region, id, strlen(id));
    create.text.length = (uint32_t)strlen(id);
    changes_add(&plant->changes, &create);
}

static inline struct twin *plant_create(struct plant *plant, const char *model, const char *id) {
    plant_open(plant, NULL);
    plant_add_create(plant, world_model(plant->world, model, strlen(model)), id);
    struct twin *twin = plant->changes.twin;
    plant_close(plant);
    return twin;
}

static inline void plant_sample(struct plant *plant, struct twin *twin, const char *name,
                                struct value value) {
    enum quality quality;
    plant->world->clock += 1000;
    plant_open(plant, twin);
    int field = model_sample_field(twin->model, name, strlen(name));
    if (changes_sample(&plant->changes, field, value, plant->world->clock, &quality))
        alarms_check(&plant->changes, field);
    plant_close(plant);
}

static inline void plant_forecast(struct plant *plant, struct twin *twin, double value) {
    plant_open(plant, twin);
    struct change forecast = {
        .kind = CHANGE_FORECAST, .value = value_number(value), .at = plant->world->clock};
    forecast.forecast.low = value - 10;
    forecast.forecast.high = value + 10;
    changes_add(&plant->changes, &forecast);
    plant_close(plant);
}

static inline void plant_relayout(struct plant *plant, struct twin *twin) {
    const struct model *model =
        world_model(plant->world, twin->model->name, strlen(twin->model->name));
    plant_open(plant, twin);
    changes_add(&plant->changes, &(struct change){.kind = CHANGE_LAYOUT, .layout = model->layout});
    plant_close(plant);
}

static inline void plant_retire(struct plant *plant, struct twin *twin) {
    struct change retire = {.kind = CHANGE_RETIRE};
    uint64_t rev = ++plant->world->rev;
    if (plant->on_change) plant->on_change(plant->context, twin, &retire, 1);
    change_apply(plant->world, &twin, &retire, rev);
    if (!plant->is_durable_late) plant_store(plant, rev);
}

// ---- the door ----

static inline bool plant_may_turn(struct plant *plant, const struct actor *actor, struct err *err) {
    plant->last_actor_kind = actor->kind;
    snprintf(plant->last_actor, sizeof plant->last_actor, "%.*s", actor->length, actor->bytes);
    return !plant->is_disk_full ||
           err_set(err, ERR_UNAVAILABLE, "nothing can be stored now: the disk is full");
}

static inline bool plant_door_desired(void *context, struct twin *twin,
                                      const struct setting *settings, int count, uint64_t if_rev,
                                      const struct actor *actor, uint64_t *rev, struct err *err) {
    struct plant *plant = context;
    if (!plant_may_turn(plant, actor, err)) return false;
    for (int i = 0; if_rev && i < twin->model->field_count; i++)
        if (twin->model->fields[i].kind == FIELD_DESIRED && twin->slots[i].rev > if_rev)
            return err_set(err, ERR_PRECONDITION, "desired.%s was changed after rev %llu",
                           twin->model->fields[i].name, (unsigned long long)if_rev);
    plant_open(plant, twin);
    changes_mark(&plant->changes);
    for (int i = 0; i < count; i++) {
        if (changes_set(&plant->changes, settings[i].field, settings[i].value, err)) continue;
        changes_drop(&plant->changes);
        return false;
    }
    *rev = plant->changes.count > 0 ? plant_close(plant) : twin->rev;
    return true;
}

static inline bool plant_is_linked(const struct twin *from, const struct link_setting *link) {
    for (uint32_t i = 0; i < from->link_count; i++)
        if (!from->links[i].is_incoming && from->links[i].relationship == link->relationship &&
            from->links[i].other == link->other->number)
            return true;
    return false;
}

static inline bool plant_door_link(void *context, struct twin *from, int relationship,
                                   struct twin *to, bool is_there, const struct actor *actor,
                                   uint64_t *rev, struct err *err) {
    struct plant *plant = context;
    struct link_setting link = {relationship, to};
    if (!plant_may_turn(plant, actor, err)) return false;
    *rev = from->rev;
    if (plant_is_linked(from, &link) == is_there) return true;
    plant_open(plant, from);
    changes_add(&plant->changes, &(struct change){.kind = CHANGE_LINK,
                                                  .state = is_there,
                                                  .index = (uint16_t)relationship,
                                                  .other = to->number});
    *rev = plant_close(plant);
    return true;
}

static inline bool plant_door_live(void *context, struct twin *twin, enum lifecycle lifecycle,
                                   const struct actor *actor, uint64_t *rev, struct err *err) {
    struct plant *plant = context;
    if (!plant_may_turn(plant, actor, err)) return false;
    plant_open(plant, twin);
    changes_add(&plant->changes, &(struct change){.kind = CHANGE_LIFECYCLE, .state = lifecycle});
    *rev = plant_close(plant);
    return true;
}

static inline bool plant_door_replace(void *context, struct twin *twin, const struct actor *actor,
                                      uint64_t *rev, struct err *err) {
    struct plant *plant = context;
    if (!plant_may_turn(plant, actor, err)) return false;
    plant_open(plant, twin);
    changes_add(&plant->changes, &(struct change){.kind = CHANGE_RESET});
    *rev = plant_close(plant);
    return true;
}

static inline bool plant_door_configure(void *context, const struct configure_input *input,
                                        bool *is_new, uint64_t *rev, struct err *err) {
    struct plant *plant = context;
    if (!plant_may_turn(plant, &input->actor, err)) return false;
    struct twin *twin = world_find(plant->world, input->id, input->id_length);
    *is_new = !twin;
    plant_open(plant, twin);
    if (!twin) plant_add_create(plant, input->model, input->id);
    changes_mark(&plant->changes);
    for (int i = 0; i < input->parameter_count; i++) {
        if (changes_set(&plant->changes, input->parameters[i].field, input->parameters[i].value,
                        err))
            continue;
        changes_drop(&plant->changes);
        if (*is_new) world_remove(plant->world, plant->changes.twin);
        return false;
    }
    plant->changes.is_marked = false;
    if (input->attributes && strcmp(input->attributes, plant->changes.twin->attributes) != 0) {
        struct change attributes = {.kind = CHANGE_ATTRIBUTES};
        attributes.text.text = input->attributes;
        attributes.text.length = (uint32_t)strlen(input->attributes);
        changes_add(&plant->changes, &attributes);
    }
    for (int i = 0; i < input->link_count; i++)
        if (!plant_is_linked(plant->changes.twin, &input->links[i]))
            changes_add(&plant->changes,
                        &(struct change){.kind = CHANGE_LINK,
                                         .state = 1,
                                         .index = (uint16_t)input->links[i].relationship,
                                         .other = input->links[i].other->number});
    if (input->has_lifecycle && input->lifecycle != plant->changes.twin->lifecycle)
        changes_add(&plant->changes,
                    &(struct change){.kind = CHANGE_LIFECYCLE, .state = input->lifecycle});
    *rev = plant->changes.count > 0 ? plant_close(plant) : twin->rev;
    return true;
}

static inline bool plant_door_retire(void *context, struct twin *twin, const struct actor *actor,
                                     uint64_t *rev, struct err *err) {
    struct plant *plant = context;
    if (!plant_may_turn(plant, actor, err)) return false;
    plant_retire(plant, twin);
    *rev = plant->world->rev;
    return true;
}

static inline bool plant_door_acknowledge(void *context, struct twin *twin, int alarm,
                                          const struct actor *actor, uint64_t *rev,
                                          struct err *err) {
    struct plant *plant = context;
    if (!plant_may_turn(plant, actor, err)) return false;
    if (twin->alarms[alarm].state != ALARM_ACTIVE)
        return err_set(err, ERR_PRECONDITION, "alarm %s of %s is not active",
                       twin->model->alarms[alarm].name, twin->id);
    plant_open(plant, twin);
    changes_add(&plant->changes,
                &(struct change){.kind = CHANGE_ALARM,
                                 .index = (uint16_t)alarm,
                                 .state = ALARM_ACTIVE,
                                 .is_acked = true,
                                 .at = twin->alarms[alarm].since,
                                 .value = value_number(twin->alarms[alarm].value)});
    *rev = plant_close(plant);
    return true;
}

static inline uint64_t plant_door_durable(void *context) {
    return ((struct plant *)context)->durable_rev;
}

static inline int64_t plant_door_now(void *context) {
    return ((struct plant *)context)->world->clock;
}

static inline void plant_init(struct plant *plant) {
    *plant = (struct plant){.world = world_new()};
    plant->world->clock = PLANT_START;
    plant->world->version = 0x3f2a9c7100000000;
    changes_init(&plant->changes, plant->world, &plant->region);
    plant_use(plant, false);
    plant->door = (struct door){.context = plant,
                                .world = plant->world,
                                .desired = plant_door_desired,
                                .configure = plant_door_configure,
                                .retire = plant_door_retire,
                                .acknowledge = plant_door_acknowledge,
                                .link = plant_door_link,
                                .live = plant_door_live,
                                .replace = plant_door_replace,
                                .adoptions = &plant->adoptions,
                                .durable = plant_door_durable,
                                .now = plant_door_now};
}

static inline void plant_fini(struct plant *plant) {
    changes_fini(&plant->changes);
    region_fini(&plant->region);
    world_free(plant->world);
}

#endif
