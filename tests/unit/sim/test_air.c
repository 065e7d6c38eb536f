// A day at the road has its rush hours, and every sensor tells of what it is for.

#include "sim/air.h"
#include "test.h"

#include <math.h>

static void air_until(struct air *air, double hour) {
    air->time = 3600 * hour - 60;
    air_step(air, 60);
}

static void the_rush_hour_is_worse_than_the_night(void **state) {
    (void)state;
    struct air air;
    air_init(&air, 1, 1);
    air.calm = 1;
    air_until(&air, 4);
    double co = air.co, s1 = air.s1_co, s3 = air.s3_nox;
    air.calm = 1;
    air_until(&air, 18.5);
    assert_true(air.co > 3 * co);
    assert_true(air.s1_co > s1 + 100);
    assert_true(air.s3_nox < s3 - 100); // it falls with what it is for
}

static void a_day_stays_within_what_was_seen(void **state) {
    (void)state;
    struct air air;
    air_init(&air, 1, 2);
    int away = 0;
    for (int i = 0; i < 2 * 1440; i++) {
        air_step(&air, 60);
        assert_true(air.s1_co > 500 && air.s1_co < 2800);
        assert_true(air.s3_nox > 200 && air.s3_nox < 2700);
        assert_true(air.s5_o3 > 200 && air.s5_o3 < 3000);
        assert_true(air.humidity > 9 && air.humidity < 90);
        assert_true(air.vapour > 0.18 && air.vapour < 2.3);
        away += !air.has_reference;
    }
    assert_in_range(away, 20, 1000); // the analyser is away at times, and not for ever
}

static void the_same_seed_gives_the_same_air(void **state) {
    (void)state;
    struct air one, other, third;
    air_init(&one, 3, 1);
    air_init(&other, 3, 1);
    air_init(&third, 3, 2);
    for (int i = 0; i < 100; i++) {
        air_step(&one, 1);
        air_step(&other, 1);
        air_step(&third, 1);
    }
    assert_memory_equal(&one, &other, sizeof one);
    assert_true(one.s1_co != third.s1_co);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rush_hour_is_worse_than_the_night),
        cmocka_unit_test(a_day_stays_within_what_was_seen),
        cmocka_unit_test(the_same_seed_gives_the_same_air),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
