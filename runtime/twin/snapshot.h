// A snapshot: all twins of a world as they stand now, to be read from another thread while the
// world goes on.
//
// Opening one copies a table of pointers and no twin. Whoever owns the world has a twin written
// down when it is about to change (snapshot_keep), once for all snapshots that are open then; what
// has not changed since is read where it lies. So an open snapshot costs a turn a look at a number,
// and each twin one encoding at its first change.

#ifndef TWIN_SNAPSHOT_H
#define TWIN_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

struct buffer;
struct snapshot;
struct twin;
struct world;

// On the thread that owns the world, between two turns. Close it before the world is freed.
struct snapshot *snapshot_open(struct world *world);
void snapshot_close(struct snapshot *snapshot); // any thread

// Before a twin of the world changes, its links included. Cheap when nothing is open.
void snapshot_keep(struct world *world, struct twin *twin);

// Of the world then; any thread.
uint64_t snapshot_rev(const struct snapshot *snapshot);
int64_t snapshot_clock(const struct snapshot *snapshot);
uint32_t snapshot_next_number(const struct snapshot *snapshot);
// Puts behind `out`: the length u32 of what twin_encode makes of the twin, that, until when its
// timers had run u64, and its incoming links: their count u32, and of each who has it u32 and the
// relationship of that one's model u32. False when there is none of that number.
bool snapshot_read(struct snapshot *snapshot, uint32_t number, struct buffer *out);

void snapshots_free(struct world *world); // with the world

#endif
