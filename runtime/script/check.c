// The path is one text that grows and shrinks with the reading; raising needs no clean-up.

#include "script/check.h"

#include "base/logger.h"
#include "script/duration.h"
#include "script/order.h"
#include "twin/name.h"
#include "twin/unit.h"

#include <lauxlib.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void sentence(const struct check *check, char *out, size_t size, const char *format,
                     va_list arguments);
static bool get(struct check *check, const char *key, int type, const char *type_name);

void check_fail(const struct check *check, const char *format, ...) {
    char text[420];
    va_list arguments;
    va_start(arguments, format);
    sentence(check, text, sizeof text, format, arguments);
    va_end(arguments);
    lua_pushstring(check->lua, text);
    lua_error(check->lua);
    __builtin_unreachable();
}

void check_warn(const struct check *check, const char *format, ...) {
    char text[420];
    va_list arguments;
    va_start(arguments, format);
    sentence(check, text, sizeof text, format, arguments);
    va_end(arguments);
    logger_line(check->logger, LOG_LEVEL_WARN, "script", "text=\"%s\"", text);
}

size_t check_enter(struct check *check, const char *key) {
    size_t mark = strlen(check->path);
    snprintf(check->path + mark, sizeof check->path - mark, "%s%s", mark ? "." : "", key);
    return mark;
}

void check_leave(struct check *check, size_t mark) {
    check->path[mark] = 0;
}

void check_keys(struct check *check, const char *const *known, int known_count, int all_count) {
    lua_State *lua = check->lua;
    order_push_keys(lua, -1);
    for (int i = 1; lua_rawgeti(lua, -1, i) != LUA_TNIL; i++, lua_pop(lua, 1)) {
        if (lua_type(lua, -1) != LUA_TSTRING)
            check_fail(check, "a %s is not a name; write name = ...", luaL_typename(lua, -1));
        const char *key = lua_tostring(lua, -1);
        int place = 0;
        while (place < all_count && strcmp(known[place], key) != 0)
            place++;
        size_t mark = check_enter(check, key);
        if (place == all_count) {
            struct suggestion near = {key, strlen(key), NULL, 0};
            for (int j = 0; j < all_count; j++)
                suggestion_try(&near, known[j]);
            if (near.best) check_fail(check, "unknown key; did you mean \"%s\"?", near.best);
            luaL_Buffer list;
            luaL_buffinit(lua, &list);
            for (int j = 0; j < known_count; j++) {
                luaL_addstring(&list, j ? ", " : "");
                luaL_addstring(&list, known[j]);
            }
            luaL_pushresult(&list);
            check_fail(check, "unknown key; known are %s", lua_tostring(lua, -1));
        }
        if (place >= known_count) check_warn(check, "has no effect in this version");
        check_leave(check, mark);
    }
    lua_pop(lua, 2);
}

bool check_number(struct check *check, const char *key, double *number) {
    if (!get(check, key, LUA_TNUMBER, "a number")) return false;
    *number = lua_tonumber(check->lua, -1);
    lua_pop(check->lua, 1);
    if (isfinite(*number)) return true;
    check_enter(check, key);
    check_fail(check, "%g is not a finite number", *number);
}

bool check_boolean(struct check *check, const char *key, bool *boolean) {
    if (!get(check, key, LUA_TBOOLEAN, "true or false")) return false;
    *boolean = lua_toboolean(check->lua, -1);
    lua_pop(check->lua, 1);
    return true;
}

const char *check_text(struct check *check, const char *key) {
    if (!get(check, key, LUA_TSTRING, "a text")) return NULL;
    size_t length;
    const char *text = lua_tolstring(check->lua, -1, &length);
    lua_pop(check->lua, 1);
    if (strlen(text) == length) return text;
    check_enter(check, key);
    check_fail(check, "a text with a NUL in it");
}

bool check_duration(struct check *check, const char *key, int64_t *us) {
    const char *text = check_text(check, key);
    if (!text) return false;
    if (duration_parse(text, us)) return true;
    check_enter(check, key);
    check_fail(check, "\"%s\" is no duration; write " DURATION_FORM, text);
}

