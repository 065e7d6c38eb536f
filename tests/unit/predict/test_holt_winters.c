// Against the textbook's recurrence in component form, and a series it must know by heart.

#include "kind.h"
#include "predict/holt_winters.h"

#define SEASON 12

static void a_trend_and_a_season_are_known_by_heart(void **state) {
    (void)state;
    struct under_test test = kind_begin(&holt_winters_kind, 1, (double[]){SEASON, 0.3, 0.1, 0.2});
    int count = 10 * SEASON;
    for (int i = 0; i < count; i++) {
        if (i < 2 * SEASON) assert_true(isnan(kind_read(&test, "forecast", 1)));
        kind_add(&test, 50 + 2 * sin(2 * M_PI * i / SEASON), i);
    }
    for (int ahead = 1; ahead <= 30; ahead++) {
        double truth = 50 + 2 * sin(2 * M_PI * (count + ahead - 1) / SEASON);
        assert_true(fabs(kind_read(&test, "forecast", ahead) - truth) < 1e-9);
    }
    kind_end(&test);
}

// l' = a (y - s) + (1 - a)(l + b); b' = b* (l' - l) + (1 - b*) b; s' = g (y - l - b) + (1 - g) s
// with g = gamma (1 - a): Winters' own form, of which ours is the error correction form.
static void it_equals_the_component_form(void **state) {
    (void)state;
    double a = 0.3, b = 0.1, g = 0.2 * (1 - a);
    struct under_test test = kind_begin(&holt_winters_kind, 1, (double[]){SEASON, a, b, 0.2});
    uint64_t seed = 3;
    double level = 0, trend = 0, season[SEASON], first = 0, second = 0;
    for (int i = 0; i < 40 * SEASON; i++) {
        double value = 20 + 0.05 * i + 5 * cos(2 * M_PI * i / SEASON) + kind_random(&seed);
        kind_add(&test, value, i);
        if (i < SEASON) {
            season[i] = value;
            first += value / SEASON;
        } else if (i < 2 * SEASON) {
            second += value / SEASON;
        }
        if (i == 2 * SEASON - 1) {
            for (int j = 0; j < SEASON; j++)
                season[j] -= first;
            trend = (second - first) / SEASON;
            level = second + trend * (SEASON - 1) / 2.0;
        }
        if (i < 2 * SEASON) continue;
        double *offset = &season[i % SEASON], was = level, was_trend = trend;
        level = a * (value - *offset) + (1 - a) * (was + was_trend);
        trend = b * (level - was) + (1 - b) * was_trend;
        *offset = g * (value - was - was_trend) + (1 - g) * *offset;
        assert_true(fabs(kind_read(&test, "level", 0) - level) < 1e-8);
        assert_true(fabs(kind_read(&test, "trend", 0) - trend) < 1e-9);
    }
    double ahead = kind_read(&test, "forecast", 3);
    assert_true(kind_read(&test, "low", 3) < ahead && ahead < kind_read(&test, "high", 3));
    kind_end(&test);
}

static void the_band_holds_as_often_as_it_says(void **state) {
    (void)state;
    struct under_test test = kind_begin(&holt_winters_kind, 1, (double[]){SEASON, 0.1, 0.01, 0.05});
    uint64_t seed = 11;
    int inside = 0, asked = 0;
    for (int i = 0; i < 5000; i++) {
        double noise = 0;
        for (int j = 0; j < 12; j++)
            noise += kind_random(&seed) - 0.5;
        double value = 100 + 10 * sin(2 * M_PI * i / SEASON) + noise;
        if (i > 1000) {
            asked++;
            inside += value >= kind_read(&test, "low", 1) && value <= kind_read(&test, "high", 1);
        }
        kind_add(&test, value, i);
    }
    assert_true(fabs((double)inside / asked - 0.9) < 0.03);
    assert_true(isnan(kind_read(&test, "forecast", 0)));
    kind_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trend_and_a_season_are_known_by_heart),
        cmocka_unit_test(it_equals_the_component_form),
        cmocka_unit_test(the_band_holds_as_often_as_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
