// Pace: at once when it is time, else when it is, and never while paused.

#include "base/loop.h"
#include "push/pace.h"
#include "push/subscription.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
// clang-format on

struct fixture {
    struct pace pace;
    struct subscription one, two;
    const struct subscription *awaited;
};

static void on_ready(struct subscription *subscription) {
    assert_true(subscription->is_ready);
}

static void before_wait(void *context) {
    struct fixture *fixture = context;
    if (fixture->awaited->is_ready) loop_stop(fixture->pace.loop);
}

static void run_until_ready(struct fixture *fixture, const struct subscription *awaited) {
    fixture->awaited = awaited;
    loop_before_wait(fixture->pace.loop, before_wait, fixture);
    loop_run(fixture->pace.loop);
}

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->pace = (struct pace){.loop = loop_new(NULL), .on_ready = on_ready};
    fixture->one.pace = fixture->two.pace = &fixture->pace;
    *state = fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    pace_fini(&fixture->pace);
    loop_free(fixture->pace.loop);
    free(fixture);
    return 0;
}

static void the_first_pass_is_at_once(void **state) {
    struct fixture *fixture = *state;
    fixture->one.dirty_count = 1;
    pace_set(&fixture->one, 20);
    assert_true(fixture->one.is_ready);
}

static void nothing_to_say_is_not_ready(void **state) {
    struct fixture *fixture = *state;
    pace_set(&fixture->one, 20);
    assert_false(fixture->one.is_ready);
    pace_wake(&fixture->one);
    assert_true(fixture->one.is_ready);
    pace_begin(&fixture->one);
    pace_end(&fixture->one);
    assert_false(fixture->one.is_ready || fixture->one.is_waiting);
}

static void the_next_pass_waits_for_its_time(void **state) {
    struct fixture *fixture = *state;
    struct loop *loop = fixture->pace.loop;
    fixture->one.dirty_count = 1;
    pace_set(&fixture->one, 500);
    int64_t begun = loop_monotonic(loop);
    pace_begin(&fixture->one);
    pace_end(&fixture->one);
    assert_true(fixture->one.is_waiting && !fixture->one.is_ready);
    run_until_ready(fixture, &fixture->one);
    assert_true(fixture->one.is_ready && !fixture->one.is_waiting);
    assert_true(loop_monotonic(loop) - begun >= 2000);
}

static void a_pass_of_many_messages_is_one(void **state) {
    struct fixture *fixture = *state;
    fixture->one.dirty_count = 1;
    pace_set(&fixture->one, 1);
    pace_begin(&fixture->one);
    int64_t due = fixture->one.due;
    pace_begin(&fixture->one);
    assert_int_equal(fixture->one.due, due);
}

static void the_earliest_of_those_that_wait_is_first(void **state) {
    struct fixture *fixture = *state;
    fixture->one.dirty_count = fixture->two.dirty_count = 1;
    pace_set(&fixture->one, 1);
    pace_begin(&fixture->one);
    pace_end(&fixture->one); // for a second
    pace_set(&fixture->two, 1000);
    pace_begin(&fixture->two);
    pace_end(&fixture->two);
    assert_true(fixture->one.is_waiting && fixture->two.is_waiting);
    run_until_ready(fixture, &fixture->two);
    assert_true(fixture->two.is_ready && fixture->one.is_waiting);
    pace_forget(&fixture->one);
    assert_null(fixture->pace.waiting);
}

static void paused_it_waits_for_nothing(void **state) {
    struct fixture *fixture = *state;
    fixture->one.dirty_count = 1;
    pace_set(&fixture->one, 1);
    pace_begin(&fixture->one);
    pace_end(&fixture->one);
    pace_set(&fixture->one, 0);
    assert_false(fixture->one.is_ready || fixture->one.is_waiting);
    pace_wake(&fixture->one);
    assert_false(fixture->one.is_ready || fixture->one.is_waiting);
    pace_set(&fixture->one, 20);
    assert_true(fixture->one.is_ready);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_pass_is_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_to_say_is_not_ready, setup, teardown),
        cmocka_unit_test_setup_teardown(the_next_pass_waits_for_its_time, setup, teardown),
        cmocka_unit_test_setup_teardown(a_pass_of_many_messages_is_one, setup, teardown),
        cmocka_unit_test_setup_teardown(the_earliest_of_those_that_wait_is_first, setup, teardown),
        cmocka_unit_test_setup_teardown(paused_it_waits_for_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
