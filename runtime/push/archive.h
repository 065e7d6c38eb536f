// The archive: answers what a twin was, and what made it so, from the log, on a worker of its own.
//
// The worker sees the log and nothing live. The answer is written on the loop's thread, where the
// names of related twins are known; those that are gone by now are left out.

#ifndef PUSH_ARCHIVE_H
#define PUSH_ARCHIVE_H

#include <stdint.h>

struct archive;
struct err;
struct later;
struct log;
struct service;
struct twin;

struct archive *archive_new(struct service *service, struct log *log, struct err *err);
void archive_free(struct archive *archive); // what still waits is answered with an error

struct moment { // one of both, the other is 0; both 0: now
    uint64_t rev;
    int64_t at; // microseconds UTC
};

// The twin as it was, as JSON like the present one's. `fields` as in the list, NULL = all.
struct later *archive_look_up(struct archive *archive, const struct twin *twin,
                              const struct moment *moment, const char *fields);
// Its revisions at or before then, at most `limit`, as push/revision_json.h has them.
struct later *archive_list(struct archive *archive, const struct twin *twin,
                           const struct moment *moment, int limit);

#endif
