// A worker thread and its two queues: jobs in, finished jobs out.
//
// A job is a struct that starts with struct job; whoever submits it owns it again when `done` is
// called, on the thread that calls worker_collect. Jobs run in order of submission.

#ifndef BASE_WORKER_H
#define BASE_WORKER_H

#include <stdbool.h>

struct err;

struct job {
    void (*run)(struct job *job);  // on the worker
    void (*done)(struct job *job); // on the collecting thread
    struct job *next;
};

struct worker;

// `wake` is called from the worker each time a job is finished.
struct worker *worker_new(const char *name, void (*wake)(void *context), void *context,
                          struct err *err);
void worker_free(struct worker *worker); // finishes the running job, hands back the rest undone

void worker_submit(struct worker *worker, struct job *job);
void worker_collect(struct worker *worker);      // calls `done` of every finished job
int worker_backlog(const struct worker *worker); // submitted and not yet collected

#endif
