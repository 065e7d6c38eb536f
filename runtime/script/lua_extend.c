// A table merges key by key and a list replaces, as anything else does. `false` takes away what is
// there, but for a boolean, of which it is a value.

#include "script/lua_extend.h"

#include "script/behavior.h"
#include "script/duration.h"
#include "script/mistake.h"
#include "twin/model.h"
#include "twin/name.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define DEPTH_MAX 16 // of tables in tables, and of models that extend each other

static bool is_map(lua_State *lua, int index) {
    return lua_istable(lua, index) && lua_rawlen(lua, index) == 0;
}

// Pushes a new table with the entries of the one at `index`.
static void push_copy(lua_State *lua, int index) {
    index = lua_absindex(lua, index);
    lua_newtable(lua);
    for (lua_pushnil(lua); lua_next(lua, index);) { // every order gives the same table
        lua_pushvalue(lua, -2);
        lua_insert(lua, -2);
        lua_rawset(lua, -4);
    }
}

// Pushes the table at `base` with that at `own` over it.
static void push_merged(lua_State *lua, int base, int own, int depth) {
    base = lua_absindex(lua, base);
    own = lua_absindex(lua, own);
    luaL_checkstack(lua, 10, "a declaration nested too deep");
    if (depth > DEPTH_MAX) luaL_error(lua, "extends: tables are more than %d deep", DEPTH_MAX);
    push_copy(lua, base);
    int merged = lua_gettop(lua);
    for (lua_pushnil(lua); lua_next(lua, own); lua_settop(lua, merged + 1)) {
        lua_pushvalue(lua, merged + 1);
        lua_rawget(lua, merged); // key, own value, base value
        bool is_removed = lua_isboolean(lua, -2) && !lua_toboolean(lua, -2) &&
                          !lua_isnil(lua, -1) && !lua_isboolean(lua, -1);
        lua_pushvalue(lua, merged + 1);
        if (is_removed)
            lua_pushnil(lua);
        else if (is_map(lua, merged + 2) && is_map(lua, merged + 3))
            push_merged(lua, merged + 3, merged + 2, depth + 1);
        else
            lua_pushvalue(lua, merged + 2);
        lua_rawset(lua, merged);
    }
}

// The name of the base of the model whose table is at `index`, NULL when it has none.
static const char *base_of(lua_State *lua, int index, const char *name) {
    if (!lua_istable(lua, index)) return NULL;
    lua_pushstring(lua, "extends");
    lua_rawget(lua, index < 0 ? index - 1 : index);
    int type = lua_type(lua, -1);
    if (type != LUA_TSTRING && type != LUA_TNIL)
        luaL_error(lua, "models/%s.lua: extends: expected the name of a model, got a %s", name,
                   lua_typename(lua, type));
    const char *base = type == LUA_TNIL ? NULL : lua_tostring(lua, -1);
    lua_pop(lua, 1); // the model's table keeps the text
    return base;
}

// Pushes the table of `base`, that `name` extends, from the one at `models`.
static void push_base(lua_State *lua, int models, const char *name, const char *base) {
    lua_pushstring(lua, base);
    lua_rawget(lua, models);
    if (!lua_isnil(lua, -1)) return;
    struct suggestion near = {base, strlen(base), NULL, 0};
    for (lua_pushnil(lua); lua_next(lua, models); lua_pop(lua, 1))
        suggestion_try(&near, lua_tostring(lua, -2));
    mistake_raise(lua, near.best, "models/%s.lua: extends: there is no model \"%s\"", name, base);
}

// Pushes table[key], nil when it is no table.
static void push_member(lua_State *lua, int table, const char *key) {
    if (!lua_istable(lua, table)) {
        lua_pushnil(lua);
        return;
    }
    lua_pushstring(lua, key);
    lua_rawget(lua, table);
}

// Whether the model at `model` has the field, wherever physics may say it.
static bool has_field(lua_State *lua, int model, const char *field) {
    static const char *const sections[] = {"telemetry", "properties", "derived"};
    int top = lua_gettop(lua);
    bool is_there = false;
    for (int i = 0; i < 3 && !is_there; i++) {
        push_member(lua, model, sections[i]);
        push_member(lua, lua_gettop(lua), field);
        is_there = !lua_isnil(lua, -1);
        lua_settop(lua, top);
    }
    return is_there;
}

