// Fits whose answers are known, and those that have none.

#include "base/chance.h"
#include "predict/least_squares.h"
#include "test.h"

#include <math.h>

#define COUNT 200

struct data {
    double y[COUNT];
};

// a exp(-b t)
static bool decay(void *context, const double *numbers, double *residuals) {
    const struct data *data = context;
    for (int i = 0; i < COUNT; i++)
        residuals[i] = data->y[i] - numbers[0] * exp(-numbers[1] * i * 0.05);
    return true;
}

// a b t: only the product counts
static bool product(void *context, const double *numbers, double *residuals) {
    const struct data *data = context;
    for (int i = 0; i < COUNT; i++)
        residuals[i] = data->y[i] - numbers[0] * numbers[1] * i;
    return true;
}

static bool nowhere(void *context, const double *numbers, double *residuals) {
    (void)context;
    (void)numbers;
    (void)residuals;
    return false;
}

static struct data noisy_decay(uint64_t seed) {
    struct chance chance;
    struct data data;
    chance_init(&chance, seed, 0);
    for (int i = 0; i < COUNT; i++)
        data.y[i] = 5 * exp(-0.3 * i * 0.05) + 0.1 * chance_normal(&chance);
    return data;
}

static struct fit of_decay(struct data *data) {
    return (struct fit){.count = 2,
                        .numbers = {1, 3},
                        .low = {0.1, 0.01},
                        .high = {100, 10},
                        .residual_count = COUNT,
                        .starts = 2,
                        .residuals = decay,
                        .context = data};
}

static void it_finds_what_the_data_were_made_with(void **state) {
    (void)state;
    struct data data = noisy_decay(1);
    struct fit fit = of_decay(&data);
    assert_true(fit_run(&fit));
    assert_true(fabs(fit.numbers[0] - 5) < 0.1);
    assert_true(fabs(fit.numbers[1] - 0.3) < 0.01);
    assert_true(fabs(fit.after - 0.1) < 0.02 && fit.before > 1);
    assert_true(fit.is_told[0] && fit.is_told[1]);
}

static void an_interval_holds_the_truth_as_often_as_it_says(void **state) {
    (void)state;
    int held = 0;
    for (int i = 0; i < 200; i++) {
        struct data data = noisy_decay(100 + (uint64_t)i);
        struct fit fit = of_decay(&data);
        fit.starts = 1;
        assert_true(fit_run(&fit));
        held += fabs(fit.numbers[1] - 0.3) <= fit.interval[1];
    }
    assert_in_range(held, 180, 198); // of 200: 95 %, and its own chance
}

static void what_only_counts_together_is_not_told(void **state) {
    (void)state;
    struct data data;
    for (int i = 0; i < COUNT; i++)
        data.y[i] = 6.0 * i;
    struct fit fit = of_decay(&data);
    fit.residuals = product;
    assert_true(fit_run(&fit));
    assert_true(fabs(fit.numbers[0] * fit.numbers[1] - 6) < 0.01);
    assert_true(!fit.is_told[0] && !fit.is_told[1]);
    assert_true(fabs(fit.unclear[0]) > 0.3 && fabs(fit.unclear[1]) > 0.3);
}

static void what_lies_outside_of_its_bounds_ends_at_them(void **state) {
    (void)state;
    struct data data = noisy_decay(3);
    struct fit fit = of_decay(&data);
    fit.high[0] = 2;
    assert_true(fit_run(&fit));
    assert_true(fabs(fit.numbers[0] - 2) < 1e-3);
    assert_false(fit.is_told[0]);
}

static void where_nothing_can_be_simulated_it_says_so(void **state) {
    (void)state;
    struct data data = noisy_decay(4);
    struct fit fit = of_decay(&data);
    fit.residuals = nowhere;
    assert_false(fit_run(&fit));
    assert_true(isnan(fit.before));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_finds_what_the_data_were_made_with),
        cmocka_unit_test(an_interval_holds_the_truth_as_often_as_it_says),
        cmocka_unit_test(what_only_counts_together_is_not_told),
        cmocka_unit_test(what_lies_outside_of_its_bounds_ends_at_them),
        cmocka_unit_test(where_nothing_can_be_simulated_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
