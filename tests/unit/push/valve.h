// A twin that takes commands, beside the plant's pumps and tanks: valve-1 of model valve, with
// flush (seconds, 1 to 600 s, and why, a text) and hold.

#ifndef TESTS_UNIT_PUSH_VALVE_H
#define TESTS_UNIT_PUSH_VALVE_H

#include "plant.h"
#include "twin/command.h"

static inline bool valve_door_command(void *context, struct twin *twin, int command,
                                      const struct value *arguments, int count,
                                      const struct actor *actor, uint32_t *id, uint64_t *rev,
                                      struct err *err) {
    struct plant *plant = context;
    if (!plant_may_turn(plant, actor, err)) return false;
    plant_open(plant, twin);
    if (!command_queue(&plant->changes, command, arguments, count, id, err)) return false;
    *rev = plant_close(plant);
    return true;
}

static inline struct twin *valve_add(struct plant *plant) {
    struct model *model = model_new("valve");
    plant_text(&model_add_field(model, FIELD_TELEMETRY, "flow")->unit, "l/min");
    struct command_spec *flush = model_add_command(model, "flush");
    plant_text(&flush->title, "Flush");
    flush->timeout_us = 120000000;
    struct argument_spec *argument =
        model_add_argument(&flush->arguments, &flush->argument_count, "seconds");
    plant_text(&argument->unit, "s");
    argument->has_range = true, argument->low = 1, argument->high = 600;
    model_add_argument(&flush->arguments, &flush->argument_count, "why")->type = VALUE_TEXT;
    model_add_command(model, "hold");
    model_finish(model);
    const struct model *models[] = {world_model(plant->world, "pump", 4),
                                    world_model(plant->world, "tank", 4),
                                    world_adopt_model(plant->world, model)};
    world_set_current(plant->world, models, 3);
    plant->door.command = valve_door_command;
    return plant_create(plant, "valve", "valve-1");
}

static inline void valve_move(struct plant *plant, struct twin *valve, uint32_t id,
                              enum command_state state, const char *result) {
    plant->world->clock += 1000;
    plant_open(plant, valve);
    command_move(&plant->changes, id, state, result);
    plant_close(plant);
}

#endif
