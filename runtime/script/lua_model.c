// The head of a model and what its sections share. Sections are read in the order in which they
// refer to each other, entries by name, so that the same file always gives the same layout.

#include "script/lua_model.h"

#include "base/memory.h"
#include "script/lua_aggregate.h"
#include "script/lua_autonomy.h"
#include "script/lua_field.h"
#include "script/lua_process.h"
#include "script/lua_rule.h"
#include "twin/model.h"
#include "twin/name.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 1000 // of one model; a twin pays 24 bytes for each

static void read_head(struct check *check, struct model *model);
static bool has_name(const struct model *model, const char *name);

void lua_model_read(struct check *check, struct model *model) {
    static const char *const keys[] = {
        "alarms",  "auto_create", "autonomous",    "commands", "derived",    "events", "extends",
        "learned", "level",       "match",         "model",    "parameters", "parts",  "physics",
        "process", "properties",  "relationships", "state",    "telemetry",  "title"};
    check_is_table(check);
    check_keys(check, keys, (int)ARRAY_LEN(keys), (int)ARRAY_LEN(keys));
    read_head(check, model);
    lua_field_read_all(check, model);
    lua_process_read(check, model);
    lua_rule_read_all(check, model);
    lua_autonomy_read(check, model);
    if (model->field_count > FIELDS_MAX)
        check_fail(check, "%d values, the limit is %d", model->field_count, FIELDS_MAX);
}

void lua_model_claim(const struct check *check, const struct model *model, const char *name) {
    static const char *const handlers[] = {"alarm", "bad",   "command", "desired",
                                           "event", "input", "stale",   "timer"};
    if (!field_name_is_valid(name, strlen(name)))
        check_fail(check,
                   "a name is letters, digits and _, at most 64, and not desired or commands");
    for (size_t i = 0; i < ARRAY_LEN(handlers); i++)
        if (strcmp(handlers[i], name) == 0)
            check_fail(check, "the name is taken: on.%s means something else in scripts", name);
    if (has_name(model, name)) check_fail(check, "model \"%s\" has this name already", model->name);
}

int lua_model_find_value(const struct check *check, const struct model *model, const char *name) {
    struct suggestion near = {name, strlen(name), NULL, 0};
    for (int i = 0; i < model->field_count; i++) {
        const struct field *field = &model->fields[i];
        if (field->kind != FIELD_TELEMETRY && field->kind != FIELD_REPORTED &&
            field->kind != FIELD_DERIVED)
            continue;
        suggestion_try(&near, field->name);
        if (strcmp(field->name, name) == 0) return i;
    }
    if (near.best)
        check_fail(check, "model \"%s\" has no \"%s\"; did you mean \"%s\"?", model->name, name,
                   near.best);
    check_fail(check, "model \"%s\" has no telemetry, property or derived value \"%s\"",
               model->name, name);
}

int lua_model_find_signal(const struct check *check, const struct model *model, const char *name) {
    int field = lua_model_find_value(check, model, name);
    if (model->fields[field].type != VALUE_NUMBER)
        check_fail(check, "\"%s\" is a %s, not a number", name,
                   value_type_name(model->fields[field].type));
    return field;
}

bool lua_model_limit(struct check *check, const struct model *model, const char *key,
                     int *limit_field, double *limit) {
    lua_State *lua = check->lua;
    lua_getfield(lua, -1, key);
    int type = lua_type(lua, -1);
    lua_pop(lua, 1);
    if (type == LUA_TNIL) return false;
    if (type != LUA_TSTRING) return check_number(check, key, limit);
    const char *name = check_text(check, key);
    struct suggestion near = {name, strlen(name), NULL, 0};
    size_t mark = check_enter(check, key);
    for (int i = 0; i < model->field_count; i++) {
        const struct field *field = &model->fields[i];
        if (field->kind != FIELD_PARAMETER) continue;
        suggestion_try(&near, field->name);
        if (strcmp(field->name, name) != 0) continue;
        if (field->type != VALUE_NUMBER)
            check_fail(check, "parameter \"%s\" is a %s, not a number", name,
                       value_type_name(field->type));
        *limit_field = i;
        check_leave(check, mark);
        return true;
    }
    if (near.best) check_fail(check, "no parameter \"%s\"; did you mean \"%s\"?", name, near.best);
    check_fail(check, "write a number or the name of a parameter; there is no parameter \"%s\"",
               name);
}

