// The HTTP API: each route, its answers and its refusals.

#include "asking.h"

static void put_creates_and_changes(void **state) {
    struct fixture *fixture = *state;
    plant_create(&fixture->plant, "tank", "tank-1");
    const char *body =
        "{\"model\":\"pump\",\"parameters\":{\"hot\":100},\"attributes\":{\"site\":\"n\"},"
        "\"relationships\":{\"feeds\":[\"tank-1\"]}}";
    const char *answer = ask(fixture, HTTP_PUT, "/api/v1/twins/pump-1", NULL, body);
    answers(fixture, 201, "\"parameters\":{\"hot\":{\"value\":100,", answer);
    answers(fixture, 201, "\"attributes\":{\"site\":\"n\"}", answer);
    answers(fixture, 201, "\"relationships\":{\"feeds\":[\"tank-1\"]}", answer);
    assert_string_equal(fixture->response.location, "/api/v1/twins/pump-1");
    assert_string_equal(fixture->response.etag, "\"2\"");
    assert_int_equal(fixture->response.wait_rev, 2);
    // What is not there is left; a parameter that is not named goes back to its default.
    answers(fixture, 200, "\"attributes\":{\"site\":\"n\"}",
            ask(fixture, HTTP_PUT, "/api/v1/twins/pump-1", NULL, "{\"parameters\":{}}"));
    answers(fixture, 200, "\"hot\":{\"value\":90,",
            ask(fixture, HTTP_GET, "/api/v1/twins/pump-1", NULL, NULL));
}

static void what_get_gave_can_be_put_back(void **state) {
    struct fixture *fixture = *state;
    ask(fixture, HTTP_PUT, "/api/v1/twins/pump-1", NULL, "{\"parameters\":{\"hot\":101}}");
    char *twin = strdup(ask(fixture, HTTP_GET, "/api/v1/twins/pump-1", NULL, NULL));
    answers(fixture, 200, "\"hot\":{\"value\":101,",
            ask(fixture, HTTP_PUT, "/api/v1/twins/pump-1", NULL, twin));
    free(twin);
}

static void put_refuses_what_it_cannot_do(void **state) {
    struct fixture *fixture = *state;
    const char *path = "/api/v1/twins/pump-1";
    refuses(fixture, 400, "not well-formed JSON at byte 4",
            ask(fixture, HTTP_PUT, path, NULL, "{\"a\""));
    refuses(fixture, 400, "must be a JSON object", ask(fixture, HTTP_PUT, path, NULL, "[]"));
    refuses(fixture, 400, "there is no model 'pmup'",
            ask(fixture, HTTP_PUT, path, NULL, "{\"model\":\"pmup\"}"));
    refuses(fixture, 400, "'model' must be text",
            ask(fixture, HTTP_PUT, path, NULL, "{\"model\":1}"));
    refuses(fixture, 400, "did you mean 'hot'",
            ask(fixture, HTTP_PUT, path, NULL, "{\"parameters\":{\"hto\":1}}"));
    refuses(fixture, 400, "its range is 40 to 150",
            ask(fixture, HTTP_PUT, path, NULL, "{\"parameters\":{\"hot\":1000}}"));
    refuses(fixture, 400, "too large to hold",
            ask(fixture, HTTP_PUT, path, NULL, "{\"parameters\":{\"hot\":1e999}}"));
    refuses(fixture, 400, "which does not exist",
            ask(fixture, HTTP_PUT, path, NULL, "{\"relationships\":{\"feeds\":\"tank-9\"}}"));
    refuses(fixture, 400, "no relationship 'eats'",
            ask(fixture, HTTP_PUT, path, NULL, "{\"relationships\":{\"eats\":\"tank-9\"}}"));
    refuses(fixture, 404, "no model's match fits",
            ask(fixture, HTTP_PUT, "/api/v1/twins/x", NULL, "{}"));
    refuses(fixture, 400, "is not allowed",
            ask(fixture, HTTP_PUT, "/api/v1/twins/a b", NULL, "{}"));
    assert_int_equal(fixture->plant.world->twin_count, 0);
    plant_create(&fixture->plant, "pump", "pump-2");
    refuses(fixture, 400, "leads to a tank, but 'pump-2' is a pump",
            ask(fixture, HTTP_PUT, path, NULL, "{\"relationships\":{\"feeds\":\"pump-2\"}}"));
    fixture->plant.is_disk_full = true;
    refuses(fixture, 503, "the disk is full", ask(fixture, HTTP_PUT, path, NULL, "{}"));
}

