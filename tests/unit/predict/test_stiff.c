// Robertson's reaction, whose rates differ by nine powers of ten: the reference values are those of
// Hairer and Wanner, "Solving Ordinary Differential Equations II", IV.10.

#include "predict/stiff.h"
#include "test.h"

#include <math.h>
#include <setjmp.h>

struct reaction {
    int evaluations;
    jmp_buf *leave; // NULL: it stays
};

static bool react(void *context, double t, const double *x, double *dx) {
    struct reaction *reaction = context;
    (void)t;
    if (reaction->evaluations++ > 20 && reaction->leave) longjmp(*reaction->leave, 1);
    dx[0] = -0.04 * x[0] + 1e4 * x[1] * x[2];
    dx[1] = 0.04 * x[0] - 1e4 * x[1] * x[2] - 3e7 * x[1] * x[1];
    dx[2] = 3e7 * x[1] * x[1];
    return true;
}

static const double start[3] = {1, 0, 0};
static const double begin = 1.8e9; // a time of the clock

static struct stiff *make(void) {
    struct stiff *stiff = stiff_new(3);
    if (!stiff) skip(); // this build has no CVODE
    return stiff;
}

static void test_reaches_the_reference(void **state) {
    struct stiff *stiff = make();
    struct integrator integrator = {0};
    struct reaction reaction = {0};
    double x[3];
    (void)state;
    integrator_begin(&integrator, 3, begin, start);
    assert_int_equal(stiff_move(stiff, &integrator, begin + 40, react, &reaction, x),
                     INTEGRATE_GOOD);
    assert_true(fabs(x[0] - 0.7158270688) < 1e-6);
    assert_true(fabs(x[1] - 0.9185534765e-5) < 1e-10);
    assert_true(fabs(x[2] - 0.2841637457) < 1e-6);
    assert_true(integrator.to == begin + 40);
    stiff_free(stiff);
}

static void test_takes_few_steps_where_an_explicit_method_takes_many(void **state) {
    struct stiff *stiff = make();
    struct integrator integrator = {0};
    struct reaction few = {0}, many = {0};
    double x[3];
    (void)state;
    integrator_begin(&integrator, 3, begin, start);
    assert_int_equal(stiff_move(stiff, &integrator, begin + 4e4, react, &few, x), INTEGRATE_GOOD);
    integrator_begin(&integrator, 3, begin, start);
    assert_int_equal(integrator_move(&integrator, begin + 4e4, 1e9, react, &many, x),
                     INTEGRATE_TOO_STIFF);
    assert_in_range(few.evaluations, 100, 5000);
    stiff_free(stiff);
}

static void test_is_the_same_each_time_also_after_one_was_left(void **state) {
    struct stiff *stiff = make();
    struct integrator integrator = {0};
    struct reaction reaction = {0};
    double x[3], again[3];
    jmp_buf leave;
    (void)state;
    integrator_begin(&integrator, 3, begin, start);
    assert_int_equal(stiff_move(stiff, &integrator, begin + 40, react, &reaction, x),
                     INTEGRATE_GOOD);
    struct reaction left = {.leave = &leave};
    integrator_begin(&integrator, 3, begin, start);
    if (setjmp(leave) == 0) {
        stiff_move(stiff, &integrator, begin + 40, react, &left, again);
        fail();
    }
    integrator_begin(&integrator, 3, begin, start);
    assert_int_equal(stiff_move(stiff, &integrator, begin + 40, react, &reaction, again),
                     INTEGRATE_GOOD);
    assert_memory_equal(x, again, sizeof x);
    stiff_free(stiff);
}

static bool blow_up(void *context, double t, const double *x, double *dx) {
    (void)context, (void)t;
    dx[0] = x[0] * x[0]; // without end at t = 1
    return true;
}

static void test_says_that_it_cannot(void **state) {
    struct stiff *stiff = stiff_new(1);
    struct integrator integrator = {0};
    double x[1];
    (void)state;
    if (!stiff) skip();
    integrator_begin(&integrator, 1, 0, (double[]){1});
    assert_int_not_equal(stiff_move(stiff, &integrator, 2, blow_up, NULL, x), INTEGRATE_GOOD);
    stiff_free(stiff);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reaches_the_reference),
        cmocka_unit_test(test_takes_few_steps_where_an_explicit_method_takes_many),
        cmocka_unit_test(test_is_the_same_each_time_also_after_one_was_left),
        cmocka_unit_test(test_says_that_it_cannot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
