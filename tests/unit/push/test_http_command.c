// Commands over HTTP: given, listed, read, refused.

#include "asking.h"
#include "push/model_json.h"
#include "valve.h"

#define PATH "/api/v1/twins/valve-1/commands"

static void post_gives_one_and_says_where_it_is(void **state) {
    struct fixture *fixture = *state;
    struct twin *valve = valve_add(&fixture->plant);
    const char *body = "{\"why\":\"dirty\",\"seconds\":30}";
    const char *answer = ask(fixture, HTTP_POST, PATH "/flush", NULL, body);
    assert_string_equal(answer, "{\"id\":1,\"state\":\"queued\"}");
    assert_int_equal(fixture->response.status, 202);
    assert_string_equal(fixture->response.location, PATH "/1");
    assert_int_equal(fixture->response.wait_rev, valve->rev);
    answers(fixture, 202, "\"id\":2", ask(fixture, HTTP_POST, PATH "/hold", NULL, NULL));
    valve_move(&fixture->plant, valve, 1, COMMAND_DONE, "clean");
    static const char first[] = "{\"id\":1,\"name\":\"flush\",\"state\":\"done\",\"args\":{"
                                "\"seconds\":30,\"why\":\"dirty\"},"
                                "\"result\":\"clean\",\"queued_at\":\"2026-11-22T18:00:00.000Z\","
                                "\"at\":\"2026-11-22T18:00:00.001Z\"}";
    answers(fixture, 200, first, ask(fixture, HTTP_GET, PATH "/1", NULL, NULL));
    answer = ask(fixture, HTTP_GET, PATH, NULL, NULL);
    assert_int_equal(strncmp(answer, "{\"commands\":[{\"id\":1,", 21), 0);
    answers(fixture, 200, "{\"id\":2,\"name\":\"hold\",\"state\":\"queued\",\"args\":{}", answer);
    answers(fixture, 200, first, ask(fixture, HTTP_GET, "/api/v1/twins/valve-1", NULL, NULL));
}

static void what_is_not_as_declared_is_refused(void **state) {
    struct fixture *fixture = *state;
    struct twin *valve = valve_add(&fixture->plant);
    refuses(fixture, 404, "a valve has no command 'flsh'; did you mean 'flush'?",
            ask(fixture, HTTP_POST, PATH "/flsh", NULL, "{}"));
    refuses(fixture, 404, "there is no twin 'valve-9'",
            ask(fixture, HTTP_POST, "/api/v1/twins/valve-9/commands/flush", NULL, "{}"));
    refuses(fixture, 404, "there is no command 1 of valve-1",
            ask(fixture, HTTP_GET, PATH "/1", NULL, NULL));
    refuses(fixture, 404, "there is no command x", ask(fixture, HTTP_GET, PATH "/x", NULL, NULL));
    refuses(fixture, 400, "command flush has no argument \\\"secs\\\"",
            ask(fixture, HTTP_POST, PATH "/flush", NULL, "{\"secs\":1}"));
    refuses(fixture, 400, "its range is 1 to 600 s",
            ask(fixture, HTTP_POST, PATH "/flush", NULL, "{\"seconds\":0}"));
    refuses(fixture, 400, "'seconds' must be a number",
            ask(fixture, HTTP_POST, PATH "/flush", NULL, "{\"seconds\":[1]}"));
    refuses(fixture, 400, "must be a JSON object",
            ask(fixture, HTTP_POST, PATH "/flush", NULL, "[]"));
    refuses(fixture, 405, "does not have this method",
            ask(fixture, HTTP_PUT, PATH "/flush", NULL, "{}"));
    assert_int_equal(valve->command_count, 0);
}

static void too_many_are_a_conflict(void **state) {
    struct fixture *fixture = *state;
    valve_add(&fixture->plant);
    for (int i = 0; i < COMMANDS_OPEN_MAX; i++)
        ask(fixture, HTTP_POST, PATH "/hold", NULL, NULL);
    refuses(fixture, 409, "has 16 commands that have not ended",
            ask(fixture, HTTP_POST, PATH "/hold", NULL, NULL));
}

static void a_model_says_what_may_be_given(void **state) {
    struct fixture *fixture = *state;
    struct twin *valve = valve_add(&fixture->plant);
    struct buffer out = {0};
    model_json_write(valve->model, 0, &out);
    buffer_byte(&out, 0);
    assert_non_null(strstr((const char *)out.bytes,
                           "\"commands\":{\"flush\":{\"title\":\"Flush\",\"timeout\":120,\"args\":{"
                           "\"seconds\":{\"unit\":\"s\",\"type\":\"number\",\"range\":[1,600]},"
                           "\"why\":{\"unit\":\"\",\"type\":\"text\"}}},"));
    buffer_fini(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(post_gives_one_and_says_where_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_as_declared_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(too_many_are_a_conflict, setup, teardown),
        cmocka_unit_test_setup_teardown(a_model_says_what_may_be_given, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
