// A pump wears, heats, fails and is put right; a failing one shows it as a trend that can be
// forecast.

#include "sim/pump.h"
#include "test.h"

#include <math.h>

#define AMBIENT 22.0
#define LIMIT 7.1 // mm/s

static void a_sound_pump_stays_as_it_is_for_a_day(void **state) {
    (void)state;
    struct pump pump;
    pump_init(&pump, 1, 1, 1);
    double first = pump.wear;
    for (int i = 0; i < 86400; i++) {
        pump_step(&pump, AMBIENT, 1);
        assert_true(pump.temperature > 40 && pump.temperature < 70);
        assert_true(pump.vibration > 1 && pump.vibration < 5);
        assert_true(fabs(pump.flow - PUMP_RATED_FLOW) < 0.1 * PUMP_RATED_FLOW);
    }
    assert_true(pump.wear > first && pump.wear < first + 0.02);
}

static void the_same_seed_gives_the_same_pump(void **state) {
    (void)state;
    struct pump one, other, third;
    pump_init(&one, 7, 3, 1);
    pump_init(&other, 7, 3, 1);
    pump_init(&third, 7, 4, 1);
    for (int i = 0; i < 100; i++) {
        pump_step(&one, AMBIENT, 1);
        pump_step(&other, AMBIENT, 1);
        pump_step(&third, AMBIENT, 1);
    }
    assert_memory_equal(&one, &other, sizeof one);
    assert_true(one.vibration != third.vibration);
}

static void a_failing_pump_rises_straight_to_the_limit_in_a_hundred_seconds(void **state) {
    (void)state;
    for (uint64_t number = 0; number < 50; number++) {
        struct pump pump;
        pump_init(&pump, 1, number, 1);
        pump_spoil(&pump);
        double sum_t = 0, sum_v = 0, sum_tt = 0, sum_tv = 0, worst = 0;
        double vibration[60];
        for (int t = 0; t < 60; t++) { // a minute of samples is what a forecast has
            pump_step(&pump, AMBIENT, 1);
            vibration[t] = pump.vibration;
            sum_t += t, sum_v += vibration[t], sum_tt += t * t, sum_tv += t * vibration[t];
        }
        double slope = (60 * sum_tv - sum_t * sum_v) / (60 * sum_tt - sum_t * sum_t);
        double first = (sum_v - slope * sum_t) / 60;
        for (int t = 0; t < 60; t++)
            worst = fmax(worst, fabs(vibration[t] - first - slope * t));
        double forecast = (LIMIT - first) / slope;
        assert_true(first > 1.4 && first < 2.6);
        assert_true(worst < 0.4);
        int crossed = 60;
        for (; pump.vibration < LIMIT; crossed++)
            pump_step(&pump, AMBIENT, 1);
        assert_in_range(crossed, 85, 115);
        assert_true(fabs(forecast - crossed) < 10);
    }
}

static void a_failed_pump_shakes_heats_and_hardly_pumps_until_it_is_repaired(void **state) {
    (void)state;
    struct pump pump;
    pump_init(&pump, 1, 1, 1);
    pump_spoil(&pump);
    for (int i = 0; i < 260; i++)
        pump_step(&pump, AMBIENT, 1);
    assert_true(pump.wear == 1);
    assert_true(pump.vibration > 12);
    assert_true(pump.temperature > 90);
    assert_true(pump.flow < 0.3 * PUMP_RATED_FLOW);
    for (int i = 0; i < 400; i++)
        pump_step(&pump, AMBIENT, 1);
    assert_true(pump.wear < 0.01); // and the new bearing is an ordinary one
    assert_true(pump.vibration < 3);
    assert_true(pump.flow > 0.9 * PUMP_RATED_FLOW);
}

static void a_slower_pump_shakes_less_runs_cooler_and_wears_less(void **state) {
    (void)state;
    struct pump slow, fast;
    pump_init(&slow, 1, 1, 1);
    pump_init(&fast, 1, 1, 1);
    pump_spoil(&slow);
    pump_spoil(&fast);
    slow.set_speed = PUMP_RATED_SPEED / 2;
    for (int i = 0; i < 100; i++) {
        pump_step(&slow, AMBIENT, 1);
        pump_step(&fast, AMBIENT, 1);
    }
    assert_true(slow.wear < 0.5 * fast.wear);
    assert_true(slow.vibration < 0.5 * fast.vibration);
    assert_true(slow.temperature < fast.temperature - 15);
    assert_true(fabs(slow.flow / fast.flow - 0.5) < 0.1);
    assert_true(slow.power < 0.2 * fast.power);
}

static void speed_ramps_and_lands_exactly(void **state) {
    (void)state;
    struct pump pump;
    pump_init(&pump, 1, 1, 1);
    pump.set_speed = 725.3;
    pump_step(&pump, AMBIENT, 1);
    assert_true(pump.speed == 1350);
    for (int i = 0; i < 7; i++)
        pump_step(&pump, AMBIENT, 1);
    assert_true(pump.speed == 725.3);
    pump.set_speed = 1e9;
    for (int i = 0; i < 60; i++)
        pump_step(&pump, AMBIENT, 1);
    assert_true(pump.speed == PUMP_MAX_SPEED);
}

static void a_standing_pump_gives_nothing_and_cools(void **state) {
    (void)state;
    struct pump pump;
    pump_init(&pump, 1, 1, 1);
    pump.set_speed = -5;
    for (int i = 0; i < 600; i++)
        pump_step(&pump, AMBIENT, 1);
    assert_true(pump.speed == 0 && pump.flow == 0 && pump.power == 0);
    assert_true(fabs(pump.temperature - AMBIENT) < 1);
}

static void long_steps_and_short_ones_agree(void **state) {
    (void)state;
    struct pump coarse, fine;
    pump_init(&coarse, 1, 1, 1000);
    pump_init(&fine, 1, 1, 1000);
    for (int i = 0; i < 60; i++)
        pump_step(&coarse, AMBIENT, 60);
    for (int i = 0; i < 3600; i++)
        pump_step(&fine, AMBIENT, 1);
    assert_true(fabs(coarse.wear - fine.wear) < 0.02);
    assert_true(fabs(coarse.temperature - fine.temperature) < 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_pump_stays_as_it_is_for_a_day),
        cmocka_unit_test(the_same_seed_gives_the_same_pump),
        cmocka_unit_test(a_failing_pump_rises_straight_to_the_limit_in_a_hundred_seconds),
        cmocka_unit_test(a_failed_pump_shakes_heats_and_hardly_pumps_until_it_is_repaired),
        cmocka_unit_test(a_slower_pump_shakes_less_runs_cooler_and_wears_less),
        cmocka_unit_test(speed_ramps_and_lands_exactly),
        cmocka_unit_test(a_standing_pump_gives_nothing_and_cools),
        cmocka_unit_test(long_steps_and_short_ones_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
