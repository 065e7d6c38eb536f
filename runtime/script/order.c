// Keys are sorted as plain C structs in a block that Lua owns; text stays where the table keeps it.

#include "script/order.h"

#include "script/lua_twin.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct key {
    enum { KEY_NUMBER, KEY_TEXT, KEY_BOOLEAN } kind;
    bool is_integer;
    union {
        lua_Integer integer;
        lua_Number number;
        int boolean;
        struct {
            const char *bytes;
            size_t length;
        } text;
    };
};

static struct key key_at(lua_State *lua, int index);
static void key_push(lua_State *lua, const struct key *key);
static int key_compare(const void *left, const void *right);
static int step(lua_State *lua);
static void real_table(lua_State *lua, int index);

void order_push_keys(lua_State *lua, int index) {
    index = lua_absindex(lua, index);
    int count = 0;
    for (lua_pushnil(lua); lua_next(lua, index); lua_pop(lua, 1))
        if (++count > ORDER_KEYS_MAX)
            luaL_error(lua, "a table of more than %d keys cannot be walked; keep less",
                       ORDER_KEYS_MAX);
    struct key *keys = lua_newuserdatauv(lua, (size_t)(count ? count : 1) * sizeof *keys, 0);
    int place = 0;
    bool is_sorted = true;
    for (lua_pushnil(lua); lua_next(lua, index); lua_pop(lua, 1), place++) {
        keys[place] = key_at(lua, -2);
        if (place > 0 && key_compare(&keys[place - 1], &keys[place]) > 0) is_sorted = false;
    }
    if (!is_sorted) qsort(keys, (size_t)count, sizeof *keys, key_compare);
    lua_createtable(lua, count, 0);
    for (int i = 0; i < count; i++) {
        key_push(lua, &keys[i]);
        lua_rawseti(lua, -2, i + 1);
    }
    lua_remove(lua, -2); // the block
}

// pairs(t) -> a function that gives key, value of those still there
int order_pairs(lua_State *lua) {
    if (lua_type(lua, 1) == LUA_TLIGHTUSERDATA) {
        lua_settop(lua, 1);
        lua_twin_push_keys(lua);
    } else {
        luaL_checktype(lua, 1, LUA_TTABLE);
        lua_settop(lua, 1);
        real_table(lua, 1);
        lua_replace(lua, 1);
        order_push_keys(lua, 1);
    }
    lua_pushinteger(lua, 0);
    lua_pushcclosure(lua, step, 3); // t, keys, how many were given
    return 1;
}

int order_next(lua_State *lua) {
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_settop(lua, 2);
    real_table(lua, 1);
    lua_replace(lua, 1);
    bool is_first = lua_isnil(lua, 2), is_found = false;
    struct key after = {0}, best = {0};
    if (!is_first) after = key_at(lua, 2);
    int count = 0;
    for (lua_pushnil(lua); lua_next(lua, 1); lua_pop(lua, 1)) {
        if (++count > ORDER_KEYS_MAX)
            return luaL_error(lua, "a table of more than %d keys cannot be walked; keep less",
                              ORDER_KEYS_MAX);
        struct key key = key_at(lua, -2);
        if (!is_first && key_compare(&key, &after) <= 0) continue;
        if (is_found && key_compare(&key, &best) >= 0) continue;
        best = key;
        is_found = true;
    }
    if (!is_found) {
        lua_pushnil(lua);
        return 1;
    }
    key_push(lua, &best);
    lua_pushvalue(lua, -1);
    lua_rawget(lua, 1);
    return 2;
}

// The function `pairs` gives; upvalues: t, keys, how many were given.
static int step(lua_State *lua) {
    lua_Integer place = lua_tointeger(lua, lua_upvalueindex(3));
    for (;;) {
        place++;
        if (lua_rawgeti(lua, lua_upvalueindex(2), place) == LUA_TNIL) return 1;
        lua_pushvalue(lua, -1);
        if (lua_gettable(lua, lua_upvalueindex(1)) != LUA_TNIL) break; // value = t[key]
        lua_pop(lua, 2);
    }
    lua_pushinteger(lua, place);
    lua_replace(lua, lua_upvalueindex(3));
    return 2;
}

// Pushes the table at `index` itself, or the one a read-only table of ours stands before.
static void real_table(lua_State *lua, int index) {
    int type = luaL_getmetafield(lua, index, "__index");
    if (type == LUA_TTABLE) return;
    if (type != LUA_TNIL) lua_pop(lua, 1);
    lua_pushvalue(lua, index);
}

static struct key key_at(lua_State *lua, int index) {
    struct key key = {0};
    switch (lua_type(lua, index)) {
    case LUA_TNUMBER:
        key.is_integer = lua_isinteger(lua, index);
        if (key.is_integer)
            key.integer = lua_tointeger(lua, index);
        else
            key.number = lua_tonumber(lua, index);
        break;
    case LUA_TSTRING:
        key.kind = KEY_TEXT;
        key.text.bytes = lua_tolstring(lua, index, &key.text.length);
        break;
    case LUA_TBOOLEAN:
        key.kind = KEY_BOOLEAN;
        key.boolean = lua_toboolean(lua, index);
        break;
    default:
        luaL_error(lua, "a table with a %s as a key has no order; use a number or a text (twin.id)",
                   luaL_typename(lua, index));
    }
    return key;
}

static void key_push(lua_State *lua, const struct key *key) {
    if (key->kind == KEY_TEXT)
        lua_pushlstring(lua, key->text.bytes, key->text.length);
    else if (key->kind == KEY_BOOLEAN)
        lua_pushboolean(lua, key->boolean);
    else if (key->is_integer)
        lua_pushinteger(lua, key->integer);
    else
        lua_pushnumber(lua, key->number);
}

static int key_compare(const void *left, const void *right) {
    const struct key *a = left, *b = right;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    if (a->kind == KEY_BOOLEAN) return a->boolean - b->boolean;
    if (a->kind == KEY_TEXT) {
        size_t shorter = a->text.length < b->text.length ? a->text.length : b->text.length;
        int order = memcmp(a->text.bytes, b->text.bytes, shorter);
        if (order) return order;
        return a->text.length < b->text.length ? -1 : a->text.length > b->text.length;
    }
    if (a->is_integer && b->is_integer)
        return a->integer < b->integer ? -1 : a->integer > b->integer;
    // A long double holds every 64-bit integer.
    long double x = a->is_integer ? (long double)a->integer : (long double)a->number;
    long double y = b->is_integer ? (long double)b->integer : (long double)b->number;
    return x < y ? -1 : x > y;
}
