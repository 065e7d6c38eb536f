// Loading is one protected call with a budget of its own: models, then predictions, which add to
// models, then the models are finished, then behaviours, which are checked against them.

#include "script/script.h"

#include "base/err.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "script/behavior.h"
#include "script/check.h"
#include "script/handle.h"
#include "script/learned.h"
#include "script/lua_extend.h"
#include "script/lua_model.h"
#include "script/lua_physics.h"
#include "script/lua_prediction.h"
#include "script/lua_rule.h"
#include "script/lua_series.h"
#include "script/lua_twin.h"
#include "script/mistake.h"
#include "script/physics.h"
#include "script/sandbox.h"
#include "script/state.h"
#include "script/trace.h"
#include "twin/change.h"
#include "twin/model.h"
#include "twin/name.h"
#include "twin/twin.h"

#include <assert.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOAD_US 1000000 // of CPU for all files; real ones take milliseconds
#define MODELS "models/"
#define BEHAVIORS "scripts/behavior/"
#define PREDICTIONS "scripts/prediction/"
#define LIBRARIES "scripts/lib/"
#define LEARNED "scripts/learned/"

struct loading { // models while they are read; freed here when the load fails
    struct script *script;
    struct model **models;
    int count;
};

static void count_metrics(struct script *script, struct metrics *metrics);
static int load(lua_State *lua);

struct script *script_load(const struct script_files *files, const struct script_limits *limits,
                           const struct logger *logger, struct metrics *metrics, struct err *err) {
    struct script *script = xcalloc(1, sizeof *script);
    script->limits = *limits;
    script->logger = logger;
    script->version = files->version;
    script->files = files;
    names_init(&script->members);
    count_metrics(script, metrics);
    if (!call_open(&script->call, limits->hard_bytes, script, err)) {
        script_free(script);
        return NULL;
    }
    struct loading loading = {.script = script};
    loading.models = xcalloc((size_t)files->count + 1, sizeof *loading.models);
    lua_pushcfunction(script->call.lua, load);
    lua_pushlightuserdata(script->call.lua, &loading);
    const struct call_budget budget = {.cpu_us = LOAD_US, .growth = limits->hard_bytes};
    int outcome = call_run(&script->call, 1, 0, &budget, "loading", err);
    call_rest(&script->call);
    for (int i = 0; i < loading.count; i++)
        model_free(loading.models[i]); // those that no behaviour has taken over
    free(loading.models);
    script->files = NULL;
    if (outcome == OUTCOME_OK) return script;
    script_free(script);
    return NULL;
}

void script_free(struct script *script) {
    if (!script) return;
    call_close(&script->call);
    for (int i = 0; i < script->behavior_count; i++)
        behavior_fini(&script->behaviors[i]);
    free(script->behaviors);
    learned_fini(script);
    lua_physics_fini(script);
    names_fini(&script->members);
    free(script);
}

uint64_t script_version(const struct script *script) {
    return script->version;
}

int script_model_count(const struct script *script) {
    return script->behavior_count;
}

struct model *script_take_model(struct script *script, int index) {
    struct model *model = script->behaviors[index].owned;
    script->behaviors[index].owned = NULL;
    return model;
}

void script_bind(struct script *script, int index, const struct model *adopted) {
    assert(script->behaviors[index].layout == adopted->layout);
    script->behaviors[index].model = adopted;
}

bool script_handles(const struct script *script, const struct model *model,
                    const struct trigger *trigger) {
    const struct behavior *behavior = state_behavior(script, model);
    return behavior && behavior_handler(behavior, trigger) != LUA_NOREF;
}

