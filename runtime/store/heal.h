// A twin whose checkpoint is damaged, made anew from the log.
//
// Any copy of a twin's state will do for recovery that has all up to the covered rev; the log has
// one when it still reaches back to a full state of the twin, or to its beginning.

#ifndef STORE_HEAL_H
#define STORE_HEAL_H

#include <stdbool.h>
#include <stdint.h>

struct buffer;
struct err;
struct log;
struct world;

// Puts the twins with these `numbers` (u32 each) into the world as they were at `rev`. False with
// what to do when the log cannot give one of them.
bool heal_twins(struct log *log, const struct buffer *numbers, uint64_t rev, struct world *world,
                struct err *err);

#endif
