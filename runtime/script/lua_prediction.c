// A file is read twice: before the models are finished, for what they must keep for it, and after,
// for its function.

#include "script/lua_prediction.h"

#include "base/memory.h"
#include "script/behavior.h"
#include "script/duration.h"
#include "script/lua_aggregate.h"
#include "script/lua_model.h"
#include "script/lua_series.h"
#include "script/mistake.h"
#include "script/state.h"
#include "twin/model.h"
#include "twin/name.h"
#include "twin/twin.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHORTEST_EVERY_US 1000000
#define LONGEST_SPAN_US (400LL * 86400 * 1000000)

static const char *const keys[] = {"band", "every", "model", "needs", "of", "predict", "unit"};

static struct model *find_model(struct check *check, struct model *const *models, int count);
static void read_of(struct check *check, struct model *model, struct prediction_spec *prediction);
static void read_need(struct check *check, const char *name, void *context);
static void keep_span(struct check *check, const char *name, void *context);

void prediction_fini(struct prediction *prediction) {
    free(prediction->name);
    free(prediction->spans);
}

static void declare(struct check *check, const char *name, struct model *model) {
    struct prediction_spec *prediction = model_add_prediction(model, name);
    const char *unit;
    if (check_unit(check, "unit", &unit)) {
        free(prediction->unit);
        prediction->unit = xstrdup(unit);
    }
    if (!check_duration(check, "every", &prediction->every_us))
        check_fail(check, "every is missing; write how often it runs, like every = \"10m\"");
    if (prediction->every_us < SHORTEST_EVERY_US) check_fail(check, "every: the shortest is 1s");
    prediction->band = 0.9;
    check_number(check, "band", &prediction->band);
    if (!(prediction->band > 0 && prediction->band < 1))
        check_fail(check, "band: %g is not between 0 and 1", prediction->band);
    read_of(check, model, prediction);
    check_each(check, "needs", read_need, model);
    if (model->predictions[model->prediction_count - 1].need_count == 0)
        check_fail(check,
                   "needs is missing; write which past it reads, like needs = { %s = \"48h\" }",
                   model->fields[prediction->field].name);
    lua_getfield(check->lua, -1, "predict");
    check_enter(check, "predict");
    size_t mark = check_enter(check, "predict");
    check_is_function(check);
    check_leave(check, mark);
    lua_pop(check->lua, 1);
}

// Whether a model still has what a prediction of its base reads: it may have taken it away.
static bool has_all(const struct model *model, const struct model *base,
                    const struct prediction_spec *prediction) {
    bool has_field = lua_aggregate_field(model, base->fields[prediction->field].name) != NONE;
    for (int i = 0; i < prediction->need_count; i++) {
        int field = base->windows[prediction->needs[i]].field;
        has_field &= lua_aggregate_field(model, base->fields[field].name) != NONE;
    }
    return has_field;
}

void lua_prediction_declare(struct check *check, const char *name, struct model *const *models,
                            int count) {
    check_is_table(check);
    check_keys(check, keys, (int)ARRAY_LEN(keys), (int)ARRAY_LEN(keys));
    struct model *model = find_model(check, models, count);
    declare(check, name, model);
    for (int i = 0; i < count; i++) {
        if (models[i] == model || !lua_aggregate_is_a(models[i], model->name, models, count))
            continue;
        const struct prediction_spec *prediction = &model->predictions[model->prediction_count - 1];
        if (has_all(models[i], model, prediction)) declare(check, name, models[i]);
    }
}

static void read_for(struct script *script, struct behavior *behavior, const char *name) {
    lua_State *lua = script->call.lua;
    const struct model *model = behavior->model;
    int index = model_prediction(model, name, strlen(name));
    if (index == NONE) return;
    if (!behavior->predictions) {
        behavior->predictions =
            xcalloc((size_t)model->prediction_count, sizeof *behavior->predictions);
        behavior->prediction_count = model->prediction_count;
    }
    struct prediction *prediction = &behavior->predictions[index];
    prediction->name = xstrdup(name);
    prediction->spans =
        xcalloc((size_t)model->predictions[index].need_count, sizeof *prediction->spans);
    struct check check = {.lua = lua, .file = name, .logger = script->logger};
    int64_t *next = prediction->spans;
    check_each(&check, "needs", keep_span, &next);
    lua_getfield(lua, -1, "predict");
    prediction->predict = luaL_ref(lua, LUA_REGISTRYINDEX);
}

void lua_prediction_read(struct script *script, const char *name) {
    for (int i = 0; i < script->behavior_count; i++)
        read_for(script, &script->behaviors[i], name);
}

// series.vibratoin: raises with the nearest name; upvalue 1: the table behind
static int unknown_series(lua_State *lua) {
    const char *name = luaL_checkstring(lua, 2);
    struct suggestion near = {name, strlen(name), NULL, 0};
    for (lua_pushnil(lua); lua_next(lua, lua_upvalueindex(1)); lua_pop(lua, 1))
        suggestion_try(&near, lua_tostring(lua, -2));
    return mistake_raise(lua, near.best, "needs has no \"%s\"", name);
}

