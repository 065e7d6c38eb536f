// Versions over HTTP: what a request orders, and what is refused before it does.

#include "asking.h"
#include "push/desk.h"
#include "push/news.h"

static void list(void *context, struct buffer *json) {
    (void)context;
    buffer_printf(json, "{\"promoted\":\"3f2a9c71\"}");
}

static struct desk desk = {.list = list};

static int setup_desk(void **state) {
    setup(state);
    ((struct fixture *)*state)->service.options.desk = &desk;
    return 0;
}

// What the request ordered; free it by drop.
static struct order *ordered(struct fixture *fixture, const char *path, const char *body) {
    const char *answer = ask(fixture, HTTP_POST, path, NULL, body);
    if (!fixture->response.order) fail_msg("no order: %s", answer);
    return fixture->response.order;
}

static void drop(struct order *order) {
    free(order->author);
    free(order->reason);
    script_files_fini(&order->files);
    free(order);
}

static void the_list_is_answered_at_once(void **state) {
    struct fixture *fixture = *state;
    answers(fixture, 200, "3f2a9c71", ask(fixture, HTTP_GET, "/api/v1/versions", NULL, NULL));
    assert_null(fixture->response.order);
}

static void an_upload_is_an_order_with_its_files(void **state) {
    struct fixture *fixture = *state;
    struct order *order = ordered(fixture, "/api/v1/versions",
                                  "{\"files\":{\"scripts/lib/scale.lua\":\"return {}\","
                                  "\"models/pump.lua\":\"return {  }\"},\"author\":\"ada\","
                                  "\"reason\":\"why not\",\"dry_run\":true,\"promote\":false}");
    assert_int_equal(order->kind, ORDER_DEPLOY);
    assert_int_equal(order->files.count, 2);
    assert_string_equal(order->files.files[0].path, "models/pump.lua"); // sorted
    assert_string_equal(order->files.files[1].text, "return {}");
    assert_true(order->files.version != 0);
    assert_string_equal(order->author, "ada");
    assert_string_equal(order->reason, "why not");
    assert_true(order->is_dry && order->is_stored_only);
    drop(order);
}

static void a_version_is_ordered_by_name_with_or_without_a_body(void **state) {
    struct fixture *fixture = *state;
    struct order *order = ordered(fixture, "/api/v1/versions/3f2a/promote", NULL);
    assert_int_equal(order->kind, ORDER_PROMOTE);
    assert_string_equal(order->version, "3f2a");
    assert_null(order->author);
    drop(order);
    order = ordered(fixture, "/api/v1/rollback", "{\"reason\":\"it leaks\"}");
    assert_int_equal(order->kind, ORDER_ROLLBACK);
    assert_string_equal(order->reason, "it leaks");
    drop(order);
    order = ordered(fixture, "/api/v1/versions/3f2a/check", NULL);
    assert_int_equal(order->kind, ORDER_CHECK);
    drop(order);
}

static void what_is_no_source_is_refused(void **state) {
    struct fixture *fixture = *state;
    static const char *const paths[] = {"../models/pump.lua", "models/pump.txt", "models/a/b.lua",
                                        "models/.lua",        "pump.lua",        "models/../x.lua"};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        char body[128];
        snprintf(body, sizeof body, "{\"files\":{\"%s\":\"\"}}", paths[i]);
        refuses(fixture, 400, "is no source",
                ask(fixture, HTTP_POST, "/api/v1/versions", NULL, body));
    }
    refuses(fixture, 400, "'files'", ask(fixture, HTTP_POST, "/api/v1/versions", NULL, "{}"));
    refuses(fixture, 400, "the body", ask(fixture, HTTP_POST, "/api/v1/versions", NULL, NULL));
    refuses(fixture, 400, "twice",
            ask(fixture, HTTP_POST, "/api/v1/versions", NULL,
                "{\"files\":{\"models/a.lua\":\"\",\"models/a.lua\":\"\"}}"));
    refuses(fixture, 400, "'reason'",
            ask(fixture, HTTP_POST, "/api/v1/rollback", NULL, "{\"reason\":7}"));
}

static void without_a_desk_there_are_no_versions(void **state) {
    struct fixture *fixture = *state;
    fixture->service.options.desk = NULL;
    refuses(fixture, 503, "versions", ask(fixture, HTTP_GET, "/api/v1/versions", NULL, NULL));
    refuses(fixture, 503, "versions", ask(fixture, HTTP_POST, "/api/v1/rollback", NULL, NULL));
}

static void what_stands_is_kept_until_a_version_is_promoted(void **state) {
    struct fixture *fixture = *state;
    struct version_news news = {.version = 0x3f2a9c7100000000,
                                .state = "refused",
                                .why = "models/pump.lua:3: no",
                                .file = "models/pump.lua",
                                .line = 3};
    news_tell(&fixture->service, &news);
    buffer_byte(&fixture->service.standing, 0);
    assert_non_null(strstr((char *)fixture->service.standing.bytes,
                           "{\"op\":\"version\",\"version\":\"3f2a9c71\",\"state\":\"refused\""));
    assert_non_null(strstr((char *)fixture->service.standing.bytes,
                           "\"file\":\"models/pump.lua\",\"line\":3}"));
    news.state = "promoted";
    news_tell(&fixture->service, &news);
    assert_int_equal(fixture->service.standing.length, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_desk, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_list_is_answered_at_once),
        TEST(an_upload_is_an_order_with_its_files),
        TEST(a_version_is_ordered_by_name_with_or_without_a_body),
        TEST(what_is_no_source_is_refused),
        TEST(without_a_desk_there_are_no_versions),
        TEST(what_stands_is_kept_until_a_version_is_promoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
