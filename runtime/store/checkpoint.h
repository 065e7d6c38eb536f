// Checkpoints: each twin's newest durable state, so that recovery need not read the whole log.
//
// Their own LMDB environment (DIR/state) and their own thread, so that a checkpoint never stands in
// an ACK's way. The loop encodes dirty twins in small slices (checkpoint_slice); the worker writes
// a slice once the log is durable past its newest rev. Nothing newer than the log is ever in here.
// Also kept here: script versions, and meta such as the next twin number.

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
struct world;

struct checkpoint_options {
    const char *dir;
    const struct logger *logger;
    struct metrics *metrics;
};

struct checkpoint *checkpoint_open(const struct checkpoint_options *options, struct err *err);
void checkpoint_close(struct checkpoint *checkpoint); // writes what was handed over

// Loop thread. Takes up to `count` twins from world->dirty, encodes them and hands them to the
// thread. A round (checkpoint_round_rev) covers everything dirty when it began. Returns how many it
// took; takes none while the thread has more than two slices waiting.
int checkpoint_slice(struct checkpoint *checkpoint, struct world *world, int count);
void checkpoint_removed(struct checkpoint *checkpoint, uint32_t number,
                        uint64_t rev); // twin retired
void checkpoint_on_durable(struct checkpoint *checkpoint,
                           uint64_t durable); // slices up to here may go
// Every twin's state up to this rev is on disk here: the log may be dropped before it.
uint64_t checkpoint_covered(const struct checkpoint *checkpoint);

// All twins into the world, whose models (log_read_layouts) must be there. Sets world->next_number.
bool checkpoint_load(struct checkpoint *checkpoint, struct world *world, struct err *err);

// Script versions: an opaque blob by its hash, and which one was last good. Synchronous, any time.
bool checkpoint_put_version(struct checkpoint *checkpoint, uint64_t version, const void *bytes,
                            size_t length, struct err *err);
bool checkpoint_good_version(struct checkpoint *checkpoint, uint64_t *version, struct buffer *bytes,
                             struct err *err); // false when none is stored

#endif
