#include "script/lua_autonomy.h"

#include "base/memory.h"
#include "script/lua_aggregate.h"
#include "twin/autonomy_spec.h"
#include "twin/model.h"
#include "twin/name.h"

#include <lauxlib.h>
#include <lua.h>
#include <math.h>
#include <string.h>

#define PARTS_MAX 128
#define EVERY_LEAST_US 1000000

static struct autonomy_part *add(struct check *check, struct autonomy_spec *autonomy,
                                 const char *name, enum autonomy_role role) {
    const char *dot = strchr(name, '.');
    size_t length = dot ? (size_t)(dot - name) : 0;
    if ((dot && !field_name_is_valid(name, length)) ||
        !field_name_is_valid(dot ? dot + 1 : name, strlen(dot ? dot + 1 : name)))
        check_fail(check,
                   "\"%s\" is no value; write \"speed\" of its own, or \"part_of.speed\" of "
                   "those whose part_of leads here",
                   name);
    if (autonomy->part_count == PARTS_MAX) check_fail(check, "more than %d values", PARTS_MAX);
    struct autonomy_part *part = autonomy_spec_add_part(autonomy, name);
    part->role = role;
    return part;
}

// A number of the list on top, which may be missing when `is_open`.
static double end_of(struct check *check, int place, bool is_open, double open) {
    lua_State *lua = check->lua;
    int type = lua_rawgeti(lua, -1, place);
    if (type != LUA_TNUMBER && !(is_open && type == LUA_TNIL))
        check_fail(check, "write a range, like { 600, 1450 }");
    double number = type == LUA_TNUMBER ? lua_tonumber(lua, -1) : open;
    lua_pop(lua, 1);
    return number;
}

static void read_vary(struct check *check, const char *name, void *context) {
    check_is_table(check);
    struct autonomy_part *part = add(check, context, name, AUTONOMY_VARY);
    part->low = end_of(check, 1, false, 0);
    part->high = end_of(check, 2, false, 0);
    if (!(part->low < part->high)) check_fail(check, "%g is not above %g", part->high, part->low);
    if (check_number(check, "rate", &part->rate) && !(part->rate > 0))
        check_fail(check, "rate = %g moves nothing; write how far it may move at once", part->rate);
}

static void read_minimise(struct check *check, const char *name, void *context) {
    if (lua_type(check->lua, -1) != LUA_TNUMBER)
        check_fail(check, "its weight must be a number, not a %s", luaL_typename(check->lua, -1));
    add(check, context, name, AUTONOMY_MINIMISE)->weight = lua_tonumber(check->lua, -1);
}

// { low = 0.5, high = 2.7 }, either of them left out.
static void read_keep(struct check *check, const char *name, void *context) {
    static const char *const keys[] = {"high", "low"};
    check_is_table(check);
    check_keys(check, keys, 2, 2);
    struct autonomy_part *part = add(check, context, name, AUTONOMY_KEEP);
    bool has_low = check_number(check, "low", &part->low);
    bool has_high = check_number(check, "high", &part->high);
    if (!has_low && !has_high) check_fail(check, "low and high are missing; write one of them");
    if (!(part->low < part->high))
        check_fail(check, "high = %g is not above low = %g", part->high, part->low);
}

static void read_costs(struct check *check, struct autonomy_spec *autonomy) {
    lua_getfield(check->lua, -1, "minimise");
    int type = lua_type(check->lua, -1);
    const char *name = type == LUA_TSTRING ? lua_tostring(check->lua, -1) : NULL;
    size_t mark = check_enter(check, "minimise");
    if (name) add(check, autonomy, name, AUTONOMY_MINIMISE);
    check_leave(check, mark);
    lua_pop(check->lua, 1);
    if (!name) check_each(check, "minimise", read_minimise, autonomy);
}

static int count_of(const struct autonomy_spec *autonomy, enum autonomy_role role) {
    int count = 0;
    for (int i = 0; i < autonomy->part_count; i++)
        count += autonomy->parts[i].role == role;
    return count;
}

void lua_autonomy_read(struct check *check, struct model *model) {
    static const char *const keys[] = {"every", "keep", "minimise", "over", "step", "vary"};
    size_t mark;
    if (!check_begin(check, "autonomous", &mark)) return;
    check_keys(check, keys, (int)ARRAY_LEN(keys), (int)ARRAY_LEN(keys));
    struct autonomy_spec *autonomy = autonomy_spec_add(model);
    if (!check_duration(check, "every", &autonomy->every_us))
        check_fail(check, "every is missing; write how often it decides, like every = \"30m\"");
    if (autonomy->every_us < EVERY_LEAST_US) check_fail(check, "every is shorter than 1s");
    if (!check_duration(check, "over", &autonomy->over_us)) autonomy->over_us = autonomy->every_us;
    check_duration(check, "step", &autonomy->step_us);
    check_each(check, "vary", read_vary, autonomy);
    read_costs(check, autonomy);
    check_each(check, "keep", read_keep, autonomy);
    if (count_of(autonomy, AUTONOMY_VARY) == 0)
        check_fail(check, "vary is missing; write what may be moved, like vary = { speed = { 600, "
                          "1450, rate = 50 } }");
    if (count_of(autonomy, AUTONOMY_MINIMISE) == 0)
        check_fail(check, "minimise is missing; write what it costs, like minimise = \"power\"");
    check_end(check, mark);
}

static bool has_own(const struct model *model, const char *name) {
    for (int i = 0; i < model->field_count; i++)
        if (strcmp(model->fields[i].name, name) == 0) return true;
    return false;
}

// Whether a model at either end of the relationship has such a value.
static bool is_at_end(const struct model *model, const struct autonomy_part *part,
                      struct model *const *models, int count) {
    for (int i = 0; i < count; i++) {
        const struct model *own = models[i];
        bool is_it = false;
        int out = lua_aggregate_relationship(model, part->relationship);
        int in = lua_aggregate_relationship(own, part->relationship);
        if (out != NONE)
            is_it = lua_aggregate_is_a(own, model->relationships[out].target, models, count);
        else if (in != NONE)
            is_it = lua_aggregate_is_a(model, own->relationships[in].target, models, count);
        if (is_it && has_own(own, part->field)) return true;
    }
    return false;
}

void lua_autonomy_check(struct check *check, const struct model *model, struct model *const *models,
                        int count) {
    if (!model->autonomy) return;
    size_t mark = check_enter(check, "autonomous");
    for (int i = 0; i < model->autonomy->part_count; i++) {
        const struct autonomy_part *part = &model->autonomy->parts[i];
        bool is_own = !part->relationship[0];
        if (is_own && !has_own(model, part->field))
            check_fail(check, "model \"%s\" has no \"%s\"", model->name, part->field);
        if (!is_own && !is_at_end(model, part, models, count))
            check_fail(check, "no model that \"%s\" leads to, or comes from, has a \"%s\"",
                       part->relationship, part->field);
    }
    check_leave(check, mark);
}
