// Everything here runs on the loop's thread, but for on_commit, which runs on the committer.
//
// Before each wait the loop hands the open batch to the committer if that is idle, tells
// devices and browsers what has become durable, and runs what is due. While the log cannot
// store (disk full) no turn runs: the door refuses, timers wait.

#include "live.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/logger.h"
#include "base/loop.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "config.h"
#include "data_folder.h"
#include "gate.h"
#include "ingest/ingest.h"
#include "looker.h"
#include "push/push.h"
#include "reload.h"
#include "script/script.h"
#include "store/acts.h"
#include "store/archivist.h"
#include "store/checkpoint.h"
#include "store/log.h"
#include "store/recovery.h"
#include "turn/turn.h"
#include "twin/revision.h"
#include "twin/world.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define REV_SKIP (1u << 20)         // after a crash: more than could have been told and not stored
#define STATE_EVERY_REVS 256        // a full state in the log, so that any past one is near
#define STATE_EVERY_US 600000000    // ten minutes
#define OPEN_BATCH_MAX (8u << 20)   // beyond it the CoAP socket is not read: the sender waits
#define CHECKPOINT_ROUND_US 5000000 // between two rounds
#define CHECKPOINT_SLICE_US 10000   // between two slices of a round
#define CHECKPOINT_SLICE_TWINS 500  // about 0.3 ms of encoding
#define TIMER_SLACK_US 1000         // the loop's timers are no finer

struct live {
    const struct config *config;
    const struct logger *logger;
    struct metrics *metrics;
    struct loop *loop;
    struct world *world;
    struct engine *engine;
    struct looker *looker;
    struct reload reload;
    struct log *log;
    struct checkpoint *checkpoint;
    struct archivist *archivist;
    struct ingest *ingest;
    struct push *push;
    struct gate gate;
    struct door door; // of the gate
    struct desk desk; // of the reload
    uint64_t epoch;
    uint64_t durable; // as last told to ingest and push
    bool is_paused;
    int data_folder; // held, -1 before
    int signal_fd;
    struct loop_timer due_timer;
    int64_t due; // what due_timer is set for
    struct loop_timer checkpoint_timer;
};

static void on_revision(void *context, struct twin *twin, const struct revision *revision);
static void on_predict(void *context, const struct twin *twin, int prediction);
static struct script *on_missing(void *context, uint64_t version);
static void on_commit(void *context, void *attachment);
static void on_signal(void *context);
static void before_wait(void *context);
static void on_checkpoint_timer(void *context);

// ---- opening ----

static void on_unconsumed(void *context, uint64_t rev, uint16_t index, uint32_t from_twin,
                          const struct change *event) {
    struct live *live = context;
    engine_requeue(live->engine, rev, index, from_twin, event);
}

static bool on_message(void *context, uint64_t message, int64_t received) {
    struct live *live = context;
    int64_t oldest = loop_now(live->loop) - 247 * (int64_t)1000000;
    if (received < oldest) return false;
    ingest_remember(live->ingest, message, received);
    return true;
}

static bool open_store(struct live *live, struct err *err) {
    const struct config *config = live->config;
    live->data_folder = data_folder_hold(config->data_dir, err);
    if (live->data_folder < 0) return false;
    struct log_options options = {.dir = config->data_dir,
                                  .quota_bytes = (uint64_t)config->log_quota,
                                  .logger = live->logger,
                                  .metrics = live->metrics,
                                  .on_commit = on_commit,
                                  .wake = (void (*)(void *))loop_wake,
                                  .now = (int64_t(*)(void *))loop_monotonic,
                                  .context = live->loop};
    live->log = log_open(&options, err);
    if (!live->log) return false;
    struct checkpoint_options checkpoints = {config->data_dir, live->logger, live->metrics};
    live->checkpoint = checkpoint_open(&checkpoints, err);
    if (!live->checkpoint) return false;
    struct archivist_options series = {.log = live->log,
                                       .file = checkpoint_file(live->checkpoint),
                                       .logger = live->logger,
                                       .metrics = live->metrics,
                                       .now = loop_utc,
                                       .flush_bytes = (size_t)config->log_quota / 16};
    live->archivist = archivist_open(&series, err);
    return live->archivist != NULL;
}

static bool recover(struct live *live, struct err *err) {
    struct recovery recovery;
    struct recovery_options options = {.on_unconsumed_event = on_unconsumed, .context = live};
    if (!recovery_run(live->log, live->checkpoint, live->world, &options, &recovery, err))
        return false;
    live->durable = recovery.rev;
    if (!recovery.was_clean) live->world->rev += REV_SKIP;
    logger_line(live->logger, LOG_LEVEL_INFO, "recovered",
                "twins=%u rev=%llu applied=%llu clean=%s", live->world->twin_count,
                (unsigned long long)recovery.rev, (unsigned long long)recovery.revisions,
                recovery.was_clean ? "true" : "false");
    return true;
}

