// Elements are reached raw: the tables of scripts have no metatables.

#include "script/lua_table.h"

#include "script/lua_text.h"
#include "script/state.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <stdint.h>

static lua_Integer list_length(lua_State *lua, int index);
static void check_range_size(lua_State *lua, const char *what, lua_Integer first, lua_Integer last,
                             lua_Integer most);
static void merge(lua_State *lua, int from, int to, lua_Integer low, lua_Integer middle,
                  lua_Integer high);
static bool is_less(lua_State *lua, int index_a, int index_b);

int lua_table_concat(lua_State *lua) {
    lua_Integer length = list_length(lua, 1);
    size_t between_length;
    const char *between = luaL_optlstring(lua, 2, "", &between_length);
    lua_Integer first = luaL_optinteger(lua, 3, 1), last = luaL_optinteger(lua, 4, length);
    check_range_size(lua, "concat", first, last, TABLE_RANGE_MAX);
    size_t total = 0;
    lua_Integer count =
        first <= last ? last - first + 1 : 0; // counted, for `last` may be the largest
    for (lua_Integer i = 0; i < count; i++, lua_pop(lua, 1)) {
        int type = lua_rawgeti(lua, 1, first + i);
        if (type != LUA_TSTRING && type != LUA_TNUMBER)
            return luaL_error(lua, "concat: element %I is a %s, not a text or a number",
                              (LUAI_UACINT)(first + i), lua_typename(lua, type));
        total += between_length + (type == LUA_TSTRING ? lua_rawlen(lua, -1) : 24);
        if (total > TEXT_RESULT_MAX)
            return luaL_error(lua, "concat: the result would be longer than %d bytes",
                              TEXT_RESULT_MAX);
    }
    luaL_Buffer result;
    luaL_buffinit(lua, &result);
    for (lua_Integer i = 0; i < count; i++) {
        if (i > 0) luaL_addlstring(&result, between, between_length);
        lua_rawgeti(lua, 1, first + i);
        luaL_addvalue(&result);
    }
    luaL_pushresult(&result);
    return 1;
}

int lua_table_insert(lua_State *lua) {
    lua_Integer end = list_length(lua, 1) + 1, place = end;
    if (lua_gettop(lua) == 3) place = luaL_checkinteger(lua, 2);
    luaL_argcheck(lua, lua_gettop(lua) == 2 || lua_gettop(lua) == 3, 2,
                  "insert takes 2 or 3 arguments");
    luaL_argcheck(lua, place >= 1 && place <= end, 2, "position out of bounds");
    check_range_size(lua, "insert", place, end, TABLE_RANGE_MAX);
    for (lua_Integer i = end; i > place; i--) {
        lua_rawgeti(lua, 1, i - 1);
        lua_rawseti(lua, 1, i); // t[i] = t[i - 1]
    }
    lua_rawseti(lua, 1, place); // the last argument
    return 0;
}

int lua_table_remove(lua_State *lua) {
    lua_Integer length = list_length(lua, 1);
    lua_Integer place = luaL_optinteger(lua, 2, length);
    if (length == 0) return lua_rawgeti(lua, 1, place), 1;
    luaL_argcheck(lua, place >= 1 && place <= length + 1, 2, "position out of bounds");
    check_range_size(lua, "remove", place, length, TABLE_RANGE_MAX);
    lua_rawgeti(lua, 1, place);
    for (lua_Integer i = place; i < length; i++) {
        lua_rawgeti(lua, 1, i + 1);
        lua_rawseti(lua, 1, i); // t[i] = t[i + 1]
    }
    lua_pushnil(lua);
    lua_rawseti(lua, 1, place > length ? place : length);
    return 1;
}

int lua_table_move(lua_State *lua) {
    lua_Integer first = luaL_checkinteger(lua, 2), last = luaL_checkinteger(lua, 3);
    lua_Integer to = luaL_checkinteger(lua, 4);
    int into = lua_isnoneornil(lua, 5) ? 1 : 5;
    list_length(lua, 1);
    list_length(lua, into);
    check_range_size(lua, "move", first, last, TABLE_RANGE_MAX);
    if (last >= first && to > LUA_MAXINTEGER - (last - first))
        return luaL_error(lua, "move: destination wraps around");
    bool is_forward = to <= first || to > last || into == 5;
    for (lua_Integer n = 0; last >= first && n <= last - first; n++) {
        lua_Integer i = is_forward ? n : last - first - n;
        lua_rawgeti(lua, 1, first + i);
        lua_rawseti(lua, into, to + i);
    }
    lua_pushvalue(lua, into);
    return 1;
}

