// One function a section. Alarms and state name fields, which are there already.

#include "script/lua_rule.h"

#include "base/memory.h"
#include "script/lua_argument.h"
#include "script/lua_command.h"
#include "script/lua_kind.h"
#include "script/lua_model.h"
#include "script/state.h"
#include "twin/change.h"
#include "twin/forecast.h"
#include "twin/model.h"
#include "twin/name.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void read_event(struct check *check, const char *name, void *context);
static void read_relationship(struct check *check, const char *name, void *context);
static void read_part(struct check *check, const char *name, void *context);
static void read_alarm(struct check *check, const char *name, void *context);
static void read_state(struct check *check, const char *name, void *context);

void lua_rule_read_all(struct check *check, struct model *model) {
    check_each(check, "events", read_event, model);
    lua_command_read_all(check, model);
    check_each(check, "relationships", read_relationship, model);
    check_each(check, "parts", read_part, model);
    check_each(check, "alarms", read_alarm, model);
    check_each(check, "state", read_state, model);
}

static void set_text(char **place, const char *text) {
    free(*place);
    *place = xstrdup(text);
}

// inflow_reduced = { by = { unit = "%", range = { 0, 100 } } }
static void read_event(struct check *check, const char *name, void *context) {
    check_is_table(check);
    lua_model_claim(check, context, name);
    struct event_spec *event = model_add_event(context, name);
    struct lua_argument_list list = {"an event", &event->arguments, &event->argument_count};
    check_all(check, lua_argument_read, &list);
}

// feeds = "tank"; "" is any model
static void read_relationship(struct check *check, const char *name, void *context) {
    if (lua_type(check->lua, -1) != LUA_TSTRING)
        check_fail(check, "expected the name of a model, got a %s", luaL_typename(check->lua, -1));
    if (!field_name_is_valid(name, strlen(name)))
        check_fail(check, "a name is letters, digits and _, at most 64");
    set_text(&model_add_relationship(context, name)->target, lua_tostring(check->lua, -1));
}

// motor = "motor": the twin "{id}:motor" is a motor
static void read_part(struct check *check, const char *name, void *context) {
    if (lua_type(check->lua, -1) != LUA_TSTRING)
        check_fail(check, "expected the name of a model, got a %s", luaL_typename(check->lua, -1));
    if (!field_name_is_valid(name, strlen(name)))
        check_fail(check, "a name is letters, digits and _, at most 64");
    set_text(&model_add_part(context, name)->model, lua_tostring(check->lua, -1));
}

static enum severity read_severity(struct check *check) {
    const char *name = check_text(check, "severity");
    if (!name)
        check_fail(check, "severity is missing; write \"info\", \"warning\" or \"critical\"");
    for (enum severity severity = SEVERITY_INFO; severity <= SEVERITY_CRITICAL; severity++)
        if (strcmp(name, severity_name(severity)) == 0) return severity;
    check_enter(check, "severity");
    check_fail(check, "\"%s\" is none; write \"info\", \"warning\" or \"critical\"", name);
}

// Every {name} in an alarm's text is a value of the model.
static void check_placeholders(struct check *check, const struct model *model,
                               const struct alarm_spec *alarm, const char *text) {
    check_enter(check, "text");
    for (const char *open = strchr(text, '{'); open; open = strchr(open + 1, '{')) {
        const char *close = strchr(open, '}');
        if (!close) check_fail(check, "\"%s\" has a { without }", text);
        size_t length = (size_t)(close - open - 1);
        struct suggestion near = {open + 1, length, NULL, 0};
        bool is_found =
            strlen(alarm->predicted) == length && memcmp(alarm->predicted, open + 1, length) == 0;
        for (int i = 0; i < model->field_count; i++) {
            const char *name = model->fields[i].name;
            is_found |= strlen(name) == length && memcmp(name, open + 1, length) == 0;
            suggestion_try(&near, name);
        }
        if (is_found) continue;
        if (near.best)
            check_fail(check, "{%.*s} is no value of the model; did you mean {%s}?", (int)length,
                       open + 1, near.best);
        check_fail(check, "{%.*s} is no value of the model", (int)length, open + 1);
    }
}

// What an alarm watches: field, above or below, deadband, delay.
static void read_condition(struct check *check, const struct model *model,
                           struct alarm_spec *alarm) {
    const char *field = check_text(check, "field");
    double ignored;
    int64_t ignored_us;
    if (!field) {
        static const char *const needs_field[] = {"above", "below", "deadband", "delay"};
        for (size_t i = 0; i < ARRAY_LEN(needs_field); i++) {
            lua_getfield(check->lua, -1, needs_field[i]);
            bool is_there = !lua_isnil(check->lua, -1);
            lua_pop(check->lua, 1);
            if (is_there)
                check_fail(check, "%s without field; name the field to watch", needs_field[i]);
        }
        return; // only scripts raise it
    }
    size_t mark = check_enter(check, "field");
    alarm->field = lua_model_find_signal(check, model, field);
    check_leave(check, mark);
    alarm->is_above = lua_model_limit(check, model, "above", &alarm->limit_field, &alarm->limit);
    bool is_below = lua_model_limit(check, model, "below", &alarm->limit_field, &alarm->limit);
    if (alarm->is_above == is_below)
        check_fail(check, "needs above or below, %s", is_below ? "not both" : "neither is there");
    if (check_number(check, "deadband", &ignored)) {
        if (ignored < 0) check_fail(check, "deadband %.15g is below 0", ignored);
        alarm->deadband = ignored;
    }
    if (check_duration(check, "delay", &ignored_us)) alarm->delay_us = ignored_us;
}

