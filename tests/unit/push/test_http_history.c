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
static const char *history(struct fixture *fixture, const char *query) {
    return ask(fixture, HTTP_GET, PATH, query, NULL);
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
        cmocka_unit_test_setup_teardown(what_it_does_not_know_is_refused_by_name, setup, teardown),
        cmocka_unit_test_setup_teardown(a_span_that_ends_before_it_begins_is_refused, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