static bool is_ready(void *context, char *why, int size) {
    struct live *live = context;
    if (!log_is_stuck(live->log)) return true;
    snprintf(why, (size_t)size, "the log cannot be written: %s", log_stuck_reason(live->log));
    return false;
}

static bool open_sockets(struct live *live, struct err *err) {
    const struct config *config = live->config;
    live->gate = (struct gate){.engine = live->engine, .log = live->log, .loop = live->loop};
    live->door = gate_door(&live->gate, live->world);
    struct ingest_options ingest = {.address = config->coap_address,
                                    .door = &live->door,
                                    .logger = live->logger,
                                    .metrics = live->metrics,
                                    .loop = live->loop,
                                    .rate = config->rate,
                                    .is_library_only = config->is_library_only};
    live->ingest = ingest_open(&ingest, err);
    if (!live->ingest) return false;
    struct push_options push = {.address = config->http_address,
                                .web_dir = config->web_dir,
                                .coap_address = ingest_address(live->ingest),
                                .epoch = live->epoch,
                                .door = &live->door,
                                .desk = &live->desk,
                                .log = live->log,
                                .state = checkpoint_file(live->checkpoint),
                                .archivist = live->archivist,
                                .call_us = config->call_us,
                                .data_dir = config->data_dir,
                                .logger = live->logger,
                                .metrics = live->metrics,
                                .loop = live->loop,
                                .is_ready = is_ready,
                                .context = live};
    live->desk = reload_desk(&live->reload);
    live->push = live->reload.push = push_open(&push, err);
    return live->push != NULL;
}

static bool watch_signals(struct live *live, struct err *err) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL); // before any thread is made, so that all inherit it
    signal(SIGPIPE, SIG_IGN);
    live->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return loop_watch(live->loop, live->signal_fd, on_signal, live, err);
}

static double read_twins(void *context) {
    return ((struct live *)context)->world->twin_count;
}

static double read_rev(void *context) {
    return (double)((struct live *)context)->world->rev;
}

static void add_metrics(struct live *live) {
    metrics_gauge(live->metrics, "twind_twins", "Twins in the live world", read_twins, live);
    metrics_gauge(live->metrics, "twind_rev", "Newest revision", read_rev, live);
}

static struct live *live_new(const struct config *config, const struct logger *logger) {
    struct live *live = xcalloc(1, sizeof *live);
    live->config = config;
    live->logger = logger;
    live->signal_fd = -1;
    live->data_folder = -1;
    live->metrics = metrics_new();
    live->world = world_new();
    live->world->is_closed = !config->auto_create;
    if (getrandom(&live->epoch, sizeof live->epoch, 0) != sizeof live->epoch)
        live->epoch = (uint64_t)getpid(); // early boot: still another one than last time
    struct sink sink = {.context = live,
                        .on_revision = on_revision,
                        .on_predict = on_predict,
                        .on_missing = on_missing};
    live->engine = engine_new(live->world, &sink, logger, live->metrics);
    add_metrics(live);
    return live;
}

struct live *live_open(const struct config *config, const struct logger *logger, struct err *err) {
    struct live *live = live_new(config, logger);
    live->loop = loop_new(err);
    if (!live->loop || !watch_signals(live, err)) goto failed;
    live->looker = looker_new(live->engine, live->world, live->loop, logger, live->metrics, err);
    if (!live->looker || !open_store(live, err) || !recover(live, err)) goto failed;
    live->reload = (struct reload){.config = config,
                                   .logger = logger,
                                   .metrics = live->metrics,
                                   .world = live->world,
                                   .engine = live->engine,
                                   .looker = live->looker,
                                   .loop = live->loop,
                                   .log = live->log,
                                   .checkpoint = live->checkpoint};
    if (!reload_first(&live->reload, err) || !open_sockets(live, err)) goto failed;
    if (!log_read_messages(live->log, on_message, live, err)) goto failed;
    engine_schedule_all(live->engine);
    engine_timers(live->engine, loop_now(live->loop)); // what was missed, and events not consumed
    loop_before_wait(live->loop, before_wait, live);
    loop_timer_set(live->loop, &live->checkpoint_timer, CHECKPOINT_ROUND_US, on_checkpoint_timer,
                   live);
    if (!reload_start(&live->reload, err)) goto failed;
    return live;
failed:
    live_close(live);
    return NULL;
}

int live_run(struct live *live) {
    printf("ready coap=%s http=%s twins=%u rev=%llu version=%08llx epoch=%016llx\n",
           ingest_address(live->ingest), push_address(live->push), live->world->twin_count,
           (unsigned long long)live->world->rev, (unsigned long long)(live->world->version >> 32),
           (unsigned long long)live->epoch);
    fflush(stdout);
    loop_run(live->loop);
    return 0;
}

