// Reload: loads a version of the scripts beside what serves, stores it, and swaps it in between two
// turns.
//
// A version that does not load changes nothing. Loading, reading files and writing the store happen
// on a worker; the swap on the loop's thread is a change of pointers, whatever the size of the
// fleet. One thing is done at a time, in the order it was asked for. The promoted version is what
// the next start serves, whatever lies on disk.

#ifndef RELOAD_H
#define RELOAD_H

#include "base/loop.h"
#include "probation.h"
#include "push/desk.h"
#include "script/mark.h"
#include "script/script_files.h"
#include "store/versions.h"

#include <stdbool.h>
#include <stdint.h>

struct checkpoint;
struct config;
struct engine;
struct err;
struct load;
struct log;
struct logger;
struct looker;
struct metrics;
struct push;
struct script;
struct worker;
struct world;

struct reload {
    const struct config *config;
    const struct logger *logger;
    struct metrics *metrics;
    struct loop *loop;
    struct world *world;
    struct engine *engine;
    struct looker *looker;
    struct log *log;
    struct checkpoint *checkpoint;
    struct push *push; // NULL while twind starts
    struct versions versions;
    struct script_files files; // of the version that serves
    struct worker *worker;
    struct load *first, *last; // waiting, the first is under way
    bool is_disk_waiting;      // a look at the disk is among them, not begun
    bool is_closing;
    uint64_t refused; // version of the files on disk that was refused, not to say it twice
    struct probation probation;
    uint64_t trial_turns, trial_failures; // of the present version when the canary came out
    struct loop_timer catch_up_timer, second_timer, poll_timer;
    struct folders *folders; // --dev
    uint64_t *loaded_total, *refused_total, *rolled_back_total;
    int64_t longest_swap_us;
};

// At start, before the world runs: the promoted version; with --dev, or when nothing is stored yet,
// the files. Says which. False with file and line when nothing loads.
bool reload_first(struct reload *reload, struct err *err);
// When the loop is about to run: the worker, and the watch on the folders.
bool reload_start(struct reload *reload, struct err *err);
void reload_close(struct reload *reload); // answers what waits with a refusal
void reload_fini(struct reload *reload);  // after the loop

// Takes the files if they have changed. `is_asked`: somebody wants to hear even of what was refused
// before, and it is a deployment, with its probation.
void reload_disk(struct reload *reload, bool is_asked);
void reload_collect(struct reload *reload); // before each wait
struct desk reload_desk(struct reload *reload);

// For the engine: a version that a twin is held on.
struct script *reload_missing(struct reload *reload, uint64_t version);

// ---- between reload.c and release.c ----

// Loads twice, for the loop and for the worker of predictions, which never share a Lua state. Any
// thread.
bool reload_load(const struct reload *reload, const struct script_files *files,
                 struct script **script, struct script **for_looker, struct err *err);
// Swaps. Takes both; the files are taken over and emptied.
void reload_adopt(struct reload *reload, struct script *script, struct script *for_looker,
                  struct script_files *files);
// A canary beside what serves. Takes the script.
void reload_try(struct reload *reload, struct script *script, const struct script_files *files,
                uint32_t share);
// Begins what follows a swap: the walk over the fleet, and the probation unless it is 0.
void reload_follow(struct reload *reload, int64_t probation_us);
// Drops a stored version that no twin needs when there are too many.
void release_trim(struct reload *reload);
// Back to the version before, because of `why`.
void release_roll_back(struct reload *reload, const char *why);

#endif
