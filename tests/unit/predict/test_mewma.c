// Sensors that move together, one that breaks away, and one that only drifts.

#include "kind.h"
#include "predict/mewma.h"

#define SENSORS 3

static double noise(uint64_t *seed) {
    double sum = 0;
    for (int i = 0; i < 12; i++)
        sum += kind_random(seed) - 0.5;
    return sum;
}

// The first two follow one load, the third is alone; `broken` is added to the second.
static void add(struct under_test *test, uint64_t *seed, double *drift, double broken) {
    double load = noise(seed);
    *drift += 0.3 * noise(seed);
    double values[SENSORS] = {20 + load + 0.2 * noise(seed),
                              5 + 2 * load + 0.4 * noise(seed) + broken, 100 + *drift};
    for (int i = 0; i < SENSORS; i++)
        kind_add(test, values[i], 0);
}

static void what_breaks_away_is_named(void **state) {
    (void)state;
    struct under_test test = kind_begin(&mewma_kind, SENSORS, (double[]){400, 0.1, 0.3, 0.3});
    uint64_t seed = 21;
    double drift = 0;
    int alarms = 0;
    for (int i = 0; i < 2000; i++) {
        add(&test, &seed, &drift, 0);
        if (i < 400) assert_true(isnan(kind_read(&test, "ratio", 0)));
        if (i >= 400) alarms += kind_read(&test, "ratio", 0) > 1;
    }
    assert_true(alarms < 1600 * 0.15); // the third has wandered far by now
    for (int i = 0; i < 60; i++)
        add(&test, &seed, &drift, -2.5); // no more than the load does to it
    assert_true(kind_read(&test, "ratio", 0) > 1);
    assert_true(kind_read(&test, "share", 2) > kind_read(&test, "share", 3));
    double shares = 0;
    for (int i = 1; i <= SENSORS; i++)
        shares += kind_read(&test, "share", i);
    assert_true(fabs(shares - 1) < 1e-9);
    assert_true(isnan(kind_read(&test, "share", 4)));
    kind_end(&test);
}

// Two that always rise together, and once do not: each stays within what it does, T2 sees little.
static void what_never_happened_together_is_beside_the_components(void **state) {
    (void)state;
    struct under_test test = kind_begin(&mewma_kind, 3, (double[]){400, 0.2, 1, 0});
    uint64_t seed = 31;
    for (int i = 0; i < 600; i++) {
        double load = 3 * noise(&seed), other = noise(&seed);
        double values[] = {load + 0.05 * noise(&seed), load + 0.05 * noise(&seed), other};
        for (int j = 0; j < 3; j++)
            kind_add(&test, values[j], 0);
    }
    assert_true(kind_read(&test, "spe_ratio", 0) < 2);
    for (int i = 0; i < 20; i++)
        for (int j = 0; j < 3; j++)
            kind_add(&test, (double[]){1.5, -1.5, 0}[j], 0);
    assert_true(kind_read(&test, "spe_ratio", 0) > 20);
    assert_true(kind_read(&test, "spe_share", 3) < 0.1);
    double shares = kind_read(&test, "spe_share", 1) + kind_read(&test, "spe_share", 2) +
                    kind_read(&test, "spe_share", 3);
    assert_true(fabs(shares - 1) < 1e-9);
    kind_end(&test);
}

// Independent sensors without drift: T2 is the sum of squares of standardised ewmas, nearly.
static void without_correlation_it_is_a_sum_of_squares(void **state) {
    (void)state;
    struct under_test test = kind_begin(&mewma_kind, 2, (double[]){2000, 1, 1, 0});
    uint64_t seed = 5;
    double ratios = 0, sums = 0;
    for (int i = 0; i < 6000; i++) {
        double a = noise(&seed), b = noise(&seed);
        kind_add(&test, 3 * a, 0);
        kind_add(&test, 7 + b, 0);
        if (i < 2000) continue;
        ratios += kind_read(&test, "ratio", 0);
        sums += a * a + b * b;
    }
    double limit = sums / ratios; // the 99 % quantile of chi squared of two is 9.21
    assert_true(limit > 7.5 && limit < 11);
    kind_end(&test);
}

static void a_sensor_that_never_moved_divides_by_nothing(void **state) {
    (void)state;
    struct under_test test = kind_begin(&mewma_kind, 2, (double[]){100, 0.1, 1, 0.3});
    uint64_t seed = 9;
    for (int i = 0; i < 200; i++) {
        kind_add(&test, 5, 0);
        kind_add(&test, noise(&seed), 0);
    }
    assert_true(kind_read(&test, "ratio", 0) < 5);
    kind_add(&test, 6, 0);
    kind_add(&test, 0, 0);
    assert_true(kind_read(&test, "ratio", 0) > 1000);
    kind_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_breaks_away_is_named),
        cmocka_unit_test(what_never_happened_together_is_beside_the_components),
        cmocka_unit_test(without_correlation_it_is_a_sum_of_squares),
        cmocka_unit_test(a_sensor_that_never_moved_divides_by_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
