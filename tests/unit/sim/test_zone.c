// A zone comes to the balance of what people, heating and fresh air bring, and no further.

#include "sim/zone.h"
#include "test.h"

#include <math.h>

static void zone_settle(struct zone *zone, int people, double damper) {
    zone->people = people;
    zone->meeting_s = 1e9;
    zone->damper = damper;
    for (int i = 0; i < 2000; i++)
        zone_step(zone, 60);
}

static void breath_and_fresh_air_balance(void **state) {
    (void)state;
    struct zone zone;
    zone_init(&zone, 1, 1);
    zone_settle(&zone, 10, 50);
    double expected = ZONE_OUTDOOR_CO2 + 1e6 * 10 * ZONE_BREATH / zone_air(&zone);
    assert_true(fabs(zone.carbon - expected) < 1);
    assert_true(expected > 900 && expected < 1200);
    zone_settle(&zone, 10, 100);
    assert_true(zone.carbon < 800);
    zone_settle(&zone, 0, 50);
    assert_true(fabs(zone.carbon - ZONE_OUTDOOR_CO2) < 1);
}

static void the_set_point_is_held_while_power_lasts(void **state) {
    (void)state;
    struct zone zone;
    zone_init(&zone, 1, 1);
    zone.outdoor = 5;
    zone.setpoint = 22;
    zone_settle(&zone, 3, 20);
    assert_true(fabs(zone.warmth - 22) < 1.5);
    assert_true(zone.power > 0 && zone.power < ZONE_POWER_MAX);
    zone.outdoor = -40;
    zone_settle(&zone, 0, 100);
    assert_true(zone.power == ZONE_POWER_MAX);
    assert_true(zone.warmth < 10);
}

static void a_step_may_be_long(void **state) {
    (void)state;
    struct zone one, many;
    zone_init(&one, 1, 1);
    many = one;
    one.meeting_s = many.meeting_s = 1e9;
    one.people = many.people = 8;
    zone_step(&one, 600);
    for (int i = 0; i < 600; i++)
        zone_step(&many, 1);
    assert_true(fabs(one.carbon - many.carbon) < 0.01);
    assert_true(fabs(one.water - many.water) < 0.001);
}

static void a_dead_fan_makes_it_stuffy_behind_an_open_damper(void **state) {
    (void)state;
    struct zone zone;
    zone_init(&zone, 1, 1);
    zone.damper = 100;
    zone_spoil(&zone);
    for (int i = 0; i < 300; i++) {
        zone_step(&zone, 1);
        assert_true(zone.carbon > 1000);
    }
    assert_true(zone.carbon > 1050);
}

static void more_people_make_it_damp_and_air_stays_below_saturation(void **state) {
    (void)state;
    struct zone zone;
    zone_init(&zone, 1, 1);
    zone_settle(&zone, 0, 30);
    double dry = zone.humidity;
    zone_settle(&zone, 12, 0);
    assert_true(zone.humidity > dry + 10);
    assert_true(zone.humidity <= 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(breath_and_fresh_air_balance),
        cmocka_unit_test(the_set_point_is_held_while_power_lasts),
        cmocka_unit_test(a_step_may_be_long),
        cmocka_unit_test(a_dead_fan_makes_it_stuffy_behind_an_open_damper),
        cmocka_unit_test(more_people_make_it_damp_and_air_stays_below_saturation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
