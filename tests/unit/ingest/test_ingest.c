// The whole room over real sockets: what is answered, when, and what is refused.

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

#define PACK "[{\"n\":\"temperature\",\"u\":\"Cel\",\"v\":88.1}]"

static void a_pack_makes_a_twin_and_is_acknowledged(void **state) {
    struct plant *plant = *state;
    struct got got;
    struct wish post = wish_post("t/pump-1", 110, PACK);
    plant_ask(plant, &post, &got);
    assert_int_equal(got.message.type, MESSAGE_ACK);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
    assert_int_equal(got.message.id, 100);
    assert_memory_equal(got.message.token, "tokn", 4);
    assert_int_equal(got.message.payload_length, 0);
    struct wish get = wish(1, "t/pump-1");
    plant_ask(plant, &get, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 5));
    assert_string_equal(got.text, "[{\"bn\":\"pump-1/\",\"bt\":1795370400,\"n\":\"temperature\","
                                  "\"u\":\"Cel\",\"v\":88.1}]");
    assert_int_equal(got.format, 110);
    assert_memory_equal(plant->actor, "127.0.0.1:", 10);
}

static void an_answer_waits_for_the_disk(void **state) {
    struct plant *plant = *state;
    struct got got;
    plant->is_durable_at_once = false;
    struct wish post = wish_post("t/pump-1", 110, PACK);
    plant_wish(plant, &post);
    plant_expect_silence(plant);
    plant_do(plant, plant_make_durable);
    plant_receive(plant, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
    assert_int_equal(got.message.id, 100);
}

static void a_retransmission_runs_no_second_turn(void **state) {
    struct plant *plant = *state;
    struct got got, again;
    struct wish post = wish_post("t/pump-1", 110, PACK);
    post.id = 7;
    plant->is_durable_at_once = false;
    plant_wish(plant, &post);
    plant_wish(plant, &post); // while the first is in flight: its answer will come
    plant_expect_silence(plant);
    plant_do(plant, plant_make_durable);
    plant_receive(plant, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
    plant_expect_silence(plant);
    plant_ask(plant, &post, &again); // when it is done: answered alike
    assert_int_equal(again.length, got.length);
    assert_memory_equal(again.bytes, got.bytes, got.length);
    assert_int_equal(plant->turns, 1);
}

static void it_opens_on_every_kind_of_address(void **state) {
    (void)state;
    static const char *const addresses[] = {"127.0.0.1:0", "127.0.0.7:0", "0.0.0.0:0", "[::1]:0",
                                            "[::]:0"};
    static struct plant plant;
    struct err err;
    plant_begin(&plant);
    plant.loop = loop_new(&err);
    for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
        size_t host = strlen(addresses[i]) - 1;
        struct ingest *ingest = plant_ingest(&plant, addresses[i], false, 0, &err);
        if (!ingest) fail_msg("%s", err.text);
        assert_memory_equal(ingest_address(ingest), addresses[i], host);
        assert_true(atoi(ingest_address(ingest) + host) > 0);
        ingest_close(ingest);
    }
    loop_free(plant.loop);
    plant_end(&plant);
}

static void an_address_that_cannot_be_had_is_named(void **state) {
    struct plant *plant = *state;
    static struct plant second;
    struct err err;
    plant_begin(&second);
    second.loop = loop_new(&err);
    assert_null(plant_ingest(&second, ingest_address(plant->ingest), false, 0, &err));
    assert_non_null(strstr(err.text, ingest_address(plant->ingest))); // it is taken
    assert_non_null(strstr(err.text, "Address already in use"));
    assert_null(plant_ingest(&second, "203.0.113.9:5683", false, 0, &err)); // it is not ours
    assert_non_null(strstr(err.text, "203.0.113.9:5683: the CoAP address cannot be bound"));
    assert_null(plant_ingest(&second, "nowhere", false, 0, &err));
    assert_int_equal(err.code, ERR_INVALID);
    loop_free(second.loop);
    plant_end(&second);
}

static void wish_for_speed(struct plant *plant) {
    struct twin *twin = world_find(plant->world, "pump-1", 6);
    struct err err;
    plant_begin_turn(plant, twin);
    changes_set(&plant->changes, model_field(twin->model, FIELD_DESIRED, "speed", 5),
                value_number(1200), &err);
    plant_close_turn(plant);
}

// Two confirmable notifications to one peer: libcoap holds the second back.
static void it_closes_while_notifications_and_answers_are_under_way(void **state) {
    struct plant *plant = *state;
    struct got got;
    struct wish put = wish_put("t/pump-1/speed", "1000");
    plant_ask(plant, &put, &got);
    for (int i = 0; i < 2; i++) {
        struct wish get = wish(1, "t/pump-1/desired");
        get.token = i ? "a" : "b";
        get.observe = 0;
        plant_ask(plant, &get, &got);
    }
    plant_do(plant, wish_for_speed);
    plant_receive(plant, &got);
    assert_int_equal(got.message.type, MESSAGE_CON);
    plant->is_durable_at_once = false;
    put.block1 = 0;
    plant_wish(plant, &put);
    put.block1 = -1;
    plant_wish(plant, &put);
    plant_expect_silence(plant);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_pack_makes_a_twin_and_is_acknowledged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_answer_waits_for_the_disk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_retransmission_runs_no_second_turn, set_up, tear_down),
        cmocka_unit_test(it_opens_on_every_kind_of_address),
        cmocka_unit_test_setup_teardown(an_address_that_cannot_be_had_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_closes_while_notifications_and_answers_are_under_way,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
