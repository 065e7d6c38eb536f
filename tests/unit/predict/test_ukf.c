// Against Kalman's filter in matrix form, which it has to equal where a model is linear.

#include "predict/ukf.h"
#include "test.h"

#include <math.h>

static const double f[2][2] = {{0.9, 0.2}, {-0.1, 0.95}};

static bool linear(void *context, double *x) {
    (void)context;
    double a = f[0][0] * x[0] + f[0][1] * x[1], b = f[1][0] * x[0] + f[1][1] * x[1];
    x[0] = a, x[1] = b;
    return true;
}

static bool stuck(void *context, double *x) {
    (void)context;
    (void)x;
    return false;
}

static bool bend(void *context, double *x) { // one that is not linear: it saturates
    (void)context;
    x[0] = 10 * tanh(x[0] / 10 + 0.1);
    return true;
}

static void it_equals_kalman_where_all_is_linear(void **state) {
    (void)state;
    struct ukf filter = {.count = 2, .x = {1, 0}, .p = {1, 0, 0, 4}};
    double x[2] = {1, 0}, p[2][2] = {{1, 0}, {0, 4}}, q[2] = {0.01, 0.04}, r = 0.25;
    for (int i = 0; i < 200; i++) {
        double reading = 3 * sin(i * 0.7), error;
        double ahead[2], fp[2][2], m[2][2];
        for (int a = 0; a < 2; a++) {
            ahead[a] = f[a][0] * x[0] + f[a][1] * x[1];
            for (int b = 0; b < 2; b++)
                fp[a][b] = f[a][0] * p[0][b] + f[a][1] * p[1][b];
        }
        for (int a = 0; a < 2; a++)
            for (int b = 0; b < 2; b++)
                m[a][b] = fp[a][0] * f[b][0] + fp[a][1] * f[b][1] + (a == b ? q[a] : 0);
        double s = m[0][0] + r, k[2] = {m[0][0] / s, m[1][0] / s};
        for (int a = 0; a < 2; a++) {
            x[a] = ahead[a] + k[a] * (reading - ahead[0]);
            for (int b = 0; b < 2; b++)
                p[a][b] = m[a][b] - k[a] * m[0][b];
        }
        assert_true(ukf_predict(&filter, q, linear, NULL));
        double surprise = ukf_observe(&filter, 0, reading, r, &error);
        assert_true(fabs(error - (reading - ahead[0])) < 1e-6);
        assert_true(fabs(surprise - error / sqrt(s)) < 1e-6);
        for (int a = 0; a < 2; a++) {
            assert_true(fabs(filter.x[a] - x[a]) < 1e-6);
            for (int b = 0; b < 2; b++)
                assert_true(fabs(filter.p[a * 2 + b] - p[a][b]) < 1e-6);
        }
    }
}

static void a_hidden_state_is_found(void **state) {
    (void)state;
    struct ukf filter = {.count = 2, .x = {0, 0}, .p = {1, 0, 0, 100}};
    double q[2] = {1e-6, 1e-6}, truth[2] = {0, 8}, error;
    for (int i = 0; i < 40; i++) {
        linear(NULL, truth);
        assert_true(ukf_predict(&filter, q, linear, NULL));
        ukf_observe(&filter, 0, truth[0], 0.01, &error);
    }
    assert_true(fabs(filter.x[1] - truth[1]) < 0.1);
}

static void what_cannot_move_changes_nothing(void **state) {
    (void)state;
    struct ukf filter = {.count = 1, .x = {2}, .p = {3}};
    double q[1] = {1};
    assert_false(ukf_predict(&filter, q, stuck, NULL));
    assert_true(filter.x[0] == 2 && filter.p[0] == 3);
}

static void its_spread_shrinks_where_the_model_saturates(void **state) {
    (void)state;
    struct ukf filter = {.count = 1, .x = {30}, .p = {4}};
    double q[1] = {0};
    assert_true(ukf_predict(&filter, q, bend, NULL));
    assert_true(filter.p[0] < 0.01 && fabs(filter.x[0] - 10) < 0.1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_equals_kalman_where_all_is_linear),
        cmocka_unit_test(a_hidden_state_is_found),
        cmocka_unit_test(what_cannot_move_changes_nothing),
        cmocka_unit_test(its_spread_shrinks_where_the_model_saturates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
