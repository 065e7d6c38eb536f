// What is read: values, wishes, in every form, and what cannot be had.

#include "ingest/pack.h"
#include "ingest/plant.h"

static int set_up(void **state) {
    static struct plant plant;
    struct got got;
    plant_open(&plant, false, 0);
    struct wish post =
        wish_post("t/pump-1", 110,
                  "[{\"bt\":1795370000,\"n\":\"temperature\",\"v\":88.1},"
                  "{\"n\":\"vibration\",\"v\":2.5,\"t\":-0.5},{\"n\":\"speed\",\"v\":1450},"
                  "{\"n\":\"is_on\",\"vb\":true},{\"n\":\"firmware\",\"vs\":\"1.\\\"2\"}]");
    plant_ask(&plant, &post, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
    *state = &plant;
    return 0;
}

static int tear_down(void **state) {
    plant_close(*state);
    return 0;
}

static void ask(struct plant *plant, const char *path, int accept, struct got *got) {
    struct wish get = wish(1, path);
    get.accept = accept;
    plant_ask(plant, &get, got);
}

#define ALL                                                                                        \
    "[{\"bn\":\"pump-1/\",\"bt\":1795370000,\"n\":\"temperature\",\"u\":\"Cel\",\"v\":88.1},"      \
    "{\"n\":\"vibration\",\"u\":\"mm/s\",\"v\":2.5,\"t\":-0.5},"                                   \
    "{\"n\":\"speed\",\"u\":\"1/min\",\"v\":1450},{\"n\":\"is_on\",\"vb\":true},"                  \
    "{\"n\":\"firmware\",\"vs\":\"1.\\\"2\"}]"

static void a_twin_is_read_as_senml(void **state) {
    struct plant *plant = *state;
    struct got got;
    ask(plant, "t/pump-1", -1, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 5));
    assert_int_equal(got.format, 110);
    assert_string_equal(got.text, ALL);
    ask(plant, "t/pump-1", 110, &got);
    assert_string_equal(got.text, ALL);
}

// What is written in CBOR reads back as what is written in JSON.
static void both_spellings_say_the_same(void **state) {
    struct plant *plant = *state;
    struct got json, cbor;
    struct region region = {0};
    struct pack a, b;
    struct record first, second;
    struct err err;
    ask(plant, "t/pump-1", 110, &json);
    ask(plant, "t/pump-1", 112, &cbor);
    assert_int_equal(cbor.format, 112);
    pack_init(&a, 110, json.message.payload, json.message.payload_length, NOW, &region);
    pack_init(&b, 112, cbor.message.payload, cbor.message.payload_length, NOW, &region);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(pack_next(&a, &first, &err), PACK_RECORD);
        assert_int_equal(pack_next(&b, &second, &err), PACK_RECORD);
        assert_int_equal(first.base.length, second.base.length);
        assert_memory_equal(first.base.bytes, second.base.bytes, first.base.length);
        assert_int_equal(first.name.length, second.name.length);
        assert_memory_equal(first.name.bytes, second.name.bytes, first.name.length);
        assert_int_equal(first.unit.length, second.unit.length);
        assert_true(value_equal(first.value, second.value));
        assert_int_equal(first.at, second.at);
    }
    assert_int_equal(pack_next(&a, &first, &err), PACK_END);
    assert_int_equal(pack_next(&b, &second, &err), PACK_END);
    region_fini(&region);
}

static void a_field_is_read_as_text_or_senml(void **state) {
    struct plant *plant = *state;
    struct got got;
    ask(plant, "t/pump-1/temperature", -1, &got);
    assert_int_equal(got.format, 0);
    assert_string_equal(got.text, "88.1");
    ask(plant, "t/pump-1/is_on", 0, &got);
    assert_string_equal(got.text, "true");
    ask(plant, "t/pump-1/firmware", 0, &got);
    assert_string_equal(got.text, "1.\"2");
    ask(plant, "t/pump-1/vibration", 110, &got);
    assert_int_equal(got.format, 110);
    assert_string_equal(got.text, "[{\"bn\":\"pump-1/\",\"bt\":1795369999.5,\"n\":\"vibration\","
                                  "\"u\":\"mm/s\",\"v\":2.5}]");
}

