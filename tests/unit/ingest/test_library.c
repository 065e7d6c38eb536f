// What goes through libcoap, over real sockets: blocks both ways, observations, late answers.

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

static void put(struct plant *plant, const char *path, const char *value) {
    struct got got;
    struct wish wish = wish_put(path, value);
    plant_ask(plant, &wish, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
}

// Sends `text` to the path in blocks of 64; `got` is the last answer.
static void send_in_blocks(struct plant *plant, const char *path, const char *text,
                           struct got *got) {
    size_t length = strlen(text);
    for (uint32_t number = 0; number * 64 < length; number++) {
        bool is_more = (number + 1) * 64 < length;
        struct wish post = wish_post(path, 110, "");
        post.payload = text + number * 64;
        post.length = is_more ? 64 : length - number * 64;
        post.block1 = number << 4 | (uint32_t)is_more << 3 | 2;
        plant_ask(plant, &post, got);
        assert_int_equal(got->block1, post.block1);
        if (is_more) assert_int_equal(got->message.code, COAP_CODE(2, 31));
    }
}

static void a_pack_may_come_in_blocks(void **state) {
    struct plant *plant = *state;
    struct got got;
    send_in_blocks(
        plant, "t/pump-1",
        "[{\"n\":\"temperature\",\"v\":88.1,\"x\":\"a label that nobody knows, to make it "
        "longer than one block\"},{\"n\":\"vibration\",\"v\":2}]",
        &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
    assert_int_equal(plant->turns, 1);
}

static void a_block_lost_on_the_way_is_4_08(void **state) {
    struct plant *plant = *state;
    struct got got;
    struct wish post = wish_post("t/pump-1", 110, "[{\"n\":\"vibration");
    post.block1 = 0 << 4 | 1 << 3 | 0;
    plant_ask(plant, &post, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 31));
    post.block1 = 2 << 4 | 1 << 3 | 0;
    plant_ask(plant, &post, &got);
    assert_int_equal(got.message.code, COAP_CODE(4, 8));
}

static void a_block_sent_again_is_answered_alike(void **state) {
    struct plant *plant = *state;
    struct got got, again;
    struct wish post = wish_post("t/pump-1", 110, "[{\"n\":\"vibration");
    post.id = 5;
    post.block1 = 0 << 4 | 1 << 3 | 0;
    plant_ask(plant, &post, &got);
    plant_ask(plant, &post, &again);
    assert_int_equal(again.message.code, COAP_CODE(2, 31));
    assert_memory_equal(got.bytes, again.bytes, got.length);
    struct wish last = wish_post("t/pump-1", 110, "\",\"v\":1}]");
    last.id = 6;
    last.block1 = 1 << 4;
    plant_ask(plant, &last, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
    plant_ask(plant, &last, &again);
    assert_memory_equal(got.bytes, again.bytes, got.length);
    assert_int_equal(plant->turns, 1);
}

static void a_long_text_is_read_in_blocks(void **state) {
    struct plant *plant = *state;
    struct got got;
    char text[1025], back[1100];
    size_t length = 0;
    memset(text, 'x', 1024);
    memcpy(text + 500, "in the middle", 13);
    text[1024] = 0;
    put(plant, "t/pump-1/firmware", text);
    for (uint32_t number = 0;; number++) {
        struct wish get = wish(1, "t/pump-1/firmware");
        get.block2 = number << 4 | 2;
        plant_ask(plant, &get, &got);
        assert_int_equal(got.message.code, COAP_CODE(2, 5));
        memcpy(back + length, got.text, got.message.payload_length);
        length += got.message.payload_length;
        if (!(got.block2 & 8)) break;
    }
    assert_int_equal(length, 1024);
    assert_memory_equal(back, text, 1024);
    struct wish beyond = wish(1, "t/pump-1/firmware");
    beyond.block2 = 16 << 4 | 2;
    plant_ask(plant, &beyond, &got);
    assert_int_equal(got.message.code, COAP_CODE(4, 0));
}

static void an_answer_through_libcoap_waits_for_the_disk_too(void **state) {
    struct plant *plant = *state;
    struct got got, again;
    plant->is_durable_at_once = false;
    struct wish post = wish_put("t/pump-1/temperature", "20");
    post.block1 = 0; // a reason to go through libcoap
    post.id = 9;
    plant_wish(plant, &post);
    plant_wish(plant, &post);
    plant_expect_silence(plant);
    plant_do(plant, plant_make_durable);
    plant_receive(plant, &got);
    assert_int_equal(got.message.type, MESSAGE_ACK);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
    assert_int_equal(got.message.id, 9);
    assert_int_equal(got.block1, 0);
    plant_ask(plant, &post, &again);
    assert_int_equal(again.length, got.length);
    assert_memory_equal(got.bytes, again.bytes, got.length);
    assert_int_equal(plant->turns, 1);
}

static void a_late_non_is_a_non(void **state) {
    struct plant *plant = *state;
    struct got got;
    struct wish post = wish_put("t/pump-1/temperature", "20");
    post.block1 = 0;
    post.type = MESSAGE_NON;
    plant_ask(plant, &post, &got);
    assert_int_equal(got.message.type, MESSAGE_NON);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
    post.no_response = 2;
    plant_wish(plant, &post);
    plant_expect_silence(plant);
    post.type = MESSAGE_CON;
    plant_ask(plant, &post, &got);
    assert_int_equal(got.message.type, MESSAGE_ACK);
    assert_int_equal(got.length, 4);
}

static void observe(struct plant *plant, const char *path, const char *token, int64_t action,
                    struct got *got) {
    struct wish get = wish(1, path);
    get.token = token;
    get.observe = action;
    plant_ask(plant, &get, got);
    assert_int_equal(got->message.code, COAP_CODE(2, 5));
}

static void wish_for_speed(struct plant *plant) {
    struct twin *twin = world_find(plant->world, "pump-1", 6);
    struct err err;
    double speed = 1000 + (double)plant->world->rev;
    plant_begin_turn(plant, twin);
    changes_set(&plant->changes, model_field(twin->model, FIELD_DESIRED, "speed", 5),
                value_number(speed), &err);
    plant_close_turn(plant);
}

static void a_notification_comes_on_the_observers_token(void **state) {
    struct plant *plant = *state;
    struct got got;
    put(plant, "t/pump-1/temperature", "20");
    observe(plant, "t/pump-1/temperature", "obs", 0, &got);
    assert_int_equal(got.observe, 1);
    assert_string_equal(got.text, "20");
    int other = plant_client(plant), own = plant->client;
    plant->client = other;
    put(plant, "t/pump-1/temperature", "21");
    plant->client = own;
    plant_receive(plant, &got);
    assert_int_equal(got.message.type, MESSAGE_NON);
    assert_int_equal(got.message.code, COAP_CODE(2, 5));
    assert_memory_equal(got.message.token, "obs", 3);
    assert_int_equal(got.observe, 2);
    assert_int_equal(got.format, 0);
    assert_string_equal(got.text, "21");
    uint8_t reset[4] = {0x70, 0, got.bytes[2], got.bytes[3]};
    plant_send(plant, reset, 4); // not wanted any more
    plant->client = other;
    put(plant, "t/pump-1/temperature", "22");
    plant->client = own;
    plant_expect_silence(plant);
    close(other);
}

static void a_cancelled_observation_is_silent(void **state) {
    struct plant *plant = *state;
    struct got got;
    put(plant, "t/pump-1/temperature", "20");
    observe(plant, "t/pump-1/temperature", "obs", 0, &got);
    observe(plant, "t/pump-1/temperature", "obs", 1, &got);
    assert_int_equal(got.observe, -1);
    put(plant, "t/pump-1/temperature", "21");
    plant_expect_silence(plant);
}

static void a_wish_is_confirmed_and_the_newest_follows(void **state) {
    struct plant *plant = *state;
    struct got got;
    put(plant, "t/pump-1/speed", "1000");
    observe(plant, "t/pump-1/desired", "obs", 0, &got);
    assert_string_equal(got.text, "[]");
    plant_do(plant, wish_for_speed);
    plant_receive(plant, &got);
    assert_int_equal(got.message.type, MESSAGE_CON);
    assert_non_null(strstr(got.text, "1001"));
    plant_do(plant, wish_for_speed);
    plant_do(plant, wish_for_speed);
    plant_expect_silence(plant); // until the first is acknowledged
    uint8_t ack[4] = {0x60, 0, got.bytes[2], got.bytes[3]};
    plant_send(plant, ack, 4);
    plant_receive(plant, &got);
    assert_non_null(strstr(got.text, "1003"));
    ack[2] = got.bytes[2], ack[3] = got.bytes[3];
    plant_send(plant, ack, 4);
    plant_expect_silence(plant);
}

static void a_confirmable_one_is_sent_again(void **state) {
    struct plant *plant = *state;
    struct got got, again;
    put(plant, "t/pump-1/speed", "1000");
    observe(plant, "t/pump-1/desired", "obs", 0, &got);
    plant_do(plant, wish_for_speed);
    plant_receive(plant, &got);
    plant_receive(plant, &again); // two to three seconds later
    assert_int_equal(again.length, got.length);
    assert_memory_equal(again.bytes, got.bytes, got.length);
    uint8_t reset[4] = {0x70, 0, got.bytes[2], got.bytes[3]};
    plant_send(plant, reset, 4);
    plant_expect_silence(plant);
    plant_do(plant, wish_for_speed);
    plant_expect_silence(plant);
}

static void unknown_resources_are_not_observed(void **state) {
    struct plant *plant = *state;
    struct got got;
    struct wish get = wish(1, "t/pump-9");
    get.observe = 0;
    plant_ask(plant, &get, &got);
    assert_int_equal(got.message.code, COAP_CODE(4, 4));
    assert_int_equal(got.observe, -1);
    observe(plant, ".well-known/core", "obs", 0, &got);
    assert_int_equal(got.observe, -1);
}

// Two hundred peers, more than idle sessions are kept for.
static void many_peers_are_served(void **state) {
    struct plant *plant = *state;
    struct got got;
    int own = plant->client, clients[200];
    put(plant, "t/pump-1/temperature", "20");
    for (int i = 0; i < 200; i++) {
        plant->client = clients[i] = plant_client(plant);
        observe(plant, "t/pump-1/temperature", "o", 0, &got);
    }
    plant->client = own;
    put(plant, "t/pump-1/temperature", "21");
    for (int i = 0; i < 200; i++) {
        plant->client = clients[i];
        plant_receive(plant, &got);
        assert_string_equal(got.text, "21");
        close(clients[i]);
    }
    plant->client = own;
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_pack_may_come_in_blocks),
        TEST(a_block_lost_on_the_way_is_4_08),
        TEST(a_block_sent_again_is_answered_alike),
        TEST(a_long_text_is_read_in_blocks),
        TEST(an_answer_through_libcoap_waits_for_the_disk_too),
        TEST(a_late_non_is_a_non),
        TEST(a_notification_comes_on_the_observers_token),
        TEST(a_cancelled_observation_is_silent),
        TEST(a_wish_is_confirmed_and_the_newest_follows),
        TEST(a_confirmable_one_is_sent_again),
        TEST(unknown_resources_are_not_observed),
        TEST(many_peers_are_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
