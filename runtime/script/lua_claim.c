// Values are compared by what they are: numbers within the tolerance, tables by their entries,
// twins by identity.

#include "script/lua_claim.h"

#include "base/err.h"
#include "script/call.h"
#include "script/handle.h"
#include "script/lua_stage.h"
#include "script/lua_test.h"
#include "script/lua_text.h"
#include "script/order.h"
#include "script/state.h"
#include "twin/model.h"
#include "twin/name.h"
#include "twin/twin.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

#define DEPTH_MAX 8 // of tables that are compared and shown

static int equal(lua_State *lua);
static int is(lua_State *lua);
static int raised(lua_State *lua);
static int clear(lua_State *lua);
static int failed(lua_State *lua);
static int fails(lua_State *lua);

const struct luaL_Reg *lua_claim_list(void) {
    static const luaL_Reg claims[] = {
        {"equal", equal},   {"is", is},       {"raised", raised}, {"clear", clear},
        {"failed", failed}, {"fails", fails}, {NULL, NULL},
    };
    return claims;
}

// Pushes the value at `index` as Lua writes it.
static void push_shown(lua_State *lua, int index, int depth) {
    luaL_checkstack(lua, 8, "a table nested too deep");
    index = lua_absindex(lua, index);
    if (lua_type(lua, index) == LUA_TSTRING) {
        lua_pushfstring(lua, "\"%s\"", lua_tostring(lua, index));
        return;
    }
    if (lua_type(lua, index) != LUA_TTABLE || depth == DEPTH_MAX) {
        lua_pushcfunction(lua, lua_text_tostring);
        lua_pushvalue(lua, index);
        lua_call(lua, 1, 1);
        return;
    }
    order_push_keys(lua, index);
    int keys = lua_gettop(lua);
    lua_pushliteral(lua, "{");
    for (int i = 1; lua_rawgeti(lua, keys, i) != LUA_TNIL; i++) { // "{ a = 1, b = 2"
        lua_pushstring(lua, i > 1 ? ", " : " ");
        lua_pushcfunction(lua, lua_text_tostring);
        lua_pushvalue(lua, keys + 2);
        lua_call(lua, 1, 1);
        lua_pushliteral(lua, " = ");
        lua_pushvalue(lua, keys + 2);
        lua_rawget(lua, index);
        push_shown(lua, -1, depth + 1);
        lua_remove(lua, -2);
        lua_remove(lua, keys + 2);
        lua_concat(lua, lua_gettop(lua) - keys);
    }
    lua_pop(lua, 1);
    lua_pushliteral(lua, " }");
    lua_concat(lua, 2);
    lua_remove(lua, keys);
}

static bool is_equal(lua_State *lua, int a, int b, double tolerance, int depth);

// Whether every entry of the table at `a` is in that at `b`.
static bool has_all(lua_State *lua, int a, int b, double tolerance, int depth) {
    for (lua_pushnil(lua); lua_next(lua, a); lua_pop(lua, 1)) {
        lua_pushvalue(lua, -2);
        lua_rawget(lua, b);
        bool is_same = is_equal(lua, lua_gettop(lua) - 1, lua_gettop(lua), tolerance, depth + 1);
        lua_pop(lua, 1);
        if (is_same) continue;
        lua_pop(lua, 2);
        return false;
    }
    return true;
}

static bool is_equal(lua_State *lua, int a, int b, double tolerance, int depth) {
    luaL_checkstack(lua, 8, "a table nested too deep");
    if (lua_type(lua, a) == LUA_TNUMBER && lua_type(lua, b) == LUA_TNUMBER)
        return lua_compare(lua, a, b, LUA_OPEQ) ||
               fabs(lua_tonumber(lua, a) - lua_tonumber(lua, b)) <= tolerance;
    if (!lua_istable(lua, a) || !lua_istable(lua, b) || depth == DEPTH_MAX)
        return lua_rawequal(lua, a, b);
    return has_all(lua, a, b, tolerance, depth) && has_all(lua, b, a, tolerance, depth);
}

