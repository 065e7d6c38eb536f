// Beside the plant: other models and behaviours in its world, for what spans several twins.

#ifndef WORKS_H
#define WORKS_H

#include "plant.h"

// Pairs of path and text, then NULL. The sentence when they do not load, else NULL and they are in
// use.
static inline const char *use_files(struct plant *plant, ...) {
    static struct err err;
    struct script_file list[16];
    struct script_files files = {list, 0, 0};
    va_list arguments;
    va_start(arguments, plant);
    for (const char *path; (path = va_arg(arguments, const char *)); files.count++) {
        const char *text = va_arg(arguments, const char *);
        list[files.count] = (struct script_file){(char *)path, (char *)text, strlen(text)};
        files.version = hash64(files.version, text, strlen(text));
    }
    va_end(arguments);
    struct script_limits limits = {
        .call_us = 50000, .predict_us = 200000, .soft_bytes = 8u << 20, .hard_bytes = 64u << 20};
    struct script *script = script_load(&files, &limits, &plant->logger, plant->metrics, &err);
    if (!script) return err.text;
    use(plant, script);
    engine_schedule_all(plant->engine);
    return NULL;
}

static inline void assert_used(const char *mistake) {
    if (mistake) fail_msg("%s", mistake);
}

// The time goes on by `us`, and what is due by then runs.
static inline void advance(struct plant *plant, int64_t us) {
    plant->now += us;
    engine_timers(plant->engine, plant->now);
}

static inline void link_twins(struct plant *plant, const char *from, const char *name,
                              const char *to, bool is_there) {
    struct twin *twin = find(plant, from);
    struct actor actor = {0};
    struct err err;
    uint64_t rev;
    if (!engine_link(plant->engine, twin, model_relationship(twin->model, name, strlen(name)),
                     find(plant, to), is_there, &actor, plant->now, &rev, &err))
        fail_msg("%s", err.text);
}

static inline void retire(struct plant *plant, const char *id) {
    struct actor actor = {0};
    uint64_t rev;
    engine_retire(plant->engine, find(plant, id), &actor, plant->now, &rev);
}

static inline double derived(struct plant *plant, const char *id, const char *name) {
    return get(plant, id, FIELD_DERIVED, name);
}

static inline int count_seen(const struct plant *plant, enum input_kind kind) {
    int count = 0;
    for (int i = 0; i < plant->seen_count; i++)
        count += plant->seen[i].kind == kind;
    return count;
}

#endif
