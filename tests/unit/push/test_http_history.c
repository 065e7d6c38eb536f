// History: the points of a window as columns, what has none, and what is refused.

#include "asking.h"
#include "predict/window.h"

#include <cjson/cJSON.h>

#define HOUR 3600000000LL
#define PATH "/api/v1/twins/fan-1/history"
#define START 1795370400 // PLANT_START in seconds

// A fan whose vibration has a window, and whose speed and mode have none.
static struct twin *fan(struct fixture *fixture) {
    struct model *model = model_new("fan");
    plant_text(&model->match, "fan-*");
    struct field *field = model_add_field(model, FIELD_TELEMETRY, "vibration");
    plant_text(&field->unit, "mm/s");
    field->has_range = true, field->low = 0, field->high = 5000;
    model_need_window(model, model->field_count - 1, 48 * HOUR);
    plant_text(&model_add_field(model, FIELD_TELEMETRY, "speed")->unit, "1/min");
    model_add_field(model, FIELD_REPORTED, "mode")->type = VALUE_TEXT;
    plant_text(&model_add_field(model, FIELD_DERIVED, "health")->unit, "%");
    model_add_field(model, FIELD_PARAMETER, "limit");
    model_add_field(model, FIELD_STATE, "seen");
    model_finish(model);
    const struct model *current = world_adopt_model(fixture->plant.world, model);
    world_set_current(fixture->plant.world, &current, 1);
    return plant_create(&fixture->plant, "fan", "fan-1");
}

// `count` samples, one a second from START on: 1.1, 2.1, 3.1, ...
static void run(struct fixture *fixture, struct twin *twin, int count) {
    for (int i = 0; i < count; i++) {
        fixture->plant.world->clock = PLANT_START + i * 1000000LL - 1000; // plant_sample adds it
        plant_sample(&fixture->plant, twin, "vibration", value_number(i + 1.1));
    }
}

static const char *history(struct fixture *fixture, const char *query) {
    return ask(fixture, HTTP_GET, PATH, query, NULL);
}

static void a_window_is_told_in_columns(void **state) {
    struct fixture *fixture = *state;
    run(fixture, fan(fixture), 3);
    const char *answer = history(fixture, "fields=vibration");
    answers(fixture, 200,
            "{\"twin\":\"fan-1\",\"fields\":{\"vibration\":{\"unit\":\"mm/s\","
            "\"time\":[1795370400,1795370401,1795370402],\"value\":[1.1,2.1,3.1],"
            "\"quality\":[\"good\",\"good\",\"good\"]}}}",
            answer);
    assert_string_equal(fixture->response.etag, "\"4\"");
}

static void a_bad_sample_is_not_in_it(void **state) {
    struct fixture *fixture = *state;
    struct twin *twin = fan(fixture);
    run(fixture, twin, 1);
    plant_sample(&fixture->plant, twin, "vibration", value_number(9999));
    answers(fixture, 200, "\"value\":[1.1]", history(fixture, NULL));
}

// There is no log in this fixture; with one it is read (test_series.c, e2e/past.sh).
static void without_a_log_a_field_that_has_no_window_is_empty(void **state) {
    struct fixture *fixture = *state;
    run(fixture, fan(fixture), 1);
    const char *answer = history(fixture, "fields=speed,vibration");
    answers(fixture, 200, "\"speed\":{\"unit\":\"1/min\",\"time\":[],\"value\":[],\"quality\":[]}",
            answer);
    answers(fixture, 200, "\"value\":[1.1],\"quality\":[\"good\"]}", answer);
}

static void a_window_before_its_first_sample_is_empty(void **state) {
    struct fixture *fixture = *state;
    fan(fixture);
    answers(fixture, 200, "\"time\":[],\"value\":[],\"quality\":[]}}}",
            history(fixture, "fields=vibration"));
}