static void reads_carry_their_rev_and_are_not_repeated(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    ask(fixture, HTTP_GET, "/api/v1/twins/pump-1", NULL, NULL);
    assert_string_equal(fixture->response.etag, "\"1\"");
    const char *known[] = {"\"1\"", "W/\"1\"", "\"0\", \"1\"", "*"};
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        fixture->request.if_none_match = known[i];
        assert_string_equal(ask(fixture, HTTP_GET, "/api/v1/twins/pump-1", NULL, NULL), "");
        assert_int_equal(fixture->response.status, 304);
    }
    const char *unknown[] = {"\"11\"", "\"2\"", "1"};
    for (size_t i = 0; i < ARRAY_LEN(unknown); i++) {
        fixture->request.if_none_match = unknown[i];
        answers(fixture, 200, "pump-1", ask(fixture, HTTP_GET, "/api/v1/twins/pump-1", NULL, NULL));
    }
    plant_sample(&fixture->plant, pump, "temperature", value_number(1));
    fixture->request.if_none_match = "\"1\"";
    answers(fixture, 200, "\"rev\":2", ask(fixture, HTTP_GET, "/api/v1/twins/pump-1", NULL, NULL));
}

static void desired_is_patched(void **state) {
    struct fixture *fixture = *state;
    const char *path = "/api/v1/twins/pump-1/desired";
    plant_create(&fixture->plant, "pump", "pump-1");
    fixture->plant.is_durable_late = true;
    answers(fixture, 200, "\"speed\":{\"reported\":null,\"desired\":1200,",
            ask(fixture, HTTP_PATCH, path, NULL, "{\"speed\":1200}"));
    assert_int_equal(fixture->response.wait_rev, 2);
    fixture->request.if_match = "\"1\"";
    refuses(fixture, 412, "was changed after rev 1",
            ask(fixture, HTTP_PATCH, path, NULL, "{\"speed\":1}"));
    assert_int_equal(fixture->response.wait_rev, 0);
    fixture->request.if_match = "\"2\"";
    answers(fixture, 200, "\"desired\":900,",
            ask(fixture, HTTP_PATCH, path, NULL, "{\"speed\":900}"));
    fixture->request.if_match = "2";
    refuses(fixture, 400, "If-Match must be",
            ask(fixture, HTTP_PATCH, path, NULL, "{\"speed\":1}"));
    answers(fixture, 200, "\"desired\":null,",
            ask(fixture, HTTP_PATCH, path, NULL, "{\"speed\":null}"));
    refuses(fixture, 400, "0 to 3600", ask(fixture, HTTP_PATCH, path, NULL, "{\"speed\":9999}"));
    refuses(fixture, 400, "takes a number, not a text",
            ask(fixture, HTTP_PATCH, path, NULL, "{\"speed\":\"x\"}"));
    refuses(fixture, 400, "must be a number, true",
            ask(fixture, HTTP_PATCH, path, NULL, "{\"speed\":[1]}"));
    refuses(fixture, 400, "did you mean 'speed'",
            ask(fixture, HTTP_PATCH, path, NULL, "{\"sped\":1}"));
    refuses(fixture, 403, "measured or derived",
            ask(fixture, HTTP_PATCH, path, NULL, "{\"health\":1}"));
    refuses(fixture, 403, "not writable", ask(fixture, HTTP_PATCH, path, NULL, "{\"mode\":\"x\"}"));
    refuses(fixture, 404, "there is no twin 'pump-9'",
            ask(fixture, HTTP_PATCH, "/api/v1/twins/pump-9/desired", NULL, "{\"speed\":1}"));
}

static void delete_retires(void **state) {
    struct fixture *fixture = *state;
    plant_create(&fixture->plant, "pump", "pump-1");
    assert_string_equal(ask(fixture, HTTP_DELETE, "/api/v1/twins/pump-1", NULL, NULL), "");
    assert_int_equal(fixture->response.status, 204);
    assert_int_equal(fixture->response.wait_rev, 2);
    refuses(fixture, 404, "no twin 'pump-1'",
            ask(fixture, HTTP_DELETE, "/api/v1/twins/pump-1", NULL, NULL));
    refuses(fixture, 404, "no twin 'pump-1'",
            ask(fixture, HTTP_GET, "/api/v1/twins/pump-1", NULL, NULL));
}

