// One 64-bit state, kept in the struct script for the time of a call.

#include "script/chance.h"

#include "script/state.h"

#include <lauxlib.h>

static uint64_t draw(struct script *script) {
    uint64_t word = script->chance += 0x9e3779b97f4a7c15u;
    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9u;
    word = (word ^ word >> 27) * 0x94d049bb133111ebu;
    return word ^ word >> 31;
}

int chance_random(lua_State *lua) {
    struct script *script = script_of(lua);
    state_check_running(lua, "random()");
    int arguments = lua_gettop(lua);
    if (arguments == 0) {
        lua_pushnumber(lua, (double)(draw(script) >> 11) * 0x1p-53);
        return 1;
    }
    lua_Integer low = arguments == 1 ? 1 : luaL_checkinteger(lua, 1);
    lua_Integer high = luaL_checkinteger(lua, arguments == 1 ? 1 : 2);
    luaL_argcheck(lua, arguments <= 2, 3, "random takes at most two numbers");
    luaL_argcheck(lua, low <= high, arguments, "the range is empty");
    uint64_t span = (uint64_t)high - (uint64_t)low + 1; // 0: all of them
    uint64_t word = draw(script);
    if (span != 0) // draw again where the last, partial run of `span` would favour small numbers
        for (uint64_t fair = UINT64_MAX - UINT64_MAX % span; word >= fair; word = draw(script))
            ;
    lua_pushinteger(lua, (lua_Integer)((uint64_t)low + (span ? word % span : word)));
    return 1;
}
