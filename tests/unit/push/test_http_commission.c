// How a twin stands in the plant, over HTTP: relationships, attributes, life cycle, a new part, and
// what waits to be adopted.

#include "asking.h"

#define PUMP "/api/v1/twins/pump-1"

static void a_relationship_is_made_and_ended(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    plant_create(&fixture->plant, "tank", "tank-1");
    const char *path = PUMP "/relationships/feeds/tank-1";
    fixture->request.actor = (struct actor){.kind = ACTOR_HTTP};
    answers(fixture, 200, "\"relationships\":{\"feeds\":[\"tank-1\"]}",
            ask(fixture, HTTP_PUT, path, NULL, NULL));
    assert_int_equal(fixture->response.wait_rev, 3);
    ask(fixture, HTTP_PUT, path, NULL, NULL); // is so already
    assert_int_equal(pump->rev, 3);
    ask(fixture, HTTP_DELETE, path, NULL, NULL);
    assert_int_equal(fixture->response.status, 204);
    assert_int_equal(fixture->response.wait_rev, 4);
    assert_int_equal(pump->link_count, 0);
}

static void a_relationship_that_cannot_be_is_refused(void **state) {
    struct fixture *fixture = *state;
    plant_create(&fixture->plant, "pump", "pump-1");
    refuses(fixture, 404, "a pump has no relationship 'feds'; did you mean 'feeds'?",
            ask(fixture, HTTP_PUT, PUMP "/relationships/feds/tank-1", NULL, NULL));
    refuses(fixture, 404, "there is no twin 'tank-1'",
            ask(fixture, HTTP_PUT, PUMP "/relationships/feeds/tank-1", NULL, NULL));
    refuses(
        fixture, 404, "there is no twin 'pump-2'",
        ask(fixture, HTTP_DELETE, "/api/v1/twins/pump-2/relationships/feeds/pump-1", NULL, NULL));
    refuses(fixture, 405, "does not have this method",
            ask(fixture, HTTP_GET, PUMP "/relationships/feeds/tank-1", NULL, NULL));
}

static void attributes_are_merged(void **state) {
    struct fixture *fixture = *state;
    ask(fixture, HTTP_PUT, PUMP, NULL, "{\"attributes\":{\"a\":1,\"b\":{\"c\":2,\"d\":3}}}");
    answers(fixture, 200, "\"attributes\":{\"a\":1,\"b\":{\"d\":3,\"e\":4},\"f\":{\"g\":5}}",
            ask(fixture, HTTP_PATCH, PUMP "/attributes", NULL,
                "{\"b\":{\"c\":null,\"e\":4},\"f\":{\"g\":5,\"h\":null}}"));
    answers(fixture, 200, "\"attributes\":{\"f\":{\"g\":5},\"b\":[1]}",
            ask(fixture, HTTP_PATCH, PUMP "/attributes", NULL, "{\"a\":null,\"b\":[1]}"));
    refuses(fixture, 400, "must be a JSON object",
            ask(fixture, HTTP_PATCH, PUMP "/attributes", NULL, "[1]"));
    refuses(fixture, 404, "there is no twin 'pump-9'",
            ask(fixture, HTTP_PATCH, "/api/v1/twins/pump-9/attributes", NULL, "{}"));
}

static void a_life_cycle_is_one_of_four(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    answers(fixture, 200, "\"lifecycle\":\"maintenance\"",
            ask(fixture, HTTP_PUT, PUMP "/lifecycle", NULL, "{\"lifecycle\":\"maintenance\"}"));
    assert_int_equal(fixture->response.wait_rev, 2);
    refuses(fixture, 400, "in_service, commissioning, maintenance or out_of_service, not 'broken'",
            ask(fixture, HTTP_PUT, PUMP "/lifecycle", NULL, "{\"lifecycle\":\"broken\"}"));
    refuses(fixture, 400, "'lifecycle' is missing",
            ask(fixture, HTTP_PUT, PUMP "/lifecycle", NULL, "{}"));
    assert_int_equal(pump->lifecycle, LIFECYCLE_MAINTENANCE);
    ask(fixture, HTTP_PUT, PUMP, NULL, "{\"lifecycle\":\"in_service\"}");
    assert_int_equal(pump->lifecycle, LIFECYCLE_IN_SERVICE);
}

