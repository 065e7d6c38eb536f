// The loop fills slices, the thread empties them; a queue of at most three lies between, under one
// mutex. Slices keep their memory and go round.

#include "store/checkpoint.h"

#include "base/err.h"
#include "base/logger.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "store/slice.h"
#include "store/state_file.h"
#include "twin/world.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#define WAITING_MAX 2  // slices waiting, past which the loop hands over none
#define RETRY_MS 1000  // between two tries to write a slice
#define THREAD_NICE 10 // answers go before checkpoints where both share a core

struct checkpoint {
    struct state_file file;
    const struct logger *logger;
    // The loop's.
    bool is_under_way;
    uint64_t round_rev;    // of the round under way or the last one
    struct buffer removed; // numbers, for the next slice
    uint64_t removed_rev;
    // Between the two.
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct slice *first, **last; // oldest first; the thread takes one out when it is on disk
    struct slice *spare;
    atomic_int waiting; // slices in that queue
    bool is_stopping;
    int stop; // an eventfd, readable once the thread is to stop: ends a wait for another try
    _Atomic uint64_t durable, covered;
    uint64_t *slices, *twins, *bytes, *failures; // metrics
};

static void prepare_metrics(struct checkpoint *checkpoint, struct metrics *metrics);
static struct slice *take_spare(struct checkpoint *checkpoint);
static void hand_over(struct checkpoint *checkpoint, struct slice *slice);
static void *run(void *argument);
static void count(struct checkpoint *checkpoint, const struct slice *slice);

struct checkpoint *checkpoint_open(const struct checkpoint_options *options, struct err *err) {
    struct checkpoint *checkpoint = xcalloc(1, sizeof *checkpoint);
    checkpoint->logger = options->logger;
    checkpoint->last = &checkpoint->first;
    pthread_mutex_init(&checkpoint->mutex, NULL);
    pthread_cond_init(&checkpoint->changed, NULL);
    checkpoint->stop = eventfd(0, EFD_CLOEXEC);
    if (!state_file_open(&checkpoint->file, options->dir, options->logger, err)) goto failed;
    checkpoint->covered = checkpoint->round_rev = checkpoint->file.covered;
    prepare_metrics(checkpoint, options->metrics);
    sigset_t all, before; // signals are for the loop's thread
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code =
        checkpoint->stop < 0 ? EMFILE : pthread_create(&checkpoint->thread, NULL, run, checkpoint);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    checkpoint->has_thread = code == 0;
    if (code == 0) {
        pthread_setname_np(checkpoint->thread, "checkpoint");
        return checkpoint;
    }
    err_set(err, ERR_INTERNAL, "the checkpoint's thread could not be started: %s", strerror(code));
failed:
    checkpoint_close(checkpoint);
    return NULL;
}

void checkpoint_close(struct checkpoint *checkpoint) {
    if (!checkpoint) return;
    if (checkpoint->has_thread) {
        pthread_mutex_lock(&checkpoint->mutex);
        checkpoint->is_stopping = true;
        eventfd_write(checkpoint->stop, 1);
        pthread_cond_broadcast(&checkpoint->changed);
        pthread_mutex_unlock(&checkpoint->mutex);
        pthread_join(checkpoint->thread, NULL);
    }
    state_file_close(&checkpoint->file);
    for (struct slice *slice = checkpoint->first, *next; slice; slice = next) {
        next = slice->next;
        slice_free(slice);
    }
    for (struct slice *slice = checkpoint->spare, *next; slice; slice = next) {
        next = slice->next;
        slice_free(slice);
    }
    buffer_fini(&checkpoint->removed);
    if (checkpoint->stop >= 0) close(checkpoint->stop);
    pthread_cond_destroy(&checkpoint->changed);
    pthread_mutex_destroy(&checkpoint->mutex);
    free(checkpoint);
}

static void begin_round(struct checkpoint *checkpoint, struct world *world) {
    checkpoint->is_under_way = true;
    checkpoint->round_rev = world->rev;
    world->saving = world->dirty;
    world->dirty = NULL;
}

static int encode_some(struct slice *slice, struct world *world, int count) {
    int taken = 0;
    while (world->saving && taken < count) {
        struct twin *twin = world->saving;
        world->saving = twin->next_dirty;
        twin->next_dirty = NULL;
        twin->is_dirty = false;
        slice_add(slice, twin);
        taken++;
    }
    return taken;
}

int checkpoint_slice(struct checkpoint *checkpoint, struct world *world, int count) {
    if (!checkpoint->is_under_way && world->rev == checkpoint->round_rev) return 0;
    struct slice *slice = take_spare(checkpoint);
    if (!slice) return 0;
    if (!checkpoint->is_under_way) begin_round(checkpoint, world);
    int taken = encode_some(slice, world, count);
    // Removed ones go with every slice, so that a twin is gone before another one has its id.
    slice_add_removed(slice, &checkpoint->removed);
    checkpoint->removed.length = 0;
    if (checkpoint->removed_rev > slice->newest) slice->newest = checkpoint->removed_rev;
    if (!world->saving) {
        checkpoint->is_under_way = false;
        slice->covered = checkpoint->round_rev;
        if (slice->covered > slice->newest) slice->newest = slice->covered;
    }
    slice->next_number = world->next_number;
    hand_over(checkpoint, slice);
    return taken;
}

bool checkpoint_is_under_way(const struct checkpoint *checkpoint) {
    return checkpoint->is_under_way;
}

