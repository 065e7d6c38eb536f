// A script has a short list of them; a call finds its own by model and name.

#include "script/learned.h"

#include "base/memory.h"
#include "predict/profile.h"
#include "predict/ridge.h"
#include "predict/trees.h"
#include "script/state.h"
#include "twin/name.h"

#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void read_one(struct check *check, const char *name, void *context);

struct learned *learned_find(const struct script *script, const char *model, const char *name) {
    for (int i = 0; i < script->learned_count; i++)
        if (strcmp(script->learned[i]->model, model) == 0 &&
            strcmp(script->learned[i]->name, name) == 0)
            return script->learned[i];
    return NULL;
}

static void free_names(char **names, int count) {
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

void learned_fini(struct script *script) {
    for (int i = 0; i < script->learned_count; i++) {
        struct learned *learned = script->learned[i];
        free_names(learned->by, learned->by_count);
        free_names(learned->of, learned->of_count);
        profile_free(learned->profile);
        trees_free(learned->ensemble);
        ridge_free(learned->ridge);
        free(learned->model);
        free(learned->name);
        free(learned->target);
        free(learned);
    }
    free(script->learned);
}

void script_watch(struct script *script, script_features *on_features, void *context) {
    script->on_features = on_features;
    script->features_context = context;
}

const struct learned *script_learned(const struct script *script, int index) {
    return index < script->learned_count ? script->learned[index] : NULL;
}

// ---- what a model declares

struct declaring {
    struct script *script;
    const char *model;
};

void learned_declare(struct check *check, struct script *script, const char *model) {
    struct declaring declaring = {script, model};
    check_each(check, "learned", read_one, &declaring);
}

static struct learned *add(struct script *script, const char *model, const char *name) {
    script->learned =
        xrealloc(script->learned, sizeof *script->learned * (size_t)(script->learned_count + 1));
    struct learned *learned = script->learned[script->learned_count++] =
        xcalloc(1, sizeof *learned);
    *learned = (struct learned){.model = xstrdup(model),
                                .name = xstrdup(name),
                                .target = xstrdup(""),
                                .depth = 5,
                                .rate = 0.05,
                                .band = 0.9};
    return learned;
}

static int read_whole(struct check *check, const char *key, int otherwise, int low, int high) {
    double number = otherwise;
    check_number(check, key, &number);
    if (!(number >= low && number <= high && number == floor(number)))
        check_fail(check, "%s = %.15g; write a whole number from %d to %d", key, number, low, high);
    return (int)number;
}

static double read_number(struct check *check, const char *key, double otherwise, double low,
                          double high) {
    double number = otherwise;
    check_number(check, key, &number);
    if (!(number >= low && number <= high))
        check_fail(check, "%s = %.15g; write a number from %g to %g", key, number, low, high);
    return number;
}

// { "s1", "s2" } into the learned itself, so that a mistake leaves nothing behind
static void read_names(struct check *check, const char *key, char ***names, int *count) {
    lua_State *lua = check->lua;
    size_t mark;
    if (!check_begin(check, key, &mark)) return;
    for (int i = 1; lua_rawgeti(lua, -1, i) != LUA_TNIL; i++, lua_pop(lua, 1)) {
        if (lua_type(lua, -1) != LUA_TSTRING)
            check_fail(check, "expected names of fields, got a %s", luaL_typename(lua, -1));
        if (*count == LEARNED_FIELDS) check_fail(check, "has more than %d fields", LEARNED_FIELDS);
        *names = xrealloc(*names, sizeof **names * (size_t)(*count + 1));
        (*names)[(*count)++] = xstrdup(lua_tostring(lua, -1));
    }
    lua_pop(lua, 1);
    check_end(check, mark);
}

static void read_profile(struct check *check, struct learned *learned) {
    static const char *const keys[] = {"by", "of", "profile"};
    check_keys(check, keys, 3, 3);
    learned->regimes = read_whole(check, "profile", 1, 1, 100);
    read_names(check, "by", &learned->by, &learned->by_count);
    read_names(check, "of", &learned->of, &learned->of_count);
    if (learned->of_count == 0)
        check_fail(check, "of is missing; write the fields whose usual values are learned, like of "
                          "= { \"temperature\" }");
}

// What trees and a ridge have in common.
static void read_target(struct check *check, struct learned *learned) {
    learned->cap = read_number(check, "cap", 0, 0, 1e300);
    learned->band = read_number(check, "band", 0.9, 0.01, 0.999);
    learned->faults = read_whole(check, "faults", 0, 0, 10);
    const char *target = check_text(check, "target");
    if (!target)
        check_fail(check, "target is missing; write a field, or \"remaining\": samples until the "
                          "twin's last one");
    free(learned->target);
    learned->target = xstrdup(target);
}

static void read_ridge(struct check *check, struct learned *learned) {
    static const char *const keys[] = {"band", "cap", "faults", "ridge", "target"};
    check_keys(check, keys, 5, 5);
    learned->kind = LEARNED_RIDGE;
    learned->penalty = read_number(check, "ridge", 1, 0, 1e300);
    read_target(check, learned);
}

static void read_trees(struct check *check, struct learned *learned) {
    static const char *const keys[] = {"band", "cap", "depth", "faults", "rate", "target", "trees"};
    check_keys(check, keys, 7, 7);
    learned->kind = LEARNED_TREES;
    learned->trees = read_whole(check, "trees", 300, 1, 5000);
    learned->depth = read_whole(check, "depth", 5, 1, 12);
    learned->rate = read_number(check, "rate", 0.05, 0.001, 1);
    read_target(check, learned);
}

// rul = { trees = 300, target = "remaining" }, normal = { profile = 6, of = { ... } }
static void read_one(struct check *check, const char *name, void *context) {
    static const struct {
        const char *key;
        void (*read)(struct check *check, struct learned *learned);
    } kinds[] = {{"profile", read_profile}, {"ridge", read_ridge}, {"trees", read_trees}};
    const struct declaring *declaring = context;
    int found = -1;
    check_is_table(check);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        bool is_there = lua_getfield(check->lua, -1, kinds[i].key) != LUA_TNIL;
        lua_pop(check->lua, 1);
        if (is_there && found >= 0)
            check_fail(check, "is %s and %s; write one of them", kinds[found].key, kinds[i].key);
        if (is_there) found = (int)i;
    }
    if (found < 0) check_fail(check, "write profile = REGIMES, trees = COUNT or ridge = PENALTY");
    kinds[found].read(check, add(declaring->script, declaring->model, name));
}

