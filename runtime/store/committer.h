// The committer: the thread that makes commits durable, one after the other, and retries what
// fails.
//
// A commit belongs to the loop until it is handed over, then to the committer until it is idle
// again.

#ifndef STORE_COMMITTER_H
#define STORE_COMMITTER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct commit;
struct err;
struct histogram;
struct journal;
struct log_options;

enum stuck { STUCK_NOT, STUCK_DISK, STUCK_FILE_LIMIT, STUCK_MAP, STUCK_KINDS };

struct committer {
    struct journal *journal;
    const struct log_options *options;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct commit *handed; // NULL = idle
    bool is_stopping;
    int stop; // an eventfd, readable once it is to stop: ends a wait for another try
    bool has_thread;
    atomic_bool is_busy; // the same as `handed`, to be read without the mutex
    _Atomic uint64_t durable, released;
    _Atomic enum stuck stuck;
    char reasons[STUCK_KINDS][320]; // written at the start, so that any thread may read them
    uint64_t *commits, *revisions, *bytes, *retries, *reopenings; // metrics
    struct histogram *seconds;
};

// `options` and `journal` must outlive it.
bool committer_start(struct committer *committer, struct journal *journal,
                     const struct log_options *options, struct err *err);
// Ends the thread when it has finished what it has. False when that could not be stored.
bool committer_stop(struct committer *committer);
void committer_fini(struct committer *committer); // all zero is fine

void committer_hand(struct committer *committer, struct commit *commit); // it must be idle
// The same on the caller's thread, once it is stopped. False while the disk is full.
bool committer_store(struct committer *committer, const struct commit *commit);

#endif