bool check_range(struct check *check, const char *key, double *low, double *high) {
    lua_State *lua = check->lua;
    if (!get(check, key, LUA_TTABLE, "two numbers { low, high }")) return false;
    size_t mark = check_enter(check, key);
    lua_rawgeti(lua, -1, 1);
    lua_rawgeti(lua, -2, 2);
    if (lua_type(lua, -2) != LUA_TNUMBER || lua_type(lua, -1) != LUA_TNUMBER ||
        lua_rawlen(lua, -3) != 2)
        check_fail(check, "expected two numbers { low, high }");
    *low = lua_tonumber(lua, -2);
    *high = lua_tonumber(lua, -1);
    lua_pop(lua, 3);
    if (!isfinite(*low) || !isfinite(*high)) check_fail(check, "both must be finite numbers");
    if (!(*high > *low)) check_fail(check, "%.15g is not above %.15g", *high, *low);
    check_leave(check, mark);
    return true;
}

bool check_unit(struct check *check, const char *key, const char **unit) {
    const char *text = check_text(check, key);
    if (!text) return false;
    *unit = text;
    if (unit_is_known(text, strlen(text))) return true;
    const char *near = unit_suggest(text, strlen(text));
    check_enter(check, key);
    if (near) check_fail(check, "unknown unit \"%s\"; did you mean \"%s\"?", text, near);
    check_fail(check, "unknown unit \"%s\"; models/README.md says which there are", text);
}

bool check_begin(struct check *check, const char *key, size_t *mark) {
    if (!get(check, key, LUA_TTABLE, "a table")) return false;
    *mark = check_enter(check, key);
    return true;
}

void check_end(struct check *check, size_t mark) {
    lua_pop(check->lua, 1);
    check_leave(check, mark);
}

void check_each(struct check *check, const char *key, check_entry *each, void *context) {
    size_t mark;
    if (!check_begin(check, key, &mark)) return;
    check_all(check, each, context);
    check_end(check, mark);
}

void check_all(struct check *check, check_entry *each, void *context) {
    lua_State *lua = check->lua;
    luaL_checkstack(lua, 10, "a declaration nested too deep");
    order_push_keys(lua, -1);
    int keys = lua_gettop(lua);
    for (int i = 1; lua_rawgeti(lua, keys, i) != LUA_TNIL; i++, lua_settop(lua, keys)) {
        if (lua_type(lua, -1) != LUA_TSTRING)
            check_fail(check, "a %s is not a name; write name = ...", luaL_typename(lua, -1));
        const char *name = lua_tostring(lua, -1);
        size_t mark = check_enter(check, name);
        lua_pushvalue(lua, -1);
        lua_rawget(lua, keys - 1); // the declared table's value
        each(check, name, context);
        check_leave(check, mark);
    }
    lua_settop(lua, keys - 1);
}

void check_is_table(const struct check *check) {
    if (!lua_istable(check->lua, -1))
        check_fail(check, "expected a table, got a %s", luaL_typename(check->lua, -1));
}

void check_is_function(const struct check *check) {
    if (!lua_isfunction(check->lua, -1))
        check_fail(check, "expected a function, got a %s", luaL_typename(check->lua, -1));
}

// Pushes table[key] when it is there.
static bool get(struct check *check, const char *key, int type, const char *type_name) {
    lua_pushstring(check->lua, key);
    lua_rawget(check->lua, -2);
    int got = lua_type(check->lua, -1);
    if (got == type) return true;
    if (got != LUA_TNIL) {
        check_enter(check, key);
        check_fail(check, "expected %s, got a %s", type_name, lua_typename(check->lua, got));
    }
    lua_pop(check->lua, 1);
    return false;
}

static void sentence(const struct check *check, char *out, size_t size, const char *format,
                     va_list arguments) {
    int used =
        snprintf(out, size, "%s: %s%s", check->file, check->path, check->path[0] ? ": " : "");
    if (used > 0 && (size_t)used < size)
        vsnprintf(out + used, size - (size_t)used, format, arguments);
}
