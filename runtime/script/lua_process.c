// Values are made before alarms are read, which may watch them; relationships are checked at the
// end.

#include "script/lua_process.h"

#include "base/memory.h"
#include "script/lua_aggregate.h"
#include "script/lua_model.h"
#include "twin/model.h"
#include "twin/name.h"
#include "twin/process_spec.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STAGES_MAX 32
#define WINDOW_US 600000000 // ten minutes, when the model does not say

// A list of names of relationships under `key`; returns how many.
static int read_names(struct check *check, const char *key, struct process_spec *process,
                      void (*add)(struct process_spec *process, const char *name)) {
    lua_State *lua = check->lua;
    size_t mark;
    if (!check_begin(check, key, &mark)) return 0;
    int count = (int)lua_rawlen(lua, -1);
    if (count == 0 || count > STAGES_MAX)
        check_fail(check, "%d names; write 1 to %d relationships in the order of flow", count,
                   STAGES_MAX);
    for (int i = 1; i <= count; i++) {
        if (lua_rawgeti(lua, -1, i) != LUA_TSTRING)
            check_fail(check, "entry %d is a %s, not the name of a relationship", i,
                       luaL_typename(lua, -1));
        add(process, lua_tostring(lua, -1));
        lua_pop(lua, 1);
    }
    check_end(check, mark);
    return count;
}

static void add_stage(struct process_spec *process, const char *name) {
    process_add_stage(process, name);
}

// The derived value of this name: the one that is declared, or a new one.
static int derive(struct check *check, struct model *model, const char *name, enum value_type type,
                  const char *unit) {
    for (int i = 0; i < model->field_count; i++) {
        struct field *field = &model->fields[i];
        if (field->kind != FIELD_DERIVED || strcmp(field->name, name) != 0) continue;
        if (field->source != SOURCE_SCRIPT || field->type != type)
            check_fail(check, "derived.%s must be a %s without a source: the process gives it",
                       name, value_type_name(type));
        field->source = SOURCE_PROCESS;
        return i;
    }
    lua_model_claim(check, model, name);
    struct field *field = model_add_field(model, FIELD_DERIVED, name);
    field->type = type;
    field->source = SOURCE_PROCESS;
    free(field->unit);
    field->unit = xstrdup(unit);
    return model->field_count - 1;
}

static int derive_share(struct check *check, struct model *model, const char *stage,
                        const char *what) {
    char name[2 * FIELD_NAME_MAX];
    snprintf(name, sizeof name, "%s_%s", stage, what);
    return derive(check, model, name, VALUE_NUMBER, "%");
}

static void derive_all(struct check *check, struct model *model) {
    struct process_spec *process = model->process;
    process->throughput = derive(check, model, "throughput", VALUE_NUMBER, "");
    if (process->buffer_count == 0) return;
    process->bottleneck = derive(check, model, "bottleneck", VALUE_TEXT, "");
    for (int i = 0; i < process->stage_count; i++) {
        struct stage_spec *stage = &process->stages[i];
        stage->blocked = derive_share(check, model, stage->relationship, "blocked");
        stage->starved = derive_share(check, model, stage->relationship, "starved");
    }
    process_add_memory(model);
}

static void read_value(struct check *check, const char *key, char **place) {
    const char *text = check_text(check, key);
    if (!text) text = key; // rate = "rate"
    size_t mark = check_enter(check, key);
    if (!field_name_is_valid(text, strlen(text)))
        check_fail(check, "\"%s\" is no name of a value", text);
    check_leave(check, mark);
    free(*place);
    *place = xstrdup(text);
}

void lua_process_read(struct check *check, struct model *model) {
    static const char *const keys[] = {"buffers", "empty",  "full",  "level",
                                       "rate",    "stages", "window"};
    size_t mark;
    if (!check_begin(check, "process", &mark)) return;
    check_keys(check, keys, (int)ARRAY_LEN(keys), (int)ARRAY_LEN(keys));
    if (model->level != LEVEL_PROCESS)
        check_fail(check, "the model's level is \"%s\"; write level = \"process\"",
                   level_name(model->level));
    struct process_spec *process = process_add(model);
    process->full = 95;
    process->empty = 5;
    process->window_us = WINDOW_US;
    int stages = read_names(check, "stages", process, add_stage);
    if (stages == 0)
        check_fail(check, "stages is missing; name relationships in the order of flow");
    int buffers = read_names(check, "buffers", process, process_add_buffer);
    if (buffers > 0 && buffers != stages - 1)
        check_fail(check, "%d buffers between %d stages; there is one between each two: %d",
                   buffers, stages, stages - 1);
    read_value(check, "rate", &process->rate);
    read_value(check, "level", &process->level);
    check_number(check, "full", &process->full);
    check_number(check, "empty", &process->empty);
    if (!(process->empty < process->full))
        check_fail(check, "empty = %g is not below full = %g", process->empty, process->full);
    check_duration(check, "window", &process->window_us);
    if (process->window_us < 1000000)
        check_fail(check, "window is shorter than 1s, within which nothing can be told");
    derive_all(check, model);
    check_end(check, mark);
}

// Which models may be at the end of a relationship, and whether one of them has the value.
static const struct field *check_end_of(struct check *check, const struct model *model,
                                        const char *section, const char *name, const char *value,
                                        struct model *const *models, int count) {
    size_t mark = check_enter(check, section);
    int place = lua_aggregate_relationship(model, name);
    struct suggestion near = {name, strlen(name), NULL, 0};
    for (int i = 0; i < model->relationship_count; i++)
        suggestion_try(&near, model->relationships[i].name);
    if (place == NONE && near.best)
        check_fail(check, "model \"%s\" has no relationship \"%s\"; did you mean \"%s\"?",
                   model->name, name, near.best);
    if (place == NONE)
        check_fail(check, "model \"%s\" has no relationship \"%s\"; declare it in relationships",
                   model->name, name);
    const struct field *found = NULL;
    for (int i = 0; i < count && !found; i++) {
        if (!lua_aggregate_is_a(models[i], model->relationships[place].target, models, count))
            continue;
        int field = lua_aggregate_field(models[i], value);
        if (field != NONE) found = &models[i]->fields[field];
    }
    if (!found) check_warn(check, "no model at the end of \"%s\" has a number \"%s\"", name, value);
    check_leave(check, mark);
    return found;
}

void lua_process_check(struct check *check, struct model *model, struct model *const *models,
                       int count) {
    const struct process_spec *process = model->process;
    if (!process) return;
    size_t mark = check_enter(check, "process");
    for (int i = 0; i < process->buffer_count; i++)
        check_end_of(check, model, "buffers", process->buffers[i], process->level, models, count);
    for (int i = 0; i < process->stage_count; i++) {
        const struct field *rate = check_end_of(
            check, model, "stages", process->stages[i].relationship, process->rate, models, count);
        struct field *throughput = &model->fields[process->throughput];
        if (i < process->stage_count - 1 || !rate || throughput->unit[0]) continue;
        free(throughput->unit);
        throughput->unit = xstrdup(rate->unit);
    }
    check_leave(check, mark);
}