int lua_table_unpack(lua_State *lua) {
    lua_Integer length = list_length(lua, 1);
    lua_Integer first = luaL_optinteger(lua, 2, 1), last = luaL_optinteger(lua, 3, length);
    check_range_size(lua, "unpack", first, last, TABLE_UNPACK_MAX);
    if (first > last) return 0;
    int count = (int)(last - first + 1);
    luaL_checkstack(lua, count, "too many values to unpack");
    for (int i = 0; i < count; i++)
        lua_rawgeti(lua, 1, first + i);
    return count;
}

// Merge sort into fresh tables: stable, never an "invalid order function", and the same on every
// run (Lua's own picks its pivots by the clock). The table changes only when all is sorted.
int lua_table_sort(lua_State *lua) {
    lua_Integer length = list_length(lua, 1);
    check_range_size(lua, "sort", 1, length, TABLE_RANGE_MAX);
    if (!lua_isnoneornil(lua, 2)) luaL_checktype(lua, 2, LUA_TFUNCTION);
    lua_settop(lua, 2);
    lua_createtable(lua, (int)length, 0);
    lua_createtable(lua, (int)length, 0);
    for (lua_Integer i = 1; i <= length; i++) {
        lua_rawgeti(lua, 1, i);
        lua_rawseti(lua, 3, i);
    }
    int from = 3, to = 4;
    for (lua_Integer width = 1; width < length; width *= 2) {
        for (lua_Integer low = 1; low <= length; low += 2 * width) {
            lua_Integer middle = low + width <= length + 1 ? low + width : length + 1;
            lua_Integer high = low + 2 * width <= length + 1 ? low + 2 * width : length + 1;
            merge(lua, from, to, low, middle, high);
        }
        int swapped = from;
        from = to;
        to = swapped;
    }
    for (lua_Integer i = 1; i <= length; i++) {
        lua_rawgeti(lua, from, i);
        lua_rawseti(lua, 1, i);
    }
    return 0;
}

// to[low, high) = the sorted runs from[low, middle) and from[middle, high) as one.
static void merge(lua_State *lua, int from, int to, lua_Integer low, lua_Integer middle,
                  lua_Integer high) {
    const struct call *call = &script_of(lua)->call;
    lua_Integer left = low, right = middle;
    for (lua_Integer i = low; i < high; i++) {
        call_check(lua, call);
        bool takes_left = right >= high;
        if (left < middle && right < high) {
            lua_rawgeti(lua, from, right);
            lua_rawgeti(lua, from, left);
            takes_left = !is_less(lua, -2, -1);
            lua_pop(lua, 2);
        }
        lua_rawgeti(lua, from, takes_left ? left++ : right++);
        lua_rawseti(lua, to, i);
    }
}

static bool is_less(lua_State *lua, int index_a, int index_b) {
    if (lua_isnil(lua, 2)) return lua_compare(lua, index_a, index_b, LUA_OPLT);
    lua_pushvalue(lua, 2);
    lua_pushvalue(lua, index_a - 1);
    lua_pushvalue(lua, index_b - 2);
    lua_call(lua, 2, 1); // is_less(a, b)
    bool answer = lua_toboolean(lua, -1);
    lua_pop(lua, 1);
    return answer;
}

static lua_Integer list_length(lua_State *lua, int index) {
    luaL_checktype(lua, index, LUA_TTABLE);
    if (lua_getmetatable(lua, index))
        luaL_argerror(lua, index, "expected a plain table, not a read-only one");
    return (lua_Integer)lua_rawlen(lua, index);
}

// Raises when first..last has more than `most` elements.
static void check_range_size(lua_State *lua, const char *what, lua_Integer first, lua_Integer last,
                             lua_Integer most) {
    if (first <= last && (uint64_t)last - (uint64_t)first >= (uint64_t)most)
        luaL_error(lua, "%s: %I to %I is more than %I elements", what, (LUAI_UACINT)first,
                   (LUAI_UACINT)last, (LUAI_UACINT)most);
}