static void wish_for_speed(struct plant *plant) {
    struct twin *twin = world_find(plant->world, "pump-1", 6);
    struct err err;
    plant_begin_turn(plant, twin);
    changes_set(&plant->changes, model_field(twin->model, FIELD_DESIRED, "speed", 5),
                value_number(1200), &err);
    plant_close_turn(plant);
}

static void desired_is_what_differs_from_reported(void **state) {
    struct plant *plant = *state;
    struct got got;
    ask(plant, "t/pump-1/desired", -1, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 5));
    assert_string_equal(got.text, "[]");
    plant_do(plant, wish_for_speed);
    ask(plant, "t/pump-1/desired", -1, &got);
    assert_string_equal(got.text, "[{\"bn\":\"pump-1/\",\"bt\":1795370400,\"n\":\"speed\","
                                  "\"u\":\"1/min\",\"v\":1200}]");
    struct wish put = wish_put("t/pump-1/speed", "1200");
    plant_ask(plant, &put, &got);
    ask(plant, "t/pump-1/desired", -1, &got);
    assert_string_equal(got.text, "[]");
    ask(plant, "t/pump-1/desired", 112, &got);
    assert_int_equal(got.message.payload_length, 1);
    assert_int_equal(got.message.payload[0], 0x80);
}

static void a_wish_is_not_told_before_it_is_durable(void **state) {
    struct plant *plant = *state;
    struct got got;
    plant->is_durable_at_once = false;
    plant_do(plant, wish_for_speed);
    struct wish get = wish(1, "t/pump-1/desired");
    plant_wish(plant, &get);
    plant_expect_silence(plant);
    plant_do(plant, plant_make_durable);
    plant_receive(plant, &got);
    assert_int_equal(got.message.type, MESSAGE_ACK);
    assert_non_null(strstr(got.text, "1200"));
}

static void what_cannot_be_had_is_refused(void **state) {
    struct plant *plant = *state;
    struct got got;
    static const struct {
        const char *path;
        int accept;
        uint8_t code;
        const char *text;
    } cases[] = {
        {"t/pump-2", -1, COAP_CODE(4, 4), "there is no twin pump-2"},
        {"t/pump-2/temperature", -1, COAP_CODE(4, 4), "there is no twin pump-2"},
        {"t/pump-2/desired", -1, COAP_CODE(4, 4), "there is no twin pump-2"},
        {"t/a b", -1, COAP_CODE(4, 0),
         "\"a b\" is no twin id: use 1 to 64 of A-Z a-z 0-9 . _ ~ : -"},
        {"t/pump-1/temprature", -1, COAP_CODE(4, 4),
         "model pump has no field \"temprature\"; did you mean temperature?"},
        {"t/pump-1/health", -1, COAP_CODE(4, 4), "health of pump-1 has no value yet"},
        {"t/pump-1", 0, COAP_CODE(4, 6),
         "this is there as 110 SenML JSON and 112 SenML CBOR, not as 0"},
        {"t/pump-1/desired", 60, COAP_CODE(4, 6),
         "this is there as 110 SenML JSON and 112 SenML CBOR, not as 60"},
        {"t/pump-1/temperature", 50, COAP_CODE(4, 6),
         "this is there as 0 text, 110 SenML JSON and 112 SenML CBOR, not as 50"},
        {"senml", -1, COAP_CODE(4, 5), "GET is not a method of /senml: use POST"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        ask(plant, cases[i].path, cases[i].accept, &got);
        assert_string_equal(got.text, cases[i].text);
        assert_int_equal(got.message.code, cases[i].code);
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_twin_is_read_as_senml),
        TEST(both_spellings_say_the_same),
        TEST(a_field_is_read_as_text_or_senml),
        TEST(desired_is_what_differs_from_reported),
        TEST(a_wish_is_not_told_before_it_is_durable),
        TEST(what_cannot_be_had_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
