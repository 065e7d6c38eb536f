// The versions that an engine has loaded: the present one, the one before it, for twins that will
// not be able to leave it, and those that twins are held on.
//
// A swap puts one more beside them and touches no twin. The walk that follows it (engine_catch_up)
// sets each twin's timers by the version that will run it and notes which versions are still some
// twin's; at its end the scripts that nothing needs are freed.

#include "turn/engine.h"
#include "twin/snapshot.h"

#include <assert.h>
#include <stdlib.h>

static struct edition *find(struct engine *engine, uint64_t version) {
    for (int i = 0; i < engine->edition_count; i++)
        if (engine->editions[i].version == version) return &engine->editions[i];
    return NULL;
}

static struct edition *add(struct engine *engine, uint64_t version) {
    engine->editions =
        xrealloc(engine->editions, (size_t)(engine->edition_count + 1) * sizeof *engine->editions);
    struct edition *edition = &engine->editions[engine->edition_count++];
    *edition = (struct edition){.version = version};
    return edition;
}

struct script *edition_script(struct engine *engine, uint64_t version) {
    struct edition *edition = find(engine, version);
    if (!edition) { // looked for once: what is not stored now will not be later
        edition = add(engine, version);
        if (engine->sink.on_missing)
            edition->script = engine->sink.on_missing(engine->sink.context, version);
    }
    edition->is_needed = true;
    return edition->script;
}

// The walk begins anew: other scripts run other timers, and other versions are needed.
static void walk_again(struct engine *engine) {
    for (int i = 0; i < engine->edition_count; i++)
        engine->editions[i].is_needed = false;
    engine->catch_up.is_behind = true;
    engine->catch_up.next = 0;
    engine->catch_up.used_count = 0;
}

static void present(struct engine *engine, const struct edition *edition) {
    if (edition->version != engine->world->version) engine->previous = engine->world->version;
    engine->present = engine->script = edition->script;
    engine->version = engine->world->version = edition->version;
    engine->tally = (struct tally){0};
    walk_again(engine);
}

void engine_use(struct engine *engine, struct script *owned) {
    uint64_t version = script_version(owned);
    struct edition *edition = find(engine, version);
    if (!edition) edition = add(engine, version);
    script_free(edition->script); // it was held by some twins, or is loaded anew
    edition->script = owned;
    assert(!engine->canary);
    present(engine, edition);
}

bool engine_use_again(struct engine *engine, uint64_t version) {
    struct edition *edition = find(engine, version);
    if (!edition || !edition->script) return false;
    present(engine, edition);
    return true;
}

struct script *edition_meant(struct engine *engine, uint64_t version) {
    return version == engine->world->version ? engine->present : engine->canary;
}

void engine_try(struct engine *engine, struct script *owned, uint32_t share,
                const struct model **models, int count) {
    assert(!engine->canary);
    uint64_t version = script_version(owned);
    world_set_canary(engine->world, version, share, models, count);
    struct edition *edition = find(engine, version);
    if (!edition) edition = add(engine, version);
    script_free(edition->script); // some twins were held on it
    edition->script = engine->canary = owned;
    engine->canary_tally = (struct tally){0};
    walk_again(engine);
}

void engine_withdraw(struct engine *engine) {
    engine->previous = engine->world->canary.version; // its twins may not be able to leave it
    world_clear_canary(engine->world);
    engine->canary = NULL;
    walk_again(engine);
}

void engine_give_back(struct engine *engine) {
    struct edition *edition = find(engine, engine->world->version);
    if (edition) edition->script = NULL;
}

void engine_know(struct engine *engine, const struct script_files *files) {
    lineage_add(&engine->lineage, files);
}

void engine_forget(struct engine *engine, uint64_t version) {
    lineage_remove(&engine->lineage, version);
}

static void note_used(struct catch_up *walk, uint64_t version) {
    for (int i = walk->used_count; i-- > 0;)
        if (walk->used[i] == version) return;
    walk->used = xrealloc(walk->used, (size_t)(walk->used_count + 1) * sizeof *walk->used);
    walk->used[walk->used_count++] = version;
}

static void free_unneeded(struct engine *engine) {
    int kept = 0;
    for (int i = 0; i < engine->edition_count; i++) {
        struct edition edition = engine->editions[i];
        if (edition.is_needed || edition.version == engine->world->version ||
            edition.version == engine->previous || edition.script == engine->canary)
            engine->editions[kept++] = edition;
        else
            script_free(edition.script);
    }
    engine->edition_count = kept;
    engine->script = engine->present;
}

static void look_at(struct engine *engine, struct twin *twin) {
    struct world *world = engine->world;
    note_used(&engine->catch_up, twin->version);
    struct script *script = edition_meant(engine, world_version_of(world, twin));
    if (world_is_held(world, twin)) script = edition_script(engine, twin->version);
    if (twin->due != 0 && twin->due <= world->clock) return; // runs next, and is set anew then
    snapshot_keep(world, twin);
    twin->timers_run_at = world->clock; // a new period begins now, it has missed nothing
    aggregates_start(world, twin); // this version may add something up that the last one did not
    timers_schedule(world, twin, script);
}

void engine_watch(struct engine *engine, struct twin *twin) {
    turn_choose(engine, twin);
    timers_schedule(engine->world, twin, engine->script);
}

bool engine_catch_up(struct engine *engine, int count) {
    struct catch_up *walk = &engine->catch_up;
    if (!walk->is_behind) return false;
    for (; count > 0 && walk->next < engine->world->number_capacity; count--) {
        struct twin *twin = engine->world->by_number[walk->next++];
        if (twin) look_at(engine, twin);
    }
    walk->is_behind = walk->next < engine->world->number_capacity;
    if (!walk->is_behind) free_unneeded(engine);
    return walk->is_behind;
}

bool engine_needs(const struct engine *engine, uint64_t version) {
    if (version == engine->world->version || engine->catch_up.is_behind) return true;
    if (engine->canary && version == engine->world->canary.version) return true;
    for (int i = 0; i < engine->catch_up.used_count; i++)
        if (engine->catch_up.used[i] == version) return true;
    return false;
}

const struct tally *engine_tally(const struct engine *engine) {
    return &engine->tally;
}

const struct tally *engine_canary_tally(const struct engine *engine) {
    return &engine->canary_tally;
}

void editions_fini(struct engine *engine) {
    for (int i = 0; i < engine->edition_count; i++)
        script_free(engine->editions[i].script);
    free(engine->editions);
    lineage_fini(&engine->lineage);
    free(engine->catch_up.used);
}