// A base's equations serve the model at `merged`, of which `own` is the file, as long as it still
// has all that they say.
static void inherit_physics(lua_State *lua, int merged, int own) {
    int top = lua_gettop(lua);
    bool is_whole = true;
    push_member(lua, own, "physics");
    push_member(lua, merged, "physics");
    push_member(lua, top + 2, "outputs");
    for (lua_pushnil(lua); lua_istable(lua, top + 3) && lua_next(lua, top + 3); lua_pop(lua, 1))
        is_whole &=
            lua_type(lua, -2) != LUA_TSTRING || has_field(lua, merged, lua_tostring(lua, -2));
    bool is_own = !lua_isnil(lua, top + 1);
    lua_settop(lua, top);
    if (is_own || is_whole) return;
    lua_pushnil(lua);
    lua_setfield(lua, merged, "physics");
}

void lua_extend_push_model(lua_State *lua, const char *name) {
    static const char *const own_alone[] = {"match", "model", "title"};
    int models = lua_gettop(lua), depth = 0;
    const char *chain[DEPTH_MAX + 1] = {name};
    lua_pushstring(lua, name);
    lua_rawget(lua, models);
    for (const char *base; (base = base_of(lua, -1, chain[depth]));) {
        for (int i = 0; i <= depth; i++)
            if (strcmp(chain[i], base) == 0)
                luaL_error(lua,
                           "models/%s.lua: extends: \"%s\" leads back to itself; let one of "
                           "them stand alone",
                           name, base);
        if (depth == DEPTH_MAX)
            luaL_error(lua, "models/%s.lua: extends: more than %d models deep", name, DEPTH_MAX);
        push_base(lua, models, chain[depth], base);
        chain[++depth] = base;
    }
    // The bases are on the stack, the last on top: it, then each that extends it, over it.
    while (depth > 0) {
        push_copy(lua, -1);
        for (int i = 0; i < 3; i++) {
            lua_pushnil(lua);
            lua_setfield(lua, -2, own_alone[i]);
        }
        push_merged(lua, -1, models + depth, 0);
        inherit_physics(lua, lua_gettop(lua), models + depth);
        lua_replace(lua, models + depth);
        lua_settop(lua, models + depth);
        depth--;
    }
}

// Whether a handler of this name ("desired.speed", "input") means something to the model.
static bool knows(const struct model *model, const char *key) {
    const char *dot = strchr(key, '.');
    const char *name = dot ? dot + 1 : key;
    size_t group = dot ? (size_t)(dot - key) : 0, length = strlen(name);
    if (!dot)
        return strcmp(key, "input") == 0 || strcmp(key, "bad") == 0 || strcmp(key, "stale") == 0 ||
               model_sample_field(model, key, length) != NONE ||
               behavior_aggregated_field(model, key) != NONE;
    if (strncmp(key, "desired", group) == 0)
        return model_field(model, FIELD_DESIRED, name, length) != NONE;
    if (strncmp(key, "event", group) == 0) return model_event(model, name, length) != NONE;
    if (strncmp(key, "alarm", group) == 0) return model_alarm(model, name, length) != NONE;
    if (strncmp(key, "command", group) == 0) return model_command(model, name, length) != NONE;
    return true; // a timer, which scripts set
}

