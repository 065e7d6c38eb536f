// Against weighted least squares solved whole, and what must not blow up.

#include "kind.h"
#include "predict/rls.h"

#define KNOWN 3

static void solve(double a[KNOWN][KNOWN + 1], double *x) { // Gauss
    for (int i = 0; i < KNOWN; i++)
        for (int row = i + 1; row < KNOWN; row++)
            for (int j = KNOWN; j >= i; j--)
                a[row][j] -= a[row][i] / a[i][i] * a[i][j];
    for (int i = KNOWN; i-- > 0;) {
        x[i] = a[i][KNOWN];
        for (int j = i + 1; j < KNOWN; j++)
            x[i] -= a[i][j] * x[j];
        x[i] /= a[i][i];
    }
}

static double estimate(const struct under_test *test, double a, double b) {
    double known[KNOWN] = {1, a, b};
    return estimator_read(&test->estimator, test->memory, 0, known);
}

static void it_equals_weighted_least_squares(void **state) {
    (void)state;
    struct under_test test = kind_begin(&rls_kind, KNOWN + 1, (double[]){100});
    double rows[300][KNOWN + 1], x[KNOWN];
    uint64_t seed = 8;
    for (int i = 0; i < 300; i++) {
        double a = kind_random(&seed), b = kind_random(&seed);
        double row[] = {1, a, b, 2 + 3 * a - b + 0.01 * i + 0.1 * kind_random(&seed)};
        memcpy(rows[i], row, sizeof row);
        for (int j = 0; j <= KNOWN; j++)
            kind_add(&test, row[j], i * 2); // a sample each 2 s
    }
    double normal[KNOWN][KNOWN + 1] = {{0}};
    for (int i = 0; i < 300; i++) {
        double weight = exp(-(299 - i) * 2 / 100.0);
        for (int j = 0; j < KNOWN; j++)
            for (int k = 0; k <= KNOWN; k++)
                normal[j][k] += weight * rows[i][j] * rows[i][k];
    }
    solve(normal, x);
    assert_true(fabs(estimate(&test, 0.3, 0.7) - (x[0] + 0.3 * x[1] + 0.7 * x[2])) < 0.01);
    kind_end(&test);
}

static void nothing_new_blows_nothing_up(void **state) {
    (void)state;
    struct under_test test = kind_begin(&rls_kind, KNOWN + 1, (double[]){10});
    uint64_t seed = 2;
    for (int i = 0; i < 200; i++) {
        double a = kind_random(&seed), b = kind_random(&seed);
        double row[] = {1, a, b, 1 + a + b};
        for (int j = 0; j <= KNOWN; j++)
            kind_add(&test, row[j], i);
    }
    for (int i = 0; i < 5000; i++) // a constant input for hours
        for (int j = 0; j <= KNOWN; j++)
            kind_add(&test, (double[]){1, 0.5, 0.5, 2}[j], 200 + i);
    for (int j = 0; j <= KNOWN; j++) // then a week of nothing, and a wrong reference
        kind_add(&test, (double[]){1, 0.5, 0.5, 1e6}[j], 1e6);
    assert_true(fabs(estimate(&test, 0.2, 0.9) - 2.1) < 1);
    assert_true(kind_read(&test, "error", 0) > 9e5); // it is told all the same
    kind_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_equals_weighted_least_squares),
        cmocka_unit_test(nothing_new_blows_nothing_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
