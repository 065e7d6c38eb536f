// `on = { ["desired.speed"] = f }` and `on = { desired = { speed = f } }` say the same.

#include "script/behavior.h"

#include "base/memory.h"
#include "script/check.h"
#include "script/duration.h"
#include "script/handle.h"
#include "script/lua_command.h"
#include "script/lua_prediction.h"
#include "script/lua_value.h"
#include "script/state.h"
#include "twin/change.h"
#include "twin/model.h"
#include "twin/name.h"
#include "twin/twin.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHORTEST_PERIOD_US 100000 // every twin of the model wakes so often

static void read_on(struct check *check, const char *name, void *context);
static void read_group(struct check *check, const char *name, void *context);
static void read_every(struct check *check, const char *text, void *context);
static int *find_place(struct check *check, struct behavior *behavior, const char *group,
                       const char *name);

void behavior_init(struct behavior *behavior, lua_State *lua, struct model *model) {
    *behavior = (struct behavior){.name = xstrdup(model->name),
                                  .owned = model,
                                  .model = model,
                                  .layout = model->layout,
                                  .on_input = LUA_NOREF,
                                  .on_bad = LUA_NOREF,
                                  .on_stale = LUA_NOREF,
                                  .init = LUA_NOREF,
                                  .migrate = LUA_NOREF,
                                  .follow = LUA_NOREF,
                                  .prompt = LUA_NOREF};
    struct buffer file = {0};
    buffer_printf(&file, "scripts/behavior/%s.lua", model->name);
    behavior->file = (char *)file.bytes;
    names_init(&behavior->names);
    behavior->on_field = xmalloc(sizeof(int) * (size_t)(model->field_count + 1));
    behavior->on_event = xmalloc(sizeof(int) * (size_t)(model->event_count + 1));
    behavior->on_alarm = xmalloc(sizeof(int) * (size_t)(model->alarm_count + 1));
    behavior->on_command = xmalloc(sizeof(int) * (size_t)(model->command_count + 1));
    for (int i = 0; i < model->field_count; i++) {
        behavior->on_field[i] = LUA_NOREF;
        names_add(&behavior->names, lua, (int)model->fields[i].kind, model->fields[i].name, i);
    }
    for (int i = 0; i < model->estimator_count; i++)
        names_add(&behavior->names, lua, NAMES_ESTIMATOR, model->estimators[i].name, i);
    for (int i = 0; i < model->event_count; i++)
        behavior->on_event[i] = LUA_NOREF;
    for (int i = 0; i < model->alarm_count; i++)
        behavior->on_alarm[i] = LUA_NOREF;
    for (int i = 0; i < model->command_count; i++)
        behavior->on_command[i] = LUA_NOREF;
}

void behavior_fini(struct behavior *behavior) {
    for (int i = 0; i < behavior->timer_count; i++)
        free(behavior->timers[i].name);
    for (int i = 0; i < behavior->prediction_count; i++)
        prediction_fini(&behavior->predictions[i]);
    free(behavior->predictions);
    free(behavior->timers);
    free(behavior->periods);
    free(behavior->every);
    free(behavior->on_field);
    free(behavior->on_event);
    free(behavior->on_alarm);
    free(behavior->on_command);
    names_fini(&behavior->names);
    model_free(behavior->owned);
    free(behavior->name);
    free(behavior->file);
}

static void read_function(struct check *check, const char *key, int *place) {
    if (lua_getfield(check->lua, -1, key) == LUA_TNIL) {
        lua_pop(check->lua, 1);
        return;
    }
    size_t mark = check_enter(check, key);
    check_is_function(check);
    *place = luaL_ref(check->lua, LUA_REGISTRYINDEX);
    check_leave(check, mark);
}

void behavior_read(struct behavior *behavior, struct script *script, const char *file) {
    static const char *const keys[] = {"every", "init", "migrate", "on"};
    lua_State *lua = script->call.lua;
    struct check check = {.lua = lua, .file = file, .logger = script->logger};
    check_is_table(&check);
    check_keys(&check, keys, 4, 4);
    check_each(&check, "on", read_on, behavior);
    check_each(&check, "every", read_every, behavior);
    read_function(&check, "init", &behavior->init);
    read_function(&check, "migrate", &behavior->migrate);
}

