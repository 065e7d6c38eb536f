// What a model declares learnable, and what was learned: `learned = { rul = { trees = 300, ... } }`
// in models/turbofan.lua, and scripts/learned/turbofan_rul.lua, which `twinctl train` writes.
//
// A profile standardises values by what is usual in the regime they were measured in; trees
// estimate a number from features that the behaviour makes. Both are called as twin:learned("rul",
// features), in training too: there the features are handed to whoever watches, so that what is
// trained on and what serves cannot differ.

#ifndef SCRIPT_LEARNED_H
#define SCRIPT_LEARNED_H

#include "script/check.h"

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

struct profile;
struct ridge;
struct script;
struct trees;
struct twin;

#define LEARNED_INPUTS 512
#define LEARNED_FIELDS 64
#define LEARNED_BANDS 32

enum learned_kind { LEARNED_PROFILE, LEARNED_TREES, LEARNED_RIDGE };

struct learned {
    char *model, *name;
    enum learned_kind kind;
    // As declared.
    int regimes;     // of a profile: at most so many
    char **by, **of; // of a profile: settings and values, names of fields
    int by_count, of_count;
    int trees, depth; // of trees: at most
    double rate;      // share of each tree's say
    double penalty;   // of a ridge
    char *target;     // a field, or "remaining": samples until the twin's last one
    double cap;       // of the target; 0 = none
    double band;      // share of errors between low and high
    int faults;       // copies of the data with injected faults to learn from as well
    // As learned; NULL until then.
    struct profile *profile;
    struct trees *ensemble;
    struct ridge *ridge;
    struct learned_band { // errors around a value: of so many, the low and the high one
        double at, low, high;
    } bands[LEARNED_BANDS];
    int band_count;
};

// Reads `learned` of the model's table on top of the stack, after its fields.
void learned_declare(struct check *check, struct script *script, const char *model);
// Reads what scripts/learned/FILE.lua returned, on top of the stack.
void learned_read(struct check *check, struct script *script);
void learned_fini(struct script *script);

struct learned *learned_find(const struct script *script, const char *model, const char *name);
int lua_learned(lua_State *lua); // twin:learned(name[, features])

#endif
