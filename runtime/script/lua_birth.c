// In the order in which a plant is set up: configured by an operator, then heard of by its device.

#include "script/lua_birth.h"

#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"
#include "script/handle.h"
#include "script/lua_stage.h"
#include "script/lua_test.h"
#include "script/mistake.h"
#include "script/order.h"
#include "twin/model.h"
#include "twin/name.h"
#include "twin/world.h"

#include <lauxlib.h>
#include <string.h>

#define DEPTH_MAX 16  // of attributes
#define LINKS_MAX 256 // of one twin

static const struct actor test_actor = {.kind = ACTOR_HTTP};

// The keys of the table at 3 are those that are known here.
static void check_keys(lua_State *lua) {
    static const char *const known[] = {"attributes", "lifecycle",     "model", "parameters",
                                        "reported",   "relationships", "state", "telemetry"};
    for (lua_pushnil(lua); lua_next(lua, 3); lua_pop(lua, 1)) {
        const char *key = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "?";
        struct suggestion near = {key, strlen(key), NULL, 0};
        bool is_known = false;
        for (size_t i = 0; i < ARRAY_LEN(known); i++) {
            is_known |= strcmp(known[i], key) == 0;
            suggestion_try(&near, known[i]);
        }
        if (!is_known) mistake_raise(lua, near.best, "t:twin takes no \"%s\"", key);
    }
}

static const struct model *find_model(lua_State *lua, const struct world *world, const char *id) {
    lua_getfield(lua, 3, "model");
    const char *name = luaL_optstring(lua, -1, NULL);
    lua_pop(lua, 1);
    struct err err;
    const struct model *model =
        name ? world_model(world, name, strlen(name)) : world_match(world, id, strlen(id), &err);
    if (model) return model;
    if (!name) luaL_error(lua, "%s; or say which: t:twin(id, { model = NAME })", err.text);
    struct suggestion near = {name, strlen(name), NULL, 0};
    for (int i = 0; i < world->current_count; i++)
        suggestion_try(&near, world->current[i]->name);
    mistake_raise(lua, near.best, "there is no model \"%s\"", name);
    return NULL;
}

// The values under `key` of the table at 3, checked by name; the engine checks the rest.
static struct setting *read_settings(lua_State *lua, const struct model *model, const char *key,
                                     enum field_kind kind, int *count) {
    struct test_bed *bed = lua_stage_bed(lua);
    *count = 0;
    if (lua_getfield(lua, 3, key) == LUA_TNIL) {
        lua_pop(lua, 1);
        return NULL;
    }
    luaL_argcheck(lua, lua_istable(lua, -1), 3, "a part of a twin is a table { NAME = value }");
    struct setting *list = region_alloc(&bed->region, sizeof *list * (size_t)model->field_count);
    for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1)) {
        const char *name = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "?";
        struct setting setting = {model_field(model, kind, name, strlen(name)), value_none()};
        struct suggestion near = {name, strlen(name), NULL, 0};
        for (int i = 0; i < model->field_count; i++)
            if (model->fields[i].kind == kind) suggestion_try(&near, model->fields[i].name);
        if (setting.field == NONE)
            mistake_raise(lua, near.best, "model \"%s\" has no %s \"%s\"", model->name,
                          field_kind_name(kind), name);
        enum value_type type = model->fields[setting.field].type;
        if (!lua_stage_take(lua, name, type, &setting.value))
            luaL_error(lua, "%s takes a %s, not a %s", name, value_type_name(type),
                       luaL_typename(lua, -1));
        list[(*count)++] = setting;
    }
    lua_pop(lua, 1);
    return list;
}

static void write_json(lua_State *lua, struct buffer *out, int index, int depth) {
    luaL_checkstack(lua, 6, "attributes nested too deep");
    if (depth == DEPTH_MAX) luaL_error(lua, "attributes are nested over %d deep", DEPTH_MAX);
    size_t length;
    const char *text;
    switch (lua_type(lua, index)) {
    case LUA_TSTRING:
        text = lua_tolstring(lua, index, &length);
        json_text(out, text, length);
        return;
    case LUA_TNUMBER:
        json_number(out, lua_tonumber(lua, index));
        return;
    case LUA_TBOOLEAN:
        json_boolean(out, lua_toboolean(lua, index));
        return;
    case LUA_TTABLE:
        break;
    default:
        luaL_error(lua, "attributes hold texts, numbers, booleans and tables, not a %s",
                   luaL_typename(lua, index));
    }
    bool is_list = lua_rawlen(lua, index) > 0;
    json_open(out, is_list ? '[' : '{');
    order_push_keys(lua, index);
    for (int i = 1, keys = lua_gettop(lua); lua_rawgeti(lua, keys, i) != LUA_TNIL; i++) {
        if (!is_list) {
            if (lua_type(lua, -1) != LUA_TSTRING)
                luaL_error(lua, "an attribute's name is a text, not a %s", luaL_typename(lua, -1));
            json_key(out, lua_tostring(lua, -1));
        }
        lua_rawget(lua, index);
        write_json(lua, out, lua_gettop(lua), depth + 1);
        lua_settop(lua, keys);
    }
    lua_pop(lua, 2);
    json_close(out, is_list ? ']' : '}');
}

