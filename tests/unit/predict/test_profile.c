// Regimes that are there are found, and values compare across them.

#include "kind.h"
#include "predict/profile.h"

#define ROWS 3000
#define WIDTH 4 // two settings, two values

static const double centres[3][2] = {{0, 100}, {20, 100}, {42, 60}};

static void make_rows(double *rows) {
    uint64_t seed = 13;
    for (int i = 0; i < ROWS; i++) {
        int regime = (int)(kind_random(&seed) * 3);
        double wear = kind_random(&seed) - 0.5, *row = rows + i * WIDTH;
        row[0] = centres[regime][0] + 0.01 * kind_random(&seed);
        row[1] = centres[regime][1];
        row[2] = 500 + 100 * regime + (regime + 1) * wear; // more in each regime
        row[3] = 7;
    }
}

static void regimes_are_found_and_values_compare(void **state) {
    (void)state;
    static double rows[ROWS * WIDTH];
    make_rows(rows);
    struct profile *profile = profile_fit(rows, ROWS, 6, 2, 2);
    assert_int_equal(profile->regimes, 3); // not the six that were allowed
    double last = NAN;
    for (int i = 0; i < 3; i++) {
        int regime = profile_regime(profile, centres[i]);
        double z = profile_standardise(profile, regime, 0, 500 + 100 * i + (i + 1) * 0.3);
        assert_true(fabs(z - 0.3 / 0.2887) < 0.1); // of a uniform distribution
        if (i > 0) assert_true(fabs(z - last) < 0.1);
        last = z;
        assert_true(isnan(profile_standardise(profile, regime, 1, 7))); // it never moved
    }
    profile_free(profile);
}

static void a_missing_setting_is_made_up_for_or_not(void **state) {
    (void)state;
    static double rows[ROWS * WIDTH];
    make_rows(rows);
    struct profile *profile = profile_fit(rows, ROWS, 6, 2, 2);
    int low = profile_regime(profile, (double[]){42, 60});
    assert_int_equal(profile_regime(profile, (double[]){NAN, 60}), low);
    assert_int_equal(profile_regime(profile, (double[]){42, NAN}), low);
    assert_int_equal(profile_regime(profile, (double[]){NAN, 100}), -1); // one of two
    assert_int_equal(profile_regime(profile, (double[]){NAN, NAN}), -1);
    assert_true(isnan(profile_standardise(profile, -1, 0, 5)));
    profile_free(profile);
    assert_null(profile_fit(rows, 1, 6, 2, 2));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regimes_are_found_and_values_compare),
        cmocka_unit_test(a_missing_setting_is_made_up_for_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
