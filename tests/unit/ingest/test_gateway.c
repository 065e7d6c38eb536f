// Packs of many twins: each record stands alone.

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

static void records_of_many_twins_are_stored_twin_by_twin(void **state) {
    struct plant *plant = *state;
    struct got got;
    struct wish post = wish_post(
        "senml", 110,
        "[{\"bn\":\"pump-1/\",\"n\":\"temperature\",\"v\":20},{\"n\":\"vibration\",\"v\":1},"
        "{\"bn\":\"tank-1/\",\"n\":\"level\",\"v\":3},"
        "{\"bn\":\"\",\"n\":\"pump-1/is_on\",\"vb\":true},{\"n\":\"pump-2/"
        "temperature\",\"v\":21}]");
    plant_ask(plant, &post, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
    assert_int_equal(got.format, 50);
    assert_string_equal(got.text, "{\"accepted\":5,\"refused\":[]}");
    assert_int_equal(plant->turns, 3);
    struct wish get = wish(1, "t/pump-1");
    plant_ask(plant, &get, &got);
    assert_string_equal(
        got.text, "[{\"bn\":\"pump-1/\",\"bt\":1795370400,\"n\":\"temperature\",\"u\":\"Cel\","
                  "\"v\":20},{\"n\":\"vibration\",\"u\":\"mm/s\",\"v\":1},{\"n\":\"is_on\","
                  "\"vb\":true}]");
}

static void refused_records_are_listed_and_the_others_stored(void **state) {
    struct plant *plant = *state;
    struct got got;
    struct wish post = wish_post("senml", 110,
                                 "[{\"n\":\"pump-1/temperature\",\"v\":20},"
                                 "{\"n\":\"valve-1/open\",\"v\":1},"
                                 "{\"n\":\"pump-1/temprature\",\"v\":1},"
                                 "{\"n\":\"nothing\",\"v\":1},"
                                 "{\"n\":\"pump-1/vibration\",\"v\":1,\"u\":\"Cel\"},"
                                 "{\"n\":\"pump-1/speed\",\"s\":1},"
                                 "{\"n\":\"tank-1/level\",\"v\":2}]");
    plant_ask(plant, &post, &got);
    assert_int_equal(refusals.count, 1);
    assert_string_equal(refusals.list[0].id, "valve-1");
    assert_int_equal(refusals.list[0].actor.kind, ACTOR_COAP);
    assert_memory_equal(refusals.list[0].actor.bytes, "127.0.0.1:", 10);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
    static const char *const parts[] = {
        "{\"accepted\":2,\"refused\":[{\"index\":1,\"name\":\"valve-1/open\",\"code\":\"4.04\",",
        "{\"index\":2,\"name\":\"pump-1/temprature\",\"code\":\"4.04\",\"reason\":\"model pump has "
        "no "
        "telemetry or property \\\"temprature\\\"; did you mean temperature?\"}",
        "{\"index\":3,\"name\":\"nothing\",\"code\":\"4.00\",\"reason\":\"the name is not "
        "{twin}/{field}\"}",
        "{\"index\":4,\"name\":\"pump-1/vibration\",\"code\":\"4.00\",",
        "{\"index\":5,\"name\":\"pump-1/speed\",\"code\":\"4.00\",\"reason\":\"a sum (s, bs) is "
        "not "
        "taken: send v\"}]}",
    };
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (!strstr(got.text, parts[i])) fail_msg("%s is not in %s", parts[i], got.text);
    assert_int_equal(plant->turns, 2);
}

static void nothing_stored_is_the_first_refusals_code(void **state) {
    struct plant *plant = *state;
    struct got got;
    struct wish post =
        wish_post("senml", 110, "[{\"n\":\"pump-1/nothing\",\"v\":20},{\"n\":\"x\",\"v\":1}]");
    plant_ask(plant, &post, &got);
    assert_int_equal(got.message.code, COAP_CODE(4, 4));
    assert_int_equal(got.format, -1);
    assert_string_equal(got.text, "record 0 (nothing): model pump has no telemetry or property "
                                  "\"nothing\"");
    post = wish_post("senml", 110, "[{\"n\":\"x\",\"v\":1},{\"n\":\"pump-1/nothing\",\"v\":20}]");
    plant_ask(plant, &post, &got);
    assert_int_equal(got.message.code, COAP_CODE(4, 0));
    assert_string_equal(got.text, "record 0 (x): the name is not {twin}/{field}");
    assert_int_equal(plant->turns, 0);
}

static void malformed_packs_are_refused_whole(void **state) {
    struct plant *plant = *state;
    struct got got;
    struct wish post = wish_post("senml", 110, "[{\"n\":\"pump-1/temperature\",\"v\":20},{]");
    plant_ask(plant, &post, &got);
    assert_int_equal(got.message.code, COAP_CODE(4, 0));
    post = wish_post("senml", 50, "{\"pump-1/temperature\":1}");
    plant_ask(plant, &post, &got);
    assert_int_equal(got.message.code, COAP_CODE(4, 15));
    post = wish_post("senml", 110, "[]");
    plant_ask(plant, &post, &got);
    assert_int_equal(got.message.code, COAP_CODE(4, 0));
    assert_int_equal(plant->turns, 0);
}

static void a_long_list_of_refusals_is_cut(void **state) {
    struct plant *plant = *state;
    struct got got;
    char pack[1400];
    int length = sprintf(pack, "[{\"n\":\"pump-1/temperature\",\"v\":1}");
    for (int i = 0; i < 60; i++)
        length += sprintf(pack + length, ",{\"n\":\"x%d\",\"v\":1}", i);
    strcpy(pack + length, "]");
    struct wish post = wish_post("senml", 110, pack);
    plant_ask(plant, &post, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
    assert_in_range(got.message.payload_length, 300, 1024);
    char *unlisted = strstr(got.text, "],\"unlisted\":");
    assert_non_null(unlisted);
    int listed = 0;
    for (char *at = got.text; (at = strstr(at, "\"index\"")); at++)
        listed++;
    assert_int_equal(listed + atoi(unlisted + 13), 60);
}

static void many_twins_in_one_pack_are_all_found(void **state) {
    struct plant *plant = *state;
    struct got got;
    struct buffer pack = {0};
    for (int round = 0; round < 2; round++) // each twin twice, far apart
        for (int i = 0; i < 500; i++)
            buffer_printf(&pack, "%c{\"n\":\"pump-%d/%s\",\"v\":%d}", pack.length ? ',' : '[', i,
                          round ? "vibration" : "temperature", i % 100);
    buffer_byte(&pack, ']');
    for (uint32_t number = 0; number * 1024 < pack.length; number++) {
        bool is_more = (number + 1) * 1024 < pack.length;
        struct wish post = wish_post("senml", 110, "");
        post.payload = pack.bytes + number * 1024;
        post.length = is_more ? 1024 : pack.length - number * 1024;
        post.block1 = number << 4 | (uint32_t)is_more << 3 | 6;
        plant_ask(plant, &post, &got);
        assert_int_equal(got.message.code, is_more ? COAP_CODE(2, 31) : COAP_CODE(2, 4));
    }
    assert_string_equal(got.text, "{\"accepted\":1000,\"refused\":[]}");
    assert_int_equal(plant->turns, 500);
    struct wish get = wish(1, "t/pump-499/vibration");
    plant_ask(plant, &get, &got);
    assert_string_equal(got.text, "99");
    buffer_fini(&pack);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(records_of_many_twins_are_stored_twin_by_twin),
        TEST(refused_records_are_listed_and_the_others_stored),
        TEST(nothing_stored_is_the_first_refusals_code),
        TEST(malformed_packs_are_refused_whole),
        TEST(a_long_list_of_refusals_is_cut),
        TEST(many_twins_in_one_pack_are_all_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
