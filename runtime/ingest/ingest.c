// Wires the parts: the socket is read in batches on the loop's thread, answers that wait for
// nothing leave at the end of each batch, those that wait for the disk leave from the committer's.
//
// The loop watches an epoll descriptor with the socket in it, so that reading can be paused without
// the loop spinning on a readable socket.

#include "ingest/ingest.h"

#include "base/err.h"
#include "base/logger.h"
#include "base/loop.h"
#include "base/metrics.h"
#include "ingest/answer.h"
#include "ingest/block.h"
#include "ingest/duplicate.h"
#include "ingest/exchange.h"
#include "ingest/front.h"
#include "ingest/library.h"
#include "ingest/limit.h"
#include "ingest/observe.h"
#include "ingest/wire.h"
#include "twin/input.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define BATCHES_MAX 8        // read in one go, before the loop looks at others
#define TICK_US 200000       // libcoap's retransmissions, while some may be due
#define IDLE_TICK_US 5000000 // idle sessions and unfinished bodies, else
#define DAY_CHECK_US 60000000
// The clock of everything that expires here: monotonic, far enough from 0 that what recovery
// remembers from before the machine started still has a time.
#define CLOCK_BASE_US ((int64_t)1 << 40)
#define REPLIES 3 // one is filled, one may be on its way, one is to spare

struct replies { // answers that wait for one batch of the log
    struct outbox outbox;
    uint64_t *lost; // the committer's counter
    atomic_bool is_taken;
};

struct ingest {
    struct loop *loop;
    const struct door *door;
    struct wire wire;
    char address[PEER_TEXT_MAX];
    int watched; // epoll descriptor
    bool is_paused;
    struct inbox *inbox;
    struct outbox outbox;
    struct exchange exchange;
    struct library *library;
    struct front front;
    struct replies replies[REPLIES];
    int filling;
    struct loop_timer tick;
    int64_t day_checked;
    uint64_t *lost; // the loop's counter
};

static void on_readable(void *context);
static void on_tick(void *context);
static void before_wait(void *context);

static int64_t clock_now(const struct ingest *ingest) {
    return loop_monotonic(ingest->loop) + CLOCK_BASE_US;
}

static double read_observers(void *context) {
    return observers_count(library_observers(((struct ingest *)context)->library));
}

static bool open_socket(struct ingest *ingest, const struct ingest_options *options,
                        struct err *err) {
    struct sockaddr_storage address;
    if (!wire_parse(options->address, &address, err)) return false;
    ingest->outbox.wire = &ingest->wire;
    for (int i = 0; i < REPLIES; i++)
        ingest->replies[i].outbox.wire = &ingest->wire;
    ingest->library =
        library_open(&address, &ingest->wire, &ingest->exchange, &ingest->outbox, err);
    if (!ingest->library) return err_prefix(err, "%s: ", options->address);
    struct peer self = {0};
    memcpy(&self.address, &ingest->wire.bound, sizeof self.address);
    peer_format(&self, ingest->address);
    ingest->inbox = inbox_new(&ingest->wire);
    struct epoll_event event = {.events = EPOLLIN};
    ingest->watched = epoll_create1(EPOLL_CLOEXEC);
    if (ingest->watched < 0 ||
        epoll_ctl(ingest->watched, EPOLL_CTL_ADD, ingest->wire.fd, &event) != 0)
        return err_set(err, ERR_INTERNAL, "the CoAP socket cannot be watched: %s", strerror(errno));
    return loop_watch(ingest->loop, ingest->watched, on_readable, ingest, err);
}

struct ingest *ingest_open(const struct ingest_options *options, struct err *err) {
    struct ingest *ingest = xcalloc(1, sizeof *ingest);
    ingest->loop = options->loop;
    ingest->door = options->door;
    ingest->watched = -1;
    exchange_init(&ingest->exchange, options->door, options->metrics);
    front_init(&ingest->front, options->metrics);
    ingest->lost = metrics_counter(options->metrics, "twind_coap_unsent_total", "thread=\"loop\"",
                                   "Answers the kernel would not take");
    for (int i = 0; i < REPLIES; i++)
        ingest->replies[i].lost =
            metrics_counter(options->metrics, "twind_coap_unsent_total", "thread=\"committer\"",
                            "Answers the kernel would not take");
    ingest->exchange.now = clock_now(ingest);
    if (!open_socket(ingest, options, err)) {
        ingest_close(ingest);
        return NULL;
    }
    ingest->front.exchange = &ingest->exchange;
    ingest->front.library = ingest->library;
    ingest->front.limits = options->rate > 0 ? limits_new(options->rate) : NULL;
    ingest->front.outbox = &ingest->outbox;
    ingest->front.waiting = &ingest->replies[0].outbox;
    ingest->front.is_library_only = options->is_library_only;
    metrics_gauge(options->metrics, "twind_coap_observers", "Observations", read_observers, ingest);
    loop_before_wait(ingest->loop, before_wait, ingest);
    loop_timer_set(ingest->loop, &ingest->tick, IDLE_TICK_US, on_tick, ingest);
    logger_line(options->logger, LOG_LEVEL_INFO, "coap_open", "address=%s", ingest->address);
    return ingest;
}

