// The loop with real descriptors and its own clock; nothing here waits for a fixed time.

#include "base/err.h"
#include "base/loop.h"
#include "test.h"

#include <pthread.h>
#include <unistd.h>

struct seen {
    struct loop *loop;
    int fd;
    int reads, hooks, fired;
    char order[8];
};

static void on_readable(void *context) {
    struct seen *seen = context;
    char byte;
    assert_int_equal(read(seen->fd, &byte, 1), 1);
    if (++seen->reads == 2) loop_stop(seen->loop);
}

static void a_watched_descriptor_calls_while_it_is_readable(void **state) {
    (void)state;
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    struct seen seen = {.loop = loop_new(NULL), .fd = pipes[0]};
    assert_true(loop_watch(seen.loop, pipes[0], on_readable, &seen, NULL));
    assert_int_equal(write(pipes[1], "xy", 2), 2);
    loop_run(seen.loop);
    assert_int_equal(seen.reads, 2);
    loop_free(seen.loop);
    assert_int_equal(write(pipes[1], "z", 1), 1); // still the caller's, still open
    close(pipes[0]);
    close(pipes[1]);
}

static void on_early(void *context) {
    struct seen *seen = context;
    seen->order[seen->fired++] = 'e';
}

static void on_late(void *context) {
    struct seen *seen = context;
    seen->order[seen->fired++] = 'l';
    loop_stop(seen->loop);
}

static void timers_fire_once_in_the_order_of_their_due_times(void **state) {
    (void)state;
    struct seen seen = {.loop = loop_new(NULL)};
    struct loop_timer late = {0}, early = {0}, cancelled = {0};
    int64_t before = loop_monotonic(seen.loop);
    loop_timer_set(seen.loop, &late, 9000, on_late, &seen);
    loop_timer_set(seen.loop, &early, 5000, on_early, &seen);
    loop_timer_set(seen.loop, &early, 2000, on_early, &seen); // moved, not doubled
    loop_timer_set(seen.loop, &cancelled, 1000, on_early, &seen);
    loop_timer_clear(seen.loop, &cancelled);
    loop_run(seen.loop);
    assert_string_equal(seen.order, "el");
    assert_true(loop_monotonic(seen.loop) - before >= 9000);
    loop_free(seen.loop);
}

static void on_hook(void *context) {
    struct seen *seen = context;
    if (++seen->hooks == 2) loop_stop(seen->loop);
}

static void *wake_from_outside(void *loop) {
    loop_wake(loop);
    return NULL;
}

static void another_thread_wakes_the_loop_and_hooks_run_before_each_wait(void **state) {
    (void)state;
    struct seen seen = {.loop = loop_new(NULL)};
    loop_before_wait(seen.loop, on_hook, &seen);
    pthread_t thread;
    pthread_create(&thread, NULL, wake_from_outside, seen.loop);
    loop_run(seen.loop);
    pthread_join(thread, NULL);
    assert_int_equal(seen.hooks, 2);
    loop_free(seen.loop);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_watched_descriptor_calls_while_it_is_readable),
        cmocka_unit_test(timers_fire_once_in_the_order_of_their_due_times),
        cmocka_unit_test(another_thread_wakes_the_loop_and_hooks_run_before_each_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