static void lists_filter_and_page(void **state) {
    struct fixture *fixture = *state;
    char id[16];
    for (int i = 1; i <= 5; i++) {
        snprintf(id, sizeof id, "pump-%d", i);
        plant_sample(&fixture->plant, plant_create(&fixture->plant, "pump", id), "temperature",
                     value_number(i * 10));
    }
    plant_create(&fixture->plant, "tank", "tank-1");
    const char *path = "/api/v1/twins";
    const char *page = ask(fixture, HTTP_GET, path, "limit=2", NULL);
    answers(fixture, 200, "{\"twins\":[{\"id\":\"pump-1\",", page);
    assert_non_null(strstr(page, "],\"cursor\":\"3\"}"));
    page = ask(fixture, HTTP_GET, path, "cursor=5", NULL);
    answers(fixture, 200, "{\"twins\":[{\"id\":\"pump-5\",", page);
    assert_null(strstr(page, "cursor"));
    page = ask(fixture, HTTP_GET, path, "where=temperature>=40", NULL);
    assert_null(strstr(page, "pump-3"));
    assert_non_null(strstr(page, "pump-4"));
    assert_null(strstr(page, "tank-1"));
    page = ask(fixture, HTTP_GET, path, "model=tank", NULL);
    answers(fixture, 200, "{\"twins\":[{\"id\":\"tank-1\",", page);
    page = ask(fixture, HTTP_GET, path, "fields=", NULL);
    assert_null(strstr(page, "telemetry"));
    page = ask(fixture, HTTP_GET, path, "fields=temperature", NULL);
    assert_null(strstr(page, "derived"));
    refuses(fixture, 400, "limit must be", ask(fixture, HTTP_GET, path, "limit=0", NULL));
    refuses(fixture, 400, "from 1 to 1000", ask(fixture, HTTP_GET, path, "limit=1001", NULL));
    refuses(fixture, 400, "cursor 'x'", ask(fixture, HTTP_GET, path, "cursor=x", NULL));
    refuses(fixture, 400, "no model 'pmup'", ask(fixture, HTTP_GET, path, "model=pmup", NULL));
    refuses(fixture, 400, "did you mean", ask(fixture, HTTP_GET, path, "where=temprature>1", NULL));
}

static void a_search_in_a_large_fleet_goes_on_by_cursor(void **state) {
    struct fixture *fixture = *state;
    char id[16];
    for (int i = 1; i <= 10500; i++) {
        snprintf(id, sizeof id, "tank-%d", i);
        plant_create(&fixture->plant, "tank", id);
    }
    assert_string_equal(ask(fixture, HTTP_GET, "/api/v1/twins", "where=id==tank-10400", NULL),
                        "{\"twins\":[],\"cursor\":\"10001\"}");
    answers(fixture, 200, "{\"twins\":[]}",
            ask(fixture, HTTP_GET, "/api/v1/twins", "cursor=10501", NULL));
}

static void alarms_are_listed_and_acknowledged(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump.north.1");
    plant_sample(&fixture->plant, plant_create(&fixture->plant, "pump", "pump-2"), "temperature",
                 value_number(20));
    assert_string_equal(ask(fixture, HTTP_GET, "/api/v1/alarms", NULL, NULL), "{\"alarms\":[]}");
    plant_sample(&fixture->plant, pump, "temperature", value_number(95));
    const char *page = ask(fixture, HTTP_GET, "/api/v1/alarms", "state=active", NULL);
    answers(fixture, 200,
            "{\"alarms\":[{\"id\":\"pump.north.1.overheating\",\"twin\":\"pump.north.1\"", page);
    assert_null(strstr(page, "pump-2"));
    answers(fixture, 200, "\"acked\":true",
            ask(fixture, HTTP_POST, "/api/v1/alarms/pump.north.1.overheating/ack", NULL, NULL));
    plant_sample(&fixture->plant, pump, "temperature", value_number(20));
    assert_string_equal(ask(fixture, HTTP_GET, "/api/v1/alarms", NULL, NULL), "{\"alarms\":[]}");
    answers(fixture, 200, "\"active\":false",
            ask(fixture, HTTP_GET, "/api/v1/alarms", "state=all", NULL));
    assert_string_equal(ask(fixture, HTTP_GET, "/api/v1/alarms", "model=tank", NULL),
                        "{\"alarms\":[]}");
    refuses(fixture, 412, "is not active",
            ask(fixture, HTTP_POST, "/api/v1/alarms/pump.north.1.overheating/ack", NULL, NULL));
    refuses(fixture, 404, "no alarm 'pump.north.1.cold'",
            ask(fixture, HTTP_POST, "/api/v1/alarms/pump.north.1.cold/ack", NULL, NULL));
    refuses(fixture, 404, "TWIN.ALARM",
            ask(fixture, HTTP_POST, "/api/v1/alarms/pump/ack", NULL, NULL));
    refuses(fixture, 400, "active or all",
            ask(fixture, HTTP_GET, "/api/v1/alarms", "state=old", NULL));
}

