// Following one twin back through the log, also where that is damaged. For past.c alone.

#ifndef STORE_PAST_WALK_H
#define STORE_PAST_WALK_H

#include "store/scan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct log;
struct model;
struct past;
struct revision;
struct world;

struct past_piece { // a revision's bytes
    const uint8_t *bytes;
    size_t length;
    int64_t base;
    int64_t received;
    uint64_t rev;
    struct past_piece *next; // the one after it
};

struct walk {
    struct past *past;
    struct log *log;
    uint32_t number;
    struct scan scan;
    uint64_t damaged, damaged_to; // revs that a read failed by, 0 = by something else or not at all
    struct err *err;
};

bool walk_open(struct walk *walk, struct past *past, struct log *log, uint32_t number,
               struct err *err);
// The twin at `rev` into the past, NULL when it was not there; followed back from its next full
// state, or `from`.
bool walk_find(struct walk *walk, uint64_t from, uint64_t rev);
void walk_forget(struct walk *walk); // what walk_find found
// One revision of the twin.
bool walk_read(struct walk *walk, uint64_t rev, struct past_piece *piece,
               struct revision *revision);
// The twin's newest revision in (after, before) that can be read, without its chain. 0 = none.
bool walk_search(struct walk *walk, uint64_t before, uint64_t after, uint64_t *found);
// The twin's newest revision at or before `rev`; false when damage leaves that open.
bool walk_newest(struct walk *walk, uint64_t rev, uint64_t *newest);
// How the twin was laid out between `before` and `state`, two of its revisions (0 = unknown) with
// damage between: NULL unless its model never had another layout.
const struct model *walk_layout(struct walk *walk, uint64_t state, uint64_t before);

// What a link leads to must be there to be linked; its number is all that is asked of it.
void past_stand_in(struct world *world, uint32_t number, const struct model *model);

#endif
