// Each method checks its arguments, goes through the door, and raises the sentence of a refusal:
// a test sees the same words as an operator.

#include "script/lua_stage.h"

#include "base/err.h"
#include "base/memory.h"
#include "script/duration.h"
#include "script/handle.h"
#include "script/lua_birth.h"
#include "script/lua_location.h"
#include "script/lua_play.h"
#include "script/lua_test.h"
#include "script/lua_value.h"
#include "script/mistake.h"
#include "script/state.h"
#include "twin/location.h"
#include "twin/model.h"
#include "twin/name.h"
#include "twin/world.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

static const struct actor test_actor = {.kind = ACTOR_HTTP};

static int advance(lua_State *lua);
static int answer(lua_State *lua);
static int command(lua_State *lua);
static int desire(lua_State *lua);
static int event(lua_State *lua);
static int forecast(lua_State *lua);
static int lifecycle(lua_State *lua);
static int link_twins(lua_State *lua);
static int other(lua_State *lua);
static int replace(lua_State *lua);
static int sample(lua_State *lua);
static int unlink_twins(lua_State *lua);

const struct luaL_Reg *lua_stage_list(void) {
    static const luaL_Reg methods[] = {
        {"advance", advance},     {"answer", answer},       {"command", command},
        {"desire", desire},       {"event", event},         {"forecast", forecast},
        {"lifecycle", lifecycle}, {"link", link_twins},     {"other", other},
        {"play", lua_play},       {"replace", replace},     {"sample", sample},
        {"twin", lua_birth},      {"unlink", unlink_twins}, {NULL, NULL},
    };
    return methods;
}

struct test_bed *lua_stage_bed(lua_State *lua) {
    struct test_bed *bed = script_of(lua)->bed;
    if (!bed) luaL_error(lua, "t is only there while its test runs");
    return bed;
}

struct twin *lua_stage_twin(lua_State *lua, int index) {
    const struct world *world = lua_stage_bed(lua)->door.world;
    struct twin *twin = NULL;
    struct handle handle = handle_at(lua, index);
    if (lua_islightuserdata(lua, index) && handle.view == VIEW_TWIN) {
        twin = world_twin(world, handle.number);
        if (!twin) luaL_error(lua, "twin number %I no longer exists", (LUAI_UACINT)handle.number);
    } else if (lua_type(lua, index) == LUA_TSTRING) {
        size_t length;
        const char *id = lua_tolstring(lua, index, &length);
        twin = world_find(world, id, length);
        if (!twin)
            luaL_error(lua, "there is no twin \"%s\" in this test; make it: t:twin(\"%s\")", id,
                       id);
    } else {
        luaL_typeerror(lua, index, "twin or its id");
    }
    return twin;
}

int lua_stage_alarm(lua_State *lua, int index, const struct model *model) {
    size_t length;
    const char *name = luaL_checklstring(lua, index, &length);
    int alarm = model_alarm(model, name, length);
    struct suggestion near = {name, length, NULL, 0};
    for (int i = 0; i < model->alarm_count; i++)
        suggestion_try(&near, model->alarms[i].name);
    if (alarm == NONE)
        mistake_raise(lua, near.best, "model \"%s\" has no alarm \"%s\"", model->name, name);
    return alarm;
}

void lua_stage_push_value(lua_State *lua, struct value value) {
    lua_value_push(lua, value);
}

bool lua_stage_take(lua_State *lua, const char *name, enum value_type type, struct value *value) {
    struct region *region = &lua_stage_bed(lua)->region;
    struct location room;
    if (!lua_location_take(lua, -1, name, type, &room, value)) return false;
    if (value->type == VALUE_LOCATION) *value = location_copy(&room, region);
    return true;
}

int lua_stage_signal(lua_State *lua, const struct model *model, const char *name) {
    int field = model_sample_field(model, name, strlen(name));
    if (field == NONE)
        mistake_raise(lua, model_suggest_sample(model, name, strlen(name)),
                      "model \"%s\" gets no samples of \"%s\"", model->name, name);
    return field;
}

