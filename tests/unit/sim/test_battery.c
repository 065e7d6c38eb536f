// Charge is kept, heat follows the current's square, and every ampere-hour ages the cells.

#include "sim/battery.h"
#include "test.h"

#include <math.h>

static void what_is_taken_is_missing(void **state) {
    (void)state;
    struct battery battery;
    battery_init(&battery, 1, 1, 0);
    battery.charge = battery.capacity;
    double taken = 0;
    for (int i = 0; i < 3600; i++) {
        battery_step(&battery, 20000, 20, 1);
        taken += battery.current / 3600;
        // What the load gets is what the terminals show.
        assert_true(fabs(battery.voltage * battery.current - 20000) < 150);
    }
    assert_true(fabs(battery.capacity - battery.charge - taken) < 1e-6);
    assert_true(taken > 45 && taken < 60);
}

static void it_is_neither_emptied_below_nothing_nor_filled_above_all(void **state) {
    (void)state;
    struct battery battery;
    battery_init(&battery, 1, 1, 1);
    for (int i = 0; i < 20; i++)
        battery_step(&battery, 40000, 20, 600);
    assert_true(battery_soc(&battery) == 0 && battery.current == 0);
    for (int i = 0; i < 40; i++)
        battery_step(&battery, -50000, 20, 600);
    assert_true(fabs(battery_soc(&battery) - 100) < 1e-9);
}

static void heat_follows_the_square_of_the_current(void **state) {
    (void)state;
    struct battery battery;
    battery_init(&battery, 1, 1, 1);
    double warm[2], current[2];
    for (int i = 0; i < 2; i++) {
        for (int t = 0; t < 1000; t++) {
            battery.charge = battery.capacity / 2;
            battery_step(&battery, i == 0 ? 20000 : 40000, 20, 60);
        }
        warm[i] = battery.warmth - 20;
        current[i] = battery.current;
    }
    assert_true(fabs(warm[1] / warm[0] - pow(current[1] / current[0], 2)) < 0.01);
}

static void it_ages_with_what_it_moves(void **state) {
    (void)state;
    struct battery battery, idle;
    battery_init(&battery, 1, 1, 100);
    idle = battery;
    double first = battery.capacity;
    for (int i = 0; i < 20; i++) {
        for (int t = 0; t < 60; t++)
            battery_step(&battery, 40000, 20, 60);
        for (int t = 0; t < 60; t++)
            battery_step(&battery, -40000, 20, 60);
    }
    battery_step(&idle, 0, 20, 1e6);
    assert_true(battery.throughput > idle.throughput + 2000);
    assert_true(battery.capacity < 0.9 * first);
    assert_true(idle.capacity == first);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_taken_is_missing),
        cmocka_unit_test(it_is_neither_emptied_below_nothing_nor_filled_above_all),
        cmocka_unit_test(heat_follows_the_square_of_the_current),
        cmocka_unit_test(it_ages_with_what_it_moves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