// t:equal(got, wanted[, tolerance])
static int equal(lua_State *lua) {
    lua_settop(lua, 4);
    double tolerance = luaL_optnumber(lua, 4, 0);
    luaL_argcheck(lua, tolerance >= 0, 4, "a tolerance is not below 0");
    if (is_equal(lua, 2, 3, tolerance, 0)) return 0;
    push_shown(lua, 3, 0);
    push_shown(lua, 2, 0);
    if (tolerance > 0)
        return luaL_error(lua, "expected %s within %f, got %s", lua_tostring(lua, -2), tolerance,
                          lua_tostring(lua, -1));
    return luaL_error(lua, "expected %s, got %s", lua_tostring(lua, -2), lua_tostring(lua, -1));
}

// t:is(condition, text)
static int is(lua_State *lua) {
    const char *text = luaL_optstring(lua, 3, "a condition that holds");
    if (lua_toboolean(lua, 2)) return 0;
    push_shown(lua, 2, 0);
    return luaL_error(lua, "expected %s, got %s", text, lua_tostring(lua, -1));
}

// Raises unless the alarm at 3 of the twin at 2 is raised, or is not.
static int check_alarm(lua_State *lua, bool is_wanted) {
    static const char *const states[] = {[ALARM_CLEAR] = "clear",
                                         [ALARM_PENDING] = "pending, its delay is not over",
                                         [ALARM_ACTIVE] = "raised"};
    const struct twin *twin = lua_stage_twin(lua, 2);
    int index = lua_stage_alarm(lua, 3, twin->model);
    const struct alarm *alarm = &twin->alarms[index];
    if ((alarm->state == ALARM_ACTIVE) == is_wanted) return 0;
    const struct alarm_spec *spec = &twin->model->alarms[index];
    double limit;
    if (spec->field == NONE || !twin_limit(twin, spec->limit_field, spec->limit, &limit))
        return luaL_error(lua, "expected alarm %s of %s to be %s, it is %s", spec->name, twin->id,
                          is_wanted ? "raised" : "clear", states[alarm->state]);
    lua_stage_push_value(lua, twin_value(twin, spec->field));
    push_shown(lua, -1, 0);
    return luaL_error(lua, "expected alarm %s of %s to be %s, it is %s: %s is %s, %s %f",
                      spec->name, twin->id, is_wanted ? "raised" : "clear", states[alarm->state],
                      twin->model->fields[spec->field].name, lua_tostring(lua, -1),
                      spec->is_above ? "above" : "below", limit);
}

// t:raised(pump, "overheating")
static int raised(lua_State *lua) {
    return check_alarm(lua, true);
}

// t:clear(pump, "overheating"): not raised; its delay may run
static int clear(lua_State *lua) {
    return check_alarm(lua, false);
}

// t:failed(pump[, text]) -> what its behaviour failed with; the failure counts as expected then
static int failed(lua_State *lua) {
    struct test_bed *bed = lua_stage_bed(lua);
    const struct twin *twin = lua_stage_twin(lua, 2);
    const char *part = luaL_optstring(lua, 3, "");
    char id[TWIN_ID_MAX + 1], text[420], other[420];
    if (bed->failure(bed->context, twin, part, id, text)) {
        lua_pushstring(lua, text);
        return 1;
    }
    if (bed->failure(bed->context, twin, "", id, other))
        return luaL_error(lua,
                          "expected the behavior of %s to fail with \"%s\", it failed with: %s",
                          twin->id, part, other);
    return luaL_error(lua, "expected the behavior of %s to fail, it did not", twin->id);
}

// t:fails(function[, text]) -> what it raised
static int fails(lua_State *lua) {
    luaL_checktype(lua, 2, LUA_TFUNCTION);
    const char *part = luaL_optstring(lua, 3, "");
    lua_pushcfunction(lua, call_pcall); // so that a kill ends the test
    lua_pushvalue(lua, 2);
    lua_call(lua, 1, 2);
    if (lua_toboolean(lua, -2)) return luaL_error(lua, "expected an error, there was none");
    push_shown(lua, -1, 0);
    const char *text = lua_type(lua, -2) == LUA_TSTRING ? lua_tostring(lua, -2) : "";
    if (!strstr(text, part))
        return luaL_error(lua, "expected an error with \"%s\", got %s", part,
                          lua_tostring(lua, -1));
    lua_pop(lua, 1);
    return 1;
}