static void a_new_part_is_told(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    plant_forecast(&fixture->plant, pump, 40);
    answers(fixture, 200, "\"id\":\"pump-1\"",
            ask(fixture, HTTP_POST, PUMP "/replace", NULL, NULL));
    assert_false(pump->forecasts[0].is_present);
}

static void muted_alarms_are_listed_when_asked_for(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    plant_sample(&fixture->plant, pump, "temperature", value_number(95));
    answers(fixture, 200, "\"muted\":false", ask(fixture, HTTP_GET, "/api/v1/alarms", NULL, NULL));
    ask(fixture, HTTP_PUT, PUMP "/lifecycle", NULL, "{\"lifecycle\":\"maintenance\"}");
    answers(fixture, 200, "{\"alarms\":[]}", ask(fixture, HTTP_GET, "/api/v1/alarms", NULL, NULL));
    answers(fixture, 200, "\"muted\":true",
            ask(fixture, HTTP_GET, "/api/v1/alarms", "muted=true", NULL));
    refuses(fixture, 400, "muted must be true or false, not 'yes'",
            ask(fixture, HTTP_GET, "/api/v1/alarms", "muted=yes", NULL));
}

static void what_waits_to_be_adopted_is_listed_newest_first(void **state) {
    struct fixture *fixture = *state;
    struct adoptions *adoptions = &fixture->plant.adoptions;
    struct actor peer = {.kind = ACTOR_COAP, .length = 4, .bytes = "peer"};
    answers(fixture, 200, "{\"adoptions\":[],\"forgotten\":0}",
            ask(fixture, HTTP_GET, "/api/v1/adoptions", NULL, NULL));
    adoption_note(adoptions, "pump-8", 6, PLANT_START, &peer);
    adoption_note(adoptions, "stray", 5, PLANT_START + 1000000, &peer);
    answers(fixture, 200,
            "{\"adoptions\":[{\"id\":\"stray\",\"model\":null,\"count\":1,"
            "\"first_at\":\"2026-11-22T18:00:01.000Z\",\"at\":\"2026-11-22T18:00:01.000Z\","
            "\"peer\":\"peer\"},{\"id\":\"pump-8\",\"model\":\"pump\",\"count\":1,",
            ask(fixture, HTTP_GET, "/api/v1/adoptions", NULL, NULL));
    fixture->plant.world->is_closed = true; // an operator may still create it
    answers(fixture, 201, "\"model\":\"pump\"",
            ask(fixture, HTTP_PUT, "/api/v1/twins/pump-8", NULL, "{}"));
}

static void a_full_disk_refuses_each(void **state) {
    struct fixture *fixture = *state;
    plant_create(&fixture->plant, "pump", "pump-1");
    plant_create(&fixture->plant, "tank", "tank-1");
    fixture->plant.is_disk_full = true;
    refuses(fixture, 503, "the disk is full",
            ask(fixture, HTTP_PUT, PUMP "/relationships/feeds/tank-1", NULL, NULL));
    refuses(fixture, 503, "the disk is full",
            ask(fixture, HTTP_PUT, PUMP "/lifecycle", NULL, "{\"lifecycle\":\"maintenance\"}"));
    refuses(fixture, 503, "the disk is full", ask(fixture, HTTP_POST, PUMP "/replace", NULL, NULL));
    refuses(fixture, 503, "the disk is full",
            ask(fixture, HTTP_PATCH, PUMP "/attributes", NULL, "{}"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_relationship_is_made_and_ended, setup, teardown),
        cmocka_unit_test_setup_teardown(a_relationship_that_cannot_be_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(attributes_are_merged, setup, teardown),
        cmocka_unit_test_setup_teardown(a_life_cycle_is_one_of_four, setup, teardown),
        cmocka_unit_test_setup_teardown(a_new_part_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(muted_alarms_are_listed_when_asked_for, setup, teardown),
        cmocka_unit_test_setup_teardown(what_waits_to_be_adopted_is_listed_newest_first, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_full_disk_refuses_each, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
