// Checkpoints: each twin's newest durable state, so that recovery need not read the whole log.
//
// Their own LMDB environment (DIR/state) and their own thread, so that a checkpoint never stands in
// an ACK's way. The loop encodes dirty twins in small slices (checkpoint_slice); the thread writes
// a slice once the log is durable past its newest rev. Nothing newer than the log is ever in here.
// Also kept here: script versions, and meta such as the next twin number.
//
// Why `covered` holds: a round takes over all twins that are dirty at its begin, at rev R. Whatever
// changed at or before R was dirty then or is on disk already, and is encoded after R, so with its
// changes up to R. A twin that changes after it was encoded is dirty for the next round.

#ifndef STORE_CHECKPOINT_H
#define STORE_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer;
struct checkpoint;
struct err;
struct logger;
struct metrics;
struct state_file;
struct world;

struct checkpoint_options {
    const char *dir;
    const struct logger *logger;
    struct metrics *metrics;
};

struct checkpoint *checkpoint_open(const struct checkpoint_options *options, struct err *err);
// Writes what was handed over and is durable in the log: close the log first, tell
// checkpoint_on_durable, then close this.
void checkpoint_close(struct checkpoint *checkpoint);

// Loop thread, between two external inputs and with no event waiting: recovery relies on it that
// every event sent up to a round's begin was consumed by then. Takes up to `count` twins, encodes
// them and hands them to the thread. Returns how many it took; takes none while the thread has more
// than two slices waiting, and none when nothing changed since the last round.
int checkpoint_slice(struct checkpoint *checkpoint, struct world *world, int count);
// A round has begun and is not all handed over: call checkpoint_slice again soon. Between two
// rounds may be a pause.
bool checkpoint_is_under_way(const struct checkpoint *checkpoint);
void checkpoint_removed(struct checkpoint *checkpoint, uint32_t number,
                        uint64_t rev); // twin retired
void checkpoint_on_durable(struct checkpoint *checkpoint,
                           uint64_t durable); // slices up to here may go
// Every twin's state up to this rev is on disk here: the log may be dropped before it.
uint64_t checkpoint_covered(const struct checkpoint *checkpoint);

// All twins into the world, whose models (log_read_layouts) must be there. Sets world->next_number;
// links are made whole by world_link_all, after the log. Twins that cannot be read are left out,
// their numbers (u32) go to `damaged`.
bool checkpoint_load(struct checkpoint *checkpoint, struct world *world, struct buffer *damaged,
                     struct err *err);

// Where the script versions are kept too (store/versions.h).
struct state_file *checkpoint_file(struct checkpoint *checkpoint);

#endif
