// A random walk whose variance is known, and what must not be believed.

#include "kind.h"
#include "predict/hold.h"

static void the_band_holds_a_random_walk(void **state) {
    (void)state;
    struct under_test test = kind_begin(&hold_kind, 1, (double[]){600});
    uint64_t seed = 7;
    double walk = 100;
    int inside = 0, asked = 0;
    for (int i = 0; i < 20000; i++) {
        double step = 0; // of variance 4, nearly normal
        for (int j = 0; j < 12; j++)
            step += kind_random(&seed) - 0.5;
        walk += 2 * step;
        if (i > 1000) {
            asked++;
            inside += walk >= kind_read(&test, "low", 1) && walk <= kind_read(&test, "high", 1);
        }
        kind_add(&test, walk, i);
    }
    assert_true(fabs(kind_read(&test, "rate", 0) - 4) < 1);
    assert_true(fabs((double)inside / asked - 0.95) < 0.01);
    double near = kind_read(&test, "high", 1) - walk, far = kind_read(&test, "high", 100) - walk;
    assert_true(fabs(far / near - 10) < 1e-9); // grows with the root of the age
    kind_end(&test);
}

static void silence_is_no_certainty(void **state) {
    (void)state;
    struct under_test test = kind_begin(&hold_kind, 1, (double[]){600});
    assert_true(isnan(kind_read(&test, "value", 0)));
    kind_add(&test, 5, 1);
    assert_true(kind_read(&test, "value", 0) == 5);
    assert_true(isnan(kind_read(&test, "low", 10)));
    for (int i = 2; i < 100; i++)
        kind_add(&test, 5, i); // never moved
    assert_true(isnan(kind_read(&test, "high", 10)));
    kind_add(&test, 9, 50); // older than what is held
    assert_true(kind_read(&test, "value", 0) == 5);
    kind_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_band_holds_a_random_walk),
        cmocka_unit_test(silence_is_no_certainty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
