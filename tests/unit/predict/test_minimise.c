// The cheapest point within bounds and limits: against what is known in closed form.

#include "predict/minimise.h"
#include "test.h"

#include <math.h>

// The nearest point to (3, 2) in the unit disc's upper half: (3, 2) / sqrt(13).
static bool disc(void *context, const double *x, double *cost, double *broken) {
    (void)context;
    *cost = (x[0] - 3) * (x[0] - 3) + (x[1] - 2) * (x[1] - 2);
    broken[0] = x[0] * x[0] + x[1] * x[1] - 1;
    return true;
}

static void a_constraint_is_kept_and_nothing_is_left_on_the_table(void **state) {
    (void)state;
    struct minimise problem = {.count = 2,
                               .low = {-1, 0},
                               .high = {1, 1},
                               .constraint_count = 1,
                               .evaluations_most = 120,
                               .evaluate = disc};
    assert_true(minimise(&problem));
    assert_true(fabs(problem.x[0] - 3 / sqrt(13)) < 0.01);
    assert_true(fabs(problem.x[1] - 2 / sqrt(13)) < 0.01);
    assert_true(problem.broken[0] < 1e-4);
    assert_true(problem.evaluations <= 120);
}

// Convex, its least beyond the bound.
static bool slope(void *context, const double *x, double *cost, double *broken) {
    (void)context, (void)broken;
    *cost = 1000 + x[0] * x[0];
    return true;
}

static void one_number_goes_to_its_bound(void **state) {
    (void)state;
    struct minimise problem = {.count = 1,
                               .low = {500},
                               .high = {1450},
                               .x = {1450},
                               .evaluations_most = 60,
                               .evaluate = slope};
    assert_true(minimise(&problem));
    assert_true(fabs(problem.x[0] - 500) < 1);
}

// Nothing keeps it; the least broken is at 2.
static bool never(void *context, const double *x, double *cost, double *broken) {
    (void)context;
    *cost = x[0];
    broken[0] = 5 - x[0];
    return true;
}

static void what_cannot_be_kept_is_broken_least(void **state) {
    (void)state;
    struct minimise problem = {.count = 1,
                               .low = {0},
                               .high = {2},
                               .constraint_count = 1,
                               .evaluations_most = 60,
                               .evaluate = never};
    assert_true(minimise(&problem));
    assert_true(problem.x[0] > 1.99);
    assert_true(problem.broken[0] > 2.9);
}

static bool unknown(void *context, const double *x, double *cost, double *broken) {
    (void)context, (void)broken;
    *cost = x[0] < 1 ? NAN : x[0];
    return true;
}

static void no_number_is_no_optimum(void **state) {
    (void)state;
    struct minimise problem = {
        .count = 1, .low = {0}, .high = {2}, .x = {2}, .evaluations_most = 60, .evaluate = unknown};
    assert_true(minimise(&problem));
    assert_true(problem.x[0] >= 1 && problem.x[0] < 1.3);
}

static bool stop(void *context, const double *x, double *cost, double *broken) {
    (void)x, (void)broken;
    *cost = 0;
    return --*(int *)context > 0;
}

static void it_ends_when_it_is_told_to(void **state) {
    (void)state;
    int left = 12;
    struct minimise problem = {.count = 1,
                               .low = {0},
                               .high = {2},
                               .evaluations_most = 60,
                               .evaluate = stop,
                               .context = &left};
    assert_false(minimise(&problem));
    assert_int_equal(left, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_constraint_is_kept_and_nothing_is_left_on_the_table),
        cmocka_unit_test(one_number_goes_to_its_bound),
        cmocka_unit_test(what_cannot_be_kept_is_broken_least),
        cmocka_unit_test(no_number_is_no_optimum),
        cmocka_unit_test(it_ends_when_it_is_told_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
