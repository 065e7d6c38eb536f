// Against solutions that are known in closed form, and where there is none.

#include "predict/integrate.h"
#include "test.h"

#include <math.h>

static int evaluations;

static bool swing(void *context, double t, const double *x, double *dx) {
    (void)context;
    (void)t;
    evaluations++;
    dx[0] = x[1];
    dx[1] = -x[0];
    return true;
}

static bool square(void *context, double t, const double *x, double *dx) {
    (void)context;
    (void)t;
    dx[0] = x[0] * x[0]; // 1 / (1 - t): infinite at 1
    return true;
}

static bool cool_fast(void *context, double t, const double *x, double *dx) {
    (void)context;
    dx[0] = -1e7 * (x[0] - sin(t));
    return true;
}

static bool warm(void *context, double t, const double *x, double *dx) {
    (void)t;
    dx[0] = *(const double *)context - x[0];
    return true;
}

static bool refuse(void *context, double t, const double *x, double *dx) {
    (void)context;
    (void)x;
    dx[0] = 1;
    return t < 0.5;
}

static void it_follows_a_swing(void **state) {
    (void)state;
    struct integrator integrator = {0};
    double x[2] = {0, 1};
    integrator_begin(&integrator, 2, 0, x);
    evaluations = 0;
    for (int i = 1; i <= 10000; i++) { // a hundred seconds, a hundred answers a second
        assert_int_equal(integrator_move(&integrator, i * 0.01, 10, swing, NULL, x),
                         INTEGRATE_GOOD);
        assert_true(fabs(x[0] - sin(i * 0.01)) < 2e-5);
        assert_true(fabs(x[1] - cos(i * 0.01)) < 2e-5);
    }
    assert_true(evaluations < 10000); // most answers come from within a step
}

static void the_same_answer_comes_of_fewer_questions(void **state) {
    (void)state;
    struct integrator often = {0}, once = {0};
    double x[2] = {0, 1}, y[2] = {0, 1};
    integrator_begin(&often, 2, 0, x);
    integrator_begin(&once, 2, 0, y);
    for (int i = 1; i <= 100; i++)
        integrator_move(&often, i * 0.05, 10, swing, NULL, x);
    integrator_move(&once, 100 * 0.05, 10, swing, NULL, y);
    assert_memory_equal(x, y, sizeof x);
}

static void it_begins_anew_when_an_input_changes(void **state) {
    (void)state;
    struct integrator integrator = {0};
    double x = 0, goal = 1;
    integrator_begin(&integrator, 1, 0, &x);
    integrator_move(&integrator, 1, 10, warm, &goal, &x);
    assert_true(fabs(x - (1 - exp(-1))) < 1e-6);
    double then = x;
    goal = 0;
    integrator_begin(&integrator, 1, 1, &x);
    integrator_move(&integrator, 3, 10, warm, &goal, &x);
    assert_true(fabs(x - then * exp(-2)) < 1e-6);
}

static void what_has_no_solution_is_said_so(void **state) {
    (void)state;
    struct integrator integrator = {0};
    double x = 1, goal = NAN;
    integrator_begin(&integrator, 1, 0, &x);
    enum integrate_end end = integrator_move(&integrator, 2, 10, square, NULL, &x);
    assert_true(end == INTEGRATE_BLOWN_UP || end == INTEGRATE_TOO_STIFF);
    x = 1;
    integrator_begin(&integrator, 1, 0, &x);
    assert_int_equal(integrator_move(&integrator, 2, 10, warm, &goal, &x), INTEGRATE_BLOWN_UP);
    x = 1;
    integrator_begin(&integrator, 1, 0, &x);
    assert_int_equal(integrator_move(&integrator, 100, 10, cool_fast, NULL, &x),
                     INTEGRATE_TOO_STIFF);
    x = 1;
    integrator_begin(&integrator, 1, 0, &x);
    assert_int_equal(integrator_move(&integrator, 2, 0.1, refuse, NULL, &x), INTEGRATE_STOPPED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_follows_a_swing),
        cmocka_unit_test(the_same_answer_comes_of_fewer_questions),
        cmocka_unit_test(it_begins_anew_when_an_input_changes),
        cmocka_unit_test(what_has_no_solution_is_said_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