// attributes as JSON text, NULL when there are none.
static const char *read_attributes(lua_State *lua) {
    struct test_bed *bed = lua_stage_bed(lua);
    const char *text = NULL;
    if (lua_getfield(lua, 3, "attributes") != LUA_TNIL) {
        luaL_argcheck(lua, lua_istable(lua, -1) && lua_rawlen(lua, -1) == 0, 3,
                      "attributes are a table { NAME = value }");
        bed->scratch.length = 0;
        lua_pushvalue(lua, -1);
        write_json(lua, &bed->scratch, lua_gettop(lua), 0);
        lua_pop(lua, 1);
        text = region_copy(&bed->region, bed->scratch.bytes, bed->scratch.length);
        if (strcmp(text, "[]") == 0) text = "{}";
    }
    lua_pop(lua, 1);
    return text;
}

static void add_link(lua_State *lua, struct configure_input *input, struct link_setting *links,
                     int relationship, int index) {
    if (input->link_count == LINKS_MAX)
        luaL_error(lua, "a test's twin has at most %d relationships", LINKS_MAX);
    links[input->link_count++] = (struct link_setting){relationship, lua_stage_twin(lua, index)};
}

// relationships = { feeds = tank, part_of = "line-1", near = { a, b } }
static void read_links(lua_State *lua, const struct model *model, struct configure_input *input) {
    struct test_bed *bed = lua_stage_bed(lua);
    input->has_links = lua_getfield(lua, 3, "relationships") != LUA_TNIL;
    if (!input->has_links) {
        lua_pop(lua, 1);
        return;
    }
    luaL_argcheck(lua, lua_istable(lua, -1), 3, "relationships are a table { NAME = twin }");
    struct link_setting *links = region_alloc(&bed->region, sizeof *links * LINKS_MAX);
    input->links = links;
    for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1)) {
        size_t length = 0;
        const char *name = lua_type(lua, -2) == LUA_TSTRING ? lua_tolstring(lua, -2, &length) : "?";
        int relationship = model_relationship(model, name, length);
        if (relationship == NONE) {
            struct suggestion near = {name, length, NULL, 0};
            for (int i = 0; i < model->relationship_count; i++)
                suggestion_try(&near, model->relationships[i].name);
            mistake_raise(lua, near.best, "model \"%s\" has no relationship \"%s\"", model->name,
                          name);
        }
        if (!lua_istable(lua, -1)) {
            add_link(lua, input, links, relationship, lua_gettop(lua));
            continue;
        }
        for (int i = 1; lua_rawgeti(lua, -1, i) != LUA_TNIL; i++, lua_pop(lua, 1))
            add_link(lua, input, links, relationship, lua_gettop(lua));
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
}

// What the device said first: reported properties and telemetry, one message.
static void give_samples(lua_State *lua, struct twin *twin) {
    struct test_bed *bed = lua_stage_bed(lua);
    int reported, measured;
    const struct setting *properties =
        read_settings(lua, twin->model, "reported", FIELD_REPORTED, &reported);
    const struct setting *telemetry =
        read_settings(lua, twin->model, "telemetry", FIELD_TELEMETRY, &measured);
    int64_t now = bed->door.now(bed->door.context);
    struct sample *samples =
        region_alloc(&bed->region, sizeof *samples * (size_t)(reported + measured + 1));
    for (int i = 0; i < reported + measured; i++) {
        const struct setting *setting = i < reported ? &properties[i] : &telemetry[i - reported];
        samples[i] = (struct sample){setting->field, setting->value, now};
    }
    if (reported + measured > 0) lua_stage_give(lua, twin, samples, reported + measured);
}

static void remember(lua_State *lua, struct twin *twin) {
    struct test_bed *bed = lua_stage_bed(lua);
    int count;
    struct err err;
    const struct setting *state = read_settings(lua, twin->model, "state", FIELD_STATE, &count);
    if (count > 0 && !bed->remember(bed->context, twin, state, count, &err))
        luaL_error(lua, "%s", err.text);
}

// t:twin("pump-1"[, { model =, parameters =, attributes =, relationships =, reported =,
// telemetry =, state =, lifecycle = }]) -> the twin, to be read
int lua_birth(lua_State *lua) {
    struct test_bed *bed = lua_stage_bed(lua);
    size_t length;
    const char *id = luaL_checklstring(lua, 2, &length);
    luaL_argcheck(lua, twin_id_is_valid(id, length), 2,
                  "an id is 1 to 64 letters, digits and . _ ~ : -");
    lua_settop(lua, 3);
    if (lua_isnil(lua, 3)) {
        lua_newtable(lua);
        lua_replace(lua, 3);
    }
    luaL_checktype(lua, 3, LUA_TTABLE);
    check_keys(lua);
    region_reset(&bed->region);
    struct configure_input input = {.id = id, .id_length = length, .actor = test_actor};
    input.model = find_model(lua, bed->door.world, id);
    input.parameters =
        read_settings(lua, input.model, "parameters", FIELD_PARAMETER, &input.parameter_count);
    input.attributes = read_attributes(lua);
    read_links(lua, input.model, &input);
    struct err err;
    bool is_new;
    uint64_t rev;
    if (!bed->door.configure(bed->door.context, &input, &is_new, &rev, &err))
        return luaL_error(lua, "%s", err.text);
    struct twin *twin = world_find(bed->door.world, id, length);
    remember(lua, twin);
    give_samples(lua, twin);
    lua_getfield(lua, 3, "lifecycle");
    if (!lua_isnil(lua, -1)) lua_stage_live(lua, twin, lua_gettop(lua));
    handle_push(lua, twin->number, VIEW_TWIN, 0);
    return 1;
}