// The order matters: no more input, then the log with its last answers, then a last checkpoint of
// it all.
void live_close(struct live *live) {
    if (!live) return;
    reload_close(&live->reload);
    looker_free(live->looker);
    push_leave_log(live->push);
    archivist_close(live->archivist);
    if (live->log && live->ingest && log_open_bytes(live->log) > 0 && log_wants_submit(live->log))
        log_submit(live->log, ingest_take_replies(live->ingest));
    uint64_t rev = log_close(live->log);
    if (live->checkpoint) {
        checkpoint_on_durable(live->checkpoint, rev);
        while (checkpoint_slice(live->checkpoint, live->world, CHECKPOINT_SLICE_TWINS) > 0)
            checkpoint_on_durable(live->checkpoint, rev);
        checkpoint_close(live->checkpoint);
    }
    push_close(live->push);
    ingest_close(live->ingest);
    loop_free(live->loop);
    if (live->signal_fd >= 0) close(live->signal_fd);
    engine_free(live->engine);
    reload_fini(&live->reload);
    world_free(live->world);
    metrics_free(live->metrics);
    data_folder_release(live->data_folder);
    free(live);
}

// ---- the sink ----

static void on_revision(void *context, struct twin *twin, const struct revision *revision) {
    struct live *live = context;
    log_append(live->log, revision);
    if (act_is_one(revision)) log_append_act(live->log, revision, twin->id);
    bool is_retired = revision->kind == INPUT_RETIRE;
    if (is_retired) {
        checkpoint_removed(live->checkpoint, twin->number, revision->rev);
    } else if (++twin->revs_since_state >= STATE_EVERY_REVS ||
               revision->received - twin->state_logged_at >= STATE_EVERY_US) {
        log_append_state(live->log, twin);
        twin->revs_since_state = 0;
        twin->state_logged_at = revision->received;
    }
    if (!live->push) return; // still starting: nobody listens
    ingest_on_change(live->ingest, twin, revision->changes, revision->change_count);
    push_on_change(live->push, twin, revision->changes, revision->change_count);
}

static void on_predict(void *context, const struct twin *twin, int prediction) {
    struct live *live = context;
    looker_start(live->looker, twin, prediction, live->world->clock);
}

static struct script *on_missing(void *context, uint64_t version) {
    struct live *live = context;
    return reload_missing(&live->reload, version);
}

static void on_commit(void *context, void *attachment) {
    (void)context;
    if (attachment) ingest_send_replies(attachment);
}

// ---- the loop ----

static void hand_over(struct live *live) {
    if (log_wants_submit(live->log)) log_submit(live->log, ingest_take_replies(live->ingest));
    uint64_t durable = log_durable(live->log);
    if (durable != live->durable) {
        live->durable = durable;
        ingest_on_durable(live->ingest, durable);
        push_on_durable(live->push, durable);
        checkpoint_on_durable(live->checkpoint, durable);
        archivist_wake(live->archivist);
        // That a device was told of a command, which nothing else would wake the loop for.
        if (log_wants_submit(live->log)) log_submit(live->log, ingest_take_replies(live->ingest));
    }
    bool is_full = log_open_bytes(live->log) > OPEN_BATCH_MAX;
    if (is_full == live->is_paused) return;
    live->is_paused = is_full;
    ingest_pause(live->ingest, is_full);
}

static void on_due(void *context) {
    struct live *live = context;
    live->due = 0; // before_wait does it
}

// Runs what is due and sleeps until the next: the timer is moved only when the earliest changed.
static void run_timers(struct live *live) {
    const struct twin *first = world_due(live->world);
    if (!first || log_is_stuck(live->log)) return;
    if (first->due == live->due) return;
    int64_t now = loop_now(live->loop);
    int64_t due = first->due;
    if (due <= now) due = engine_timers(live->engine, now);
    if (due == 0) return;
    live->due = due;
    int64_t delay = due - now;
    loop_timer_set(live->loop, &live->due_timer, delay > TIMER_SLACK_US ? delay : TIMER_SLACK_US,
                   on_due, live);
}

static void before_wait(void *context) {
    struct live *live = context;
    if (!log_is_stuck(live->log)) looker_collect(live->looker, loop_now(live->loop));
    reload_collect(&live->reload);
    run_timers(live);
    hand_over(live);
}

static void on_checkpoint_timer(void *context) {
    struct live *live = context;
    checkpoint_slice(live->checkpoint, live->world, CHECKPOINT_SLICE_TWINS);
    uint64_t state = checkpoint_covered(live->checkpoint);
    uint64_t series = archivist_covered(live->archivist);
    log_release(live->log, state < series ? state : series);
    bool is_under_way = checkpoint_is_under_way(live->checkpoint);
    loop_timer_set(live->loop, &live->checkpoint_timer,
                   is_under_way ? CHECKPOINT_SLICE_US : CHECKPOINT_ROUND_US, on_checkpoint_timer,
                   live);
}

static void on_signal(void *context) {
    struct live *live = context;
    struct signalfd_siginfo info;
    while (read(live->signal_fd, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGHUP) {
            reload_disk(&live->reload, true);
        } else {
            loop_stop(live->loop);
        }
    }
}
