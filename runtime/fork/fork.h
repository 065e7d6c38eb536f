// A fork: a world that is not live, with its own twins, versions, clock and sink. Nothing that
// happens in it is stored, told or sent.
//
// Its twins come out of a snapshot of the live world, each when it is first asked for, or from
// nowhere (an empty one, which a reader of the log fills). With a rev before the snapshot's a twin
// is as the log has it then. What drives it decides what it is: a replay, a shadow, one turn that
// is explained. One thread, any.

#ifndef FORK_FORK_H
#define FORK_FORK_H

#include "store/scan.h"
#include "turn/turn.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct log;
struct metrics;
struct model;
struct region;
struct revision;
struct script_files;
struct snapshot;
struct state_file;
struct trace;
struct world;

struct fork_source {         // what every fork needs of the live world
    struct log *log;         // the past of twins, and layouts
    struct state_file *file; // versions
    int64_t call_us;         // CPU time of a call in a turn
};

struct fork_options {
    struct fork_source source;
    struct snapshot *snapshot; // borrowed; NULL = no twins at first
    uint64_t rev;              // they are as of then; 0 = as of the snapshot
    struct sink sink;          // its context is the fork, which its owner's struct begins with;
                               // on_missing is the fork's own
    int patience;              // as of script_limits
    struct trace *trace;       // of all turns (script/trace.h); may be NULL
};

struct fork {
    struct world *world;
    struct engine *engine;
    struct fork_options options;
    struct metrics *metrics;
    struct fork_version *versions; // that were asked for
    int version_count;
    struct scan scan; // for fork_read
    uint8_t *fetched; // a bit a number: each is made once, so one that was retired stays away
};

bool fork_open(struct fork *fork, const struct fork_options *options, struct err *err);
void fork_close(struct fork *fork);
// As it was opened, but for the versions, which stay loaded: what it did is forgotten.
void fork_reset(struct fork *fork);

// Before any twin is asked for: they are as of `rev`, and its time is `clock`. At 0 there are none.
void fork_rewind(struct fork *fork, uint64_t rev, int64_t clock);

// The same at a revision of the log: its time, and the version that was present then.
bool fork_rewind_to(struct fork *fork, uint64_t rev, int64_t *clock, uint64_t *version,
                    struct err *err);

// As of `rev` are, from here on, all twins but `number`, which the fork has made another one.
bool fork_advance(struct fork *fork, uint32_t number, uint64_t rev, int64_t clock, struct err *err);
// A newer snapshot takes the place of the fork's own.
void fork_renew(struct fork *fork, struct snapshot *snapshot);

// Makes a stored version the present one. False when it is not stored any more or does not load.
bool fork_serve(struct fork *fork, uint64_t version, struct err *err);
// The same with one that need not be stored.
bool fork_serve_files(struct fork *fork, const struct script_files *files, struct err *err);

// Takes up the layouts that the log has by now.
bool fork_read_layouts(struct fork *fork, struct err *err);
// Whether the layouts that a revision moves its twin to are known here; the log may have them by
// now.
bool fork_knows_layouts(struct fork *fork, const struct revision *revision);
// Its recorded effects, without the turn, and off the queue the event that it consumed. False when
// its twin is not there.
bool fork_take(struct fork *fork, const struct revision *revision);
// Queues the events that a recorded revision sent, for those that consumed them.
void fork_queue_events(struct fork *fork, const struct revision *revision);
// A twin as snapshot_read put it, in no world yet; NULL when its layout is not known.
struct twin *fork_decode(struct fork *fork, const struct buffer *bytes);
// Makes a twin what the log has it at its revision `rev`. False when the log cannot tell.
bool fork_restore(struct fork *fork, uint32_t number, uint64_t rev, struct err *err);
// What a retry has run again: the revision that failed, and the event that it had consumed, if one;
// both live in `region`. False when the log has it no more.
bool fork_read_failed(struct fork *fork, uint64_t rev, struct region *region,
                      struct revision *failed, struct change *event, bool *has_event,
                      struct err *err);
// Runs the turn of a recorded revision again (engine_repeat), what it consumed out of the log.
bool fork_repeat(struct fork *fork, const struct revision *recorded, struct region *region,
                 struct err *err);
// One revision out of the log.
bool fork_read(struct fork *fork, uint64_t rev, struct region *region, struct revision *revision,
               struct err *err);

#endif