void lua_stage_give(lua_State *lua, struct twin *twin, struct sample *samples, int count) {
    struct test_bed *bed = lua_stage_bed(lua);
    struct err err;
    for (int i = 0; i < count; i++) {
        const struct field *field = &twin->model->fields[samples[i].field];
        if (samples[i].value.type != field->type)
            luaL_error(lua, "%s of %s takes a %s, not a %s", field->name, twin->id,
                       value_type_name(field->type), value_type_name(samples[i].value.type));
        if (field->type == VALUE_NUMBER && !isfinite(samples[i].value.number))
            luaL_error(lua, "%s of %s is not a finite number", field->name, twin->id);
        if (field->type == VALUE_LOCATION &&
            !location_check(samples[i].value.location, field->name, &err))
            luaL_error(lua, "%s", err.text);
    }
    struct samples_input input = {.twin = twin,
                                  .model = twin->model,
                                  .samples = samples,
                                  .count = count,
                                  .actor = {.kind = ACTOR_COAP}};
    uint64_t rev;
    if (!bed->door.samples(bed->door.context, &input, &rev, &err)) luaL_error(lua, "%s", err.text);
}

// t:sample(pump, { temperature = 95 }[, at])
static int sample(lua_State *lua) {
    struct test_bed *bed = lua_stage_bed(lua);
    struct twin *twin = lua_stage_twin(lua, 2);
    luaL_checktype(lua, 3, LUA_TTABLE);
    int64_t at = bed->door.now(bed->door.context);
    if (!lua_isnoneornil(lua, 4)) at = llround(luaL_checknumber(lua, 4) * 1e6);
    int count = 0;
    region_reset(&bed->region);
    struct sample *samples =
        region_alloc(&bed->region, sizeof *samples * (size_t)(twin->model->field_count + 1));
    for (lua_pushnil(lua); lua_next(lua, 3); lua_pop(lua, 1)) {
        const char *name = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "?";
        struct sample *next = &samples[count++];
        *next = (struct sample){.field = lua_stage_signal(lua, twin->model, name), .at = at};
        if (!lua_stage_take(lua, name, twin->model->fields[next->field].type, &next->value))
            return luaL_error(lua, "%s of %s is no %s", name, twin->id, luaL_typename(lua, -1));
        for (int i = count - 1; i > 0 && samples[i - 1].field > samples[i].field; i--) {
            struct sample swapped = samples[i]; // by field: a table has no order of its own
            samples[i] = samples[i - 1];
            samples[i - 1] = swapped;
        }
    }
    if (count == 0) return luaL_error(lua, "t:sample of %s gives no value", twin->id);
    lua_stage_give(lua, twin, samples, count);
    return 0;
}

// t:advance("31s")
static int advance(lua_State *lua) {
    struct test_bed *bed = lua_stage_bed(lua);
    const char *text = luaL_checkstring(lua, 2);
    int64_t us;
    if (!duration_parse(text, &us))
        return luaL_error(lua, "advance: \"%s\" is no duration; write " DURATION_FORM, text);
    bed->advance(bed->context, us);
    return 0;
}

// t:desire(pump, { speed = 900 })
static int desire(lua_State *lua) {
    struct test_bed *bed = lua_stage_bed(lua);
    struct twin *twin = lua_stage_twin(lua, 2);
    const struct model *model = twin->model;
    luaL_checktype(lua, 3, LUA_TTABLE);
    int count = 0;
    region_reset(&bed->region);
    struct setting *settings =
        region_alloc(&bed->region, sizeof *settings * (size_t)(model->field_count + 1));
    for (lua_pushnil(lua); lua_next(lua, 3); lua_pop(lua, 1)) {
        const char *name = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "?";
        int field = model_field(model, FIELD_DESIRED, name, strlen(name));
        struct suggestion near = {name, strlen(name), NULL, 0};
        for (int i = 0; i < model->field_count; i++)
            if (model->fields[i].kind == FIELD_DESIRED)
                suggestion_try(&near, model->fields[i].name);
        if (field == NONE)
            return mistake_raise(lua, near.best, "model \"%s\" has no writable property \"%s\"",
                                 model->name, name);
        settings[count].field = field;
        if (!lua_stage_take(lua, name, model->fields[field].type, &settings[count++].value))
            return luaL_error(lua, "%s of %s is no %s", name, twin->id, luaL_typename(lua, -1));
    }
    uint64_t rev;
    struct err err;
    if (!bed->door.desired(bed->door.context, twin, settings, count, 0, &test_actor, &rev, &err))
        return luaL_error(lua, "%s", err.text);
    return 0;
}

