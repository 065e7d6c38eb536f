// An examination of what is stored: everything is read and compared with everything that should
// agree with it. Nothing is changed.
//
// A finding is one line: what, where, what it means, what to do. An examination goes on after one,
// as far as anything can be read.

#ifndef STORE_EXAMINE_H
#define STORE_EXAMINE_H

#include "store/environment.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct buffer;
struct err;
struct journal;
struct logger;

struct examine {
    void (*on_finding)(void *context, const char *line);
    // Now and then: what is read, and how far it is; `of` 0 = not known. False: stop here.
    bool (*on_progress)(void *context, const char *doing, uint64_t done, uint64_t of);
    // Whether a version's stored files are what its name says; `why` is filled when not.
    bool (*is_version)(uint64_t version, const struct buffer *files, struct err *why);
    void *context;
    uint64_t findings;
    uint64_t batches, revisions, states, records; // read
    uint64_t first_rev, last_rev;                 // of the log
    bool is_stopped;
};

void examine_finding(struct examine *examine, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
// False when the examination is to stop.
bool examine_goes_on(struct examine *examine, const char *doing, uint64_t done, uint64_t of);

// DIR/log/data.mdb and DIR/state/data.mdb without twind: opened for reading, as far as that goes.
// False with a finding when there is nothing that could be opened.
bool examine_open_journal(struct examine *examine, struct journal *journal, const char *dir,
                          const struct logger *logger);
bool examine_open_state(struct examine *examine, struct environment *environment, const char *dir,
                        const struct logger *logger);

// Every database of an environment: its tree in order, each key found again by a search, as many
// as it counts, each record's checksum, script versions by their hash. `opening` as in snapshot.h;
// NULL when nobody else has it open. One transaction a database, a short one for some thousand
// keys.
void examine_trees(struct examine *examine, struct environment *environment, const char *name,
                   pthread_rwlock_t *opening);
// Every batch and revision, each twin's chain of them, and the index of full states.
// `is_quiet`: nobody writes it meanwhile.
void examine_log(struct examine *examine, struct journal *journal, bool is_quiet);

// What the revisions make, from the first one or a first full state on: it must equal the full
// states in the log, and at the end what the checkpoints give.
struct checkpoint;
struct log;
void examine_replay(struct examine *examine, struct log *log, struct checkpoint *checkpoint);

#endif
