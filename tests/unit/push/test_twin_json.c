// A twin, an alarm and a model as JSON, to the letter.

#include "base/json.h"
#include "plant.h"
#include "push/alarm_text.h"
#include "push/model_json.h"
#include "push/twin_json.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

static int setup(void **state) {
    struct plant *plant = calloc(1, sizeof *plant);
    plant_init(plant);
    *state = plant;
    return 0;
}

static int teardown(void **state) {
    plant_fini(*state);
    free(*state);
    return 0;
}

static const char *twin_text(struct plant *plant, const struct twin *twin, const char *fields,
                             struct buffer *out) {
    out->length = 0;
    twin_json_write(plant->world, twin, fields, out);
    buffer_byte(out, 0);
    return (const char *)out->bytes;
}

static void a_fresh_twin_shows_what_it_will_have(void **state) {
    struct plant *plant = *state;
    struct buffer out = {0};
    struct twin *pump = plant_create(plant, "pump", "pump-1");
    assert_string_equal(
        twin_text(plant, pump, NULL, &out),
        "{\"id\":\"pump-1\",\"model\":\"pump\",\"level\":\"asset\",\"lifecycle\":\"in_service\","
        "\"rev\":1,\"version\":"
        "\"00000000\","
        "\"created_at\":\"2026-11-22T18:00:00.000Z\",\"attributes\":{},"
        "\"parameters\":{\"hot\":{\"value\":90,\"unit\":\"Cel\"}},"
        "\"telemetry\":{\"temperature\":{\"value\":null,\"unit\":\"Cel\"},"
        "\"vibration\":{\"value\":null,\"unit\":\"mm/s\"}},"
        "\"properties\":{\"speed\":{\"reported\":null,\"desired\":null,\"unit\":\"1/min\"},"
        "\"mode\":{\"reported\":null,\"unit\":\"\"}},"
        "\"derived\":{\"health\":{\"value\":null,\"unit\":\"%\"}},"
        "\"alarms\":{\"overheating\":{\"severity\":\"critical\",\"active\":false,\"acked\":false,"
        "\"muted\":false},"
        "\"shaking\":{\"severity\":\"warning\",\"active\":false,\"acked\":false,\"muted\":false}},"
        "\"predictions\":{\"bearing_wear\":{\"value\":null,\"unit\":\"h\",\"of\":\"vibration\","
        "\"band\":0.9}},"
        "\"commands\":[],\"relationships\":{}}");
    buffer_fini(&out);
}

static void values_have_units_times_and_quality(void **state) {
    struct plant *plant = *state;
    struct buffer out = {0};
    struct twin *pump = plant_create(plant, "pump", "pump-1");
    plant_sample(plant, pump, "temperature", value_number(88.1));
    plant_sample(plant, pump, "vibration", value_number(1e9)); // no range: good
    plant_sample(plant, pump, "speed", value_number(1450));
    plant_sample(plant, pump, "temperature", value_number(999));
    assert_string_equal(
        twin_text(plant, pump, "temperature,speed,nothing", &out) + strlen("{\"id\":\"pump-1\","),
        "\"model\":\"pump\",\"level\":\"asset\",\"lifecycle\":\"in_service\",\"rev\":5,\"version\":"
        "\"00000000\","
        "\"created_at\":\"2026-11-22T18:00:00.000Z\",\"attributes\":{},"
        "\"telemetry\":{\"temperature\":{\"value\":999,\"unit\":\"Cel\","
        "\"at\":\"2026-11-22T18:00:00.004Z\",\"quality\":\"bad\"}},"
        "\"properties\":{\"speed\":{\"reported\":1450,\"desired\":null,\"unit\":\"1/min\","
        "\"at\":\"2026-11-22T18:00:00.003Z\",\"quality\":\"good\"}},\"relationships\":{}}");
    buffer_fini(&out);
}

static void empty_fields_leave_the_head_only(void **state) {
    struct plant *plant = *state;
    struct buffer out = {0};
    struct twin *tank = plant_create(plant, "tank", "tank-1");
    assert_string_equal(twin_text(plant, tank, "", &out),
                        "{\"id\":\"tank-1\",\"model\":\"tank\",\"level\":\"asset\",\"lifecycle\":"
                        "\"in_service\",\"rev\":1,"
                        "\"version\":\"00000000\",\"created_at\":\"2026-11-22T18:00:00.000Z\","
                        "\"attributes\":{},\"relationships\":{}}");
    buffer_fini(&out);
}