// predicted = "bearing_wear", within = "48h"; which predictions there are is known later.
static bool read_predicted(struct check *check, struct alarm_spec *alarm) {
    static const char *const others[] = {"field", "above", "below", "deadband", "delay"};
    const char *predicted = check_text(check, "predicted");
    bool has_within = check_duration(check, "within", &alarm->within_us);
    if (!predicted && has_within)
        check_fail(check, "within without predicted; name the prediction");
    if (!predicted) return false;
    if (!has_within)
        check_fail(check, "within is missing; write how near the predicted crossing is, like "
                          "within = \"48h\"");
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        bool is_there = lua_getfield(check->lua, -1, others[i]) != LUA_TNIL;
        lua_pop(check->lua, 1);
        if (is_there)
            check_fail(check, "%s beside predicted; an alarm watches a field or a prediction",
                       others[i]);
    }
    set_text(&alarm->predicted, predicted);
    return true;
}

static void read_alarm(struct check *check, const char *name, void *context) {
    static const char *const keys[] = {"above", "advice",    "below",    "deadband", "delay",
                                       "field", "predicted", "severity", "text",     "within"};
    struct model *model = context;
    check_is_table(check);
    check_keys(check, keys, 10, 10);
    lua_model_claim(check, model, name);
    enum severity severity = read_severity(check);
    struct alarm_spec *alarm = model_add_alarm(model, name);
    alarm->severity = severity;
    if (!read_predicted(check, alarm)) read_condition(check, model, alarm);
    const char *text = check_text(check, "text");
    if (text) {
        size_t mark = strlen(check->path);
        check_placeholders(check, model, alarm, text);
        check_leave(check, mark);
        set_text(&alarm->text, text);
    }
    text = check_text(check, "advice");
    if (text) set_text(&alarm->advice, text);
}

// slowed_from = "number", or an estimator
static void read_state(struct check *check, const char *name, void *context) {
    static const struct {
        const char *name;
        enum value_type type;
    } types[] = {{"number", VALUE_NUMBER},
                 {"text", VALUE_TEXT},
                 {"boolean", VALUE_BOOLEAN},
                 {"location", VALUE_LOCATION},
                 {"time", VALUE_NUMBER}}; // seconds UTC
    lua_model_claim(check, context, name);
    if (lua_istable(check->lua, -1)) {
        lua_kind_read(check, name, context);
        return;
    }
    const char *wanted =
        lua_type(check->lua, -1) == LUA_TSTRING ? lua_tostring(check->lua, -1) : "";
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (strcmp(types[i].name, wanted) != 0) continue;
        struct field *field = model_add_field(context, FIELD_STATE, name);
        field->type = types[i].type;
        return;
    }
    check_fail(
        check,
        "write \"number\", \"text\", \"boolean\", \"location\", \"time\", or an estimator, like "
        "{ ewma = DURATION, of = FIELD }");
}

static void check_predicted(struct check *check, const struct model *model,
                            const struct alarm_spec *alarm) {
    const char *name = alarm->predicted;
    struct suggestion near = {name, strlen(name), NULL, 0};
    const struct prediction_spec *found = NULL;
    for (int i = 0; i < model->prediction_count; i++) {
        suggestion_try(&near, model->predictions[i].name);
        if (strcmp(model->predictions[i].name, name) == 0) found = &model->predictions[i];
    }
    check_enter(check, "alarms");
    check_enter(check, alarm->name);
    check_enter(check, "predicted");
    if (!found && near.best)
        check_fail(check, "model \"%s\" has no prediction \"%s\"; did you mean \"%s\"?",
                   model->name, name, near.best);
    if (!found)
        check_fail(check,
                   "model \"%s\" has no prediction \"%s\"; write it as scripts/prediction/%s.lua",
                   model->name, name, name);
    if (!found->has_limit || forecast_unit_us(found->unit) == 0)
        check_fail(check,
                   "\"%s\" tells no time until a limit is reached: its `of` needs above or below, "
                   "and its unit is to be of time",
                   name);
}

void lua_rule_check_predicted(struct script *script, struct model *const *models, int count) {
    for (int i = 0; i < count; i++)
        for (int j = 0; j < models[i]->alarm_count; j++) {
            char path[100];
            snprintf(path, sizeof path, "models/%s.lua", models[i]->name);
            struct check check = {.lua = script->call.lua, .file = path, .logger = script->logger};
            if (*models[i]->alarms[j].predicted)
                check_predicted(&check, models[i], &models[i]->alarms[j]);
        }
}