// Whether the table at `own` has the handler "desired.speed", by that key or in a group.
static bool has_handler(lua_State *lua, int own, const char *key) {
    const char *dot = strchr(key, '.');
    lua_pushstring(lua, key);
    lua_rawget(lua, own);
    bool is_there = !lua_isnil(lua, -1);
    lua_pop(lua, 1);
    if (is_there || !dot) return is_there;
    lua_pushlstring(lua, key, (size_t)(dot - key));
    lua_rawget(lua, own);
    if (lua_istable(lua, -1)) {
        lua_pushstring(lua, dot + 1);
        lua_rawget(lua, -2);
        is_there = !lua_isnil(lua, -1);
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
    return is_there;
}

// The handler on top under `key` into the table at `to`, if it is wanted there.
static void add_handler(lua_State *lua, const struct model *model, int own, int to,
                        const char *key) {
    if (!knows(model, key) || has_handler(lua, own, key)) return;
    lua_pushstring(lua, key);
    lua_pushvalue(lua, -2);
    lua_rawset(lua, to);
}

// The base's `on` at `base` into the table at `to`; what the table at `own` has is left alone.
static void add_handlers(lua_State *lua, const struct model *model, int base, int own, int to) {
    for (lua_pushnil(lua); lua_next(lua, base); lua_pop(lua, 1)) {
        const char *key = lua_tostring(lua, -2); // a text: the base has been read
        if (!lua_istable(lua, -1)) {
            add_handler(lua, model, own, to, key);
            continue;
        }
        int group = lua_gettop(lua);
        for (lua_pushnil(lua); lua_next(lua, group); lua_pop(lua, 1)) {
            lua_pushfstring(lua, "%s.%s", key, lua_tostring(lua, -2));
            lua_insert(lua, -2); // keeps the text while it is used
            add_handler(lua, model, own, to, lua_tostring(lua, -2));
            lua_remove(lua, -2);
        }
    }
}

// The base's `every` likewise; "60s" and "1m" are the same period.
static void add_periods(lua_State *lua, int base, int own, int to) {
    for (lua_pushnil(lua); lua_next(lua, base); lua_pop(lua, 1)) {
        int64_t period = 0, other;
        bool is_there = false;
        duration_parse(lua_tostring(lua, -2), &period);
        for (lua_pushnil(lua); lua_next(lua, own); lua_pop(lua, 1))
            is_there |= lua_type(lua, -2) == LUA_TSTRING &&
                        duration_parse(lua_tostring(lua, -2), &other) && other == period;
        if (is_there) continue;
        lua_pushvalue(lua, -2);
        lua_pushvalue(lua, -2);
        lua_rawset(lua, to);
    }
}

// Pushes table[key], or an empty table when it is nil.
static int push_section(lua_State *lua, int table, const char *key) {
    lua_pushstring(lua, key);
    lua_rawget(lua, table);
    if (!lua_isnil(lua, -1)) return lua_gettop(lua);
    lua_pop(lua, 1);
    lua_newtable(lua);
    return lua_gettop(lua);
}

// merged[key] = own[key] and what base[key] has more.
static void merge_section(lua_State *lua, const struct model *model, int base, int merged,
                          const char *key) {
    int top = lua_gettop(lua);
    int from = push_section(lua, base, key), own = push_section(lua, merged, key);
    if (lua_istable(lua, own)) { // else the reader says what is wrong with it
        push_copy(lua, own);
        if (strcmp(key, "on") == 0)
            add_handlers(lua, model, from, own, lua_gettop(lua));
        else
            add_periods(lua, from, own, lua_gettop(lua));
        lua_setfield(lua, merged, key);
    }
    lua_settop(lua, top);
}

void lua_extend_push_behavior(lua_State *lua, const struct behavior *behavior, int own) {
    static const char *const single[] = {"init", "migrate"};
    luaL_checkstack(lua, 20, "extends");
    own = lua_absindex(lua, own);
    lua_pushstring(lua, behavior->model->extends);
    lua_rawget(lua, -2);
    int base = lua_gettop(lua);
    if (!lua_istable(lua, base)) { // it extends nothing, or nothing that does something
        lua_pushvalue(lua, own);
        lua_remove(lua, base);
        return;
    }
    if (lua_istable(lua, own))
        push_copy(lua, own);
    else
        lua_newtable(lua);
    int merged = base + 1;
    merge_section(lua, behavior->model, base, merged, "on");
    merge_section(lua, behavior->model, base, merged, "every");
    for (int i = 0; i < 2; i++) {
        lua_pushstring(lua, single[i]);
        if (lua_rawget(lua, merged) == LUA_TNIL) {
            lua_pushstring(lua, single[i]);
            lua_rawget(lua, base);
            lua_setfield(lua, merged, single[i]);
        }
        lua_pop(lua, 1);
    }
    lua_remove(lua, base);
}