// ---- what was learned

static double number_at(struct check *check, int index) {
    lua_State *lua = check->lua;
    lua_rawgeti(lua, -1, index);
    bool is_number = lua_type(lua, -1) == LUA_TNUMBER;
    double number = is_number ? lua_tonumber(lua, -1) : 0;
    lua_pop(lua, 1);
    if (!is_number) check_fail(check, "entry %d is no number", index);
    return number;
}

static void read_numbers(struct check *check, const char *key, double *numbers, int count) {
    size_t mark;
    if (!check_begin(check, key, &mark)) check_fail(check, "%s is missing", key);
    int given = (int)lua_rawlen(check->lua, -1);
    if (given != count) check_fail(check, "has %d numbers; %d belong there", given, count);
    for (int i = 0; i < count; i++)
        numbers[i] = number_at(check, i + 1);
    check_end(check, mark);
}

static void take_profile(struct check *check, struct learned *learned) {
    int regimes = read_whole(check, "regimes", 0, 1, 100);
    struct profile *profile = learned->profile =
        profile_new(regimes, learned->by_count, learned->of_count);
    read_numbers(check, "centres", profile->centres, regimes * learned->by_count);
    read_numbers(check, "scales", profile->scales, learned->by_count);
    read_numbers(check, "means", profile->means, regimes * learned->of_count);
    read_numbers(check, "deviations", profile->deviations, regimes * learned->of_count);
    for (int i = 0; i < learned->by_count; i++)
        if (!(profile->scales[i] > 0))
            check_fail(check, "scales: %g is not above 0", profile->scales[i]);
}

static void take_bands(struct check *check, struct learned *learned) {
    double numbers[3 * LEARNED_BANDS];
    lua_getfield(check->lua, -1, "bands");
    int count = lua_istable(check->lua, -1) ? (int)lua_rawlen(check->lua, -1) : 0;
    lua_pop(check->lua, 1);
    if (count % 3 != 0 || count > 3 * LEARNED_BANDS)
        check_fail(check, "bands: %d numbers are no list of at most %d times at, low, high", count,
                   LEARNED_BANDS);
    if (count > 0) read_numbers(check, "bands", numbers, count);
    learned->band_count = count / 3;
    for (int i = 0; i < learned->band_count; i++)
        learned->bands[i] =
            (struct learned_band){numbers[3 * i], numbers[3 * i + 1], numbers[3 * i + 2]};
}

static void take_trees(struct check *check, struct learned *learned) {
    lua_State *lua = check->lua;
    size_t mark;
    int inputs = read_whole(check, "inputs", 0, 1, LEARNED_INPUTS);
    learned->ensemble = trees_new(inputs, read_number(check, "base", 0, -1e300, 1e300));
    take_bands(check, learned);
    if (!check_begin(check, "trees", &mark)) check_fail(check, "trees is missing");
    for (int i = 1; lua_rawgeti(lua, -1, i) != LUA_TNIL; i++, lua_pop(lua, 1))
        if (lua_type(lua, -1) != LUA_TSTRING ||
            !trees_add(learned->ensemble, lua_tostring(lua, -1)))
            check_fail(check, "tree %d is no tree of %d inputs", i, inputs);
    lua_pop(lua, 1);
    check_end(check, mark);
}

static void take_ridge(struct check *check, struct learned *learned) {
    struct ridge *ridge = learned->ridge =
        ridge_new(read_whole(check, "inputs", 0, 1, LEARNED_INPUTS));
    ridge->offset = read_number(check, "offset", 0, -1e300, 1e300);
    take_bands(check, learned);
    read_numbers(check, "weights", ridge->weights, ridge->inputs);
    read_numbers(check, "means", ridge->means, ridge->inputs);
    read_numbers(check, "deviations", ridge->deviations, ridge->inputs);
}

void learned_read(struct check *check, struct script *script) {
    const char *model = check_text(check, "model"), *name = check_text(check, "learned");
    if (!model || !name) check_fail(check, "says not what it is of: model and learned are missing");
    struct learned *learned = learned_find(script, model, name);
    if (!learned)
        check_fail(check, "models/%s.lua declares no learned.%s: declare it, or delete this file",
                   model, name);
    if (learned->profile || learned->ensemble || learned->ridge)
        check_fail(check, "learned.%s of %s is in another file too", name, model);
    if (learned->kind == LEARNED_PROFILE)
        take_profile(check, learned);
    else if (learned->kind == LEARNED_TREES)
        take_trees(check, learned);
    else
        take_ridge(check, learned);
}