// The arguments at `index` in the order of their declaration; what is not given is VALUE_NONE.
static struct value *read_arguments(lua_State *lua, int index, const char *what,
                                    const struct argument_spec *arguments, int count) {
    struct test_bed *bed = lua_stage_bed(lua);
    region_reset(&bed->region);
    struct value *values = region_alloc(&bed->region, sizeof *values * (size_t)(count + 1));
    for (int i = 0; i < count; i++)
        values[i] = value_none();
    if (lua_isnoneornil(lua, index)) return values;
    luaL_checktype(lua, index, LUA_TTABLE);
    for (lua_pushnil(lua); lua_next(lua, index); lua_pop(lua, 1)) {
        const char *name = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "?";
        struct suggestion near = {name, strlen(name), NULL, 0};
        int place = NONE;
        for (int i = 0; i < count; i++) {
            if (strcmp(arguments[i].name, name) == 0) place = i;
            suggestion_try(&near, arguments[i].name);
        }
        if (place == NONE) mistake_raise(lua, near.best, "%s has no argument \"%s\"", what, name);
        if (!lua_stage_take(lua, name, arguments[place].type, &values[place]) ||
            values[place].type != arguments[place].type)
            luaL_error(lua, "%s: %s takes a %s, not a %s", what, name,
                       value_type_name(arguments[place].type), luaL_typename(lua, -1));
    }
    return values;
}

// t:event(pump, "serviced", { by = "Ada" }[, sender]); the sender is the twin itself when not said
static int event(lua_State *lua) {
    struct test_bed *bed = lua_stage_bed(lua);
    struct twin *twin = lua_stage_twin(lua, 2);
    size_t length;
    const char *name = luaL_checklstring(lua, 3, &length);
    const struct twin *from = lua_isnoneornil(lua, 5) ? twin : lua_stage_twin(lua, 5);
    int index = model_event(twin->model, name, length);
    struct suggestion near = {name, length, NULL, 0};
    for (int i = 0; i < twin->model->event_count; i++)
        suggestion_try(&near, twin->model->events[i].name);
    if (index == NONE)
        return mistake_raise(lua, near.best, "model \"%s\" has no event \"%s\"", twin->model->name,
                             name);
    const struct event_spec *spec = &twin->model->events[index];
    struct value *values = read_arguments(lua, 4, name, spec->arguments, spec->argument_count);
    bed->event(bed->context, twin, index, values, spec->argument_count, from);
    return 0;
}

// t:command(pump, "flush", { seconds = 30 }) -> its id
static int command(lua_State *lua) {
    struct test_bed *bed = lua_stage_bed(lua);
    struct twin *twin = lua_stage_twin(lua, 2);
    size_t length;
    const char *name = luaL_checklstring(lua, 3, &length);
    int index = model_command(twin->model, name, length);
    struct suggestion near = {name, length, NULL, 0};
    for (int i = 0; i < twin->model->command_count; i++)
        suggestion_try(&near, twin->model->commands[i].name);
    if (index == NONE)
        return mistake_raise(lua, near.best, "model \"%s\" has no command \"%s\"",
                             twin->model->name, name);
    const struct command_spec *spec = &twin->model->commands[index];
    struct value *values = read_arguments(lua, 4, name, spec->arguments, spec->argument_count);
    uint32_t id;
    uint64_t rev;
    struct err err;
    if (!bed->door.command(bed->door.context, twin, index, values, spec->argument_count,
                           &test_actor, &id, &rev, &err))
        return luaL_error(lua, "%s", err.text);
    lua_pushinteger(lua, id);
    return 1;
}

// t:answer(pump, id, "done"[, result]): what the device says of a command
static int answer(lua_State *lua) {
    static const char *const names[] = {"sent", "done", "failed", NULL};
    static const enum command_state states[] = {COMMAND_SENT, COMMAND_DONE, COMMAND_FAILED};
    struct test_bed *bed = lua_stage_bed(lua);
    struct twin *twin = lua_stage_twin(lua, 2);
    lua_Integer id = luaL_checkinteger(lua, 3);
    int state = luaL_checkoption(lua, 4, NULL, names);
    const char *result = luaL_optstring(lua, 5, "");
    uint64_t rev;
    struct err err;
    if (!bed->door.command_moved(bed->door.context, twin, (uint32_t)id, states[state], result,
                                 &test_actor, &rev, &err))
        return luaL_error(lua, "%s", err.text);
    return 0;
}