static void an_active_alarm_and_a_forecast_say_more(void **state) {
    struct plant *plant = *state;
    struct buffer out = {0};
    struct twin *pump = plant_create(plant, "pump", "pump-1");
    plant_sample(plant, pump, "temperature", value_number(95.12345678));
    plant_forecast(plant, pump, 120.5);
    const char *text = twin_text(plant, pump, "overheating,bearing_wear", &out);
    assert_non_null(strstr(text,
                           "\"alarms\":{\"overheating\":{\"severity\":\"critical\",\"active\":true,"
                           "\"acked\":false,\"muted\":false,\"since\":\"2026-11-22T18:00:00.001Z\","
                           "\"text\":\"95.123 Cel\",\"advice\":\"Check the {nothing}\"}}"));
    assert_non_null(
        strstr(text, "\"predictions\":{\"bearing_wear\":{\"value\":120.5,\"low\":110.5,"
                     "\"high\":130.5,\"unit\":\"h\",\"at\":\"2026-11-22T18:00:00.001Z\","
                     "\"due\":\"2026-11-27T18:30:00.001Z\",\"of\":\"vibration\",\"band\":0.9}}"));
    out.length = 0;
    alarm_json_write(pump, 0, &out);
    buffer_byte(&out, 0);
    assert_string_equal(
        (char *)out.bytes,
        "{\"id\":\"pump-1.overheating\",\"twin\":\"pump-1\",\"model\":\"pump\","
        "\"alarm\":\"overheating\",\"severity\":\"critical\",\"active\":true,"
        "\"acked\":false,\"muted\":false,\"since\":\"2026-11-22T18:00:00.001Z\",\"value\":95."
        "12345678,"
        "\"unit\":\"Cel\",\"text\":\"95.123 Cel\",\"advice\":\"Check the {nothing}\"}");
    buffer_fini(&out);
}

static void relationships_and_parts_are_ids(void **state) {
    struct plant *plant = *state;
    struct buffer out = {0};
    struct twin *pump = plant_create(plant, "pump", "pump-1");
    struct twin *one = plant_create(plant, "tank", "tank-1"),
                *two = plant_create(plant, "tank", "tank-2");
    plant_create(plant, "tank", "pump-1:motor");
    world_link(plant->world, pump, 0, one);
    world_link(plant->world, pump, 0, two);
    assert_non_null(strstr(twin_text(plant, pump, "", &out),
                           "\"relationships\":{\"feeds\":[\"tank-1\",\"tank-2\"]},"
                           "\"parts\":{\"motor\":\"pump-1:motor\"}}"));
    assert_non_null(
        strstr(twin_text(plant, one, "", &out), "\"relationships\":{}}")); // the other end
    buffer_fini(&out);
}

static void a_text_is_filled_with_what_the_twin_has(void **state) {
    struct plant *plant = *state;
    struct buffer out = {0};
    struct twin *pump = plant_create(plant, "pump", "pump-1");
    plant_sample(plant, pump, "mode", value_text("a\"b", 3));
    plant_sample(plant, pump, "temperature", value_number(1234567));
    alarm_text_write("{mode} {temperature} {hot} {health} {nothing} {bearing_wear} {", pump, &out);
    buffer_byte(&out, 0);
    assert_string_equal((char *)out.bytes, "\"a\\\"b - 90 - {nothing} - {\""); // 1234567 is bad
    buffer_fini(&out);
}

static void a_model_says_all_that_a_page_needs(void **state) {
    struct plant *plant = *state;
    struct buffer out = {0};
    model_json_write(world_model(plant->world, "pump", 4), plant->world->version, &out);
    buffer_byte(&out, 0);
    assert_string_equal(
        (char *)out.bytes,
        "{\"model\":\"pump\",\"title\":\"Centrifugal "
        "pump\",\"level\":\"asset\",\"match\":\"pump-*\","
        "\"version\":\"3f2a9c71\","
        "\"telemetry\":{\"temperature\":{\"unit\":\"Cel\",\"type\":\"number\",\"range\":[-20,150]},"
        "\"vibration\":{\"unit\":\"mm/s\",\"type\":\"number\"}},"
        "\"properties\":{\"speed\":{\"unit\":\"1/min\",\"type\":\"number\",\"range\":[0,3600],"
        "\"writable\":true},\"mode\":{\"unit\":\"\",\"type\":\"text\"}},"
        "\"derived\":{\"health\":{\"unit\":\"%\",\"type\":\"number\"}},"
        "\"parameters\":{\"hot\":{\"unit\":\"Cel\",\"type\":\"number\",\"range\":[40,150],"
        "\"default\":90}},"
        "\"alarms\":{\"overheating\":{\"severity\":\"critical\",\"field\":\"temperature\","
        "\"above\":\"hot\",\"deadband\":10,\"delay\":0,\"text\":\"{temperature} Cel\","
        "\"advice\":\"Check the {nothing}\"},"
        "\"shaking\":{\"severity\":\"warning\",\"field\":\"vibration\",\"above\":7,\"deadband\":0,"
        "\"delay\":0,\"text\":\"\",\"advice\":\"\"}},"
        "\"predictions\":{\"bearing_wear\":{\"unit\":\"h\",\"every\":600,\"band\":0.9,"
        "\"of\":{\"field\":\"vibration\",\"above\":7}}},"
        "\"commands\":{},\"events\":{},\"relationships\":{\"feeds\":\"tank\"},\"parts\":{\"motor\":"
        "\"motor\"}}");
    buffer_fini(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_fresh_twin_shows_what_it_will_have, setup, teardown),
        cmocka_unit_test_setup_teardown(values_have_units_times_and_quality, setup, teardown),
        cmocka_unit_test_setup_teardown(empty_fields_leave_the_head_only, setup, teardown),
        cmocka_unit_test_setup_teardown(an_active_alarm_and_a_forecast_say_more, setup, teardown),
        cmocka_unit_test_setup_teardown(relationships_and_parts_are_ids, setup, teardown),
        cmocka_unit_test_setup_teardown(a_text_is_filled_with_what_the_twin_has, setup, teardown),
        cmocka_unit_test_setup_teardown(a_model_says_all_that_a_page_needs, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
