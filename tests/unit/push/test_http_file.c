// The page's files: what is served, how long it may be kept, and what is never served.

#include "asking.h"

#include <utime.h>

static void make(struct fixture *fixture, const char *name, const char *text) {
    char path[96];
    snprintf(path, sizeof path, "%s/%s", fixture->web_dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    struct utimbuf old = {1000000000, 1000000000};
    assert_int_equal(utime(path, &old), 0);
}

static void without_a_page_it_says_how_to_build_one(void **state) {
    struct fixture *fixture = *state;
    answers(fixture, 200, "<code>make web</code>", ask(fixture, HTTP_GET, "/", NULL, NULL));
    assert_string_equal(fixture->response.type, "text/html; charset=utf-8");
    fixture->service.options.web_dir = NULL;
    answers(fixture, 200, "make web", ask(fixture, HTTP_GET, "/index.html", NULL, NULL));
}

static void the_page_is_asked_for_again_and_its_parts_are_kept(void **state) {
    struct fixture *fixture = *state;
    make(fixture, "index.html", "<p>page</p>");
    make(fixture, "app-4QZ2YTLD.js", "let x;");
    make(fixture, "app-notahash.js", "let y;");
    answers(fixture, 200, "<p>page</p>", ask(fixture, HTTP_GET, "/", NULL, NULL));
    assert_string_equal(fixture->response.cache, "no-cache");
    assert_string_equal(fixture->response.etag, "\"3b9aca00-b\"");
    answers(fixture, 200, "let x;", ask(fixture, HTTP_GET, "/app-4QZ2YTLD.js", NULL, NULL));
    assert_string_equal(fixture->response.type, "text/javascript; charset=utf-8");
    assert_string_equal(fixture->response.cache, "public, max-age=31536000, immutable");
    ask(fixture, HTTP_GET, "/app-notahash.js", NULL, NULL);
    assert_string_equal(fixture->response.cache, "no-cache");
    fixture->request.if_none_match = "\"3b9aca00-b\"";
    assert_string_equal(ask(fixture, HTTP_GET, "/index.html", NULL, NULL), "");
    assert_int_equal(fixture->response.status, 304);
}

static void the_packed_sister_goes_to_those_who_take_it(void **state) {
    struct fixture *fixture = *state;
    make(fixture, "index.html", "plain");
    make(fixture, "index.html.gz", "packed");
    answers(fixture, 200, "plain", ask(fixture, HTTP_GET, "/", NULL, NULL));
    assert_null(fixture->response.encoding);
    assert_true(fixture->response.varies);
    fixture->request.accepts_gzip = true;
    answers(fixture, 200, "packed", ask(fixture, HTTP_GET, "/", NULL, NULL));
    assert_string_equal(fixture->response.encoding, "gzip");
    assert_string_equal(fixture->response.type, "text/html; charset=utf-8");
    assert_string_equal(fixture->response.etag, "\"3b9aca00-6z\"");
}

static void a_packed_sister_that_is_older_is_left_alone(void **state) {
    struct fixture *fixture = *state;
    char path[96];
    make(fixture, "index.html", "new");
    make(fixture, "index.html.gz", "old");
    snprintf(path, sizeof path, "%s/index.html", fixture->web_dir);
    struct utimbuf newer = {1000000001, 1000000001};
    assert_int_equal(utime(path, &newer), 0);
    fixture->request.accepts_gzip = true;
    answers(fixture, 200, "new", ask(fixture, HTTP_GET, "/", NULL, NULL));
    assert_null(fixture->response.encoding);
}

static void nothing_outside_the_folder_is_served(void **state) {
    struct fixture *fixture = *state;
    char dir[96];
    make(fixture, ".hidden", "secret");
    make(fixture, "index.html", "page");
    snprintf(dir, sizeof dir, "%s/folder", fixture->web_dir);
    assert_int_equal(mkdir(dir, 0755), 0);
    const char *paths[] = {"/../etc/passwd",
                           "/folder/../../etc/passwd",
                           "/.hidden",
                           "//etc/passwd",
                           "/folder",
                           "/folder/",
                           "/a\\b",
                           "/index.html/",
                           "/%2e%2e/x",
                           "/nothing.js",
                           ""};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        refuses(fixture, 404, "there is nothing at", ask(fixture, HTTP_GET, paths[i], NULL, NULL));
    char longest[2000];
    memset(longest, 'a', sizeof longest);
    longest[0] = '/';
    longest[sizeof longest - 1] = 0;
    refuses(fixture, 404, "there is nothing at", ask(fixture, HTTP_GET, longest, NULL, NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_a_page_it_says_how_to_build_one, setup, teardown),
        cmocka_unit_test_setup_teardown(the_page_is_asked_for_again_and_its_parts_are_kept, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_packed_sister_goes_to_those_who_take_it, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_packed_sister_that_is_older_is_left_alone, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(nothing_outside_the_folder_is_served, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
