// Each verb checks its arguments, then makes changes, then returns. All but sample, is_raised,
// related and log are for the twin whose turn it is.

#include "script/lua_method.h"

#include "base/memory.h"
#include "script/behavior.h"
#include "script/duration.h"
#include "script/learned.h"
#include "script/lua_argument.h"
#include "script/lua_command.h"
#include "script/lua_part.h"
#include "script/lua_test.h"
#include "script/lua_text.h"
#include "script/lua_twin.h"
#include "script/lua_value.h"
#include "script/mistake.h"
#include "script/state.h"
#include "twin/change.h"
#include "twin/model.h"
#include "twin/name.h"
#include "twin/twin.h"
#include "twin/world.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int sample(lua_State *lua);
static int raise_alarm(lua_State *lua);
static int clear_alarm(lua_State *lua);
static int is_raised(lua_State *lua);
static int related(lua_State *lua);
static int send(lua_State *lua);
static int command(lua_State *lua);
static int after(lua_State *lua);
static int cancel(lua_State *lua);
static int log_line(lua_State *lua);

const struct luaL_Reg *lua_method_list(void) {
    static const luaL_Reg methods[] = {
        {"sample", sample},     {"raise", raise_alarm},
        {"clear", clear_alarm}, {"is_raised", is_raised},
        {"related", related},   {"send", send},
        {"part", lua_part_get}, {"command", command},
        {"after", after},       {"cancel", cancel},
        {"log", log_line},      {"learned", lua_learned},
        {NULL, NULL},
    };
    return methods;
}

// The twin number at `index`: raises unless there is a twin.
static uint32_t check_twin(lua_State *lua, int index) {
    struct handle handle = handle_at(lua, index);
    if (!lua_islightuserdata(lua, index) || handle.view != VIEW_TWIN)
        luaL_argerror(lua, index,
                      index == 1 ? "expected a twin; write twin:method() with a colon"
                                 : "expected a twin, as twin:related gives them");
    return handle.number;
}

static int check_alarm(lua_State *lua, const struct model *model) {
    size_t length;
    const char *name = luaL_checklstring(lua, 2, &length);
    int alarm = model_alarm(model, name, length);
    if (alarm != NONE) return alarm;
    struct suggestion near = {name, length, NULL, 0};
    for (int i = 0; i < model->alarm_count; i++)
        suggestion_try(&near, model->alarms[i].name);
    return mistake_raise(lua, near.best, "model \"%s\" has no alarm \"%s\"", model->name, name);
}

// pump:sample("temperature") -> { value =, raw =, at =, quality = } of the newest sample, or nil
static int sample(lua_State *lua) {
    const struct twin *twin = lua_twin_get(lua, check_twin(lua, 1));
    size_t length;
    const char *name = luaL_checklstring(lua, 2, &length);
    int field = model_sample_field(twin->model, name, length);
    if (field == NONE) {
        const char *near = model_suggest_sample(twin->model, name, length);
        return mistake_raise(lua, near, "model \"%s\" gets no samples of \"%s\"", twin->model->name,
                             name);
    }
    const struct slot *slot = twin_shown(twin, field);
    struct value value = slot_value(slot), raw = value;
    if (value.type == VALUE_NONE) return 0;
    const struct field *spec = &twin->model->fields[field];
    if (raw.type == VALUE_NUMBER) raw.number = (raw.number - spec->offset) / spec->gain;
    lua_createtable(lua, 0, 4);
    lua_value_push(lua, value);
    lua_setfield(lua, -2, "value");
    lua_value_push(lua, raw);
    lua_setfield(lua, -2, "raw");
    lua_value_push_time(lua, slot->at);
    lua_setfield(lua, -2, "at");
    lua_pushstring(lua, quality_name((enum quality)slot->quality));
    lua_setfield(lua, -2, "quality");
    return 1;
}

// pump:raise("leak")
static int raise_alarm(lua_State *lua) {
    struct changes *changes = lua_twin_write(lua, check_twin(lua, 1));
    alarm_raise(changes, check_alarm(lua, changes->twin->model));
    return 0;
}

// pump:clear("leak")
static int clear_alarm(lua_State *lua) {
    struct changes *changes = lua_twin_write(lua, check_twin(lua, 1));
    alarm_clear(changes, check_alarm(lua, changes->twin->model));
    return 0;
}

// pump:is_raised("leak") -> boolean
static int is_raised(lua_State *lua) {
    const struct twin *twin = lua_twin_get(lua, check_twin(lua, 1));
    int alarm = check_alarm(lua, twin->model);
    lua_pushboolean(lua, twin->alarms[alarm].state == ALARM_ACTIVE);
    return 1;
}

struct walk { // of related twins
    int next, count;
    uint32_t numbers[];
};

struct related_twin {
    const char *id;
    uint32_t number;
};

static int compare_id(const void *left, const void *right) {
    const struct related_twin *a = left, *b = right;
    return strcmp(a->id, b->id);
}

// The iterator; upvalue 1: the walk.
static int related_step(lua_State *lua) {
    struct walk *walk = lua_touserdata(lua, lua_upvalueindex(1));
    if (walk->next == walk->count) return 0;
    handle_push(lua, walk->numbers[walk->next++], VIEW_TWIN, 0);
    return 1;
}

// Whether the link is of `name` and the wanted end. The name belongs to the model it starts from.
static bool link_fits(const struct world *world, const struct twin *twin, const struct link *link,
                      const char *name, bool is_incoming) {
    if (link->is_incoming != is_incoming) return false;
    const struct twin *from = is_incoming ? world_twin(world, link->other) : twin;
    return from && world_twin(world, link->other) &&
           strcmp(from->model->relationships[link->relationship].name, name) == 0;
}

