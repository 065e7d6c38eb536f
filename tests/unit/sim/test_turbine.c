// Power follows the curve, the limit and the blades; the meter adds it up; a stop takes its time.

#include "sim/turbine.h"
#include "test.h"

#include <math.h>

static void turbine_settle(struct turbine *turbine, double wind, double seconds) {
    for (double t = 0; t < seconds; t++)
        turbine_blow(turbine, wind, 240, 1);
}

static struct turbine clean(void) {
    struct turbine turbine;
    turbine_init(&turbine, 1, 1);
    turbine.fouling = 0;
    turbine.yaw = turbine.set_yaw = 240;
    return turbine;
}

static void the_curve_has_its_four_parts(void **state) {
    (void)state;
    assert_true(turbine_curve(2.9) == 0);
    assert_true(turbine_curve(3) == 0 && turbine_curve(8) > 500 && turbine_curve(8) < 700);
    assert_true(turbine_curve(12) == TURBINE_RATED_POWER);
    assert_true(turbine_curve(24) == TURBINE_RATED_POWER);
    assert_true(turbine_curve(25.1) == 0);
}

static void the_meter_is_the_sum_of_the_power(void **state) {
    (void)state;
    struct turbine turbine = clean();
    double before = turbine.energy;
    turbine_settle(&turbine, 14, 3600);
    assert_true(fabs(turbine.energy - before - TURBINE_RATED_POWER) < 1e-3);
    assert_true(fabs(turbine.gearbox_temperature - 60) < 0.1);
    assert_true(turbine.pitch > 5);
}

static void limit_fouling_and_looking_away_cost_power(void **state) {
    (void)state;
    struct turbine turbine = clean();
    turbine_settle(&turbine, 14, 60);
    assert_true(turbine.power == TURBINE_RATED_POWER);
    turbine.power_limit = 800;
    turbine_settle(&turbine, 14, 1);
    assert_true(turbine.power == 800);
    turbine = clean();
    turbine.fouling = 0.35;
    turbine_settle(&turbine, 14, 60);
    assert_true(fabs(turbine.power - 0.65 * TURBINE_RATED_POWER) < 1e-6);
    turbine = clean();
    turbine.set_yaw = 270;
    turbine_settle(&turbine, 14, 30);
    assert_true(fabs(turbine.yaw - 255) < 1e-9); // half a degree a second
    turbine_settle(&turbine, 14, 60);
    assert_true(fabs(turbine.power / TURBINE_RATED_POWER - pow(cos(M_PI / 6), 3)) < 1e-6);
}

static void it_turns_the_short_way_round(void **state) {
    (void)state;
    struct turbine turbine = clean();
    turbine.yaw = 350;
    turbine.set_yaw = 10;
    turbine_settle(&turbine, 8, 20);
    assert_true(fabs(turbine.yaw) < 1e-9 || fabs(turbine.yaw - 360) < 1e-9);
}

static void a_stopped_rotor_runs_out(void **state) {
    (void)state;
    struct turbine turbine = clean();
    turbine_settle(&turbine, 10, 120);
    assert_true(fabs(turbine.rotor_speed - TURBINE_RATED_SPEED) < 0.01);
    turbine.is_stopped = true;
    turbine_settle(&turbine, 10, 5);
    assert_true(turbine.power == 0 && turbine.rotor_speed > 5);
    turbine_settle(&turbine, 10, 120);
    assert_true(turbine.rotor_speed == 0);
    assert_true(turbine.pitch == TURBINE_FEATHERED);
}

static void turbines_of_a_farm_share_their_wind(void **state) {
    (void)state;
    struct turbine one, other, elsewhere;
    turbine_init(&one, 1, 1);
    turbine_init(&other, 1, 2);
    turbine_init(&elsewhere, 2, 1);
    double near = 0, far = 0;
    for (int i = 0; i < 3600; i++) {
        turbine_step(&one, 1);
        turbine_step(&other, 1);
        turbine_step(&elsewhere, 1);
        assert_true(one.wind_speed >= 0 && one.wind_speed < 30);
        near += pow(one.wind_speed - other.wind_speed, 2);
        far += pow(one.wind_speed - elsewhere.wind_speed, 2);
    }
    assert_true(near > 0 && near < far / 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_curve_has_its_four_parts),
        cmocka_unit_test(the_meter_is_the_sum_of_the_power),
        cmocka_unit_test(limit_fouling_and_looking_away_cost_power),
        cmocka_unit_test(it_turns_the_short_way_round),
        cmocka_unit_test(a_stopped_rotor_runs_out),
        cmocka_unit_test(turbines_of_a_farm_share_their_wind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
