// A relation that is known, what a penalty does to it, and features that are missing or never move.

#include "kind.h"
#include "predict/ridge.h"

#define ROWS 500
#define WIDTH 5 // target, then four features

static bool all(void *context, const float *row) {
    (void)context, (void)row;
    return true;
}

static bool none(void *context, const float *row) {
    (void)context, (void)row;
    return false;
}

static void make(float *rows) {
    uint64_t seed = 3;
    for (int i = 0; i < ROWS; i++) {
        float *row = rows + i * WIDTH;
        for (int j = 1; j < WIDTH; j++)
            row[j] = (float)(100 * j + kind_random(&seed));
        row[4] = 7; // never moves
        row[0] = 3 + 2 * (row[1] - 100) - 5 * (row[2] - 200);
        if (i % 10 == 0) row[3] = NAN;
    }
}

static void a_straight_relation_is_found(void **state) {
    (void)state;
    static float rows[ROWS * WIDTH];
    make(rows);
    struct ridge *ridge = ridge_fit(rows, ROWS, WIDTH, 0, 1, 4, 1e-6, all, NULL);
    double known[] = {100.25, 200.5, 300.1, 7}, missing[] = {100.25, 200.5, NAN, NAN};
    assert_true(fabs(ridge_value(ridge, known) - (3 + 0.5 - 2.5)) < 1e-3);
    assert_true(fabs(ridge_value(ridge, missing) - (3 + 0.5 - 2.5)) < 1e-2);
    struct ridge *held = ridge_fit(rows, ROWS, WIDTH, 0, 1, 4, ROWS, all, NULL);
    assert_true(fabs(held->weights[1] - ridge->weights[1] / 2) < 0.05 * fabs(ridge->weights[1]));
    ridge_free(held); // a penalty as large as the data halves it
    ridge_free(ridge);
    assert_null(ridge_fit(rows, ROWS, WIDTH, 0, 1, 4, 1, none, NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_straight_relation_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