static void the_program_says_how_it_is(void **state) {
    struct fixture *fixture = *state;
    plant_create(&fixture->plant, "pump", "pump-1");
    assert_string_equal(
        ask(fixture, HTTP_GET, "/api/v1/info", NULL, NULL),
        "{\"coap\":\"127.0.0.1:5683\",\"http\":\"127.0.0.1:8080\",\"version\":\"3f2a9c71\","
        "\"epoch\":\"abcdef0123456789\",\"rev\":1,\"durable\":1,\"twins\":1}");
    answers(fixture, 200, "{\"models\":[{\"model\":\"pump\",",
            ask(fixture, HTTP_GET, "/api/v1/models", NULL, NULL));
    char hash[64];
    snprintf(hash, sizeof hash, "{\"rev\":1,\"hash\":\"%016llx\"}",
             (unsigned long long)world_hash(fixture->plant.world));
    assert_string_equal(ask(fixture, HTTP_GET, "/api/v1/state", NULL, NULL), hash);
    *metrics_counter(fixture->service.options.metrics, "things_total", NULL, "Things") = 5;
    answers(fixture, 200, "things_total 5\n", ask(fixture, HTTP_GET, "/metrics", NULL, NULL));
    assert_string_equal(ask(fixture, HTTP_GET, "/healthz", NULL, NULL), "alive\n");
    assert_string_equal(ask(fixture, HTTP_GET, "/readyz", NULL, NULL), "ready\n");
    fixture->plant.is_disk_full = true;
    refuses(fixture, 503, "not ready: the disk is full",
            ask(fixture, HTTP_GET, "/readyz", NULL, NULL));
}

static void unknown_paths_and_methods_are_refused(void **state) {
    struct fixture *fixture = *state;
    refuses(fixture, 404, "nothing at /api/v1/twin",
            ask(fixture, HTTP_GET, "/api/v1/twin", NULL, NULL));
    refuses(fixture, 404, "nothing at", ask(fixture, HTTP_GET, "/api/v1/twins/", NULL, NULL));
    refuses(fixture, 404, "nothing at", ask(fixture, HTTP_GET, "/api/v1/twins/a/b/c", NULL, NULL));
    refuses(fixture, 404, "nothing at", ask(fixture, HTTP_GET, "/api/", NULL, NULL));
    refuses(fixture, 405, "this method",
            ask(fixture, HTTP_POST, "/api/v1/twins/pump-1", NULL, "{}"));
    assert_int_equal(fixture->response.allow, HTTP_GET | HTTP_PUT | HTTP_DELETE);
    refuses(fixture, 405, "this method",
            ask(fixture, HTTP_GET, "/api/v1/twins/pump-1/desired", NULL, NULL));
    assert_int_equal(fixture->response.allow, HTTP_PATCH);
    refuses(fixture, 405, "this method", ask(fixture, HTTP_OTHER, "/metrics", NULL, NULL));
    refuses(fixture, 405, "this method", ask(fixture, HTTP_POST, "/index.html", NULL, NULL));
}

static void a_foreign_page_may_read_but_not_write(void **state) {
    struct fixture *fixture = *state;
    plant_create(&fixture->plant, "pump", "pump-1");
    const char *foreign[] = {"http://evil.example", "null", "http://127.0.0.1:80801",
                             "http://127.0.0.1"};
    for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
        fixture->request.origin = foreign[i];
        refuses(fixture, 403, "may not write",
                ask(fixture, HTTP_DELETE, "/api/v1/twins/pump-1", NULL, NULL));
    }
    fixture->request.origin = foreign[0];
    answers(fixture, 200, "pump-1", ask(fixture, HTTP_GET, "/api/v1/twins/pump-1", NULL, NULL));
    fixture->request.origin = "http://127.0.0.1:8080";
    ask(fixture, HTTP_DELETE, "/api/v1/twins/pump-1", NULL, NULL);
    assert_int_equal(fixture->response.status, 204);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(put_creates_and_changes, setup, teardown),
        cmocka_unit_test_setup_teardown(what_get_gave_can_be_put_back, setup, teardown),
        cmocka_unit_test_setup_teardown(put_refuses_what_it_cannot_do, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_carry_their_rev_and_are_not_repeated, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(desired_is_patched, setup, teardown),
        cmocka_unit_test_setup_teardown(delete_retires, setup, teardown),
        cmocka_unit_test_setup_teardown(lists_filter_and_page, setup, teardown),
        cmocka_unit_test_setup_teardown(a_search_in_a_large_fleet_goes_on_by_cursor, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(alarms_are_listed_and_acknowledged, setup, teardown),
        cmocka_unit_test_setup_teardown(the_program_says_how_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(unknown_paths_and_methods_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_foreign_page_may_read_but_not_write, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
