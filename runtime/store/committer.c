// What can go wrong with a commit, and what follows: no room: try again, the caller stops feeding;
// anything else: after a failed sync nobody knows what the disk has, so open anew, look, write it
// once more; then give up, because a process that cannot store must not look alive.

#include "store/committer.h"

#include "base/err.h"
#include "base/logger.h"
#include "base/metrics.h"
#include "store/commit.h"
#include "store/journal.h"
#include "store/log.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void prepare_reasons(struct committer *committer);
static void prepare_metrics(struct committer *committer);
static void *run(void *argument);

bool committer_start(struct committer *committer, struct journal *journal,
                     const struct log_options *options, struct err *err) {
    *committer = (struct committer){.journal = journal, .options = options};
    committer->durable = journal->last_rev;
    committer->stop = eventfd(0, EFD_CLOEXEC);
    if (committer->stop < 0) {
        committer->journal = NULL;
        return err_set(err, ERR_INTERNAL, "the log's thread could not be started: %s",
                       strerror(errno));
    }
    pthread_mutex_init(&committer->mutex, NULL);
    pthread_cond_init(&committer->changed, NULL);
    prepare_reasons(committer);
    prepare_metrics(committer);
    sigset_t all, before; // signals are for the loop's thread
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&committer->thread, NULL, run, committer);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    committer->has_thread = failed == 0;
    if (failed)
        return err_set(err, ERR_INTERNAL, "the log's thread could not be started: %s",
                       strerror(failed));
    pthread_setname_np(committer->thread, "committer");
    return true;
}

bool committer_stop(struct committer *committer) {
    if (committer->has_thread) {
        pthread_mutex_lock(&committer->mutex);
        committer->is_stopping = true;
        eventfd_write(committer->stop, 1);
        pthread_cond_signal(&committer->changed);
        pthread_mutex_unlock(&committer->mutex);
        pthread_join(committer->thread, NULL);
        committer->has_thread = false;
    }
    return !committer->handed;
}

void committer_fini(struct committer *committer) {
    if (!committer->journal) return; // never started
    committer_stop(committer);
    close(committer->stop);
    pthread_cond_destroy(&committer->changed);
    pthread_mutex_destroy(&committer->mutex);
}

void committer_hand(struct committer *committer, struct commit *commit) {
    assert(!committer->is_busy);
    committer->is_busy = true;
    pthread_mutex_lock(&committer->mutex);
    committer->handed = commit;
    pthread_cond_signal(&committer->changed);
    pthread_mutex_unlock(&committer->mutex);
}

static int64_t now(const struct committer *committer) {
    const struct log_options *options = committer->options;
    return options->now ? options->now(options->context) : 0;
}

static void count(struct committer *committer, const struct commit *commit, int64_t us) {
    if (committer->options->now) histogram_add(committer->seconds, us);
    counter_add(committer->commits, 1);
    counter_add(committer->bytes, commit_bytes(commit));
    for (int i = 0; i < commit->batch_count; i++)
        counter_add(committer->revisions, commit->batches[i].count);
}

static enum stuck stuck_kind(int code) {
    return code == EFBIG ? STUCK_FILE_LIMIT : code == MDB_MAP_FULL ? STUCK_MAP : STUCK_DISK;
}

static void set_stuck(struct committer *committer, enum stuck kind) {
    if (committer->stuck == kind) return;
    if (kind == STUCK_NOT)
        logger_line(committer->options->logger, LOG_LEVEL_INFO, "log_stored_again", "durable=%llu",
                    (unsigned long long)committer->durable);
    else
        logger_line(committer->options->logger, LOG_LEVEL_ERROR, "log_stuck", "text=\"%s\"",
                    committer->reasons[kind]);
    committer->stuck = kind;
}

// Waits for the time of another try. False at once when the committer is to stop.
static bool wait_for_retry(const struct committer *committer) {
    struct pollfd stop = {.fd = committer->stop, .events = POLLIN};
    return poll(&stop, 1, committer->options->retry_ms) <= 0;
}

// Nothing that was promised is lost: what is not stored was not answered. Whoever starts the
// process again has a fresh view of the disk.
static void give_up(const struct committer *committer, const char *why) {
    logger_line(committer->options->logger, LOG_LEVEL_ERROR, "log_failed",
                "durable=%llu reason=\"%s\" text=\"the log cannot be written after a second try; "
                "check the disk, then start again: all that was answered is stored\"",
                (unsigned long long)committer->durable, why);
    _exit(1);
}

