#include "script/lua_kind.h"

#include "base/memory.h"
#include "script/lua_model.h"
#include "twin/model.h"
#include "twin/name.h"

#include <lauxlib.h>
#include <lua.h>
#include <math.h>
#include <string.h>

// "discord = COUNT, ewma = DURATION or ring = COUNT", pushed.
static const char *push_known(lua_State *lua) {
    static const char *const forms[] = {"NUMBER", "COUNT", "DURATION"};
    const struct estimator_kind *kind;
    luaL_Buffer list;
    luaL_buffinit(lua, &list);
    for (int i = 0; (kind = estimator_kind_at(i)); i++) {
        luaL_addstring(&list, i == 0 ? "" : estimator_kind_at(i + 1) ? ", " : " or ");
        luaL_addstring(&list, kind->name);
        luaL_addstring(&list, " = ");
        luaL_addstring(&list, forms[kind->settings[0].type]);
    }
    luaL_pushresult(&list);
    return lua_tostring(lua, -1);
}

static bool has_key(lua_State *lua, const char *key) {
    bool is_there = lua_getfield(lua, -1, key) != LUA_TNIL;
    lua_pop(lua, 1);
    return is_there;
}

// A misspelt kind is near to a known one.
static const char *find_near(lua_State *lua) {
    const struct estimator_kind *kind;
    const char *best = NULL;
    for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1)) {
        if (lua_type(lua, -2) != LUA_TSTRING) continue;
        struct suggestion near = {lua_tostring(lua, -2), lua_rawlen(lua, -2), NULL, 0};
        for (int i = 0; (kind = estimator_kind_at(i)); i++)
            suggestion_try(&near, kind->name);
        if (near.best) best = near.best;
    }
    return best;
}

static const struct estimator_kind *find_kind(struct check *check) {
    lua_State *lua = check->lua;
    const struct estimator_kind *kind, *found = NULL;
    for (int i = 0; (kind = estimator_kind_at(i)); i++) {
        if (!has_key(lua, kind->name)) continue;
        if (found)
            check_fail(check, "is %s and %s; write one of them", found->phrase, kind->phrase);
        found = kind;
    }
    if (found) return found;
    const char *near = find_near(lua);
    if (near) check_fail(check, "names no kind of estimator; did you mean \"%s\"?", near);
    check_fail(check, "names no kind of estimator; write %s", push_known(lua));
}

static void check_known_keys(struct check *check, const struct estimator_kind *kind) {
    const char *keys[ESTIMATOR_SETTINGS + 3];
    int count = 0;
    for (int i = 0; i < kind->setting_count; i++)
        keys[count++] = kind->settings[i].name;
    keys[count++] = "of";
    if (kind->inputs_most > 1) keys[count++] = "inputs";
    if (kind->has_target) keys[count++] = "target";
    check_keys(check, keys, count, count);
}

static double read_setting(struct check *check, const struct estimator_setting *setting) {
    double number = setting->otherwise;
    int64_t us;
    bool is_given = setting->type == SETTING_DURATION ? check_duration(check, setting->name, &us)
                                                      : check_number(check, setting->name, &number);
    if (!is_given) {
        if (isnan(number)) check_fail(check, "%s is missing", setting->name);
        return number;
    }
    if (setting->type == SETTING_DURATION) number = (double)us / 1e6;
    bool is_whole = setting->type == SETTING_WHOLE;
    if (!(number >= setting->low && number <= setting->high) ||
        (is_whole && number != floor(number)))
        check_fail(check, "%s = %.15g; write a %s from %.15g to %.15g%s", setting->name, number,
                   is_whole ? "whole number" : "number", setting->low, setting->high,
                   setting->type == SETTING_DURATION ? " seconds, as a duration" : "");
    return number;
}

static void add_field(struct check *check, struct model *model, struct estimator_spec *estimator,
                      const char *name) {
    int most = estimator->as.kind->inputs_most;
    if (estimator->field_count == most)
        check_fail(check, "%s takes at most %d fields", estimator->as.kind->phrase, most);
    int field = lua_model_find_signal(check, model, name);
    if (most > 1 && model->fields[field].kind == FIELD_DERIVED)
        check_fail(check,
                   "\"%s\" is derived; several fields are telemetry or properties, for they are "
                   "taken as a message brings them. Leave `of` out and feed it by :add(...)",
                   name);
    estimator->fields[estimator->field_count++] = field;
}

// of = "vibration", or of = { "t1", "t2" }, target = "reference"
static void read_fields(struct check *check, struct model *model,
                        struct estimator_spec *estimator) {
    lua_State *lua = check->lua;
    size_t mark = check_enter(check, "of");
    if (lua_getfield(lua, -1, "of") == LUA_TTABLE) {
        for (int i = 1; lua_rawgeti(lua, -1, i) != LUA_TNIL; i++, lua_pop(lua, 1)) {
            if (lua_type(lua, -1) != LUA_TSTRING)
                check_fail(check, "expected names of fields, got a %s", luaL_typename(lua, -1));
            add_field(check, model, estimator, lua_tostring(lua, -1));
        }
        lua_pop(lua, 1);
        if (estimator->field_count == 0) check_fail(check, "names no field");
    } else if (lua_type(lua, -1) == LUA_TSTRING) {
        add_field(check, model, estimator, lua_tostring(lua, -1));
    } else if (!lua_isnil(lua, -1)) {
        check_fail(check, "expected the name of a field, got a %s", luaL_typename(lua, -1));
    }
    lua_pop(lua, 1);
    check_leave(check, mark);
    const char *target = estimator->as.kind->has_target ? check_text(check, "target") : NULL;
    if (estimator->as.kind->has_target && !target != (estimator->field_count == 0))
        check_fail(check, "of and target belong together: what it is estimated from, and what is");
    mark = check_enter(check, "target");
    if (target) add_field(check, model, estimator, target);
    check_leave(check, mark);
}

// How many numbers make an update.
static int read_inputs(struct check *check, const struct estimator_spec *estimator) {
    const struct estimator_kind *kind = estimator->as.kind;
    double inputs = estimator->field_count;
    bool is_given = kind->inputs_most > 1 && check_number(check, "inputs", &inputs);
    if (is_given && estimator->field_count > 0)
        check_fail(check, "inputs is for what scripts feed; it follows %d field%s already",
                   estimator->field_count, estimator->field_count == 1 ? "" : "s");
    if (kind->inputs_most == 1) return 1;
    if (!is_given && estimator->field_count == 0)
        check_fail(check, "write of = { FIELD, ... }, or inputs = COUNT if scripts feed it");
    int least = kind->has_target ? 2 : 1;
    if (!(inputs >= least && inputs <= kind->inputs_most && inputs == floor(inputs)))
        check_fail(check, "inputs = %.15g; write a whole number from %d to %d", inputs, least,
                   kind->inputs_most);
    return (int)inputs;
}

void lua_kind_read(struct check *check, const char *name, struct model *model) {
    const struct estimator_kind *kind = find_kind(check);
    check_known_keys(check, kind);
    struct estimator_spec *estimator = model_add_estimator(model, name, kind);
    for (int i = 0; i < kind->setting_count; i++)
        estimator->as.settings[i] = read_setting(check, &kind->settings[i]);
    read_fields(check, model, estimator);
    estimator->as.inputs = read_inputs(check, estimator);
}
