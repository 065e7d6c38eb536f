// A day that repeats, an hour that does not, and what is not known yet.

#include "kind.h"
#include "predict/seasonal.h"

#define HOUR 3600.0

static void an_hour_is_judged_by_its_own_past(void **state) {
    (void)state;
    struct under_test test = kind_begin(&seasonal_kind, 1, (double[]){86400, 24, 0.1});
    uint64_t seed = 3;
    for (int i = 0; i < 24 * 40; i++) {
        int hour = i % 24;
        kind_add(&test, 10 * hour + kind_random(&seed), i * HOUR);
        if (i < 24) assert_true(isnan(kind_read(&test, "z", 0)));
        if (i >= 24) assert_true(fabs(kind_read(&test, "mean", 0) - 10 * hour) < 1);
    }
    assert_true(fabs(kind_read(&test, "z", 0)) < 3);
    kind_add(&test, 120, 24 * 40 * HOUR); // noon's value at midnight
    assert_true(kind_read(&test, "z", 0) > 20);
    kind_add(&test, -120, (24 * 40 + 1) * HOUR);
    assert_true(kind_read(&test, "z", 0) < -20);
    kind_end(&test);
}

static void a_slot_that_was_seen_once_is_not_sure(void **state) {
    (void)state;
    struct under_test test = kind_begin(&seasonal_kind, 1, (double[]){86400, 24, 0.1});
    for (int i = 0; i < 48; i++)
        kind_add(&test, i < 24 ? i : i - 23, i * HOUR); // each hour a little higher the second day
    assert_true(fabs(kind_read(&test, "z", 0)) < 1);
    kind_end(&test);
}

static void what_never_changed_is_not_strange_until_it_does(void **state) {
    (void)state;
    struct under_test test = kind_begin(&seasonal_kind, 1, (double[]){86400, 24, 0.1});
    for (int i = 0; i < 240; i++)
        kind_add(&test, 5, i * HOUR);
    assert_true(kind_read(&test, "z", 0) == 0);
    kind_add(&test, 5, 239 * HOUR); // the same reading again
    assert_true(kind_read(&test, "count", 0) == 240);
    kind_add(&test, 6, 240 * HOUR);
    assert_true(kind_read(&test, "z", 0) > 1000);
    kind_add(&test, 5, -100 * HOUR); // before 1970, and out of order
    kind_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_hour_is_judged_by_its_own_past),
        cmocka_unit_test(a_slot_that_was_seen_once_is_not_sure),
        cmocka_unit_test(what_never_changed_is_not_strange_until_it_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