enum outcome script_call(struct script *script, struct changes *changes,
                         const struct trigger *trigger, uint64_t seed, struct err *err) {
    lua_State *lua = script->call.lua;
    const struct twin *twin = changes->twin;
    const struct behavior *behavior = state_behavior(script, twin->model);
    int handler = behavior ? behavior_handler(behavior, trigger) : LUA_NOREF;
    if (handler == LUA_NOREF) return OUTCOME_OK;

    script->changes = changes;
    script->behavior = behavior;
    script->now = changes->now;
    script->chance = seed;
    lua_rawgeti(lua, LUA_REGISTRYINDEX, handler);
    handle_push(lua, twin->number, VIEW_TWIN, 0);
    int arguments = 1 + behavior_push_arguments(lua, twin, trigger);
    const struct call_budget budget = {.cpu_us = script->limits.call_us,
                                       .growth = script->limits.soft_bytes,
                                       .patience = script->limits.patience};
    struct trace *trace = script->call.trace;
    if (trace) trace_begin(trace, twin->model, trigger, script);
    enum outcome outcome = call_run(&script->call, arguments, 0, &budget, behavior->file, err);
    if (trace) trace_end(trace, outcome, err);
    script->changes = NULL;
    ++*script->call_totals[outcome];
    return outcome;
}

void script_trace(struct script *script, struct trace *trace) {
    script->call.trace = trace;
}

bool script_is_traced(const struct script *script) {
    return script->call.trace;
}

const int64_t *script_every(const struct script *script, const struct model *model, int *count) {
    const struct behavior *behavior = state_behavior(script, model);
    *count = behavior ? behavior->every_count : 0;
    return behavior ? behavior->periods : NULL;
}

enum outcome script_predict(struct script *script, const struct twin *snapshot, int prediction,
                            int64_t now, uint64_t seed, struct prediction_result *result,
                            struct err *err) {
    lua_State *lua = script->call.lua;
    const struct behavior *behavior = state_behavior(script, snapshot->model);
    *result = (struct prediction_result){0};
    if (!behavior || prediction >= behavior->prediction_count) return OUTCOME_OK;

    const struct prediction *own = &behavior->predictions[prediction];
    char where[160];
    snprintf(where, sizeof where, PREDICTIONS "%s.lua", own->name);
    script->snapshot = snapshot;
    script->behavior = behavior;
    script->now = now;
    script->chance = seed;
    lua_rawgeti(lua, LUA_REGISTRYINDEX, own->predict);
    handle_push(lua, snapshot->number, VIEW_TWIN, 0);
    lua_prediction_push_series(lua, snapshot, own, prediction, now);
    const struct call_budget budget = {.cpu_us = script->limits.predict_us,
                                       .growth = script->limits.soft_bytes};
    enum outcome outcome = call_run(&script->call, 2, 2, &budget, where, err);
    script->snapshot = NULL;
    call_rest(&script->call); // so that any thread may free a version that is not predicting
    if (outcome == OUTCOME_OK) {
        const char *why;
        if (!lua_prediction_result(lua, result, &why)) {
            err_set(err, ERR_INVALID, "%s: %s", where, why);
            outcome = OUTCOME_ERROR;
        }
        lua_pop(lua, 2);
    }
    ++*script->predict_totals[outcome];
    return outcome;
}

// The name between a folder and ".lua" into `name`; false when the path is of another folder.
static bool name_of(const char *path, const char *folder, char name[FIELD_NAME_MAX + 1]) {
    size_t prefix = strlen(folder), length = strlen(path);
    if (strncmp(path, folder, prefix) != 0 || length < prefix + 5) return false;
    length -= prefix + 4;
    if (length > FIELD_NAME_MAX || strcmp(path + prefix + length, ".lua") != 0) return false;
    memcpy(name, path + prefix, length);
    name[length] = 0;
    return true;
}

// Runs a file and leaves the one table it returned on the stack.
static void run_file(struct script *script, const char *path) {
    sandbox_load(script, path);
    lua_call(script->call.lua, 0, 1);
    if (!lua_istable(script->call.lua, -1))
        luaL_error(script->call.lua, "%s: returns a %s; end it with return { ... }", path,
                   luaL_typename(script->call.lua, -1));
}