void checkpoint_removed(struct checkpoint *checkpoint, uint32_t number, uint64_t rev) {
    buffer_u32(&checkpoint->removed, number);
    checkpoint->removed_rev = rev;
}

void checkpoint_on_durable(struct checkpoint *checkpoint, uint64_t durable) {
    checkpoint->durable = durable;
    if (checkpoint->waiting == 0) return;
    pthread_mutex_lock(&checkpoint->mutex);
    bool may_go = checkpoint->first && checkpoint->first->newest <= durable;
    if (may_go) pthread_cond_signal(&checkpoint->changed);
    pthread_mutex_unlock(&checkpoint->mutex);
}

uint64_t checkpoint_covered(const struct checkpoint *checkpoint) {
    return checkpoint->covered;
}

bool checkpoint_load(struct checkpoint *checkpoint, struct world *world, struct buffer *damaged,
                     struct err *err) {
    return state_file_load(&checkpoint->file, world, damaged, err);
}

struct state_file *checkpoint_file(struct checkpoint *checkpoint) {
    return &checkpoint->file;
}

// NULL while enough are waiting.
static struct slice *take_spare(struct checkpoint *checkpoint) {
    if (checkpoint->waiting > WAITING_MAX) return NULL;
    pthread_mutex_lock(&checkpoint->mutex);
    struct slice *slice = checkpoint->spare;
    if (slice) checkpoint->spare = slice->next;
    pthread_mutex_unlock(&checkpoint->mutex);
    if (!slice) slice = xcalloc(1, sizeof *slice);
    slice_clear(slice);
    return slice;
}

static void hand_over(struct checkpoint *checkpoint, struct slice *slice) {
    pthread_mutex_lock(&checkpoint->mutex);
    *checkpoint->last = slice;
    checkpoint->last = &slice->next;
    checkpoint->waiting++;
    pthread_cond_signal(&checkpoint->changed);
    pthread_mutex_unlock(&checkpoint->mutex);
}

// Waits for the time of another try. False at once when the thread is to stop.
static bool wait_for_retry(const struct checkpoint *checkpoint) {
    struct pollfd stop = {.fd = checkpoint->stop, .events = POLLIN};
    return poll(&stop, 1, RETRY_MS) <= 0;
}

// Until it is written, or the program ends: a checkpoint may fail, the log has it all.
static bool write_slice(struct checkpoint *checkpoint, const struct slice *slice) {
    struct environment *environment = &checkpoint->file.environment;
    for (bool is_said = false;; is_said = true) {
        struct err err;
        int code = state_file_write(&checkpoint->file, slice);
        if (code == 0) return true;
        environment_err(environment, &err, "writing a checkpoint", code);
        counter_add(checkpoint->failures, 1);
        if (!is_said)
            logger_line(checkpoint->logger, LOG_LEVEL_ERROR, "checkpoint_failed",
                        "reason=\"%s\" text=\"tried again each second; the log grows meanwhile\"",
                        err.text);
        if (!environment_is_full(environment, code)) state_file_reopen(&checkpoint->file, &err);
        if (!wait_for_retry(checkpoint)) return false;
    }
}

static void *run(void *argument) {
    struct checkpoint *checkpoint = argument;
    setpriority(PRIO_PROCESS, (id_t)gettid(), THREAD_NICE); // of this thread alone, on Linux
    pthread_mutex_lock(&checkpoint->mutex);
    for (;;) {
        struct slice *slice = checkpoint->first;
        bool may_go = slice && slice->newest <= checkpoint->durable;
        if (!may_go && checkpoint->is_stopping) break;
        if (!may_go) {
            pthread_cond_wait(&checkpoint->changed, &checkpoint->mutex);
            continue;
        }
        pthread_mutex_unlock(&checkpoint->mutex);
        bool is_written = write_slice(checkpoint, slice);
        if (is_written) count(checkpoint, slice);
        pthread_mutex_lock(&checkpoint->mutex);
        if (!is_written) break;
        checkpoint->first = slice->next;
        if (!slice->next) checkpoint->last = &checkpoint->first;
        slice->next = checkpoint->spare;
        checkpoint->spare = slice;
        checkpoint->waiting--;
    }
    pthread_mutex_unlock(&checkpoint->mutex);
    return NULL;
}

static void count(struct checkpoint *checkpoint, const struct slice *slice) {
    if (slice->covered) checkpoint->covered = slice->covered;
    counter_add(checkpoint->slices, 1);
    counter_add(checkpoint->twins, slice->twin_count);
    counter_add(checkpoint->bytes, slice->twins.length);
}

static double read_covered(void *context) {
    return (double)((struct checkpoint *)context)->covered;
}

static void prepare_metrics(struct checkpoint *checkpoint, struct metrics *metrics) {
    checkpoint->slices = metrics_counter(metrics, "twind_checkpoint_slices_total", NULL,
                                         "Transactions of checkpoints that were synced.");
    checkpoint->twins = metrics_counter(metrics, "twind_checkpoint_twins_total", NULL,
                                        "Twins whose state was checkpointed.");
    checkpoint->bytes = metrics_counter(metrics, "twind_checkpoint_bytes_total", NULL,
                                        "Bytes of states checkpointed.");
    checkpoint->failures = metrics_counter(metrics, "twind_checkpoint_failures_total", NULL,
                                           "Tries to write a checkpoint that failed.");
    metrics_gauge(metrics, "twind_checkpoint_covered_rev",
                  "Every twin's state up to this revision is checkpointed.", read_covered,
                  checkpoint);
}
