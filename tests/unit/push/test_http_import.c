// An import, line by line: what becomes of each, in any order, and in a dry run.

#include "asking.h"

#define IMPORT "/api/v1/twins/import"

static void lines_create_change_and_leave(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    const char *body =
        "{\"id\":\"pump-1\",\"parameters\":{\"hot\":95},\"attributes\":{\"hall\":\"n\"}}\n"
        "\n"
        "{\"id\":\"pump-2\",\"model\":\"pump\",\"lifecycle\":\"commissioning\"}\r\n";
    answers(fixture, 200,
            "{\"refused\":0,\"created\":1,\"updated\":1,\"unchanged\":0,\"lines\":["
            "{\"line\":1,\"id\":\"pump-1\",\"model\":\"pump\",\"result\":\"updated\"},"
            "{\"line\":3,\"id\":\"pump-2\",\"model\":\"pump\",\"result\":\"created\"}]}",
            ask(fixture, HTTP_POST, IMPORT, NULL, body));
    assert_int_equal(fixture->response.wait_rev, 3);
    assert_string_equal(pump->attributes, "{\"hall\":\"n\"}");
    assert_int_equal(world_find(fixture->plant.world, "pump-2", 6)->lifecycle,
                     LIFECYCLE_COMMISSIONING);
    answers(fixture, 200, "\"updated\":0,\"unchanged\":2,",
            ask(fixture, HTTP_POST, IMPORT, NULL, body));
    // What a line does not name stays.
    ask(fixture, HTTP_POST, IMPORT, NULL, "{\"id\":\"pump-1\",\"attributes\":{\"bay\":2}}");
    assert_string_equal(pump->attributes, "{\"hall\":\"n\",\"bay\":2}");
    answers(fixture, 200, "\"hot\":{\"value\":95,",
            ask(fixture, HTTP_GET, "/api/v1/twins/pump-1", NULL, NULL));
}

static void a_table_is_the_same(void **state) {
    struct fixture *fixture = *state;
    const char *body = "\xef\xbb\xbfid;model;hot;attribute.note;relationship.feeds\n"
                       "pump-1;pump;95;\"a;b \"\"c\"\"\nd\";\"tank-1;tank-2\"\n"
                       "tank-1;;;;\n"
                       ";;;;\n"
                       "tank-2;;;;;x\n";
    answers(
        fixture, 200,
        "\"lines\":[{\"line\":2,\"id\":\"pump-1\",\"model\":\"pump\",\"result\":\"refused\","
        "\"reason\":\"created without its relationships: relationship 'feeds' names twin "
        "'tank-2', which does not exist\",\"missing\":[{\"twin\":\"tank-2\",\"takes\":"
        "[\"tank\"]}]},{\"line\":4,\"id\":\"tank-1\",\"model\":\"tank\",\"result\":\"created\"},"
        "{\"line\":6,\"id\":\"\",\"result\":\"refused\",\"reason\":\"the line has 6 cells, and "
        "the table has 5 columns\"}]",
        ask(fixture, HTTP_POST, IMPORT, NULL, body));
    const struct twin *pump = world_find(fixture->plant.world, "pump-1", 6);
    assert_string_equal(pump->attributes, "{\"note\":\"a;b \\\"c\\\"\\nd\"}");
    assert_true(pump->slots[0].number == 95);
}

static void a_line_may_name_a_twin_that_comes_later(void **state) {
    struct fixture *fixture = *state;
    const char *body = "id,relationship.feeds\npump-1,tank-1 tank-2\ntank-1,\ntank-2,\n";
    answers(fixture, 200, "\"created\":3", ask(fixture, HTTP_POST, IMPORT, "dry_run=true", body));
    assert_int_equal(fixture->plant.world->twin_count, 0);
    answers(fixture, 200, "\"created\":3", ask(fixture, HTTP_POST, IMPORT, NULL, body));
    assert_int_equal(world_find(fixture->plant.world, "pump-1", 6)->link_count, 2);
    answers(fixture, 200, "\"unchanged\":3", ask(fixture, HTTP_POST, IMPORT, "dry_run=true", body));
    answers(fixture, 200, "\"updated\":1",
            ask(fixture, HTTP_POST, IMPORT, "dry_run=true",
                "{\"id\":\"pump-1\",\"relationships\":{\"feeds\":\"tank-2\"}}"));
}

static void slices_make_twins_first_and_relationships_later(void **state) {
    struct fixture *fixture = *state;
    const char *pump = "{\"id\":\"pump-1\",\"relationships\":{\"feeds\":\"tank-1\"}}";
    refuses(fixture, 400, "only must be twins or relationships, not 'all'",
            ask(fixture, HTTP_POST, IMPORT, "only=all", pump));
    answers(fixture, 200, "there is no twin 'pump-1': only=twins comes first",
            ask(fixture, HTTP_POST, IMPORT, "only=relationships", pump));
    answers(fixture, 200, "\"created\":1", ask(fixture, HTTP_POST, IMPORT, "only=twins", pump));
    answers(fixture, 200, "\"created\":1",
            ask(fixture, HTTP_POST, IMPORT, "only=twins", "{\"id\":\"tank-1\"}"));
    answers(fixture, 200, "\"updated\":1",
            ask(fixture, HTTP_POST, IMPORT, "only=relationships", pump));
}

