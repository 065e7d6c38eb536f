// Reload: loads a version of the scripts beside what serves, and swaps it in between two turns.
//
// A version that does not load changes nothing. What loaded is kept in the store as the last good
// version, for a start on broken files.

#ifndef RELOAD_H
#define RELOAD_H

#include <stdbool.h>
#include <stdint.h>

struct checkpoint;
struct config;
struct engine;
struct err;
struct log;
struct logger;
struct looker;
struct metrics;
struct script;
struct world;

struct reload {
    const struct config *config;
    const struct logger *logger;
    struct metrics *metrics;
    struct world *world;
    struct engine *engine;
    struct looker *looker;
    struct log *log;
    struct checkpoint *checkpoint;
    struct script *script; // that serves
    uint64_t *loaded_total, *refused_total;
    uint64_t refused; // version of the files that last failed to load, not to say it twice
};

// At start: the files, else the last good version, and says which. False with file and line when
// neither loads.
bool reload_first(struct reload *reload, struct err *err);

// Takes the files if they have changed. `is_asked`: somebody wants to hear even of what was refused
// before.
void reload_now(struct reload *reload, bool is_asked);

struct script *reload_missing(struct reload *reload, uint64_t version);

#endif
