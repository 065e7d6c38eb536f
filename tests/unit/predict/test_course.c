// Against the definitions, written out.

#include "kind.h"
#include "predict/course.h"

#define WINDOW 20

static void it_is_what_it_says(void **state) {
    (void)state;
    struct under_test test = kind_begin(&course_kind, 1, (double[]){WINDOW, 4, 19, 1e9});
    double all[200], fast = 0, slow = 0, begin = 0;
    uint64_t seed = 1;
    assert_true(isnan(kind_read(&test, "mean", 0)));
    for (int i = 0; i < 200; i++) {
        all[i] = 0.1 * i + kind_random(&seed);
        kind_add(&test, all[i], i);
        fast += fmax(0.4, 1.0 / (i + 1)) * (all[i] - fast);
        slow += fmax(0.1, 1.0 / (i + 1)) * (all[i] - slow);
        if (i < 10) begin += (all[i] - begin) / (i + 1);
        int n = i + 1 < WINDOW ? i + 1 : WINDOW;
        double x = 0, y = 0, xx = 0, xy = 0;
        for (int j = 0; j < n; j++) {
            x += j, y += all[i + 1 - n + j];
            xx += j * j, xy += j * all[i + 1 - n + j];
        }
        assert_true(fabs(kind_read(&test, "fast", 0) - fast) < 1e-9);
        assert_true(fabs(kind_read(&test, "slow", 0) - slow) < 1e-9);
        assert_true(fabs(kind_read(&test, "change", 0) - (slow - begin)) < 1e-9);
        assert_true(fabs(kind_read(&test, "mean", 0) - y / n) < 1e-9);
        double slope = n < 6 ? 0 : (n * xy - x * y) / (n * xx - x * x);
        assert_true(fabs(kind_read(&test, "slope", 0) - slope) < 1e-9);
    }
    kind_end(&test);
}

static void a_spike_is_taken_as_the_median(void **state) {
    (void)state;
    struct under_test test = kind_begin(&course_kind, 1, (double[]){WINDOW, 4, 19, 2});
    for (int i = 0; i < 60; i++)
        kind_add(&test, i % 15 == 14 ? 1e6 : 5, i);
    assert_true(kind_read(&test, "mean", 0) == 5 && kind_read(&test, "fast", 0) == 5);
    kind_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_what_it_says),
        cmocka_unit_test(a_spike_is_taken_as_the_median),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
