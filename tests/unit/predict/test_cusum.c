// A worked example of the tabular cusum, and a shift that both charts find soon and only then.

#include "kind.h"
#include "predict/cusum.h"

// Montgomery, "Introduction to Statistical Quality Control", table 9.1 and 9.2: mean 10, deviation
// 1, slack 0.5, limit 5; the upper sum passes 5 at observation 29.
static const double montgomery[] = {9.45,  7.99,  9.29,  11.66, 12.16, 10.18, 8.04,  11.46,
                                    9.20,  10.34, 9.03,  11.47, 10.51, 9.40,  10.08, 9.37,
                                    10.62, 10.31, 8.52,  10.84, 10.90, 9.33,  12.29, 11.50,
                                    10.60, 11.08, 10.38, 11.62, 11.31, 10.52};

static void the_textbook_is_followed(void **state) {
    (void)state;
    struct under_test test = kind_begin(&cusum_kind, 1, (double[]){0.5, 5});
    for (int i = 0; i < 29; i++) {
        kind_add(&test, montgomery[i] - 10, i);
        assert_true(kind_read(&test, "alarms", 0) == (i == 28));
        if (i == 4) assert_true(fabs(kind_read(&test, "up", 0) - 2.82) < 1e-9);
        if (i == 1) assert_true(fabs(kind_read(&test, "down", 0) - 1.56) < 1e-9);
    }
    assert_true(fabs(kind_read(&test, "up", 0) - 5.28) < 1e-9);
    kind_add(&test, montgomery[29] - 10, 29); // it begins anew
    assert_true(fabs(kind_read(&test, "up", 0) - 0.02) < 1e-9);
    kind_end(&test);
}

static void a_shift_is_found_and_noise_is_none(void **state) {
    (void)state;
    struct under_test test = kind_begin(&page_hinkley_kind, 1, (double[]){0.3, 12});
    uint64_t seed = 6;
    int found = -1;
    for (int i = 0; i < 1500; i++) {
        double noise = 0;
        for (int j = 0; j < 12; j++)
            noise += kind_random(&seed) - 0.5;
        kind_add(&test, 40 + noise - (i < 1000 ? 0 : 1.5), i);
        if (i == 999) assert_true(kind_read(&test, "alarms", 0) == 0);
        if (found < 0 && kind_read(&test, "alarms", 0) > 0) found = i;
    }
    assert_true(found > 1000 && found < 1030);
    assert_true(kind_read(&test, "alarms", 0) == 1); // the new mean is the usual one then
    kind_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_textbook_is_followed),
        cmocka_unit_test(a_shift_is_found_and_noise_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
