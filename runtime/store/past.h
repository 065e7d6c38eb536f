// A twin as it was: the nearest full state of it that the log holds, and its revisions from there.
// Or a page of its revisions, each with the twin as it was before.
//
// Each revision names the twin's one before, so only revisions of this twin are read: at most the
// 256 between two full states, on either side of the one wanted, whatever the rest of the fleet
// did. Any thread; no live twin is touched.

#ifndef STORE_PAST_H
#define STORE_PAST_H

#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct log;
struct model;
struct past_piece;
struct revision;
struct twin;
struct world;

struct past {            // all zero before it is opened, but for
    uint64_t layout;     // how the twin is laid out now, 0 = not known: used where damage hides it
    struct world *world; // holds the twin, its layouts, and stand-ins of what it is linked to
    struct twin *twin;   // as of twin->rev, its newest revision at or before the one asked for
    const struct model
        *model;       // of a page whose twin is not known, for damage is before it; else NULL
    int64_t received; // of that revision, microseconds UTC
    uint64_t before;  // of a page: the revision before its first, 0 = none
    int64_t cut_at; // of a page that does not reach `since`: what it begins with was received then;
                    // INT64_MIN = it does, INT64_MAX = it is empty
    uint64_t unreadable_from, unreadable_to; // of a page: revs before it that the log has damaged,
                                             // and what cannot be told without them; 0 = none
    struct past_piece *next;                 // of a page: read and not stepped to
    struct region region, scratch;
};

// Twin `number` at `rev`; `newest` is a revision of it on disk at or after that, which its past is
// followed back from, 0 = not known: it is searched for. ERR_NOT_FOUND when it was not there yet,
// was gone, or the log keeps that part no more; ERR_INTERNAL when that part is damaged. Then, too,
// past_close.
bool past_open(struct past *past, struct log *log, uint32_t number, uint64_t newest, uint64_t rev,
               struct err *err);
// At most `limit` revisions of the twin at or before `rev` that were received at `since` or later,
// to be stepped through from the oldest on; `twin` is as before the first of them, NULL when that
// made it. A page ends at damage in the log, and the next one begins before that.
bool past_open_page(struct past *past, struct log *log, uint32_t number, uint64_t newest,
                    uint64_t rev, int64_t since, int limit, struct err *err);
// The next revision of the page, NULL after the last; it lives until the next call. `twin` is as it
// was before it, until past_apply.
const struct revision *past_step(struct past *past, struct revision *revision);
void past_apply(struct past *past, const struct revision *revision);
void past_close(struct past *past);

// The newest revision that was received at or before `at`, microseconds UTC. ERR_NOT_FOUND when the
// log begins later.
bool past_rev_at(struct log *log, int64_t at, uint64_t *rev, struct err *err);

#endif