static void a_dry_run_says_what_the_turn_would(void **state) {
    struct fixture *fixture = *state;
    plant_create(&fixture->plant, "tank", "tank-1");
    plant_create(&fixture->plant, "pump", "pump-1");
    uint64_t rev = fixture->plant.world->rev;
    const char *lines[][2] = {
        {"{\"id\":\"pump-1\",\"parameters\":{\"hot\":500}}", "its range is 40 to 150"},
        {"{\"id\":\"pump-1\",\"parameters\":{\"hot\":\"warm\"}}", "takes a number, not a text"},
        {"{\"id\":\"pump-1\",\"parameters\":{\"hto\":1}}", "did you mean 'hot'?"},
        {"{\"id\":\"pump-1\",\"relationships\":{\"feds\":[]}}", "did you mean 'feeds'?"},
        {"{\"id\":\"pump-1\",\"relationships\":{\"feeds\":\"pump-1\"}}", "leads to a tank"},
        {"{\"id\":\"pump-1\",\"relationships\":{\"feeds\":\"x\"}}", "which does not exist"},
        {"{\"id\":\"a b\"}", "'a b' is not allowed"},
        {"{\"id\":\"stray\"}", "no model's match fits"},
        {"{\"id\":\"stray\",\"model\":\"fan\"}", "there is no model 'fan'"},
        {"{\"id\":\"pump-1\",\"lifecycle\":\"new\"}", "not 'new'"},
        {"{\"id\":\"pump-1\",\"attributes\":[]}", "'attributes' must be an object"},
        {"{\"model\":\"pump\"}", "'id' is missing"},
        {"{\"id\":", "the line is not well-formed JSON"},
        {"id,hot\npump-1,warm", "takes a number, not a text"},
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        const char *answer = ask(fixture, HTTP_POST, IMPORT, "dry_run=true", lines[i][0]);
        answers(fixture, 200, "\"refused\":1", answer);
        answers(fixture, 200, lines[i][1], answer);
        answer = ask(fixture, HTTP_POST, IMPORT, NULL, lines[i][0]);
        answers(fixture, 200, "\"refused\":1", answer);
        answers(fixture, 200, lines[i][1], answer);
    }
    ask(fixture, HTTP_POST, IMPORT, "dry_run=true",
        "{\"id\":\"pump-1\",\"parameters\":{\"hot\":99},\"lifecycle\":\"maintenance\"}");
    assert_int_equal(fixture->plant.world->rev, rev);
}

static void a_model_may_be_given_for_all(void **state) {
    struct fixture *fixture = *state;
    answers(fixture, 200, "\"model\":\"tank\",\"result\":\"created\"",
            ask(fixture, HTTP_POST, IMPORT, "model=tank", "id\nbasin"));
    refuses(fixture, 400, "there is no model 'fan'",
            ask(fixture, HTTP_POST, IMPORT, "model=fan", "id\nbasin"));
}

static void what_cannot_be_read_at_all_is_a_problem(void **state) {
    struct fixture *fixture = *state;
    refuses(fixture, 400, "the body is empty", ask(fixture, HTTP_POST, IMPORT, NULL, "\n \n"));
    refuses(fixture, 400, "there is no column 'id'",
            ask(fixture, HTTP_POST, IMPORT, NULL, "model,hot\npump,1"));
    refuses(fixture, 400, "names the column 'hot' twice",
            ask(fixture, HTTP_POST, IMPORT, NULL, "id,hot,hot\npump-1,1,2"));
    refuses(fixture, 400, "column 2 of the table has no name",
            ask(fixture, HTTP_POST, IMPORT, NULL, "id,,hot\npump-1,1,2"));
    struct buffer body = {0};
    buffer_printf(&body, "id\n");
    for (int i = 0; i < 1001; i++)
        buffer_printf(&body, "pump-%d\n", i);
    buffer_byte(&body, 0);
    refuses(fixture, 413, "takes 1000 lines at once",
            ask(fixture, HTTP_POST, IMPORT, NULL, (const char *)body.bytes));
    buffer_fini(&body);
    fixture->plant.is_disk_full = true;
    refuses(fixture, 503, "the disk is full",
            ask(fixture, HTTP_POST, IMPORT, NULL, "id\npump-1\npump-2"));
    assert_int_equal(fixture->plant.world->twin_count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines_create_change_and_leave, setup, teardown),
        cmocka_unit_test_setup_teardown(a_table_is_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(a_line_may_name_a_twin_that_comes_later, setup, teardown),
        cmocka_unit_test_setup_teardown(slices_make_twins_first_and_relationships_later, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_dry_run_says_what_the_turn_would, setup, teardown),
        cmocka_unit_test_setup_teardown(a_model_may_be_given_for_all, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_at_all_is_a_problem, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
