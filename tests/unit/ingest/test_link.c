// Discovery: what is listed, what filters leave, and how much of it at a time.

#include "ingest/plant.h"

static int set_up(void **state) {
    static struct plant plant;
    plant_open(&plant, false, 0);
    *state = &plant;
    return 0;
}

static int tear_down(void **state) {
    plant_close(*state);
    return 0;
}

static void make(struct plant *plant, const char *path) {
    struct got got;
    struct wish put = wish_put(path, "1");
    plant_ask(plant, &put, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
}

// The whole list, put together from its blocks.
static char *list(struct plant *plant, const char *query) {
    static char text[70000];
    size_t length = 0;
    struct got got;
    uint64_t etag = 0;
    for (uint32_t number = 0;; number++) {
        struct wish get = wish(1, ".well-known/core");
        get.query = query;
        if (number > 0) get.block2 = number << 4 | 6;
        plant_ask(plant, &get, &got);
        assert_int_equal(got.message.code, COAP_CODE(2, 5));
        assert_int_equal(got.format, 40);
        if (number > 0) assert_true(got.etag == etag);
        etag = got.etag;
        memcpy(text + length, got.text, got.message.payload_length);
        length += got.message.payload_length;
        if (got.block2 < 0 || !(got.block2 & 8)) break;
    }
    text[length] = 0;
    return text;
}

#define SENML "</senml>;rt=\"senml\";ct=\"110 112\""
#define PUMP "</t/pump-1>;rt=\"twin pump\";ct=\"110 112\";obs"
#define TANK "</t/tank-1>;rt=\"twin tank\";ct=\"110 112\";obs"

static void an_empty_fleet_has_the_gateway_resource(void **state) {
    assert_string_equal(list(*state, NULL), SENML);
}

static void twins_are_listed_with_their_model(void **state) {
    struct plant *plant = *state;
    make(plant, "t/pump-1/temperature");
    make(plant, "t/tank-1/level");
    assert_string_equal(list(plant, NULL), SENML "," PUMP "," TANK);
}

static void filters_leave_what_fits(void **state) {
    struct plant *plant = *state;
    make(plant, "t/pump-1/temperature");
    make(plant, "t/tank-1/level");
    assert_string_equal(list(plant, "rt=pump"), PUMP);
    assert_string_equal(list(plant, "rt=twin"), PUMP "," TANK);
    assert_string_equal(list(plant, "rt=pu*"), PUMP);
    assert_string_equal(list(plant, "rt=senml"), SENML);
    assert_string_equal(list(plant, "href=/t/tank-1"), TANK);
    assert_string_equal(list(plant, "href=/t/*"), PUMP "," TANK);
    assert_string_equal(list(plant, "href=/*"), SENML "," PUMP "," TANK);
    assert_string_equal(list(plant, "href=*"), SENML "," PUMP "," TANK);
    assert_string_equal(list(plant, "href=/t/"), "");
    assert_string_equal(list(plant, "href=/t/pump-12"), "");
    assert_string_equal(list(plant, "obs"), PUMP "," TANK);
    assert_string_equal(list(plant, "ct=112"), SENML "," PUMP "," TANK);
    assert_string_equal(list(plant, "if=x"), "");
}

static void a_large_fleet_is_cut_at_64_kib_and_paged(void **state) {
    struct plant *plant = *state;
    for (int i = 0; i < 2000; i++) {
        char path[60];
        sprintf(path, "t/pump-%04d/temperature", i);
        make(plant, path);
    }
    char *text = list(plant, NULL);
    assert_in_range(strlen(text), 65000, 65536);
    text = list(plant, "page=1&count=10");
    assert_string_equal(text, ""); // that is one parameter with a strange value
    text = list(plant, "page=3");  // pages are of 1000 twin numbers, from number 0
    assert_string_equal(text, "");
    text = list(plant, "page=1");
    assert_non_null(strstr(text, "</t/pump-1500>"));
    assert_null(strstr(text, "</t/pump-0500>"));
    text = list(plant, "href=/t/pump-1999");
    assert_string_equal(text, "</t/pump-1999>;rt=\"twin pump\";ct=\"110 112\";obs");
}

static void another_format_is_not_there(void **state) {
    struct got got;
    struct wish get = wish(1, ".well-known/core");
    get.accept = 50;
    plant_ask(*state, &get, &got);
    assert_int_equal(got.message.code, COAP_CODE(4, 6));
    get.accept = 40;
    plant_ask(*state, &get, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 5));
    struct wish post = wish_post(".well-known/core", 40, "</x>");
    plant_ask(*state, &post, &got);
    assert_int_equal(got.message.code, COAP_CODE(4, 5));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_empty_fleet_has_the_gateway_resource),
        TEST(twins_are_listed_with_their_model),
        TEST(filters_leave_what_fits),
        TEST(a_large_fleet_is_cut_at_64_kib_and_paged),
        TEST(another_format_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