bool committer_store(struct committer *committer, const struct commit *commit) {
    struct environment *environment = &committer->journal->environment;
    bool is_second_try = false, is_last_try = false;
    for (;;) {
        int64_t start = now(committer);
        int code = journal_write(committer->journal, commit, committer->released, is_second_try);
        if (code == 0) {
            committer->durable = committer->journal->last_rev;
            count(committer, commit, now(committer) - start);
            set_stuck(committer, STUCK_NOT);
            return true;
        }
        if (environment_is_full(environment, code)) {
            set_stuck(committer, stuck_kind(code));
            if (is_last_try) return false;
            is_last_try = !wait_for_retry(committer);
            counter_add(committer->retries, 1);
            continue;
        }
        struct err err;
        environment_err(environment, &err, "writing", code);
        if (is_second_try) give_up(committer, err.text);
        logger_line(committer->options->logger, LOG_LEVEL_ERROR, "log_reopened",
                    "durable=%llu reason=\"%s\"", (unsigned long long)committer->durable, err.text);
        counter_add(committer->reopenings, 1);
        if (!journal_reopen(committer->journal, committer->durable, &err))
            give_up(committer, err.text);
        is_second_try = true;
    }
}

static void *run(void *argument) {
    struct committer *committer = argument;
    const struct log_options *options = committer->options;
    pthread_mutex_lock(&committer->mutex);
    for (;;) {
        while (!committer->handed && !committer->is_stopping)
            pthread_cond_wait(&committer->changed, &committer->mutex);
        struct commit *commit = committer->handed;
        if (!commit) break;
        pthread_mutex_unlock(&committer->mutex);
        bool is_stored = committer_store(committer, commit);
        if (is_stored && options->on_commit)
            options->on_commit(options->context, commit->attachment);
        if (is_stored) commit_clear(commit);
        pthread_mutex_lock(&committer->mutex);
        if (!is_stored) break; // it stays handed
        committer->handed = NULL;
        committer->is_busy = false;
        pthread_mutex_unlock(&committer->mutex);
        if (options->wake) options->wake(options->context);
        pthread_mutex_lock(&committer->mutex);
    }
    pthread_mutex_unlock(&committer->mutex);
    return NULL;
}

static void prepare_reasons(struct committer *committer) {
    static const char *const why[STUCK_KINDS] = {
        [STUCK_DISK] = "the disk has no room",
        [STUCK_FILE_LIMIT] = "the process may not write files as long as this one",
        [STUCK_MAP] = "the file has reached the size of its map",
    };
    for (int i = 1; i < STUCK_KINDS; i++)
        snprintf(
            committer->reasons[i], sizeof committer->reasons[i],
            "%.150s/data.mdb cannot grow: %s; inputs are refused until it can be written, which "
            "is tried every %d ms",
            committer->journal->environment.path, why[i], committer->options->retry_ms);
}

static double read_used(void *context) {
    const struct committer *committer = context;
    return (double)committer->journal->used;
}

static double read_stuck(void *context) {
    const struct committer *committer = context;
    return committer->stuck != STUCK_NOT;
}

static void prepare_metrics(struct committer *committer) {
    struct metrics *metrics = committer->options->metrics;
    committer->commits = metrics_counter(metrics, "twind_log_commits_total", NULL,
                                         "Transactions of the log that were synced.");
    committer->revisions =
        metrics_counter(metrics, "twind_log_revisions_total", NULL, "Revisions made durable.");
    committer->bytes =
        metrics_counter(metrics, "twind_log_bytes_total", NULL, "Bytes of batches made durable.");
    committer->retries = metrics_counter(metrics, "twind_log_retries_total", NULL,
                                         "Further tries to store a batch while there was no room.");
    committer->reopenings = metrics_counter(metrics, "twind_log_reopenings_total", NULL,
                                            "Times the log was opened anew after an I/O error.");
    committer->seconds = metrics_histogram(metrics, "twind_log_commit_seconds",
                                           "Time of a commit of the log, sync included.");
    metrics_gauge(metrics, "twind_log_used_bytes", "Bytes of pages that the log occupies.",
                  read_used, committer);
    metrics_gauge(metrics, "twind_log_stuck", "1 while a batch cannot be stored.", read_stuck,
                  committer);
}
