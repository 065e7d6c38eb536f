// Recovery: checkpointed twins, then the recorded effects after them. Runs no Lua.
//
// It notices what does not fit together: a log that begins behind the checkpoints or ends before
// them, a revision that is missing between a twin's state and its next one.

#ifndef STORE_RECOVERY_H
#define STORE_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>

struct change;
struct checkpoint;
struct err;
struct log;
struct revision;
struct world;

struct recovery_options {
    // An event that was sent and whose consumption is not in the log: it is to be turned again.
    // Called in the order of sending, after all twins are there; what it is shown dies with the
    // call. May be NULL.
    void (*on_unconsumed_event)(void *context, uint64_t rev, uint16_t index, uint32_t from_twin,
                                const struct change *event);
    void *context;
    bool ignore_checkpoints; // for tests: everything from the log alone
};

struct recovery {
    uint64_t revisions; // applied
    uint64_t rev;       // newest in the log; the next one to use, after a crash, is far beyond
    bool was_clean;
};

// Into a new world; adopts the log's layouts first. Leaves world->rev at the newest recorded one
// and world->clock at its received time. Twins that have changes after their checkpoint are dirty.
bool recovery_run(struct log *log, struct checkpoint *checkpoint, struct world *world,
                  const struct recovery_options *options, struct recovery *recovery,
                  struct err *err);

#endif
