// The line, its crossing and the band, against figures computed another way: the line in exact
// fractions, the band by bisection of its defining inequality, Student's t by numeric integration.

#include "predict/trend.h"
#include "test.h"

#include <math.h>

static const struct window_point seven[] = {{-3600, 2.0}, {-3000, 2.3}, {-2400, 2.1}, {-1800, 2.9},
                                            {-1200, 2.7}, {-600, 3.4},  {0, 3.3}};

static void a_line_is_the_least_squares_one(void **state) {
    (void)state;
    struct trend trend;
    trend_fit(&trend, seven, 7, 3600);
    assert_int_equal(trend.count, 7);
    assert_float_equal(trend.slope, 1.4357142857142857, 1e-12);
    assert_float_equal(trend.intercept, 3.3892857142857142, 1e-12);
    assert_float_equal(trend.last, 3.3892857142857142, 1e-12);
    assert_float_equal(trend.r2, 0.846342383107089, 1e-12);
    assert_float_equal(trend.noise, 0.24127636791506482, 1e-12);
    trend_fit(&trend, seven, 7, 60);
    assert_float_equal(trend.slope, 1.4357142857142857 / 60, 1e-12);
}

static void few_or_equal_points_have_no_slope(void **state) {
    (void)state;
    const struct window_point same[] = {{-5, 1}, {-5, 2}, {-5, 3}};
    struct trend trend;
    trend_fit(&trend, NULL, 0, 1);
    assert_true(trend.slope == 0 && trend.r2 == 0 && trend.intercept == 0);
    trend_fit(&trend, seven, 1, 3600);
    assert_true(trend.slope == 0 && trend.last == 2.0);
    trend_fit(&trend, same, 3, 1);
    assert_true(trend.slope == 0 && trend.intercept == 2);
    const struct window_point flat[] = {{-3, 4}, {-2, 4}, {-1, 4}};
    trend_fit(&trend, flat, 3, 1);
    assert_true(trend.slope == 0 && trend.r2 == 0 && trend.noise == 0);
}

static void student_is_that_of_the_tables(void **state) {
    (void)state;
    static const struct {
        double band, freedom, t;
    } known[] = {{0.9, 2, 2.919985580353768},   {0.9, 5, 2.015048373333041},
                 {0.8, 10, 1.3721836411103365}, {0.95, 1, 12.706204736174698},
                 {0.99, 30, 2.749995653567116}, {0.9, 126, 1.6570369819907107},
                 {0.5, 3, 0.7648923284043487}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        assert_float_equal(trend_student(known[i].band, known[i].freedom), known[i].t, 1e-8);
}

static void a_crossing_has_fiellers_band(void **state) {
    (void)state;
    static const struct {
        double limit, band, value, low, high;
    } known[] = {{7.1, 0.9, 2.5845771144278604, 1.7218802008288603, 4.5141367118096625},
                 {4.0, 0.9, 0.4253731343283582, 0.1461858256080073, 1.0246192481835497},
                 {4.0, 0.5, 0.4253731343283582, 0.304754834251571, 0.5821730450228522}};
    struct trend trend;
    struct trend_reach reach;
    const char *why;
    trend_fit(&trend, seven, 7, 3600);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        assert_true(trend_reach(&trend, known[i].limit, TREND_UP, known[i].band, &reach, &why));
        assert_float_equal(reach.value, known[i].value, 1e-9);
        assert_float_equal(reach.low, known[i].low, 1e-7);
        assert_float_equal(reach.high, known[i].high, 1e-7);
    }
}

static void a_falling_line_reaches_a_lower_limit_alike(void **state) {
    (void)state;
    struct window_point mirrored[7];
    for (int i = 0; i < 7; i++)
        mirrored[i] = (struct window_point){seven[i].seconds, -seven[i].value};
    struct trend trend;
    struct trend_reach reach;
    const char *why;
    trend_fit(&trend, mirrored, 7, 3600);
    assert_true(trend_reach(&trend, -7.1, TREND_DOWN, 0.9, &reach, &why));
    assert_float_equal(reach.low, 1.7218802008288603, 1e-7);
    assert_float_equal(reach.high, 4.5141367118096625, 1e-7);
    assert_true(trend_reach(&trend, -7.1, TREND_EITHER, 0.9, &reach, &why));
}

static void points_on_a_line_have_no_band(void **state) {
    (void)state;
    const struct window_point line[] = {{-3, 1}, {-2, 2}, {-1, 3}};
    struct trend trend;
    struct trend_reach reach;
    const char *why;
    trend_fit(&trend, line, 3, 1);
    assert_float_equal(trend.r2, 1, 1e-12);
    assert_float_equal(trend.intercept, 4, 1e-12);
    assert_float_equal(trend.last, 3, 1e-12);
    assert_true(trend_reach(&trend, 10, TREND_UP, 0.9, &reach, &why));
    assert_float_equal(reach.value, 6, 1e-9);
    assert_float_equal(reach.low, 6, 1e-9);
    assert_float_equal(reach.high, 6, 1e-9);
}

