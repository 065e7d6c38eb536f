// Two singly linked queues under one mutex; jobs are rare and long beside a lock.

#include "base/worker.h"

#include "base/err.h"
#include "base/memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct queue {
    struct job *first;
    struct job **last;
};

struct worker {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t has_work;
    struct queue waiting;
    struct queue finished;
    bool is_stopping;
    int backlog; // collecting thread only
    void (*wake)(void *context);
    void *context;
};

static void queue_push(struct queue *queue, struct job *job) {
    job->next = NULL;
    *queue->last = job;
    queue->last = &job->next;
}

static struct job *queue_take_all(struct queue *queue) {
    struct job *first = queue->first;
    queue->first = NULL;
    queue->last = &queue->first;
    return first;
}

static void *work(void *argument) {
    struct worker *worker = argument;
    pthread_mutex_lock(&worker->mutex);
    while (!worker->is_stopping) {
        struct job *job = worker->waiting.first;
        if (!job) {
            pthread_cond_wait(&worker->has_work, &worker->mutex);
            continue;
        }
        worker->waiting.first = job->next;
        if (!job->next) worker->waiting.last = &worker->waiting.first;
        pthread_mutex_unlock(&worker->mutex);
        job->run(job);
        pthread_mutex_lock(&worker->mutex);
        bool was_empty = !worker->finished.first;
        queue_push(&worker->finished, job);
        if (was_empty) worker->wake(worker->context);
    }
    pthread_mutex_unlock(&worker->mutex);
    return NULL;
}

struct worker *worker_new(const char *name, void (*wake)(void *context), void *context,
                          struct err *err) {
    struct worker *worker = xcalloc(1, sizeof *worker);
    pthread_mutex_init(&worker->mutex, NULL);
    pthread_cond_init(&worker->has_work, NULL);
    worker->waiting.last = &worker->waiting.first;
    worker->finished.last = &worker->finished.first;
    worker->wake = wake;
    worker->context = context;
    int failed = pthread_create(&worker->thread, NULL, work, worker);
    if (failed) {
        err_set(err, ERR_INTERNAL, "the thread of worker %s could not be started: %s", name,
                strerror(failed));
        free(worker);
        return NULL;
    }
    pthread_setname_np(worker->thread, name);
    return worker;
}

void worker_free(struct worker *worker) {
    if (!worker) return;
    pthread_mutex_lock(&worker->mutex);
    worker->is_stopping = true;
    pthread_cond_signal(&worker->has_work);
    pthread_mutex_unlock(&worker->mutex);
    pthread_join(worker->thread, NULL);
    worker_collect(worker);
    for (struct job *job = queue_take_all(&worker->waiting); job;) {
        struct job *next = job->next;
        job->done(job);
        job = next;
    }
    pthread_cond_destroy(&worker->has_work);
    pthread_mutex_destroy(&worker->mutex);
    free(worker);
}

void worker_submit(struct worker *worker, struct job *job) {
    worker->backlog++;
    pthread_mutex_lock(&worker->mutex);
    queue_push(&worker->waiting, job);
    pthread_cond_signal(&worker->has_work);
    pthread_mutex_unlock(&worker->mutex);
}

void worker_collect(struct worker *worker) {
    pthread_mutex_lock(&worker->mutex);
    struct job *job = queue_take_all(&worker->finished);
    pthread_mutex_unlock(&worker->mutex);
    while (job) {
        struct job *next = job->next;
        worker->backlog--;
        job->done(job);
        job = next;
    }
}

int worker_backlog(const struct worker *worker) {
    return worker->backlog;
}