// t:link(pump, "feeds", tank); t:unlink the same
static int set_link(lua_State *lua, bool is_there) {
    struct test_bed *bed = lua_stage_bed(lua);
    struct twin *from = lua_stage_twin(lua, 2), *to = lua_stage_twin(lua, 4);
    size_t length;
    const char *name = luaL_checklstring(lua, 3, &length);
    int relationship = model_relationship(from->model, name, length);
    struct suggestion near = {name, length, NULL, 0};
    for (int i = 0; i < from->model->relationship_count; i++)
        suggestion_try(&near, from->model->relationships[i].name);
    if (relationship == NONE)
        return mistake_raise(lua, near.best, "model \"%s\" has no relationship \"%s\"",
                             from->model->name, name);
    uint64_t rev;
    struct err err;
    if (!bed->door.link(bed->door.context, from, relationship, to, is_there, &test_actor, &rev,
                        &err))
        return luaL_error(lua, "%s", err.text);
    return 0;
}

static int link_twins(lua_State *lua) {
    return set_link(lua, true);
}

static int unlink_twins(lua_State *lua) {
    return set_link(lua, false);
}

void lua_stage_live(lua_State *lua, struct twin *twin, int index) {
    struct test_bed *bed = lua_stage_bed(lua);
    const char *names[LIFECYCLE_OUT_OF_SERVICE + 2] = {NULL};
    for (int i = 0; i <= LIFECYCLE_OUT_OF_SERVICE; i++)
        names[i] = lifecycle_name((enum lifecycle)i);
    int state = luaL_checkoption(lua, index, NULL, names);
    uint64_t rev;
    struct err err;
    if (!bed->door.live(bed->door.context, twin, (enum lifecycle)state, &test_actor, &rev, &err))
        luaL_error(lua, "%s", err.text);
}

// t:lifecycle(pump, "maintenance")
static int lifecycle(lua_State *lua) {
    lua_stage_live(lua, lua_stage_twin(lua, 2), 3);
    return 0;
}

// t:replace(pump): a new part is in the place of the worn one
static int replace(lua_State *lua) {
    struct test_bed *bed = lua_stage_bed(lua);
    uint64_t rev;
    struct err err;
    if (!bed->door.replace(bed->door.context, lua_stage_twin(lua, 2), &test_actor, &rev, &err))
        return luaL_error(lua, "%s", err.text);
    return 0;
}

// t:other("tank-1") -> a twin that is there already
static int other(lua_State *lua) {
    luaL_checktype(lua, 2, LUA_TSTRING);
    handle_push(lua, lua_stage_twin(lua, 2)->number, VIEW_TWIN, 0);
    return 1;
}

// t:forecast(pump, "bearing_wear") -> { value =, low =, high = } | nil, why
static int forecast(lua_State *lua) {
    struct test_bed *bed = lua_stage_bed(lua);
    struct twin *twin = lua_stage_twin(lua, 2);
    size_t length;
    const char *name = luaL_checklstring(lua, 3, &length);
    int index = model_prediction(twin->model, name, length);
    struct suggestion near = {name, length, NULL, 0};
    for (int i = 0; i < twin->model->prediction_count; i++)
        suggestion_try(&near, twin->model->predictions[i].name);
    if (index == NONE)
        return mistake_raise(lua, near.best, "model \"%s\" has no prediction \"%s\"",
                             twin->model->name, name);
    struct prediction_result result;
    struct err err;
    if (bed->predict(bed->context, twin, index, &result, &err) != OUTCOME_OK)
        return luaL_error(lua, "%s", err.text);
    if (!result.has_value) {
        lua_pushnil(lua);
        lua_pushstring(lua, result.reason);
        return 2;
    }
    lua_createtable(lua, 0, 3);
    lua_pushnumber(lua, result.value);
    lua_setfield(lua, -2, "value");
    lua_pushnumber(lua, result.low);
    lua_setfield(lua, -2, "low");
    lua_pushnumber(lua, result.high);
    lua_setfield(lua, -2, "high");
    return 1;
}
