// `where`: what it finds, and what it says of an expression that it does not understand.

#include "plant.h"
#include "push/where.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

struct fixture {
    struct plant plant;
    struct twin *hot, *cold, *tank;
};

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof *fixture);
    plant_init(&fixture->plant);
    fixture->hot = plant_create(&fixture->plant, "pump", "pump-1");
    fixture->cold = plant_create(&fixture->plant, "pump", "pump-2");
    fixture->tank = plant_create(&fixture->plant, "tank", "tank-1");
    plant_sample(&fixture->plant, fixture->hot, "temperature", value_number(95));
    plant_sample(&fixture->plant, fixture->hot, "mode", value_text("auto", 4));
    plant_sample(&fixture->plant, fixture->cold, "temperature", value_number(20));
    plant_sample(&fixture->plant, fixture->cold, "speed", value_number(1200));
    plant_sample(&fixture->plant, fixture->tank, "level", value_number(50));
    plant_forecast(&fixture->plant, fixture->hot, 120);
    *state = fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    plant_fini(&fixture->plant);
    free(fixture);
    return 0;
}

// Which of the three fit: bits 1 hot, 2 cold, 4 tank.
static int fits(struct fixture *fixture, const char *text) {
    struct err err = {0};
    struct where *where = where_parse(text, fixture->plant.world, &err);
    if (!where) fail_msg("%s: %s", text, err.text);
    int found = where_fits(where, fixture->hot) | where_fits(where, fixture->cold) << 1 |
                where_fits(where, fixture->tank) << 2;
    where_free(where);
    return found;
}

static void numbers_compare_in_every_way(void **state) {
    assert_int_equal(fits(*state, "temperature>80"), 1);
    assert_int_equal(fits(*state, "temperature > 95"), 0);
    assert_int_equal(fits(*state, "temperature >= 95"), 1);
    assert_int_equal(fits(*state, "temperature < 95"), 2);
    assert_int_equal(fits(*state, "temperature<=95"), 3);
    assert_int_equal(fits(*state, "temperature == 2e1"), 2);
    assert_int_equal(fits(*state, "temperature = 20"), 2);
    assert_int_equal(fits(*state, "temperature != 20"), 1);
    assert_int_equal(fits(*state, "temperature > -20.5"), 3);
}

static void a_missing_value_fits_nothing(void **state) {
    assert_int_equal(fits(*state, "vibration != 1"), 0);
    assert_int_equal(fits(*state, "level == 50"), 4);
    assert_int_equal(fits(*state, "level != 51"), 4);
}

static void a_value_of_another_type_fits_nothing(void **state) {
    assert_int_equal(fits(*state, "temperature == auto"), 0);
    assert_int_equal(fits(*state, "temperature != auto"), 0);
    assert_int_equal(fits(*state, "mode > 1"), 0);
}

static void terms_are_joined_by_and(void **state) {
    assert_int_equal(fits(*state, "temperature > 10 and temperature < 30"), 2);
    assert_int_equal(fits(*state, "temperature > 10 and mode == auto and hot == 90"), 1);
}

static void text_is_a_word_or_quoted(void **state) {
    assert_int_equal(fits(*state, "mode == auto"), 1);
    assert_int_equal(fits(*state, "mode == \"auto\""), 1);
    assert_int_equal(fits(*state, "mode == \"auto and more\""), 0);
    assert_int_equal(fits(*state, "mode != manual"), 1);
}

static void a_property_is_reported_or_desired(void **state) {
    struct fixture *fixture = *state;
    plant_open(&fixture->plant, fixture->hot);
    int field = model_field(fixture->hot->model, FIELD_DESIRED, "speed", 5);
    changes_set(&fixture->plant.changes, field, value_number(900), NULL);
    plant_close(&fixture->plant);
    assert_int_equal(fits(fixture, "speed == 1200"), 2);
    assert_int_equal(fits(fixture, "speed.reported == 1200"), 2);
    assert_int_equal(fits(fixture, "speed.desired == 900"), 1);
    assert_int_equal(fits(fixture, "speed.desired == 1200"), 0);
}

