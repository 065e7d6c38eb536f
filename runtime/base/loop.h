// The loop: file descriptors, timers and the clock, on one thread.
//
// It is the only reader of time. Underneath it is libwebsockets' own service loop, which adopts our
// descriptors, because Debian's build cannot be driven from outside. Callbacks run one at a time
// and never re-enter. Tests put another implementation of this header in its place.

#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct loop;
struct lws_context;

typedef void loop_callback(void *context);

struct loop *loop_new(struct err *err);
void loop_free(struct loop *loop);

// Microseconds since 1970 UTC, as the machine has it; may step. Worlds make it monotonic.
int64_t loop_now(const struct loop *loop);
// Microseconds that never step, for waiting and measuring.
int64_t loop_monotonic(const struct loop *loop);
// The first of both, and CPU time of the calling thread, for who has no loop.
int64_t loop_utc(void);
int64_t loop_thread_cpu(void);

// Calls `on_readable` while `fd` is readable (level triggered). The fd stays the caller's to close,
// after loop_free.
bool loop_watch(struct loop *loop, int fd, loop_callback *on_readable, void *context,
                struct err *err);

// A one-shot timer that lives in its owner's struct; all zero is an idle one.
struct loop_timer {
    int64_t due; // monotonic microseconds, 0 = idle
    loop_callback *callback;
    void *context;
    struct loop_timer *next;
};
// Due in `delay_us` from now; moves it if it was set. Precise to the kernel's timers.
void loop_timer_set(struct loop *loop, struct loop_timer *timer, int64_t delay_us,
                    loop_callback *callback, void *context);
void loop_timer_clear(struct loop *loop, struct loop_timer *timer);

// Called once before each wait, in the order of adding: where batches are handed over.
void loop_before_wait(struct loop *loop, loop_callback *callback, void *context);

// Wakes the loop from another thread or a signal handler.
void loop_wake(struct loop *loop);
void loop_run(struct loop *loop);  // until loop_stop
void loop_stop(struct loop *loop); // from a callback or, with loop_wake, a signal handler

// For push/ only: the context that its virtual host is added to.
struct lws_context *loop_lws(struct loop *loop);

#endif
