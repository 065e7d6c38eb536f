// Locations that operators set and subscribers are told.

#include "plant.h"
#include "push/settings.h"
#include "push/twin_json.h"
#include "twin/location.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

static struct model *new_van(void) {
    struct model *model = model_new("van");
    model_add_field(model, FIELD_PARAMETER, "home")->type = VALUE_LOCATION;
    model_add_field(model, FIELD_PARAMETER, "hot");
    struct field *target = model_add_field(model, FIELD_REPORTED, "target");
    target->type = VALUE_LOCATION;
    target->is_writable = true;
    model_add_field(model, FIELD_DESIRED, "target")->type = VALUE_LOCATION;
    model_finish(model);
    return model;
}

typedef bool parser(const cJSON *json, const struct model *model, struct settings *settings,
                    struct err *err);

static void assert_set(parser *parse, const char *json, struct location wanted) {
    struct model *van = new_van();
    struct settings settings = {0};
    struct err err = {0};
    cJSON *document = cJSON_Parse(json);
    if (!parse(document, van, &settings, &err)) fail_msg("%s", err.text);
    cJSON_Delete(document); // the settings have a copy
    assert_true(value_equal(settings.list[0].value, value_location(&wanted)));
    settings_fini(&settings);
    model_free(van);
}

static void refused(parser *parse, const char *json, const char *sentence) {
    struct model *van = new_van();
    struct settings settings = {0};
    struct err err = {0};
    cJSON *document = cJSON_Parse(json);
    assert_false(parse(document, van, &settings, &err));
    assert_string_equal(err.text, sentence);
    cJSON_Delete(document);
    settings_fini(&settings);
    model_free(van);
}

static void an_object_or_a_text_is_a_location(void **state) {
    (void)state;
    parser *desired = settings_parse_desired;
    assert_set(desired, "{\"target\":{\"lon\":4.3,\"lat\":52.1}}",
               (struct location){52.1, 4.3, 0, 0});
    assert_set(desired, "{\"target\":{\"lat\":1,\"lon\":2,\"alt\":3}}",
               (struct location){1, 2, 3, true});
    assert_set(desired, "{\"target\":\"1,2,3\"}", (struct location){1, 2, 3, true});
    parser *all = settings_parse_parameters, *some = settings_merge_parameters;
    assert_set(all, "{\"home\":{\"value\":{\"lat\":1,\"lon\":2}}}", (struct location){1, 2, 0, 0});
    assert_set(all, "{\"home\":{\"lat\":1,\"lon\":2}}", (struct location){1, 2, 0, 0});
    assert_set(some, "{\"home\":\"1, 2\"}", (struct location){1, 2, 0, 0});
}

static void anything_else_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"{\"lat\":1}",
                                      "{\"lat\":1,\"lon\":\"2\"}",
                                      "{\"lat\":1,\"lon\":2,\"alt\":null}",
                                      "\"here\"",
                                      "{\"lat\":1,\"lon\":2,\"z\":3}",
                                      "[1,2]",
                                      "5"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char json[100];
        snprintf(json, sizeof json, "{\"target\":%s}", bad[i]);
        refused(settings_parse_desired, json,
                "'target' must be a location, like {\"lat\": 52.1, \"lon\": 4.3, \"alt\": 12} or "
                "\"52.1,4.3,12\"; alt may be left out");
    }
    refused(settings_merge_parameters, "{\"hot\":{\"lat\":1,\"lon\":2}}",
            "'hot' must be a number, true, false, text or null");
}

static void null_takes_it_back(void **state) {
    (void)state;
    struct model *van = new_van();
    struct settings settings = {0};
    struct err err = {0};
    cJSON *document = cJSON_Parse("{\"target\":null}");
    assert_true(settings_parse_desired(document, van, &settings, &err));
    assert_int_equal(settings.list[0].value.type, VALUE_NONE);
    cJSON_Delete(document);
    settings_fini(&settings);
    model_free(van);
}

static void assert_written(void (*write)(struct value value, struct buffer *out),
                           struct location location, const char *wanted) {
    struct buffer out = {0};
    write(value_location(&location), &out);
    buffer_byte(&out, 0);
    assert_string_equal((const char *)out.bytes, wanted);
    buffer_fini(&out);
}

static void a_row_has_a_list_and_a_twin_names(void **state) {
    (void)state;
    assert_written(value_row_write, (struct location){52.1, 4.3, 0, false}, "[52.1,4.3]");
    assert_written(value_row_write, (struct location){52.1, 4.3, -2, true}, "[52.1,4.3,-2]");
    assert_written(value_json_write, (struct location){52.1, 4.3, 0, false},
                   "{\"lat\":52.1,\"lon\":4.3}");
    assert_written(value_json_write, (struct location){52.1, 4.3, -2, true},
                   "{\"lat\":52.1,\"lon\":4.3,\"alt\":-2}");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_or_a_text_is_a_location),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(null_takes_it_back),
        cmocka_unit_test(a_row_has_a_list_and_a_twin_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
