// A tank keeps its mass, finds a level, and never holds more or less than it can.

#include "sim/tank.h"
#include "test.h"

#include <math.h>

#define AMBIENT 22.0
#define RATED 840.0 // l/min

static void what_comes_in_less_what_goes_out_is_what_is_there(void **state) {
    (void)state;
    struct tank tank;
    tank_init(&tank, 1, 1, RATED);
    double before = tank.content, balance = 0;
    for (int i = 0; i < 600; i++) {
        tank_step(&tank, RATED * 0.8, 18, AMBIENT, 1);
        balance += (tank.inflow - tank.outflow) / 60;
    }
    assert_true(fabs(tank.content - before - balance) < 1e-6 * before);
}

static void a_tank_that_loses_half_its_inflow_finds_a_lower_level(void **state) {
    (void)state;
    struct tank tank;
    tank_init(&tank, 1, 1, RATED);
    for (int i = 0; i < 3600; i++) {
        tank_step(&tank, RATED, 18, AMBIENT, 1);
        assert_true(tank.level > 1.2 && tank.level < 2.5);
    }
    for (int i = 0; i < 3600; i++)
        tank_step(&tank, RATED / 2, 18, AMBIENT, 1);
    assert_true(tank.level > 0.2 && tank.level < 0.9);
}

static void a_tank_runs_neither_over_nor_dry(void **state) {
    (void)state;
    struct tank tank;
    tank_init(&tank, 1, 1, RATED);
    for (int i = 0; i < 3600; i++)
        tank_step(&tank, 10 * RATED, 18, AMBIENT, 1);
    assert_true(fabs(tank.level - TANK_HEIGHT) < 0.02);
    for (int i = 0; i < 20000; i++) {
        tank_step(&tank, 0, 18, AMBIENT, 1);
        assert_true(tank.level >= 0 && tank.content >= 0);
    }
    assert_true(tank.level < 0.05);
}

static void its_water_takes_the_inflow_s_temperature(void **state) {
    (void)state;
    struct tank tank;
    tank_init(&tank, 1, 1, RATED);
    for (int i = 0; i < 1800; i++)
        tank_step(&tank, RATED, 40, AMBIENT, 1);
    assert_true(tank.temperature > 37 && tank.temperature < 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_in_less_what_goes_out_is_what_is_there),
        cmocka_unit_test(a_tank_that_loses_half_its_inflow_finds_a_lower_level),
        cmocka_unit_test(a_tank_runs_neither_over_nor_dry),
        cmocka_unit_test(its_water_takes_the_inflow_s_temperature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
