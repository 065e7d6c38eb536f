// A world: a set of twins, the models they are laid out by, and its own clock.
//
// Twins are found by id (hash table) and by number (array). The clock never goes back.

#ifndef TWIN_WORLD_H
#define TWIN_WORLD_H

#include "twin/twin.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

struct snapshots;

struct world {
    uint64_t rev;     // of the newest revision
    int64_t clock;    // received time of the newest input, microseconds UTC
    uint64_t version; // of the scripts new twins and turns get
    uint32_t twin_count;
    uint32_t next_number;
    struct twin **by_number; // next_number entries, NULL = deleted
    uint32_t number_capacity;
    struct world_entry { // open addressing by id
        struct twin *twin;
        uint32_t hash;
    } * table;
    uint32_t table_size;
    struct model *models;         // every layout that was ever adopted here
    const struct model **current; // the models of the present version, by name
    int current_count;
    struct canary {       // a candidate beside the present version (canary.c)
        uint64_t version; // 0: none is out
        uint32_t share;   // of 100 twins, by a hash of their numbers
        const struct model **models;
        int model_count;
        uint32_t *lone; // numbers of twins that stand for a model which the share would miss
        int lone_count;
    } canary;
    bool is_closed;     // no sample creates a twin, whatever its model says
    struct twin **heap; // timer heap, ordered by (due, number)
    uint32_t heap_count, heap_capacity;
    struct snapshots *snapshots; // that are open, NULL = never one was
    // Of a fork: makes a twin that is not here yet, out of what it was forked from. NULL = all that
    // there are, are here; it also returns NULL for a number that nobody has.
    struct twin *(*fetch)(void *context, uint32_t number);
    void *fetch_context;
    struct twin *dirty;  // list of twins changed since their last checkpoint
    struct twin *saving; // those of them that the checkpoint round under way has taken over
};

struct world *world_new(void);
void world_free(struct world *world);

struct twin *world_find(const struct world *world, const char *id,
                        size_t length);                              // NULL when unknown
struct twin *world_twin(const struct world *world, uint32_t number); // NULL when gone

#define WORLD_PREFETCH_MAX 64
// Starts loading what turns of these twins will touch, in three passes, so that memory is waited
// for once and not once a twin. Ids that are unknown do no harm.
void world_prefetch(const struct world *world, const char *const *ids, const size_t *lengths,
                    int count);

// Puts a twin in; it must have a free id and number.
void world_add(struct world *world, struct twin *twin);
void world_remove(struct world *world,
                  struct twin *twin); // takes out and frees, links of others too

// Moves the twin to another layout, keeping by kind and name what both have; what the new one does
// not have is gone.
void world_relayout(struct world *world, struct twin *twin, const struct model *model);

// Relationships. Both ends are told; adding one that is there does nothing.
void world_link(struct world *world, struct twin *from, int relationship, struct twin *to);
void world_unlink(struct world *world, struct twin *from, int relationship, struct twin *to);
// The incoming end alone, of a twin that was fetched: the other one is fetched by itself.
void world_link_in(struct twin *twin, int relationship, uint32_t other);
// After loading twins: makes every incoming end anew and drops links to twins that are gone.
void world_link_all(struct world *world);

// Puts a twin on the list for the next checkpoint.
void world_mark_dirty(struct world *world, struct twin *twin);

// Takes ownership of a finished model, or frees it and returns the equal one already here.
const struct model *world_adopt_model(struct world *world, struct model *owned);
const struct model *world_layout(const struct world *world, uint64_t layout); // NULL when unknown
// Makes `models` the present ones: what new twins are made of and touched twins move to.
void world_set_current(struct world *world, const struct model **models, int count);
const struct model *world_model(const struct world *world, const char *name, size_t length);
// Whether a model is `name`, or extends one that is; "" is any.
bool world_is_a(const struct world *world, const struct model *model, const char *name);
// A canary: some twins are meant for a candidate, all others for the present version, which stays
// `version` and `current`. Which ones follows from their numbers alone, so it is the same after a
// restart; of each model at least one twin is among them. A twin that comes later is made of the
// present version, and moves at its next input when the share has it. One walk over all twins.
void world_set_canary(struct world *world, uint64_t version, uint32_t share,
                      const struct model **models, int count);
void world_clear_canary(struct world *world);
// The version that a twin moves to when it is touched: the one place that says so.
uint64_t world_version_of(const struct world *world, const struct twin *twin);
// The model of the twin's name in that version, even when the twin is held; NULL when it has none.
const struct model *world_next_model(const struct world *world, const struct twin *twin,
                                     const char *name);
// The twin could not migrate to the version it is meant for: it stays on its own.
bool world_is_held(const struct world *world, const struct twin *twin);
// The model that the twin will have when its next turn begins: the present version's of that name,
// or its own when it is held, or when there is none of that name any more.
const struct model *world_model_of(const struct world *world, const struct twin *twin);
// Takes a twin's change of layout back: `owned` is the twin as it was before (decoded from what
// twin_encode gave). Frees it.
void world_restore(struct world *world, struct twin *twin, struct twin *owned);
// The one model whose `match` fits an id, for a twin that is not there yet. Errors name why not:
// none fits, or several.
const struct model *world_fit(const struct world *world, const char *id, size_t length,
                              struct err *err);
// The same for one that a sample would create: auto_create must not be false.
const struct model *world_match(const struct world *world, const char *id, size_t length,
                                struct err *err);

// Timer heap: tells that twin->due has changed. `world_due` is the twin due first, NULL when none.
void world_reschedule(struct world *world, struct twin *twin);
struct twin *world_due(const struct world *world);

// A hash of every twin's state in number order: equal states have equal hashes.
uint64_t world_hash(const struct world *world);
size_t world_bytes(const struct world *world); // of all twins

#endif
