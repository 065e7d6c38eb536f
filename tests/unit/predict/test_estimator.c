// The ewma against the closed form of a step, the ring against a plain array.

#include "kind.h"
#include "predict/ewma.h"
#include "predict/ring.h"

#include <math.h>

static void a_step_is_followed_with_the_time_constant(void **state) {
    (void)state;
    struct ewma ewma = {0};
    double tau = 10000000;
    ewma_add(&ewma, tau, 0, 0);
    for (int i = 1; i <= 100; i++)
        ewma_add(&ewma, tau, 1, i * 100000); // 10 s in irregular... equal steps
    assert_true(fabs(ewma.mean - (1 - exp(-1))) < 1e-9);
    struct ewma uneven = {0}; // the same step seen at other times ends at the same mean
    ewma_add(&uneven, tau, 0, 0);
    ewma_add(&uneven, tau, 1, 2500000);
    ewma_add(&uneven, tau, 1, 10000000);
    assert_true(fabs(uneven.mean - ewma.mean) < 1e-9);
}

static void variance_of_a_square_wave_nears_its_square(void **state) {
    (void)state;
    struct ewma ewma = {0};
    for (int i = 0; i < 10000; i++)
        ewma_add(&ewma, 100000000, i % 2 ? 3 : -3, i * 100000);
    assert_true(fabs(ewma.mean) < 0.05);
    assert_true(fabs(ewma.variance - 9) < 0.1);
    assert_int_equal(ewma.count, 10000);
}

static void a_late_value_weighs_nothing(void **state) {
    (void)state;
    struct ewma ewma = {0};
    ewma_add(&ewma, 1000000, 5, 1000);
    ewma_add(&ewma, 1000000, 100, 500);
    assert_true(ewma.mean == 5);
}

static void a_ring_holds_the_newest(void **state) {
    (void)state;
    struct ring *ring = malloc(ring_size(3));
    ring_init(ring, 3);
    assert_null(ring_get(ring, 0));
    for (int i = 1; i <= 5; i++)
        ring_add(ring, i, i * 10);
    assert_int_equal(ring->count, 3);
    assert_true(ring_get(ring, 0)->value == 5);
    assert_true(ring_get(ring, 2)->value == 3);
    assert_int_equal(ring_get(ring, 2)->at, 30);
    assert_null(ring_get(ring, 3));
    free(ring);
}

// Series that no sensor should send and some do: constant, three samples, huge, a week's gap, time
// that runs backwards. What a kind says of them is a number or nothing, and a new series is
// followed again.
static void feed(struct under_test *test, int series) {
    uint64_t seed = (uint64_t)series;
    for (int i = 0; i < (series == 1 ? 3 : 600); i++) {
        double at = series == 3 && i > 300 ? i + 7 * 86400.0 : series == 4 ? 1000 - i : i;
        double value = series == 0   ? 5
                       : series == 2 ? (i % 2 ? 1e300 : -1e300)
                                     : 10 + kind_random(&seed);
        for (int j = 0; j < test->estimator.inputs; j++)
            kind_add(test, value, at);
    }
}

static void nothing_upsets_a_kind(void **state) {
    (void)state;
    const struct estimator_kind *kind;
    for (int index = 0; (kind = estimator_kind_at(index)); index++)
        for (int series = 0; series < 5; series++) {
            double settings[ESTIMATOR_SETTINGS];
            for (int i = 0; i < kind->setting_count; i++) {
                double usual = kind->settings[i].otherwise;
                settings[i] = isnan(usual) ? fmax(kind->settings[i].low, 1) : usual;
            }
            struct under_test test = kind_begin(kind, kind->inputs_most > 1 ? 3 : 1, settings);
            feed(&test, series);
            for (int i = 0; i < kind->value_count; i++) {
                double arguments[ESTIMATOR_INPUTS] = {1, 1, 1};
                double value = estimator_read(&test.estimator, test.memory, i, arguments);
                assert_true(isfinite(value) || isnan(value));
            }
            kind_end(&test);
        }
}

static void kinds_are_in_order_and_found(void **state) {
    (void)state;
    const struct estimator_kind *kind;
    for (int i = 0; (kind = estimator_kind_at(i)); i++) {
        assert_ptr_equal(estimator_kind_find(kind->name), kind);
        assert_string_equal(kind->settings[0].name, kind->name);
        if (i > 0) assert_true(strcmp(estimator_kind_at(i - 1)->name, kind->name) < 0);
    }
    assert_null(estimator_kind_find("none"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_is_followed_with_the_time_constant),
        cmocka_unit_test(variance_of_a_square_wave_nears_its_square),
        cmocka_unit_test(a_late_value_weighs_nothing),
        cmocka_unit_test(a_ring_holds_the_newest),
        cmocka_unit_test(nothing_upsets_a_kind),
        cmocka_unit_test(kinds_are_in_order_and_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
