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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_pack_makes_a_twin_and_is_acknowledged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_answer_waits_for_the_disk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_retransmission_runs_no_second_turn, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
