// What an amendment reads of the log: the sample, the twin's revisions from there on, and what was
// corrected in them before.

#ifndef FORK_AMEND_PAST_H
#define FORK_AMEND_PAST_H

#include "base/memory.h"
#include "fork/amend.h"

#include <stdbool.h>
#include <stdint.h>

struct correction { // a CHANGE_AMEND that is kept, or the one that is asked for
    uint64_t of_rev;
    uint64_t rev; // that made it, UINT64_MAX: it is to be made
    enum amend_part part;
    char name[FIELD_NAME_MAX + 1];
    enum field_kind kind;
    int64_t at;
    struct value was, value;
    enum quality quality;
};

struct amend_past { // all zero but for `request`
    const struct amend_request *request;
    struct region region;
    uint64_t done;  // read up to here, 0 = not yet
    uint64_t *revs; // newest first, of the last call
    int rev_count, rev_capacity;
    struct correction *corrections; // by the revision that they are of, then by their own
    int correction_count, correction_capacity;
    uint64_t rev; // the sample's, 0 = not found yet
    int64_t at;
    struct value was; // as its device sent it
    bool has_nearest; // of that field, where none is the one
    int64_t nearest_at;
};

// Reads from `newest` back to `done`, or to the oldest revision that must be run again.
bool amend_past_read(struct amend_past *past, uint64_t newest, struct err *err);
// The oldest revision that must be run again: the sample's, or that of one corrected before.
uint64_t amend_past_begin(const struct amend_past *past);
// The first correction of a revision, and how many there are.
const struct correction *amend_past_corrections(const struct amend_past *past, uint64_t rev,
                                                int *count);
void amend_past_fini(struct amend_past *past);

// Its bytes live in `region`.
struct value amend_value(struct region *region, struct value value);

// Makes room for one more.
#define AMEND_GROW(list, count, capacity)                                                          \
    do {                                                                                           \
        if ((count) < (capacity)) break;                                                           \
        (capacity) = (capacity) ? (capacity)*2 : 64;                                               \
        (list) = xrealloc(list, sizeof *(list) * (size_t)(capacity));                              \
    } while (0)

#endif
