// Names and values are checked by twin/argument.c, so that a script is told what an operator is.

#include "script/lua_argument.h"

#include "base/err.h"
#include "base/memory.h"
#include "script/lua_field.h"
#include "script/lua_location.h"
#include "twin/argument.h"
#include "twin/change.h"
#include "twin/name.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

// by = { unit = "%", range = { 0, 100 } }
void lua_argument_read(struct check *check, const char *name, void *context) {
    static const char *const keys[] = {"range", "type", "unit"};
    struct lua_argument_list *list = context;
    check_is_table(check);
    check_keys(check, keys, 3, 3);
    if (!field_name_is_valid(name, strlen(name)))
        check_fail(check, "a name is letters, digits and _, at most 64");
    if (*list->count == EVENT_ARGUMENTS_MAX)
        check_fail(check, "%s has at most %d arguments", list->what, EVENT_ARGUMENTS_MAX);
    enum value_type type = (enum value_type)lua_field_type(check);
    const char *unit = "";
    double low = 0, high = 0;
    lua_field_unit(check, type, &unit);
    bool has_range = check_range(check, "range", &low, &high);
    if (has_range && type != VALUE_NUMBER)
        check_fail(check, "a %s has no range", value_type_name(type));
    struct argument_spec *argument = model_add_argument(list->specs, list->count, name);
    argument->type = type;
    argument->has_range = has_range;
    argument->low = low;
    argument->high = high;
    free(argument->unit);
    argument->unit = xstrdup(unit);
}

struct value *lua_argument_give(lua_State *lua, int index, struct region *region, const char *owner,
                                const struct argument_spec *specs, int count) {
    struct err err;
    struct value *values = region_alloc(region, (size_t)(count + 1) * sizeof *values);
    for (int i = 0; i < count; i++)
        values[i] = value_none();
    if (lua_isnoneornil(lua, index)) return values;
    luaL_checktype(lua, index, LUA_TTABLE);
    for (lua_pushnil(lua); lua_next(lua, index); lua_pop(lua, 1)) { // any order gives the same list
        size_t length = 0;
        const char *key = lua_type(lua, -2) == LUA_TSTRING ? lua_tolstring(lua, -2, &length) : "";
        int place = argument_find(owner, specs, count, key, length, &err);
        if (place == NONE) luaL_error(lua, "%s", err.text);
        struct value value;
        struct location room;
        if (!lua_location_take(lua, -1, key, specs[place].type, &room, &value))
            luaL_error(lua, "%s: %s takes a %s, not a %s", owner, key,
                       value_type_name(specs[place].type), luaL_typename(lua, -1));
        if (!argument_check(owner, &specs[place], value, &err)) luaL_error(lua, "%s", err.text);
        if (value_has_bytes(value.type)) value.text = region_copy(region, value.text, value.length);
        values[place] = value;
    }
    return values;
}
