// Those that wait are a plain list: one walk of it a millisecond at the most, and it is as long as
// there are subscriptions with something to say.

#include "push/pace.h"

#include "push/subscription.h"

static void on_timer(void *context);

static void set_timer(struct pace *pace, int64_t due) {
    if (pace->timer.due != 0 && pace->timer.due <= due) return;
    int64_t delay = due - loop_monotonic(pace->loop);
    loop_timer_set(pace->loop, &pace->timer, delay > 0 ? delay : 0, on_timer, pace);
}

static void make_ready(struct subscription *subscription) {
    subscription->is_ready = true;
    subscription->pace->on_ready(subscription);
}

void pace_wake(struct subscription *subscription) {
    struct pace *pace = subscription->pace;
    if (subscription->is_ready || subscription->is_waiting || subscription->interval_us == 0)
        return;
    if (subscription->due <= loop_monotonic(pace->loop)) {
        make_ready(subscription);
        return;
    }
    subscription->is_waiting = true;
    subscription->next_waiting = pace->waiting;
    pace->waiting = subscription;
    set_timer(pace, subscription->due);
}

static void on_timer(void *context) {
    struct pace *pace = context;
    int64_t now = loop_monotonic(pace->loop), next = 0;
    for (struct subscription **place = &pace->waiting; *place;) {
        struct subscription *subscription = *place;
        if (subscription->due > now) {
            if (next == 0 || subscription->due < next) next = subscription->due;
            place = &subscription->next_waiting;
            continue;
        }
        *place = subscription->next_waiting;
        subscription->is_waiting = false;
        make_ready(subscription);
    }
    if (next) set_timer(pace, next);
}

void pace_begin(struct subscription *subscription) {
    if (subscription->is_passing) return;
    subscription->is_passing = true;
    subscription->due = loop_monotonic(subscription->pace->loop) + subscription->interval_us;
}

void pace_end(struct subscription *subscription) {
    subscription->is_ready = subscription->is_passing = false;
    if (subscription_has_work(subscription)) pace_wake(subscription);
}

void pace_set(struct subscription *subscription, double hz) {
    pace_forget(subscription);
    subscription->interval_us = hz > 0 ? (int64_t)(1e6 / hz) : 0;
    subscription->due = 0;
    if (subscription_has_work(subscription)) pace_wake(subscription);
}

void pace_forget(struct subscription *subscription) {
    subscription->is_ready = subscription->is_passing = false;
    if (!subscription->is_waiting) return;
    struct subscription **place = &subscription->pace->waiting;
    while (*place != subscription)
        place = &(*place)->next_waiting;
    *place = subscription->next_waiting;
    subscription->is_waiting = false;
}

void pace_fini(struct pace *pace) {
    loop_timer_clear(pace->loop, &pace->timer);
}
