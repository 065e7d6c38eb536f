// Against the filter in matrix form, and a wear whose end is known.

#include "kind.h"
#include "predict/kalman.h"

static void it_equals_the_matrix_form(void **state) {
    (void)state;
    double noise = 0.3, step = 0.1, change = 0.02, slope = -0.2, spread = 0.5;
    struct under_test test =
        kind_begin(&kalman_kind, 1, (double[]){noise, step, change, slope, spread});
    double x[2] = {0}, p[2][2] = {{0}};
    uint64_t seed = 4;
    for (int i = 0; i < 200; i++) {
        double value = 10 - 0.1 * i + kind_random(&seed) - 0.5;
        kind_add(&test, value, i);
        if (i == 0) {
            x[0] = value, x[1] = slope;
            p[0][0] = noise * noise, p[1][1] = spread * spread;
            continue;
        }
        const double f[2][2] = {{1, 1}, {0, 1}}; // x = F x, P = F P F' + Q
        double ahead[2] = {x[0] + x[1], x[1]}, fp[2][2], q[2][2];
        for (int a = 0; a < 2; a++)
            for (int b = 0; b < 2; b++)
                fp[a][b] = f[a][0] * p[0][b] + f[a][1] * p[1][b];
        for (int a = 0; a < 2; a++)
            for (int b = 0; b < 2; b++)
                q[a][b] = fp[a][0] * f[b][0] + fp[a][1] * f[b][1];
        q[0][0] += step * step, q[1][1] += change * change;
        double s = q[0][0] + noise * noise, k[2] = {q[0][0] / s, q[1][0] / s};
        for (int a = 0; a < 2; a++) {
            x[a] = ahead[a] + k[a] * (value - ahead[0]);
            for (int b = 0; b < 2; b++)
                p[a][b] = q[a][b] - k[a] * q[0][b];
        }
        assert_true(fabs(kind_read(&test, "level", 0) - x[0]) < 1e-9);
        assert_true(fabs(kind_read(&test, "slope", 0) - x[1]) < 1e-9);
        assert_true(fabs(kind_read(&test, "deviation", 0) - sqrt(p[0][0])) < 1e-9);
    }
    kind_end(&test);
}

static void a_limit_is_reached_when_the_line_does(void **state) {
    (void)state;
    struct under_test test = kind_begin(&kalman_kind, 1, (double[]){0.01, 0.001, 0, -0.01, 0.01});
    assert_true(isnan(kind_read(&test, "reach", 1)));
    for (int i = 0; i < 100; i++)
        kind_add(&test, 2 - 0.005 * i, i);
    double left = kind_read(&test, "reach", 1);
    assert_true(fabs(left - 101) < 2); // 2 - 0.005 * 200 = 1
    assert_true(kind_read(&test, "reach_low", 1) < left);
    assert_true(kind_read(&test, "reach_high", 1) > left);
    assert_true(isnan(kind_read(&test, "reach", 3))); // it leads away
    assert_true(fabs(kind_read(&test, "forecast", 10) - (2 - 0.005 * 109)) < 0.01);
    kind_add(&test, 5, 99); // the same reading again
    assert_true(kind_read(&test, "count", 0) == 100);
    kind_add(&test, -1e9, 100); // one wrong value does not undo it
    assert_true(kind_read(&test, "level", 0) > 1.3);
    kind_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_equals_the_matrix_form),
        cmocka_unit_test(a_limit_is_reached_when_the_line_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
