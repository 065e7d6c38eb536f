// lws_service is the wait. Watched descriptors are adopted by it as duplicates, because it closes
// what it adopts; timers are one short sorted list behind one timerfd, for the whole program has a
// dozen.

#include "base/loop.h"

#include "base/err.h"
#include "base/memory.h"

#include <assert.h>
#include <errno.h>
#include <libwebsockets.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define HOOKS_MAX 8 // rooms that act before a wait; turn, ingest and push are three

struct watch {
    loop_callback *on_readable;
    void *context;
    struct watch *next;
};

struct hook {
    loop_callback *callback;
    void *context;
};

struct loop {
    struct lws_context *lws;
    struct lws_vhost *vhost; // of watched descriptors; listens on nothing
    struct watch *watches;
    struct loop_timer *timers; // by due
    int timer_fd; // set for the first of them; waiting by lws would spin for the last millisecond
    struct hook hooks[HOOKS_MAX];
    int hook_count;
    int wake_fd;
    volatile sig_atomic_t is_stopped;
};

static int on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                  size_t length);
static void on_woken(void *context);
static void on_timer(void *context);

static const struct lws_protocols protocols[] = {
    {.name = "descriptor", .callback = on_lws},
    {0},
};

struct loop *loop_new(struct err *err) {
    struct loop *loop = xcalloc(1, sizeof *loop);
    loop->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    loop->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    lws_set_log_level(LLL_ERR, NULL);
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
        .gid = (gid_t)-1,
        .uid = (uid_t)-1,
        .vhost_name = "loop",
    };
    loop->lws = lws_create_context(&info);
    if (loop->lws) loop->vhost = lws_create_vhost(loop->lws, &info);
    if (loop->wake_fd < 0 || loop->timer_fd < 0 || !loop->vhost) {
        err_set(err, ERR_INTERNAL, "the event loop could not be made: %s", strerror(errno));
        loop_free(loop);
        return NULL;
    }
    if (!loop_watch(loop, loop->wake_fd, on_woken, loop, err) ||
        !loop_watch(loop, loop->timer_fd, on_timer, loop, err)) {
        loop_free(loop);
        return NULL;
    }
    return loop;
}

void loop_free(struct loop *loop) {
    if (!loop) return;
    if (loop->lws) lws_context_destroy(loop->lws);
    if (loop->wake_fd >= 0) close(loop->wake_fd);
    if (loop->timer_fd >= 0) close(loop->timer_fd);
    while (loop->watches) {
        struct watch *watch = loop->watches;
        loop->watches = watch->next;
        free(watch);
    }
    free(loop);
}

static int64_t clock_us(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t loop_now(const struct loop *loop) {
    (void)loop;
    return clock_us(CLOCK_REALTIME);
}

int64_t loop_utc(void) {
    return clock_us(CLOCK_REALTIME);
}

int64_t loop_thread_cpu(void) {
    return clock_us(CLOCK_THREAD_CPUTIME_ID);
}

int64_t loop_monotonic(const struct loop *loop) {
    (void)loop;
    return clock_us(CLOCK_MONOTONIC);
}

bool loop_watch(struct loop *loop, int fd, loop_callback *on_readable, void *context,
                struct err *err) {
    int copy = dup(fd);
    if (copy < 0)
        return err_set(err, ERR_INTERNAL, "descriptor %d cannot be watched: %s", fd,
                       strerror(errno));
    lws_sock_file_fd_type descriptor = {.filefd = copy};
    struct lws *wsi = lws_adopt_descriptor_vhost(loop->vhost, LWS_ADOPT_RAW_FILE_DESC, descriptor,
                                                 protocols[0].name, NULL);
    if (!wsi) {
        close(copy);
        return err_set(err, ERR_INTERNAL, "descriptor %d cannot be watched by the loop", fd);
    }
    struct watch *watch = xmalloc(sizeof *watch);
    *watch = (struct watch){.on_readable = on_readable, .context = context, .next = loop->watches};
    loop->watches = watch;
    lws_set_opaque_user_data(wsi, watch);
    return true;
}

// Sets the descriptor for the first timer; a time in the past fires at once, none at all never.
static void arm(struct loop *loop) {
    int64_t due = loop->timers ? loop->timers->due : 0;
    struct itimerspec when = {.it_value = {due / 1000000, due % 1000000 * 1000}};
    timerfd_settime(loop->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
}

void loop_timer_set(struct loop *loop, struct loop_timer *timer, int64_t delay_us,
                    loop_callback *callback, void *context) {
    loop_timer_clear(loop, timer);
    timer->due = loop_monotonic(loop) + delay_us;
    timer->callback = callback;
    timer->context = context;
    struct loop_timer **place = &loop->timers;
    while (*place && (*place)->due <= timer->due)
        place = &(*place)->next;
    timer->next = *place;
    *place = timer;
    if (loop->timers == timer) arm(loop);
}

void loop_timer_clear(struct loop *loop, struct loop_timer *timer) {
    if (timer->due == 0) return;
    struct loop_timer **place = &loop->timers;
    while (*place && *place != timer)
        place = &(*place)->next;
    if (*place) *place = timer->next;
    timer->due = 0;
    timer->next = NULL;
}

static void on_timer(void *context) {
    struct loop *loop = context;
    uint64_t fired;
    ssize_t got = read(loop->timer_fd, &fired, sizeof fired);
    (void)got; // which are due stands in the list
    int64_t now = loop_monotonic(loop);
    while (loop->timers && loop->timers->due <= now) {
        struct loop_timer *timer = loop->timers;
        loop->timers = timer->next;
        timer->due = 0;
        timer->next = NULL;
        timer->callback(timer->context);
    }
    arm(loop);
}

void loop_before_wait(struct loop *loop, loop_callback *callback, void *context) {
    assert(loop->hook_count < HOOKS_MAX);
    loop->hooks[loop->hook_count++] = (struct hook){callback, context};
}

void loop_wake(struct loop *loop) {
    uint64_t one = 1;
    ssize_t written = write(loop->wake_fd, &one, sizeof one);
    (void)written; // full means it is awake already
}

static void on_woken(void *context) {
    struct loop *loop = context;
    uint64_t count;
    ssize_t got = read(loop->wake_fd, &count, sizeof count);
    (void)got; // what to do stands in the queues that the before-wait hooks look at
}

void loop_run(struct loop *loop) {
    while (!loop->is_stopped) {
        for (int i = 0; i < loop->hook_count; i++)
            loop->hooks[i].callback(loop->hooks[i].context);
        if (loop->is_stopped || lws_service(loop->lws, 0) < 0) break;
    }
}

void loop_stop(struct loop *loop) {
    loop->is_stopped = 1;
}

struct lws_context *loop_lws(struct loop *loop) {
    return loop->lws;
}

static int on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                  size_t length) {
    (void)user, (void)in, (void)length;
    if (reason == LWS_CALLBACK_RAW_RX_FILE) {
        struct watch *watch = lws_get_opaque_user_data(wsi);
        if (watch) watch->on_readable(watch->context);
    }
    return 0;
}