int behavior_aggregated_field(const struct model *model, const char *name) {
    int field = model_field(model, FIELD_DERIVED, name, strlen(name));
    if (field == NONE) return NONE;
    enum field_source source = model->fields[field].source;
    return source == SOURCE_AGGREGATE || source == SOURCE_PROCESS ? field : NONE;
}

int behavior_handler(const struct behavior *behavior, const struct trigger *trigger) {
    switch (trigger->kind) {
    case TRIGGER_FIELD:
    case TRIGGER_DESIRED:
        return behavior->on_field[trigger->index];
    case TRIGGER_INPUT:
        return behavior->on_input;
    case TRIGGER_BAD:
        return behavior->on_bad;
    case TRIGGER_EVENT:
        return behavior->on_event[trigger->index];
    case TRIGGER_ALARM:
        return behavior->on_alarm[trigger->index];
    case TRIGGER_TIMER:
        for (int i = 0; i < behavior->timer_count; i++)
            if (strcmp(behavior->timers[i].name, trigger->name) == 0)
                return behavior->timers[i].handler;
        return LUA_NOREF;
    case TRIGGER_EVERY:
        return behavior->every[trigger->index];
    case TRIGGER_INIT:
        return behavior->init;
    case TRIGGER_COMMAND:
        return behavior->on_command[trigger->index];
    case TRIGGER_STALE:
        return behavior->on_stale;
    case TRIGGER_MIGRATE:
        return behavior->migrate;
    case TRIGGER_PHYSICS:
        return behavior->follow;
    case TRIGGER_PROMPT:
        return behavior->prompt;
    }
    return LUA_NOREF;
}

bool behavior_has_timer(const struct behavior *behavior, const char *name) {
    struct trigger trigger = {.kind = TRIGGER_TIMER, .name = name};
    return behavior_handler(behavior, &trigger) != LUA_NOREF;
}

// { by = 50 }
static void push_event(lua_State *lua, const struct event_spec *event,
                       const struct trigger *trigger) {
    lua_createtable(lua, 0, event->argument_count);
    for (int i = 0; i < event->argument_count && i < trigger->argument_count; i++) {
        lua_value_push(lua, trigger->arguments[i]);
        lua_setfield(lua, -2, event->arguments[i].name);
    }
}

// { name =, active =, value =, since =, severity = }
static void push_alarm(lua_State *lua, const struct twin *twin, const struct trigger *trigger) {
    const struct alarm_spec *spec = &twin->model->alarms[trigger->index];
    const struct alarm *alarm = &twin->alarms[trigger->index];
    lua_createtable(lua, 0, 5);
    lua_pushstring(lua, spec->name);
    lua_setfield(lua, -2, "name");
    lua_pushboolean(lua, trigger->value.boolean);
    lua_setfield(lua, -2, "active");
    lua_pushnumber(lua, alarm->value);
    lua_setfield(lua, -2, "value");
    lua_value_push_time(lua, alarm->since);
    lua_setfield(lua, -2, "since");
    lua_pushstring(lua, severity_name(spec->severity));
    lua_setfield(lua, -2, "severity");
}

// { field =, value =, at =, quality = "bad" or "stale" }
static void push_bad(lua_State *lua, const struct twin *twin, const struct trigger *trigger) {
    lua_createtable(lua, 0, 4);
    lua_pushstring(lua, twin->model->fields[trigger->index].name);
    lua_setfield(lua, -2, "field");
    lua_value_push(lua, trigger->value);
    lua_setfield(lua, -2, "value");
    lua_value_push_time(lua, trigger->at);
    lua_setfield(lua, -2, "at");
    lua_pushstring(lua, trigger->kind == TRIGGER_STALE ? "stale" : "bad");
    lua_setfield(lua, -2, "quality");
}

// { version = "3f2a9c71", state = { count = 3 } }
static void push_past(lua_State *lua, const struct trigger *trigger) {
    char version[9];
    snprintf(version, sizeof version, "%08x", (unsigned)(trigger->version >> 32));
    lua_createtable(lua, 0, 2);
    lua_pushstring(lua, version);
    lua_setfield(lua, -2, "version");
    lua_createtable(lua, 0, trigger->argument_count);
    for (int i = 0; i < trigger->argument_count; i++) {
        lua_value_push(lua, trigger->arguments[i]);
        lua_setfield(lua, -2, trigger->names[i]);
    }
    lua_setfield(lua, -2, "state");
}