void ingest_close(struct ingest *ingest) {
    if (!ingest) return;
    loop_timer_clear(ingest->loop, &ingest->tick);
    library_close(ingest->library);
    front_fini(&ingest->front);
    limits_free(ingest->front.limits);
    exchange_fini(&ingest->exchange);
    outbox_fini(&ingest->outbox);
    for (int i = 0; i < REPLIES; i++)
        outbox_fini(&ingest->replies[i].outbox);
    inbox_free(ingest->inbox);
    if (ingest->watched >= 0) close(ingest->watched);
    free(ingest);
}

const char *ingest_address(const struct ingest *ingest) {
    return ingest->address;
}

static void send_now(struct ingest *ingest) {
    if (ingest->outbox.count > 0) *ingest->lost += (uint64_t)outbox_send(&ingest->outbox);
}

static void on_readable(void *context) {
    struct ingest *ingest = context;
    struct datagram datagrams[INBOX_BATCH];
    for (int i = 0; i < BATCHES_MAX && !ingest->is_paused; i++) {
        int count = inbox_receive(ingest->inbox);
        for (int j = 0; j < count; j++)
            datagrams[j] = inbox_datagram(ingest->inbox, j);
        if (count == 0) break;
        front_take(&ingest->front, datagrams, count, ingest->door->now(ingest->door->context),
                   clock_now(ingest));
        send_now(ingest);
        if (count < INBOX_BATCH) break;
    }
}

void ingest_pause(struct ingest *ingest, bool is_paused) {
    if (ingest->is_paused == is_paused) return;
    ingest->is_paused = is_paused;
    struct epoll_event event = {.events = is_paused ? 0 : EPOLLIN};
    epoll_ctl(ingest->watched, EPOLL_CTL_MOD, ingest->wire.fd, &event);
}

// ---- answers that wait for the disk ----

void *ingest_take_replies(struct ingest *ingest) {
    struct replies *full = &ingest->replies[ingest->filling];
    if (full->outbox.count == 0) return NULL;
    int next = (ingest->filling + 1) % REPLIES;
    // The committer has one batch at a time, so of three structs the next is always back; were it
    // not, these answers would go with the following batch.
    if (atomic_load(&ingest->replies[next].is_taken)) return NULL;
    atomic_store(&full->is_taken, true);
    ingest->filling = next;
    ingest->front.waiting = &ingest->replies[next].outbox;
    return full;
}

void ingest_send_replies(void *taken) {
    struct replies *replies = taken;
    *replies->lost += (uint64_t)outbox_send(&replies->outbox);
    atomic_store(&replies->is_taken, false);
}

// ---- observations, time ----

void ingest_on_change(struct ingest *ingest, const struct twin *twin, const struct change *changes,
                      int count) {
    observers_on_change(library_observers(ingest->library), twin, changes, count);
}

void ingest_on_durable(struct ingest *ingest, uint64_t rev) {
    library_on_durable(ingest->library, rev);
    observers_on_durable(library_observers(ingest->library), rev, clock_now(ingest));
    send_now(ingest);
}

// When on_tick should run next, for what may be due by then.
static void arm(struct ingest *ingest) {
    const struct observers *observers = library_observers(ingest->library);
    int64_t now = clock_now(ingest);
    int64_t delay = observers_need_ticks(observers, now) ? TICK_US : IDLE_TICK_US;
    int64_t resting = observers_delay(observers, now);
    if (resting >= 0 && resting < delay) delay = resting;
    int64_t due = loop_monotonic(ingest->loop) + delay;
    if (ingest->tick.due == 0 || due < ingest->tick.due)
        loop_timer_set(ingest->loop, &ingest->tick, delay, on_tick, ingest);
}

static void before_wait(void *context) {
    struct ingest *ingest = context;
    struct observers *observers = library_observers(ingest->library);
    if (observers_count(observers) > 0) {
        observers_on_wait(observers, clock_now(ingest));
        arm(ingest);
    }
    send_now(ingest);
}

static void on_tick(void *context) {
    struct ingest *ingest = context;
    int64_t now = clock_now(ingest);
    ingest->exchange.now = now;
    library_tick(ingest->library);
    blocks_expire(ingest->exchange.blocks, now);
    if (now - ingest->day_checked > DAY_CHECK_US) {
        ingest->day_checked = now;
        observers_on_day(library_observers(ingest->library), now);
    }
    arm(ingest);
    send_now(ingest);
}

void ingest_remember(struct ingest *ingest, uint64_t message, int64_t received) {
    struct duplicate seen = {.code = CODE_CHANGED};
    int64_t age = ingest->door->now(ingest->door->context) - received;
    duplicates_add(ingest->exchange.duplicates, message, clock_now(ingest) - age, &seen);
}
