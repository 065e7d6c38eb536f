// A vehicle covers the way its speed says, obeys its limit and charges before it is empty.

#include "sim/battery.h"
#include "sim/vehicle.h"
#include "test.h"

#include <math.h>

static void the_odometer_is_the_way(void **state) {
    (void)state;
    struct vehicle vehicle;
    vehicle_init(&vehicle, 1, 1);
    double before = vehicle.odometer, way = 0, last = vehicle.speed;
    double latitude = vehicle.latitude, longitude = vehicle.longitude;
    for (int i = 0; i < 3600; i++) {
        vehicle_step(&vehicle, 60, 40, 1);
        way += (last + vehicle.speed) / 2;
        last = vehicle.speed;
    }
    assert_true(fabs((vehicle.odometer - before) * 1000 - way) < 1e-3);
    double north = (vehicle.latitude - latitude) * 111.32;
    double east = (vehicle.longitude - longitude) * 111.32 * cos(latitude * M_PI / 180);
    assert_true(hypot(north, east) > 0.1 && hypot(north, east) <= way / 1000 + 0.1);
}

static void it_keeps_to_its_limit(void **state) {
    (void)state;
    struct vehicle vehicle;
    vehicle_init(&vehicle, 1, 1);
    double fastest = 0;
    for (int i = 0; i < 3600; i++) {
        vehicle_step(&vehicle, 60, 5, 1);
        fastest = fmax(fastest, vehicle.speed);
    }
    assert_true(fastest == 5);
}

static void it_charges_before_it_is_empty_and_drives_on(void **state) {
    (void)state;
    struct vehicle vehicle;
    struct battery battery;
    vehicle_init(&vehicle, 1, 1);
    battery_init(&battery, 1, 2, 1);
    double lowest = 100;
    int charging = 0;
    for (int i = 0; i < 2 * 86400; i++) {
        vehicle_step(&vehicle, battery_soc(&battery), 40, 1);
        battery_step(&battery, vehicle.power, 15, 1);
        lowest = fmin(lowest, battery_soc(&battery));
        charging += vehicle.power < 0 && vehicle.speed == 0;
    }
    assert_true(lowest > 7 && lowest < 10.1);
    assert_in_range(charging, 3600, 86400);
}

static void speed_costs_and_braking_gives_a_part_back(void **state) {
    (void)state;
    assert_true(vehicle_power(30, 0) > 2 * vehicle_power(20, 0));
    assert_true(vehicle_power(20, -2) < 0);
    assert_true(-vehicle_power(20, -2) < vehicle_power(20, 2));
    assert_true(vehicle_power(0, 0) > 0); // lights and heating
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_odometer_is_the_way),
        cmocka_unit_test(it_keeps_to_its_limit),
        cmocka_unit_test(it_charges_before_it_is_empty_and_drives_on),
        cmocka_unit_test(speed_costs_and_braking_gives_a_part_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