int behavior_push_arguments(lua_State *lua, const struct twin *twin,
                            const struct trigger *trigger) {
    switch (trigger->kind) {
    case TRIGGER_FIELD:
    case TRIGGER_DESIRED:
        lua_value_push(lua, trigger->value);
        return 1;
    case TRIGGER_BAD:
    case TRIGGER_STALE:
        push_bad(lua, twin, trigger);
        return 1;
    case TRIGGER_EVENT:
        push_event(lua, &twin->model->events[trigger->index], trigger);
        handle_push(lua, trigger->from, VIEW_TWIN, 0);
        return 2;
    case TRIGGER_ALARM:
        push_alarm(lua, twin, trigger);
        return 1;
    case TRIGGER_COMMAND:
        lua_command_push(lua, twin, trigger);
        return 1;
    case TRIGGER_MIGRATE:
        push_past(lua, trigger);
        return 1;
    case TRIGGER_INPUT:
    case TRIGGER_TIMER:
    case TRIGGER_EVERY:
    case TRIGGER_INIT:
    case TRIGGER_PHYSICS:
    case TRIGGER_PROMPT:
        return 0;
    }
    return 0;
}

// Keeps the function on top as the handler at `place`.
static void keep(struct check *check, int *place) {
    check_is_function(check);
    if (*place != LUA_NOREF) check_fail(check, "is there twice");
    lua_pushvalue(check->lua, -1);
    *place = luaL_ref(check->lua, LUA_REGISTRYINDEX);
}

struct group {
    struct behavior *behavior;
    const char *name;
};

static void read_on(struct check *check, const char *name, void *context) {
    struct behavior *behavior = context;
    const char *dot = strchr(name, '.');
    if (lua_istable(check->lua, -1) && !dot) {
        check_all(check, read_group, &(struct group){behavior, name});
        return;
    }
    char group[16] = "";
    if (dot && (size_t)(dot - name) < sizeof group) memcpy(group, name, (size_t)(dot - name));
    keep(check, find_place(check, behavior, dot ? group : NULL, dot ? dot + 1 : name));
}

static void read_group(struct check *check, const char *name, void *context) {
    const struct group *group = context;
    keep(check, find_place(check, group->behavior, group->name, name));
}

// A name that the model does not have, with the nearest of the `count` it has.
_Noreturn static void fail_unknown(struct check *check, const struct model *model, const char *what,
                                   const struct suggestion *near) {
    if (near->best)
        check_fail(check, "model \"%s\" has no %s \"%s\"; did you mean \"%s\"?", model->name, what,
                   near->wanted, near->best);
    check_fail(check, "model \"%s\" has no %s \"%s\"", model->name, what, near->wanted);
}

static int *find_sample_place(struct check *check, struct behavior *behavior, const char *name) {
    const struct model *model = behavior->model;
    if (strcmp(name, "input") == 0) return &behavior->on_input;
    if (strcmp(name, "bad") == 0) return &behavior->on_bad;
    if (strcmp(name, "stale") == 0) return &behavior->on_stale;
    int field = model_sample_field(model, name, strlen(name));
    if (field == NONE) field = behavior_aggregated_field(model, name);
    if (field != NONE) return &behavior->on_field[field];
    struct suggestion near = {name, strlen(name), NULL, 0};
    for (int i = 0; i < model->field_count; i++)
        if (model->fields[i].kind == FIELD_TELEMETRY || model->fields[i].kind == FIELD_REPORTED)
            suggestion_try(&near, model->fields[i].name);
    suggestion_try(&near, "input");
    suggestion_try(&near, "bad");
    suggestion_try(&near, "stale");
    fail_unknown(check, model, "telemetry or property", &near);
}

static int *find_desired_place(struct check *check, struct behavior *behavior, const char *name) {
    const struct model *model = behavior->model;
    int field = model_field(model, FIELD_DESIRED, name, strlen(name));
    if (field != NONE) return &behavior->on_field[field];
    struct suggestion near = {name, strlen(name), NULL, 0};
    for (int i = 0; i < model->field_count; i++)
        if (model->fields[i].kind == FIELD_DESIRED) suggestion_try(&near, model->fields[i].name);
    fail_unknown(check, model, "writable property", &near);
}

