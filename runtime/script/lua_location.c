// The entries are asked for by name, so that the first mistake is always the same one.

#include "script/lua_location.h"

#include "base/err.h"
#include "base/memory.h"
#include "script/lua_value.h"
#include "script/order.h"
#include "twin/location.h"

#include <lauxlib.h>
#include <string.h>

static const char *const keys[] = {"alt", "lat", "lon"};

// Whether there is a number under `key` of the table at `index`.
static bool take_entry(lua_State *lua, int index, const char *name, const char *key,
                       double *number) {
    lua_pushstring(lua, key);
    int type = lua_rawget(lua, index);
    if (type != LUA_TNUMBER && type != LUA_TNIL)
        luaL_error(lua, "%s.%s is a number, not a %s", name, key, lua_typename(lua, type));
    *number = lua_tonumber(lua, -1);
    lua_pop(lua, 1);
    return type == LUA_TNUMBER;
}

// Raises when the table has something else than the `known` entries.
static void refuse_others(lua_State *lua, int index, const char *name, int known) {
    int count = 0;
    for (lua_pushnil(lua); lua_next(lua, index); lua_pop(lua, 1))
        count++;
    if (count == known) return;
    order_push_keys(lua, index);
    for (int i = 1, list = lua_gettop(lua); lua_rawgeti(lua, list, i) != LUA_TNIL; i++) {
        bool is_known = false;
        for (size_t j = 0; j < ARRAY_LEN(keys) && lua_type(lua, -1) == LUA_TSTRING; j++)
            is_known |= strcmp(lua_tostring(lua, -1), keys[j]) == 0;
        if (!is_known)
            luaL_error(lua, "%s is a location { lat =, lon =, alt = }, it has no \"%s\"", name,
                       luaL_tolstring(lua, -1, NULL));
        lua_pop(lua, 1);
    }
    lua_pop(lua, 2);
}

static void read_table(lua_State *lua, int index, const char *name, struct location *location) {
    struct err err;
    *location = (struct location){0};
    bool has_lat = take_entry(lua, index, name, "lat", &location->lat);
    bool has_lon = take_entry(lua, index, name, "lon", &location->lon);
    location->has_alt = take_entry(lua, index, name, "alt", &location->alt);
    refuse_others(lua, index, name, has_lat + has_lon + location->has_alt);
    if (!has_lat || !has_lon)
        luaL_error(lua, "%s is a location { lat =, lon =, alt = }, its %s is missing", name,
                   has_lat ? "lon" : "lat");
    if (!location_check(location, name, &err)) luaL_error(lua, "%s", err.text);
}

bool lua_location_take(lua_State *lua, int index, const char *name, enum value_type type,
                       struct location *room, struct value *value) {
    if (type != VALUE_LOCATION || !lua_istable(lua, index)) return lua_value_get(lua, index, value);
    read_table(lua, lua_absindex(lua, index), name, room);
    *value = value_location(room);
    return true;
}

bool lua_location_check(struct check *check, const char *key, struct location *location) {
    struct err err;
    size_t mark;
    *location = (struct location){0};
    if (!check_begin(check, key, &mark)) return false;
    check_keys(check, keys, ARRAY_LEN(keys), ARRAY_LEN(keys));
    if (!check_number(check, "lat", &location->lat) || !check_number(check, "lon", &location->lon))
        check_fail(check,
                   "a location needs lat and lon, in degrees; alt, in metres, may be left out");
    location->has_alt = check_number(check, "alt", &location->alt);
    check_end(check, mark);
    if (!location_check(location, key, &err)) check_fail(check, "%s", err.text);
    return true;
}