// Whether `model` has `top` as a part, or as a part of a part; `seen` is one a model.
static bool has_part(const struct model *model, const struct model *top,
                     struct model *const *models, int count, bool *seen) {
    for (int i = 0; i < model->part_count; i++) {
        if (strcmp(model->parts[i].model, top->name) == 0) return true;
        for (int j = 0; j < count; j++) {
            if (seen[j] || strcmp(models[j]->name, model->parts[i].model) != 0) continue;
            seen[j] = true;
            if (has_part(models[j], top, models, count, seen)) return true;
        }
    }
    return false;
}

static void check_part_circle(struct check *check, const struct model *model,
                              struct model *const *models, int count) {
    bool *seen = lua_newuserdatauv(check->lua, (size_t)count * sizeof *seen, 0);
    memset(seen, 0, (size_t)count * sizeof *seen);
    bool is_circle = has_part(model, model, models, count, seen);
    lua_pop(check->lua, 1);
    if (!is_circle) return;
    check_enter(check, "parts");
    check_fail(check, "a %s would have a %s as a part, which has parts again, without end",
               model->name, model->name);
}

static void check_targets(struct check *check, const struct model *model,
                          struct model *const *models, int count) {
    for (int i = 0; i < model->relationship_count + model->part_count; i++) {
        bool is_part = i >= model->relationship_count;
        int j = is_part ? i - model->relationship_count : i;
        const char *name = is_part ? model->parts[j].name : model->relationships[j].name;
        const char *target = is_part ? model->parts[j].model : model->relationships[j].target;
        struct suggestion near = {target, strlen(target), NULL, 0};
        bool is_found = !target[0];
        for (int k = 0; k < count; k++) {
            is_found |= strcmp(models[k]->name, target) == 0;
            suggestion_try(&near, models[k]->name);
        }
        if (is_found) continue;
        size_t mark = check_enter(check, is_part ? "parts" : "relationships");
        check_enter(check, name);
        if (near.best)
            check_warn(check, "there is no model \"%s\"; did you mean \"%s\"?", target, near.best);
        else
            check_warn(check, "there is no model \"%s\" yet", target);
        check_leave(check, mark);
    }
}

void lua_model_check_others(struct check *check, struct model *model, struct model *const *models,
                            int count) {
    check_part_circle(check, model, models, count);
    check_targets(check, model, models, count);
    lua_aggregate_check(check, model, models, count);
    lua_process_check(check, model, models, count);
    lua_autonomy_check(check, model, models, count);
}

static void set_text(char **place, const char *text) {
    free(*place);
    *place = xstrdup(text);
}

// model, title, level, match, auto_create
static void read_head(struct check *check, struct model *model) {
    const char *text = check_text(check, "model");
    if (text && strcmp(text, model->name) != 0) {
        check_enter(check, "model");
        check_fail(check, "\"%s\" in a file named %s.lua; both must be the same", text,
                   model->name);
    }
    text = check_text(check, "title");
    if (text) set_text(&model->title, text);
    text = check_text(check, "extends");
    if (text) set_text(&model->extends, text);
    text = check_text(check, "match");
    if (text) {
        set_text(&model->match, text);
        size_t mark = check_enter(check, "match");
        for (const char *at = text; *at; at++)
            if (*at != '*' && *at != '?' && !twin_id_is_valid(at, 1))
                check_fail(check, "\"%s\" fits no id: ids are letters, digits and . _ ~ : -", text);
        check_leave(check, mark);
    }
    check_boolean(check, "auto_create", &model->auto_create);
    text = check_text(check, "level");
    if (!text) return;
    for (enum level level = LEVEL_COMPONENT; level <= LEVEL_PROCESS; level++) {
        if (strcmp(text, level_name(level)) != 0) continue;
        model->level = level;
        return;
    }
    check_enter(check, "level");
    check_fail(check, "\"%s\" is none; write \"component\", \"asset\", \"system\" or \"process\"",
               text);
}

static bool has_name(const struct model *model, const char *name) {
    for (int i = 0; i < model->field_count; i++)
        if (strcmp(model->fields[i].name, name) == 0) return true;
    for (int i = 0; i < model->alarm_count; i++)
        if (strcmp(model->alarms[i].name, name) == 0) return true;
    for (int i = 0; i < model->estimator_count; i++)
        if (strcmp(model->estimators[i].name, name) == 0) return true;
    for (int i = 0; i < model->event_count; i++)
        if (strcmp(model->events[i].name, name) == 0) return true;
    for (int i = 0; i < model->command_count; i++)
        if (strcmp(model->commands[i].name, name) == 0) return true;
    return false;
}