static int *find_event_place(struct check *check, struct behavior *behavior, const char *name) {
    const struct model *model = behavior->model;
    int event = model_event(model, name, strlen(name));
    if (event != NONE) return &behavior->on_event[event];
    struct suggestion near = {name, strlen(name), NULL, 0};
    for (int i = 0; i < model->event_count; i++)
        suggestion_try(&near, model->events[i].name);
    fail_unknown(check, model, "event", &near);
}

static int *find_alarm_place(struct check *check, struct behavior *behavior, const char *name) {
    const struct model *model = behavior->model;
    int alarm = model_alarm(model, name, strlen(name));
    if (alarm != NONE) return &behavior->on_alarm[alarm];
    struct suggestion near = {name, strlen(name), NULL, 0};
    for (int i = 0; i < model->alarm_count; i++)
        suggestion_try(&near, model->alarms[i].name);
    fail_unknown(check, model, "alarm", &near);
}

static int *find_command_place(struct check *check, struct behavior *behavior, const char *name) {
    const struct model *model = behavior->model;
    int command = model_command(model, name, strlen(name));
    if (command != NONE) return &behavior->on_command[command];
    struct suggestion near = {name, strlen(name), NULL, 0};
    for (int i = 0; i < model->command_count; i++)
        suggestion_try(&near, model->commands[i].name);
    fail_unknown(check, model, "command", &near);
}

static int *find_timer_place(struct check *check, struct behavior *behavior, const char *name) {
    if (!field_name_is_valid(name, strlen(name)))
        check_fail(check, "a name is letters, digits and _, at most 64");
    for (int i = 0; i < behavior->timer_count; i++)
        if (strcmp(behavior->timers[i].name, name) == 0) return &behavior->timers[i].handler;
    behavior->timers =
        xrealloc(behavior->timers, sizeof *behavior->timers * (size_t)(behavior->timer_count + 1));
    struct timer_handler *timer = &behavior->timers[behavior->timer_count++];
    *timer = (struct timer_handler){xstrdup(name), LUA_NOREF};
    return &timer->handler;
}

// Where the handler for on.NAME or on["GROUP.NAME"] is kept; raises when the model has no such
// thing.
static int *find_place(struct check *check, struct behavior *behavior, const char *group,
                       const char *name) {
    if (!group) return find_sample_place(check, behavior, name);
    if (strcmp(group, "desired") == 0) return find_desired_place(check, behavior, name);
    if (strcmp(group, "event") == 0) return find_event_place(check, behavior, name);
    if (strcmp(group, "alarm") == 0) return find_alarm_place(check, behavior, name);
    if (strcmp(group, "command") == 0) return find_command_place(check, behavior, name);
    if (strcmp(group, "timer") == 0) return find_timer_place(check, behavior, name);
    check_fail(check,
               "write a telemetry or property, input, bad, stale, or desired., event., command., "
               "alarm. or timer. and a name");
}

// every = { ["1m"] = f }
static void read_every(struct check *check, const char *text, void *context) {
    struct behavior *behavior = context;
    int64_t period;
    if (!duration_parse(text, &period))
        check_fail(check, "\"%s\" is no duration; write " DURATION_FORM, text);
    if (period < SHORTEST_PERIOD_US) check_fail(check, "the shortest period is 100ms");
    int count = behavior->every_count, place = count;
    behavior->periods =
        xrealloc(behavior->periods, sizeof *behavior->periods * (size_t)(count + 1));
    behavior->every = xrealloc(behavior->every, sizeof *behavior->every * (size_t)(count + 1));
    for (; place > 0 && behavior->periods[place - 1] >= period; place--) {
        if (behavior->periods[place - 1] == period) check_fail(check, "is there twice");
        behavior->periods[place] = behavior->periods[place - 1];
        behavior->every[place] = behavior->every[place - 1];
    }
    behavior->periods[place] = period;
    behavior->every[place] = LUA_NOREF;
    behavior->every_count++;
    keep(check, &behavior->every[place]);
}
