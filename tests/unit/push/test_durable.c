// Waiting for the disk: in the order of revs, whenever they are told.

#include "push/durable.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

struct waiter {
    struct durable_wait wait;
    int *next;
    int called; // 1 first, 2 second, ...
};

static void on_durable(struct durable_wait *wait) {
    struct waiter *waiter = (struct waiter *)wait;
    waiter->called = ++*waiter->next;
}

static void what_is_on_disk_already_does_not_wait(void **state) {
    (void)state;
    int next = 0;
    struct durable durable = {.rev = 10};
    struct waiter waiter = {.next = &next};
    durable_add(&durable, &waiter.wait, 10, on_durable);
    assert_int_equal(waiter.called, 1);
    assert_false(waiter.wait.is_waiting);
    durable_advance(&durable, 11);
    assert_int_equal(next, 1);
}

static void they_are_told_by_rev(void **state) {
    (void)state;
    int next = 0;
    struct durable durable = {.rev = 10};
    uint64_t revs[] = {12, 11, 15, 12, 14};
    struct waiter waiters[5];
    for (int i = 0; i < 5; i++) {
        waiters[i] = (struct waiter){.next = &next};
        durable_add(&durable, &waiters[i].wait, revs[i], on_durable);
    }
    durable_advance(&durable, 10);
    assert_int_equal(next, 0);
    durable_advance(&durable, 13);
    assert_int_equal(waiters[1].called, 1);
    assert_int_equal(waiters[0].called, 2);
    assert_int_equal(waiters[3].called, 3);
    assert_int_equal(next, 3);
    durable_advance(&durable, 99);
    assert_int_equal(waiters[4].called, 4);
    assert_int_equal(waiters[2].called, 5);
    assert_null(durable.first);
    assert_null(durable.last);
}

static void who_leaves_is_not_told(void **state) {
    (void)state;
    int next = 0;
    struct durable durable = {0};
    struct waiter waiters[3];
    for (int i = 0; i < 3; i++) {
        waiters[i] = (struct waiter){.next = &next};
        durable_add(&durable, &waiters[i].wait, (uint64_t)i + 1, on_durable);
    }
    durable_remove(&durable, &waiters[1].wait);
    durable_remove(&durable, &waiters[1].wait);
    durable_remove(&durable, &waiters[2].wait);
    durable_advance(&durable, 5);
    assert_int_equal(next, 1);
    assert_int_equal(waiters[0].called, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_on_disk_already_does_not_wait),
        cmocka_unit_test(they_are_told_by_rev),
        cmocka_unit_test(who_leaves_is_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