static void a_slope_that_may_be_flat_has_no_upper_end(void **state) {
    (void)state;
    const struct window_point rising[] = {
        {-400, 1.0}, {-300, 1.9}, {-200, 1.5}, {-100, 2.9}, {0, 1.8}};
    const struct window_point shaking[] = {
        {-400, 1.0}, {-300, 3.0}, {-200, 0.5}, {-100, 2.9}, {0, 1.6}};
    struct trend trend;
    struct trend_reach reach;
    const char *why;
    trend_fit(&trend, rising, 5, 1);
    assert_true(trend_reach(&trend, 4, TREND_UP, 0.9, &reach, &why));
    assert_float_equal(reach.value, 638.4615384615386, 1e-6);
    assert_float_equal(reach.low, 70.14542600345078, 1e-6);
    assert_float_equal(reach.high, 6384.615384615386, 1e-5); // ten times the value
    // Here even the line's place is unsure: from now on until ten times the value.
    trend_fit(&trend, shaking, 5, 1);
    assert_true(trend_reach(&trend, 2.05, TREND_UP, 0.9, &reach, &why));
    assert_float_equal(reach.low, 0, 0);
    assert_float_equal(reach.high, 10 * reach.value, 1e-9);
}

static void what_is_past_is_now(void **state) {
    (void)state;
    struct trend trend;
    struct trend_reach reach;
    const char *why;
    trend_fit(&trend, seven, 7, 3600);
    assert_true(trend_reach(&trend, 3, TREND_UP, 0.9, &reach, &why));
    assert_true(reach.value == 0 && reach.low == 0 && reach.high == 0);
    assert_true(trend_reach(&trend, 5, TREND_DOWN, 0.9, &reach, &why)); // below it already
    assert_true(reach.value == 0);
}

static void a_line_that_never_arrives_says_why(void **state) {
    (void)state;
    const struct window_point flat[] = {{-3, 4}, {-2, 4}, {-1, 4}};
    struct trend trend;
    struct trend_reach reach;
    const char *why;
    trend_fit(&trend, seven, 7, 3600);
    assert_false(trend_reach(&trend, 1, TREND_DOWN, 0.9, &reach, &why));
    assert_string_equal(why, "it is rising, away from the limit");
    assert_false(trend_reach(&trend, 1, TREND_EITHER, 0.9, &reach, &why));
    trend_fit(&trend, flat, 3, 1);
    assert_false(trend_reach(&trend, 5, TREND_UP, 0.9, &reach, &why));
    assert_string_equal(why, "it is flat");
    trend_fit(&trend, seven, 2, 3600);
    assert_false(trend_reach(&trend, 5, TREND_UP, 0.9, &reach, &why));
    assert_string_equal(why, "fewer than three points");
    const struct window_point slow[] = {{-3, 4}, {-2, 4}, {-1, 4 + 1e-15}};
    trend_fit(&trend, slow, 3, 1);
    assert_false(trend_reach(&trend, 1e300, TREND_UP, 0.9, &reach, &why));
    assert_string_equal(why, "so slow that no time can be told");
}

// Whatever the points: finite, ascending, never before now.
static void a_band_is_always_in_order(void **state) {
    (void)state;
    uint64_t chance = 7;
    for (int round = 0; round < 20000; round++) {
        struct window_point points[12];
        int count = 3 + round % 10;
        double scale = pow(10, round % 7 - 3);
        for (int i = 0; i < count; i++) {
            chance = chance * 6364136223846793005u + 1442695040888963407u;
            points[i].seconds = (i - count) * scale;
            points[i].value = (double)(chance >> 40) / (1 << 24) + 0.05 * i;
        }
        struct trend trend;
        struct trend_reach reach;
        const char *why;
        trend_fit(&trend, points, count, 1);
        if (!trend_reach(&trend, 1.5, TREND_UP, 0.9, &reach, &why)) continue;
        assert_true(isfinite(reach.low) && isfinite(reach.value) && isfinite(reach.high));
        assert_true(0 <= reach.low && reach.low <= reach.value && reach.value <= reach.high);
        assert_true(reach.high <= 10 * reach.value);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_the_least_squares_one),
        cmocka_unit_test(few_or_equal_points_have_no_slope),
        cmocka_unit_test(student_is_that_of_the_tables),
        cmocka_unit_test(a_crossing_has_fiellers_band),
        cmocka_unit_test(a_falling_line_reaches_a_lower_limit_alike),
        cmocka_unit_test(points_on_a_line_have_no_band),
        cmocka_unit_test(a_slope_that_may_be_flat_has_no_upper_end),
        cmocka_unit_test(what_is_past_is_now),
        cmocka_unit_test(a_line_that_never_arrives_says_why),
        cmocka_unit_test(a_band_is_always_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