// for tank in pump:related("feeds") do; pump:related("feeds", "in") gives those that feed this one
static int related(lua_State *lua) {
    const struct script *script = script_of(lua);
    const struct twin *twin = lua_twin_get(lua, check_twin(lua, 1));
    if (script->snapshot && !script->world)
        return luaL_error(lua, "a prediction sees only its own twin");
    size_t length;
    const char *name = luaL_checklstring(lua, 2, &length);
    const char *end = luaL_optstring(lua, 3, "out");
    bool is_incoming = strcmp(end, "in") == 0;
    luaL_argcheck(lua, is_incoming || strcmp(end, "out") == 0, 3, "expected \"in\" or nothing");
    if (!is_incoming && model_relationship(twin->model, name, length) == NONE) {
        struct suggestion near = {name, length, NULL, 0};
        for (int i = 0; i < twin->model->relationship_count; i++)
            suggestion_try(&near, twin->model->relationships[i].name);
        return mistake_raise(lua, near.best, "model \"%s\" has no relationship \"%s\"",
                             twin->model->name, name);
    }
    const struct world *world = script->changes    ? script->changes->world
                                : script->snapshot ? script->world
                                                   : script->bed->door.world;
    size_t room = twin->link_count ? twin->link_count : 1;
    struct walk *walk = lua_newuserdatauv(lua, sizeof *walk + room * sizeof *walk->numbers, 0);
    struct related_twin *found = lua_newuserdatauv(lua, room * sizeof *found, 0);
    *walk = (struct walk){0};
    for (uint32_t i = 0; i < twin->link_count; i++) {
        const struct link *link = &twin->links[i];
        if (!link_fits(world, twin, link, name, is_incoming)) continue;
        found[walk->count++] =
            (struct related_twin){world_twin(world, link->other)->id, link->other};
    }
    qsort(found, (size_t)walk->count, sizeof *found, compare_id);
    for (int i = 0; i < walk->count; i++)
        walk->numbers[i] = found[i].number;
    lua_pop(lua, 1);
    lua_pushcclosure(lua, related_step, 1);
    return 1;
}

// pump:send(tank, "inflow_reduced", { by = 50 })
static int send(lua_State *lua) {
    struct changes *changes = lua_twin_write(lua, check_twin(lua, 1));
    const struct twin *target = lua_twin_get(lua, check_twin(lua, 2));
    size_t length;
    const char *name = luaL_checklstring(lua, 3, &length);
    int event = model_event(target->model, name, length);
    if (event == NONE) {
        struct suggestion near = {name, length, NULL, 0};
        for (int i = 0; i < target->model->event_count; i++)
            suggestion_try(&near, target->model->events[i].name);
        return mistake_raise(lua, near.best, "%s: model \"%s\" has no event \"%s\"", target->id,
                             target->model->name, name);
    }
    const struct event_spec *spec = &target->model->events[event];
    char owner[80];
    snprintf(owner, sizeof owner, "event %s", spec->name);
    struct value *arguments =
        lua_argument_give(lua, 4, changes->region, owner, spec->arguments, spec->argument_count);
    struct change change = {
        .kind = CHANGE_EVENT, .index = (uint16_t)event, .other = target->number};
    change.event.arguments = arguments;
    change.event.argument_count = (uint32_t)spec->argument_count;
    changes_add(changes, &change);
    return 0;
}

// pump:command("flush", { seconds = 30 }) -> its id
static int command(lua_State *lua) {
    return lua_command_give(lua, lua_twin_write(lua, check_twin(lua, 1)));
}

static void set_timer(struct changes *changes, const char *name, size_t length, int64_t due) {
    struct change change = {.kind = CHANGE_TIMER, .at = due};
    change.text.text = region_copy(changes->region, name, length);
    change.text.length = (uint32_t)length;
    changes_add(changes, &change);
}

// pump:after("cool_down", "10m"): on.timer.cool_down runs then; set again, it starts anew
static int after(lua_State *lua) {
    struct changes *changes = lua_twin_write(lua, check_twin(lua, 1));
    size_t length;
    const char *name = luaL_checklstring(lua, 2, &length);
    const char *text = luaL_checkstring(lua, 3);
    int64_t wait_us;
    if (!duration_parse(text, &wait_us))
        return luaL_error(lua, "after: \"%s\" is no duration; write " DURATION_FORM, text);
    if (!behavior_has_timer(script_of(lua)->behavior, name))
        return luaL_error(lua, "after: scripts/behavior/%s.lua has no on[\"timer.%s\"]",
                          changes->twin->model->name, name);
    set_timer(changes, name, length, changes->now + wait_us);
    return 0;
}

// pump:cancel("cool_down")
static int cancel(lua_State *lua) {
    struct changes *changes = lua_twin_write(lua, check_twin(lua, 1));
    size_t length;
    const char *name = luaL_checklstring(lua, 2, &length);
    if (!behavior_has_timer(script_of(lua)->behavior, name))
        return luaL_error(lua, "cancel: scripts/behavior/%s.lua has no on[\"timer.%s\"]",
                          changes->twin->model->name, name);
    for (uint32_t i = 0; i < changes->twin->timer_count; i++)
        if (strcmp(changes->twin->timers[i].name, name) == 0) {
            set_timer(changes, name, length, 0);
            break;
        }
    return 0;
}

// pump:log("text")
static int log_line(lua_State *lua) {
    lua_twin_get(lua, check_twin(lua, 1));
    luaL_checkany(lua, 2);
    lua_pushcfunction(lua, lua_text_tostring);
    lua_pushvalue(lua, 2);
    lua_call(lua, 1, 1);
    state_log(script_of(lua), lua_tostring(lua, -1));
    return 0;
}