static void load_models(struct loading *loading) {
    struct script *script = loading->script;
    lua_State *lua = script->call.lua;
    char name[FIELD_NAME_MAX + 1];
    lua_newtable(lua); // name -> what the file returned
    for (int i = 0; i < script->files->count; i++) {
        if (!name_of(script->files->files[i].path, MODELS, name)) continue;
        run_file(script, script->files->files[i].path);
        lua_setfield(lua, -2, name);
    }
    for (int i = 0; i < script->files->count; i++) {
        const char *path = script->files->files[i].path;
        if (!name_of(path, MODELS, name)) continue;
        struct model *model = model_new(name);
        loading->models[loading->count++] = model;
        struct check check = {.lua = lua, .file = path, .logger = script->logger};
        lua_extend_push_model(lua, name);
        lua_model_read(&check, model);
        lua_physics_read(&check, script, model);
        learned_declare(&check, script, name);
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
    for (int i = 0; i < loading->count; i++) {
        char path[100];
        snprintf(path, sizeof path, MODELS "%s.lua", loading->models[i]->name);
        struct check check = {.lua = script->call.lua, .file = path, .logger = script->logger};
        lua_model_check_others(&check, loading->models[i], loading->models, loading->count);
    }
}

// Leaves the table of each file in the table on top, under its name.
static void declare_predictions(struct loading *loading) {
    struct script *script = loading->script;
    char name[FIELD_NAME_MAX + 1];
    for (int i = 0; i < script->files->count; i++) {
        const char *path = script->files->files[i].path;
        if (!name_of(path, PREDICTIONS, name)) continue;
        run_file(script, path);
        struct check check = {.lua = script->call.lua, .file = path, .logger = script->logger};
        lua_prediction_declare(&check, name, loading->models, loading->count);
        lua_setfield(script->call.lua, -2, name);
    }
}

// Needs the table of texts on top.
static void finish_models(struct loading *loading) {
    struct script *script = loading->script;
    script->behaviors = xcalloc((size_t)loading->count + 1, sizeof *script->behaviors);
    for (int i = 0; i < loading->count; i++) {
        struct model *model = loading->models[i];
        loading->models[i] = NULL;
        model_finish(model);
        struct behavior *behavior = &script->behaviors[script->behavior_count++];
        behavior_init(behavior, script->call.lua, model);
        behavior->follow = physics_handler(script, model->name);
    }
}

// Leaves the table of each file in the table on top, under its name.
static void run_behaviors(struct script *script) {
    char name[FIELD_NAME_MAX + 1];
    for (int i = 0; i < script->files->count; i++) {
        const char *path = script->files->files[i].path;
        if (!name_of(path, BEHAVIORS, name)) continue;
        struct suggestion near = {name, strlen(name), NULL, 0};
        bool is_found = false;
        for (int j = 0; j < script->behavior_count; j++) {
            is_found |= strcmp(script->behaviors[j].name, name) == 0;
            suggestion_try(&near, script->behaviors[j].name);
        }
        if (!is_found)
            mistake_raise(script->call.lua, near.best, "%s: there is no model \"%s\"", path, name);
        run_file(script, path);
        lua_setfield(script->call.lua, -2, name);
    }
}

static struct behavior *find_behavior(struct script *script, const char *name) {
    for (int i = 0; name[0] && i < script->behavior_count; i++)
        if (strcmp(script->behaviors[i].name, name) == 0) return &script->behaviors[i];
    return NULL;
}

// Reads a behaviour after that of the model it extends. Needs the tables of what files returned and
// of what behaviours are in all on top, in this order.
static void read_behavior(struct script *script, struct behavior *behavior) {
    lua_State *lua = script->call.lua;
    luaL_checkstack(lua, 20, "extends");
    lua_getfield(lua, -1, behavior->name);
    bool is_read = !lua_isnil(lua, -1);
    lua_pop(lua, 1);
    if (is_read) return;
    struct behavior *base = find_behavior(script, behavior->model->extends);
    if (base) read_behavior(script, base);
    lua_getfield(lua, -2, behavior->name);
    lua_insert(lua, -2);
    lua_extend_push_behavior(lua, behavior, -2); // files', own, all, merged
    if (lua_istable(lua, -1)) {
        behavior_read(behavior, script, behavior->file);
        lua_setfield(lua, -2, behavior->name);
    } else {
        lua_pop(lua, 1);
    }
    lua_remove(lua, -2);
}

static void load_learned(struct script *script) {
    char name[FIELD_NAME_MAX + 1];
    for (int i = 0; i < script->files->count; i++) {
        const char *path = script->files->files[i].path;
        if (!name_of(path, LEARNED, name)) continue;
        run_file(script, path);
        struct check check = {.lua = script->call.lua, .file = path, .logger = script->logger};
        learned_read(&check, script);
        lua_pop(script->call.lua, 1);
    }
}

static void load_behaviors(struct script *script) {
    lua_newtable(script->call.lua);
    run_behaviors(script);
    lua_newtable(script->call.lua);
    for (int i = 0; i < script->behavior_count; i++)
        read_behavior(script, &script->behaviors[i]);
    lua_pop(script->call.lua, 2);
}

// load(loading), in the protected call.
static int load(lua_State *lua) {
    struct loading *loading = lua_touserdata(lua, 1);
    struct script *script = loading->script;
    lua_newtable(lua); // path -> library
    script->libraries = luaL_ref(lua, LUA_REGISTRYINDEX);
    lua_newtable(lua); // texts
    lua_pushvalue(lua, -1);
    script->texts = luaL_ref(lua, LUA_REGISTRYINDEX);
    int texts = lua_gettop(lua);
    lua_twin_open(script);
    lua_series_open(lua);
    lua_pushcfunction(lua, sandbox_build);
    lua_call(lua, 0, 0);

    load_models(loading);
    lua_newtable(lua); // name -> what a prediction file returned
    declare_predictions(loading);
    lua_rule_check_predicted(script, loading->models, loading->count);
    lua_pushvalue(lua, texts);
    finish_models(loading);
    lua_pop(lua, 1);
    for (lua_pushnil(lua); lua_next(lua, -2); lua_pop(lua, 1))
        lua_prediction_read(script, lua_tostring(lua, -2));
    load_learned(script);
    load_behaviors(script);

    // A library that nothing requires is checked too.
    char name[FIELD_NAME_MAX + 1];
    for (int i = 0; i < script->files->count; i++)
        if (name_of(script->files->files[i].path, LIBRARIES, name)) {
            lua_pushcfunction(lua, sandbox_require);
            lua_pushfstring(lua, "lib.%s", name);
            lua_call(lua, 1, 0);
        }
    return 0;
}

// Calls and predictions are counted apart: each counter has one writing thread.
static void count_metrics(struct script *script, struct metrics *metrics) {
    static const char *const results[OUTCOMES] = {"result=\"ok\"", "result=\"error\"",
                                                  "result=\"killed\"", "result=\"memory\""};
    for (int i = 0; i < OUTCOMES; i++) {
        script->call_totals[i] = metrics_counter(metrics, "twind_script_calls_total", results[i],
                                                 "Handlers run, by how they ended");
        script->predict_totals[i] =
            metrics_counter(metrics, "twind_script_predictions_total", results[i],
                            "Prediction scripts run, by how they ended");
    }
    static const char *const places[] = {"in=\"turn\"", "in=\"prediction\""};
    for (int i = 0; i < 2; i++)
        script->line_dropped_totals[i] =
            metrics_counter(metrics, "twind_script_lines_dropped_total", places[i],
                            "Log lines of scripts beyond the limit of a second");
}
