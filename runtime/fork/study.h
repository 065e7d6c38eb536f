// A study: work on a fork that takes its time, on a thread of its own. How far it is can be read
// meanwhile, what it found stays to be read, and it can be stopped.
//
// Whoever makes one embeds `struct study` as its first member. Its figures are read and written
// between study_lock and study_unlock; everything else of it belongs to its thread until it ends.

#ifndef FORK_STUDY_H
#define FORK_STUDY_H

#include "base/err.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define STUDIES_RUNNING_MAX 4
#define STUDIES_KEPT 16 // that have ended

struct buffer;
struct study;

struct study_kind {
    const char *name;                                        // "replay"
    bool (*run)(struct study *study, struct err *err);       // on the study's thread
    void (*write)(struct study *study, struct buffer *json); // its figures as members; locked
    void (*free)(struct study *study);
};

enum study_state { STUDY_RUNNING, STUDY_DONE, STUDY_STOPPED, STUDY_FAILED };

struct study {
    const struct study_kind *kind;
    uint64_t id;
    enum study_state state;
    struct err why; // it failed
    pthread_mutex_t mutex;
    pthread_t thread;
    int stop_fd; // readable when it is to stop
    struct study *next;
};

struct studies {         // all zero is none
    struct study *first; // newest first
    uint64_t last_id;
};

// Starts its thread; frees it when it cannot (ERR_LIMIT: so many run already).
bool studies_start(struct studies *studies, struct study *owned, struct err *err);
struct study *studies_find(const struct studies *studies, uint64_t id);
void studies_close(struct studies *studies); // stops all, waits for them, frees them

void study_stop(struct study *study); // soon
void study_lock(struct study *study);
void study_unlock(struct study *study);
// {"id", "kind", "state", "why", ...its figures}
void study_write(struct study *study, struct buffer *json);

// For its thread: waits so long, less when it is to stop; then false.
bool study_wait(struct study *study, int64_t us);

#endif