static void without_names_it_is_all_that_changes_with_time(void **state) {
    struct fixture *fixture = *state;
    fan(fixture);
    const char *answer = history(fixture, NULL);
    const char *names[] = {"\"vibration\":{", "\"speed\":{", "\"mode\":{", "\"health\":{"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        answers(fixture, 200, names[i], answer);
    assert_null(strstr(answer, "limit"));
    assert_null(strstr(answer, "seen"));
    answers(fixture, 200, "\"fields\":{}}", history(fixture, "fields="));
}

static void from_and_to_are_both_included(void **state) {
    struct fixture *fixture = *state;
    run(fixture, fan(fixture), 5);
    static const struct {
        const char *query, *values;
    } cases[] = {
        {"from=1795370403", "\"value\":[4.1,5.1]"},
        {"from=1795370402.5", "\"value\":[4.1,5.1]"},
        {"to=1795370401", "\"value\":[1.1,2.1]"},
        {"to=0", "\"value\":[]"},
        {"from=2026-11-22T18:00:03Z", "\"value\":[4.1,5.1]"},
        {"from=2026-11-22T18:00:02.001", "\"value\":[4.1,5.1]"},
        {"from=2026-11-22T19:00:04+01:00", "\"value\":[5.1]"},
        {"from=2026-11-22T19:00:04 01:00", "\"value\":[5.1]"}, // a plus, decoded
        {"from=2026-11-22T16:30:04-01:30", "\"value\":[5.1]"},
        {"to=2026-11-22T18:00Z", "\"value\":[1.1]"},
        {"to=2026-11-22", "\"value\":[]"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        answers(fixture, 200, cases[i].values, history(fixture, cases[i].query));
}

static void a_long_past_is_bounded_and_in_order(void **state) {
    struct fixture *fixture = *state;
    struct twin *twin = fan(fixture);
    run(fixture, twin, 1000);
    cJSON *body = cJSON_Parse(history(fixture, "fields=vibration"));
    const cJSON *field = cJSON_GetObjectItem(cJSON_GetObjectItem(body, "fields"), "vibration"),
                *time;
    double before = 0;
    int count = cJSON_GetArraySize(cJSON_GetObjectItem(field, "time"));
    assert_in_range(count, WINDOW_POINTS / 2, WINDOW_POINTS);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(field, "value")), count);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(field, "quality")), count);
    cJSON_ArrayForEach(time, cJSON_GetObjectItem(field, "time")) {
        assert_true(time->valuedouble > before);
        before = time->valuedouble;
    }
    assert_true(before <= START + 999);
    cJSON_Delete(body);
}

static void what_it_does_not_know_is_refused_by_name(void **state) {
    struct fixture *fixture = *state;
    fan(fixture);
    refuses(fixture, 404, "no telemetry, property or derived field 'vibratoin'",
            history(fixture, "fields=speed,vibratoin"));
    refuses(fixture, 404, "derived field 'limit'", history(fixture, "fields=limit"));
    refuses(fixture, 404, "there is no twin 'fan-9'",
            ask(fixture, HTTP_GET, "/api/v1/twins/fan-9/history", NULL, NULL));
    refuses(fixture, 400, "from must be Unix seconds", history(fixture, "from=yesterday"));
    refuses(fixture, 400, "to must be Unix seconds", history(fixture, "to=nan"));
    refuses(fixture, 400, "not ''", history(fixture, "to="));
    refuses(fixture, 400, "points must be a whole number from 1 to 10000, not '0'",
            history(fixture, "points=0"));
    refuses(fixture, 400, "not '1e300'", history(fixture, "to=1e300"));
    refuses(fixture, 400, "not '2026-13-01'", history(fixture, "to=2026-13-01"));
    refuses(fixture, 400, "not '2026-11-22T18:00:00+1'",
            history(fixture, "to=2026-11-22T18:00:00+1"));
    ask(fixture, HTTP_PUT, PATH, NULL, "{}");
    assert_int_equal(fixture->response.status, 405);
}

static void a_span_that_ends_before_it_begins_is_refused(void **state) {
    struct fixture *fixture = *state;
    fan(fixture);
    struct http_request request = {.method = HTTP_GET,
                                   .path = PATH,
                                   .host = "127.0.0.1:8080",
                                   .origin = "",
                                   .if_match = "",
                                   .if_none_match = "",
                                   .query = {{"from", "10"}, {"to", "5"}},
                                   .query_count = 2};
    route_dispatch(&fixture->service, &request, &fixture->response);
    buffer_byte(&fixture->response.body, 0);
    refuses(fixture, 400, "from is later than to", (char *)fixture->response.body.bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_window_is_told_in_columns, setup, teardown),
        cmocka_unit_test_setup_teardown(a_bad_sample_is_not_in_it, setup, teardown),
        cmocka_unit_test_setup_teardown(without_a_log_a_field_that_has_no_window_is_empty, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_window_before_its_first_sample_is_empty, setup, teardown),
        cmocka_unit_test_setup_teardown(without_names_it_is_all_that_changes_with_time, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(from_and_to_are_both_included, setup, teardown),
        cmocka_unit_test_setup_teardown(a_long_past_is_bounded_and_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(what_it_does_not_know_is_refused_by_name, setup, teardown),
        cmocka_unit_test_setup_teardown(a_span_that_ends_before_it_begins_is_refused, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
