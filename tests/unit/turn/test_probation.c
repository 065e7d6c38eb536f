// When a version goes back by itself, and when it stays.

#include "probation.h"
#include "test.h"

static struct probation after(uint64_t turns, uint64_t failures, int seconds) {
    struct probation probation = {0};
    for (int i = 1; i <= seconds; i++)
        probation_tick(&probation, turns * (uint64_t)i, failures * (uint64_t)i);
    probation_begin(&probation, 1);
    return probation;
}

static void a_version_that_fails_where_none_did_goes_back(void **state) {
    (void)state;
    struct probation probation = after(1000, 0, 30);
    assert_false(probation_has_failed(&probation, 10, 4)); // may be one twin with odd data
    assert_true(probation_has_failed(&probation, 10, 5));
    assert_true(probation_has_failed(&probation, 300, 5));
    assert_false(probation_has_failed(&probation, 1000, 5)); // half a per cent
}

static void what_failed_before_may_fail_now(void **state) {
    (void)state;
    struct probation probation = after(1000, 20, 30);
    assert_false(probation_has_failed(&probation, 1000, 50));
    assert_true(probation_has_failed(&probation, 1000, 60));
    probation = after(1000, 400, 30); // three times is more than all: 0.7 is half of what went well
    assert_false(probation_has_failed(&probation, 1000, 690));
    assert_true(probation_has_failed(&probation, 1000, 700));
}

static void only_the_last_minute_before_counts(void **state) {
    (void)state;
    struct probation probation = {0};
    for (uint64_t i = 1; i <= 100; i++)
        probation_tick(&probation, 1000 * i, 1000 * i);
    for (uint64_t i = 1; i <= PROBATION_SECONDS; i++)
        probation_tick(&probation, 100000 + 1000 * i, 100000);
    probation_begin(&probation, 1);
    assert_true(probation_has_failed(&probation, 100, 5));
}

static void all_of_that_minute_counts(void **state) {
    (void)state;
    struct probation probation = {0};
    for (uint64_t i = 1; i <= PROBATION_SECONDS; i++) // the failures were in its first half
        probation_tick(&probation, 1000 * i, i <= 30 ? 200 * i : 6000);
    probation_begin(&probation, 1); // 0.1
    assert_false(probation_has_failed(&probation, 1000, 290));
    assert_true(probation_has_failed(&probation, 1000, 310));
}

static void without_probation_nothing_goes_back(void **state) {
    (void)state;
    struct probation probation = after(1000, 0, 30);
    probation_begin(&probation, 0);
    assert_false(probation_has_failed(&probation, 1000, 1000));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_version_that_fails_where_none_did_goes_back),
        cmocka_unit_test(what_failed_before_may_fail_now),
        cmocka_unit_test(only_the_last_minute_before_counts),
        cmocka_unit_test(all_of_that_minute_counts),
        cmocka_unit_test(without_probation_nothing_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
