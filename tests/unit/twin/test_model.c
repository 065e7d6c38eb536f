// Models: numbering, lookups, the codec, names.

#include "base/err.h"
#include "pump_model.h"
#include "test.h"
#include "twin/model.h"
#include "twin/model_codec.h"

static void fields_are_sorted_by_kind_and_references_follow(void **state) {
    (void)state;
    struct model *model = new_pump_model();
    for (int i = 1; i < model->field_count; i++)
        assert_true(model->fields[i - 1].kind <= model->fields[i].kind);
    int temperature = field_of(model, FIELD_TELEMETRY, "temperature");
    int hot = field_of(model, FIELD_PARAMETER, "hot");
    assert_int_equal(model->alarms[0].field, temperature);
    assert_int_equal(model->alarms[0].limit_field, hot);
    assert_int_equal(model->watchers[hot].alarm_count, 1); // moving the limit moves the alarm
    int vibration = field_of(model, FIELD_TELEMETRY, "vibration");
    assert_int_equal(model->estimators[0].fields[0], vibration);
    assert_int_equal(model->fields[vibration].window, 0);
    assert_int_equal(model->windows[0].field, vibration);
    model_free(model);
}

static void reported_and_desired_of_one_name_are_a_pair(void **state) {
    (void)state;
    struct model *model = new_pump_model();
    int reported = field_of(model, FIELD_REPORTED, "speed");
    int desired = field_of(model, FIELD_DESIRED, "speed");
    assert_int_not_equal(reported, desired);
    assert_int_equal(model->fields[reported].pair, desired);
    assert_int_equal(model->fields[desired].pair, reported);
    assert_int_equal(model_sample_field(model, "speed", 5), reported);
    assert_int_equal(model_sample_field(model, "spee", 4), NONE);
    assert_int_equal(model_sample_field(model, "health", 6), NONE); // devices do not send derived
    model_free(model);
}

static void a_decoded_model_is_the_same_layout(void **state) {
    (void)state;
    struct model *model = new_pump_model();
    struct buffer bytes = {0};
    model_encode(model, &bytes);
    struct reader reader = {bytes.bytes, bytes.bytes + bytes.length, 0};
    struct model *copy = model_decode(&reader, NULL);
    assert_non_null(copy);
    assert_true(copy->layout == model->layout);
    assert_string_equal(copy->alarms[0].text, "{temperature} Cel");
    assert_true(copy->fields[field_of(copy, FIELD_PARAMETER, "hot")].default_value.number == 90);
    model_free(copy);
    buffer_fini(&bytes);
    model_free(model);
}

static void every_cut_of_a_stored_model_is_refused(void **state) {
    (void)state;
    struct model *model = new_pump_model();
    struct buffer bytes = {0};
    model_encode(model, &bytes);
    for (size_t length = 0; length < bytes.length; length++) {
        struct err err = {0};
        struct reader reader = {bytes.bytes, bytes.bytes + length, 0};
        assert_null(model_decode(&reader, &err));
        assert_int_equal(err.code, ERR_INTERNAL);
    }
    buffer_fini(&bytes);
    model_free(model);
}

static void any_difference_gives_another_layout(void **state) {
    (void)state;
    struct model *a = new_pump_model(), *b = model_new("pump");
    model_add_field(b, FIELD_TELEMETRY, "temperature");
    model_finish(b);
    assert_true(a->layout != b->layout);
    model_free(a);
    model_free(b);
}

static void globs_match_as_in_a_shell(void **state) {
    (void)state;
    assert_true(glob_match("pump-*", "pump-7"));
    assert_false(glob_match("pump-*", "pum-7"));
    assert_true(glob_match("*:motor", "pump-7:motor"));
    assert_false(glob_match("*:motor", "pump-7:motor2"));
    assert_true(glob_match("a?c*", "abc"));
    assert_true(glob_match("*a*b*c", "xxaxxbxxbc"));
    assert_false(glob_match("", "x"));
}

static void ids_and_names_have_their_limits(void **state) {
    (void)state;
    char id[66];
    memset(id, 'a', sizeof id);
    assert_true(twin_id_is_valid(id, 64));
    assert_false(twin_id_is_valid(id, 65));
    assert_true(twin_id_is_valid("a.b_c~d:e-9", 11));
    assert_false(twin_id_is_valid("a/b", 3));
    assert_false(twin_id_is_valid("", 0));
    assert_false(twin_id_is_valid("a\0b", 3));
    assert_true(field_name_is_valid("t1_x", 4));
    assert_false(field_name_is_valid("1t", 2));
    assert_false(field_name_is_valid("desired", 7));
    assert_false(field_name_is_valid("commands", 8));
    assert_true(field_name_is_valid("desired_speed", 13));
}

static void a_misspelt_name_is_guessed(void **state) {
    (void)state;
    struct model *model = new_pump_model();
    assert_string_equal(model_suggest_sample(model, "temprature", 10), "temperature");
    assert_string_equal(model_suggest_sample(model, "vibraiton", 9), "vibration");
    assert_null(model_suggest_sample(model, "colour", 6));
    model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_sorted_by_kind_and_references_follow),
        cmocka_unit_test(reported_and_desired_of_one_name_are_a_pair),
        cmocka_unit_test(a_decoded_model_is_the_same_layout),
        cmocka_unit_test(every_cut_of_a_stored_model_is_refused),
        cmocka_unit_test(any_difference_gives_another_layout),
        cmocka_unit_test(globs_match_as_in_a_shell),
        cmocka_unit_test(ids_and_names_have_their_limits),
        cmocka_unit_test(a_misspelt_name_is_guessed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