static void parameters_and_predictions_are_values_too(void **state) {
    assert_int_equal(fits(*state, "hot == 90"), 3);
    assert_int_equal(fits(*state, "bearing_wear < 168"), 1);
}

static void alarms_are_active_or_clear_and_have_a_worst(void **state) {
    assert_int_equal(fits(*state, "alarm.overheating == active"), 1);
    assert_int_equal(fits(*state, "alarm.overheating == clear"), 2);
    assert_int_equal(fits(*state, "alarm.overheating != active"), 2);
    assert_int_equal(fits(*state, "alarm >= warning"), 1);
    assert_int_equal(fits(*state, "alarm == none"), 6);
    assert_int_equal(fits(*state, "alarm < critical"), 6);
}

static void quality_is_that_of_the_newest_sample(void **state) {
    struct fixture *fixture = *state;
    plant_sample(&fixture->plant, fixture->cold, "temperature", value_number(999));
    assert_int_equal(fits(fixture, "temperature.quality == bad"), 2);
    assert_int_equal(fits(fixture, "temperature.quality == good"), 1);
}

static void id_and_model_are_globs(void **state) {
    assert_int_equal(fits(*state, "id == pump-2"), 2);
    assert_int_equal(fits(*state, "id == pump-*"), 3);
    assert_int_equal(fits(*state, "id != pump-*"), 4);
    assert_int_equal(fits(*state, "model == tank"), 4);
}

static void refused(struct fixture *fixture, const char *text, const char *why) {
    struct err err = {0};
    struct where *where = where_parse(text, fixture->plant.world, &err);
    assert_null(where);
    assert_int_equal(err.code, ERR_INVALID);
    if (!strstr(err.text, why)) fail_msg("%s: '%s' does not say '%s'", text, err.text, why);
}

static void what_is_malformed_is_named(void **state) {
    refused(*state, "", "the name of a field");
    refused(*state, "temperature", "one of ==");
    refused(*state, "temperature >", "a number");
    refused(*state, "temperature > 80 or mode == auto", "'and' or the end");
    refused(*state, "temperature > 80 and", "'and' or the end");
    refused(*state, "temperature > hot", "a number after");
    refused(*state, "mode == \"auto", "a number, word");
    refused(*state, "temprature > 80", "did you mean 'temperature'?");
    refused(*state, "alarm.overheatin == active", "did you mean 'overheating'?");
    refused(*state, "alarm.overheating == on", "active or clear");
    refused(*state, "alarm == bad", "none, info, warning and critical");
    refused(*state, "speed.wanted == 1", "no model has a field named 'speed.wanted'");
    refused(*state,
            "temperature == 1 and temperature == 1 and temperature == 1 and temperature == 1 and "
            "temperature == 1 and temperature == 1 and temperature == 1 and temperature == 1 and "
            "temperature == 1 and temperature == 1 and temperature == 1 and temperature == 1 and "
            "temperature == 1 and temperature == 1 and temperature == 1 and temperature == 1 and "
            "temperature == 1",
            "more than 16");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers_compare_in_every_way, setup, teardown),
        cmocka_unit_test_setup_teardown(a_missing_value_fits_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_value_of_another_type_fits_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(terms_are_joined_by_and, setup, teardown),
        cmocka_unit_test_setup_teardown(text_is_a_word_or_quoted, setup, teardown),
        cmocka_unit_test_setup_teardown(a_property_is_reported_or_desired, setup, teardown),
        cmocka_unit_test_setup_teardown(parameters_and_predictions_are_values_too, setup, teardown),
        cmocka_unit_test_setup_teardown(alarms_are_active_or_clear_and_have_a_worst, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(quality_is_that_of_the_newest_sample, setup, teardown),
        cmocka_unit_test_setup_teardown(id_and_model_are_globs, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_malformed_is_named, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