void lua_prediction_push_series(lua_State *lua, const struct twin *twin,
                                const struct prediction *prediction, int index, int64_t now) {
    const struct model *model = twin->model;
    const struct prediction_spec *spec = &model->predictions[index];
    enum trend_way way = !spec->has_limit ? TREND_EITHER : spec->is_above ? TREND_UP : TREND_DOWN;
    lua_createtable(lua, 0, spec->need_count);
    for (int i = 0; i < spec->need_count; i++) {
        int window = spec->needs[i];
        lua_series_push(lua, twin->windows[window], prediction->spans[i], now, way, spec->band);
        lua_setfield(lua, -2, model->fields[model->windows[window].field].name);
    }
    lua_createtable(lua, 0, 1);
    lua_pushvalue(lua, -2);
    lua_pushcclosure(lua, unknown_series, 1);
    lua_setfield(lua, -2, "__index");
    lua_setmetatable(lua, -2);
}

// The number under `key` of the table at `index`; `missing` when there is none.
static double number_or(lua_State *lua, int index, const char *key, double missing) {
    lua_pushstring(lua, key);
    lua_rawget(lua, index);
    double number = lua_isnil(lua, -1) ? missing : NAN;
    if (lua_type(lua, -1) == LUA_TNUMBER) number = lua_tonumber(lua, -1);
    lua_pop(lua, 1);
    return number;
}

bool lua_prediction_result(lua_State *lua, struct prediction_result *result, const char **why) {
    int value = lua_gettop(lua) - 1;
    *result = (struct prediction_result){0};
    switch (lua_type(lua, value)) {
    case LUA_TNIL:
        if (lua_type(lua, value + 1) == LUA_TSTRING)
            snprintf(result->reason, sizeof result->reason, "%s", lua_tostring(lua, value + 1));
        return true;
    case LUA_TNUMBER:
        result->value = result->low = result->high = lua_tonumber(lua, value);
        break;
    case LUA_TTABLE:
        result->value = number_or(lua, value, "value", NAN);
        result->low = number_or(lua, value, "low", result->value);
        result->high = number_or(lua, value, "high", result->value);
        break;
    default:
        *why = "predict returns a number, { value =, low =, high = }, or nil and a reason";
        return false;
    }
    *why = "predict returned a value, low or high that is not a finite number";
    if (!isfinite(result->value) || !isfinite(result->low) || !isfinite(result->high)) return false;
    *why = "predict returned low, value and high that do not ascend";
    if (result->low > result->value || result->value > result->high) return false;
    result->has_value = true;
    return true;
}

static struct model *find_model(struct check *check, struct model *const *models, int count) {
    const char *name = check_text(check, "model");
    if (!name) check_fail(check, "model is missing; write the name of the model it is for");
    struct suggestion near = {name, strlen(name), NULL, 0};
    for (int i = 0; i < count; i++) {
        if (strcmp(models[i]->name, name) == 0) return models[i];
        suggestion_try(&near, models[i]->name);
    }
    check_enter(check, "model");
    if (near.best)
        check_fail(check, "there is no model \"%s\"; did you mean \"%s\"?", name, near.best);
    check_fail(check, "there is no model \"%s\"", name);
}

// of = { field = "vibration", above = "vibration_limit" } or of = { field =, horizon = "24h" }
static void read_of(struct check *check, struct model *model, struct prediction_spec *prediction) {
    static const char *const of_keys[] = {"above", "below", "field", "horizon"};
    size_t mark;
    if (!check_begin(check, "of", &mark))
        check_fail(check,
                   "of is missing; write of = { field = NAME, above = LIMIT }, or below = LIMIT, "
                   "or horizon = DURATION");
    check_keys(check, of_keys, 4, 4);
    const char *field = check_text(check, "field");
    if (!field) check_fail(check, "field is missing");
    prediction->field = lua_model_find_signal(check, model, field);
    prediction->limit_field = NONE;
    prediction->is_above =
        lua_model_limit(check, model, "above", &prediction->limit_field, &prediction->limit);
    bool is_below =
        lua_model_limit(check, model, "below", &prediction->limit_field, &prediction->limit);
    bool has_horizon = check_duration(check, "horizon", &prediction->horizon_us);
    if (prediction->is_above + is_below + has_horizon != 1)
        check_fail(check, "needs one of above, below and horizon");
    prediction->has_limit = !has_horizon;
    check_end(check, mark);
}

static int64_t read_span(struct check *check) {
    int64_t us;
    const char *text = lua_type(check->lua, -1) == LUA_TSTRING ? lua_tostring(check->lua, -1) : "";
    if (!duration_parse(text, &us)) check_fail(check, "write " DURATION_FORM);
    if (us > LONGEST_SPAN_US) check_fail(check, "the longest is 400d");
    return us;
}

// vibration = "48h"
static void read_need(struct check *check, const char *name, void *context) {
    struct model *model = context;
    int field = lua_model_find_signal(check, model, name);
    if (model->fields[field].kind == FIELD_DERIVED)
        check_fail(check, "a past is kept of telemetry and properties, not of derived values");
    int window = model_need_window(model, field, read_span(check));
    struct prediction_spec *prediction = &model->predictions[model->prediction_count - 1];
    prediction->needs = xrealloc(prediction->needs,
                                 sizeof *prediction->needs * (size_t)(prediction->need_count + 1));
    prediction->needs[prediction->need_count++] = window;
}

static void keep_span(struct check *check, const char *name, void *context) {
    (void)name;
    int64_t **next = context;
    *(*next)++ = read_span(check);
}
