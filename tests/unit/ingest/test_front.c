// What no library should see, and the holes of libcoap 4.3.1 that are guarded here.

#include "ingest/answer.h"
#include "ingest/block.h"
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

static void assert_dropped(struct plant *plant, const void *bytes, size_t length,
                           const char *reason) {
    uint64_t before = plant_counter(plant, "twind_coap_dropped_total", reason);
    plant_send(plant, bytes, length);
    plant_expect_silence(plant);
    assert_int_equal(plant_counter(plant, "twind_coap_dropped_total", reason), before + 1);
}

static void what_is_no_coap_is_dropped_and_counted(void **state) {
    struct plant *plant = *state;
    assert_dropped(plant, "\x40\x01\x00", 3, "reason=\"short\"");
    assert_dropped(plant, "", 0, "reason=\"short\"");
    assert_dropped(plant, "\x00\x01\x00\x01", 4, "reason=\"version\"");
    assert_dropped(plant, "\x80\x01\x00\x01", 4, "reason=\"version\"");
    assert_dropped(plant, "\x16\x03\x01 a TLS client", 16, "reason=\"version\"");
    assert_dropped(plant, "\x4f\x01\x00\x01", 4, "reason=\"token\"");
    assert_dropped(plant, "\x50\x01\x00\x01\xff", 5, "reason=\"malformed\"");
    assert_dropped(plant, "\x60\x00\x00\x01", 4, "reason=\"stray\"");
    assert_dropped(plant, "\x70\x00\x00\x01", 4, "reason=\"stray\"");
    assert_dropped(plant, "\x50\x45\x00\x01", 4, "reason=\"stray\"");
}

static void a_malformed_confirmable_message_is_reset(void **state) {
    struct plant *plant = *state;
    struct got got;
    static const struct {
        const char *bytes;
        size_t length;
    } messages[] = {
        {"\x40\x02\x12\x34\xff", 5},  // a payload marker with nothing behind
        {"\x40\x02\x12\x34\xb5t", 6}, // an option over the end
        {"\x44\x02\x12\x34tok", 7},   // a token over the end
        {"\x40\x45\x12\x34", 4},      // a response nobody waits for
        {"\x40\xe1\x12\x34", 4},      // a code that is reserved here
    };
    for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
        plant_send(plant, messages[i].bytes, messages[i].length);
        plant_receive(plant, &got);
        assert_int_equal(got.message.type, MESSAGE_RST);
        assert_int_equal(got.message.id, 0x1234);
        assert_int_equal(got.length, 4);
    }
}

static void a_ping_is_answered(void **state) {
    struct plant *plant = *state;
    struct got got;
    plant_send(plant, "\x40\x00\x12\x34", 4);
    plant_receive(plant, &got);
    assert_int_equal(got.message.type, MESSAGE_RST);
    assert_int_equal(got.message.id, 0x1234);
}

static void an_oversized_datagram_is_4_13(void **state) {
    struct plant *plant = *state;
    struct got got;
    uint8_t bytes[1473];
    memset(bytes, ' ', sizeof bytes);
    uint16_t last = 0;
    uint8_t *end = message_write_header(bytes, MESSAGE_CON, 2, 9, (const uint8_t *)"tokn", 4);
    end = option_write(end, &last, OPTION_URI_PATH, "senml", 5);
    *end = 0xff;
    plant_send(plant, bytes, sizeof bytes);
    plant_receive(plant, &got);
    assert_int_equal(got.message.code, COAP_CODE(4, 13));
    assert_int_equal(got.message.id, 9);
    assert_memory_equal(got.message.token, "tokn", 4);
    assert_int_equal(got.size1, 65536);
    assert_string_equal(got.text, "the datagram is over 1472 bytes: send it block-wise");
    plant_send(plant, bytes, sizeof bytes - 1); // one byte less is read
    plant_receive(plant, &got);
    assert_int_equal(got.message.code, COAP_CODE(4, 15));
}

// CVE-2023-30362: a 5.08 would be built by code that reads beyond its buffer.
static void hop_limit_never_reaches_the_library(void **state) {
    struct plant *plant = *state;
    struct got got;
    struct wish post = wish_put("t/pump-1/temperature", "20");
    for (int hops = 0; hops < 3; hops++) {
        post.hop_limit = hops;
        plant_ask(plant, &post, &got);
        assert_int_equal(got.message.code, COAP_CODE(2, 4));
        struct wish get = wish(1, "t/pump-1/temperature");
        get.hop_limit = hops;
        get.query = "x=1"; // options before and behind it stay as they are
        get.accept = 0;
        plant_ask(plant, &get, &got);
        assert_int_equal(got.message.code, COAP_CODE(2, 5));
        assert_string_equal(got.text, "20");
    }
}

// reliability.md finding 1: these two datagrams end a libcoap 4.3.1 that assembles single bodies.
static void blocks_without_a_size_do_no_harm(void **state) {
    struct plant *plant = *state;
    struct got got;
    struct wish put = wish_put("t/pump-1/temperature", "1");
    put.block1 = 0 << 4 | 1 << 3 | 0;
    plant_ask(plant, &put, &got); // one byte in a block of 16 that is not the last
    assert_int_equal(got.message.code, COAP_CODE(4, 0));
    put.block1 = 0;
    plant_ask(plant, &put, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
}

// Finding 2: a body is what has arrived, whatever Size1 says.
static void size1_discloses_nothing(void **state) {
    struct plant *plant = *state;
    struct got got;
    struct wish put = wish_put("t/pump-1/firmware", "abcdefghijklmnop");
    put.size1 = 1024;
    put.block1 = 0 << 4 | 1 << 3 | 0;
    plant_ask(plant, &put, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 31));
    put.block1 = 1 << 4;
    put.length = 1;
    plant_ask(plant, &put, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
    struct wish get = wish(1, "t/pump-1/firmware");
    plant_ask(plant, &get, &got);
    assert_string_equal(got.text, "abcdefghijklmnopa");
}

// Finding 3: nothing is allocated because somebody says so.
static void a_huge_size1_is_4_13(void **state) {
    struct plant *plant = *state;
    struct got got;
    struct wish put = wish_put("t/pump-1/firmware", "abcdefghijklmnop");
    put.size1 = 0xffffffff;
    put.block1 = 0 << 4 | 1 << 3 | 0;
    plant_ask(plant, &put, &got);
    assert_int_equal(got.message.code, COAP_CODE(4, 13));
    assert_int_equal(got.size1, 65536);
    put.size1 = 65537;
    put.block1 = -1;
    plant_ask(plant, &put, &got);
    assert_int_equal(got.message.code, COAP_CODE(4, 13));
}

// Finding 6: the default list amplifies fifty-fold; ours is at most one block for one question.
static void discovery_answers_one_block_at_a_time(void **state) {
    struct plant *plant = *state;
    struct got got;
    for (int i = 0; i < 60; i++) {
        char path[40];
        sprintf(path, "t/pump-%d/temperature", i);
        struct wish put = wish_put(path, "1");
        plant_ask(plant, &put, &got);
    }
    struct wish get = wish(1, ".well-known/core");
    plant_ask(plant, &get, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 5));
    assert_in_range(got.message.payload_length, 1, 1024);
    assert_int_equal(got.block2, 0 << 4 | 1 << 3 | 6);
}

// Guard 3: libcoap has no limit; one peer could register 5,000.
static void a_peer_cannot_register_without_end(void **state) {
    struct plant *plant = *state;
    struct got got;
    struct wish put = wish_put("t/pump-1/temperature", "1");
    plant_ask(plant, &put, &got);
    for (int i = 0; i < 100; i++) {
        char token[8];
        struct wish get = wish(1, "t/pump-1/temperature");
        sprintf(token, "t%d", i);
        get.token = token;
        get.observe = 0;
        plant_ask(plant, &get, &got);
        assert_int_equal(got.message.code, COAP_CODE(2, 5));
        assert_int_equal(got.observe, i < 8 ? 1 : -1);
    }
}

static void critical_options_without_a_meaning_are_4_02(void **state) {
    struct plant *plant = *state;
    struct got got;
    static const uint16_t numbers[] = {1, 5, 9, 19, 2049};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        for (int type = MESSAGE_CON; type <= MESSAGE_NON; type++) {
            uint8_t bytes[100];
            uint16_t last = 0, id = (uint16_t)(50 + 2 * (int)i + type);
            uint8_t *end = message_write_header(bytes, (enum message_type)type, 2, id, NULL, 0);
            if (numbers[i] < OPTION_URI_PATH) end = option_write(end, &last, numbers[i], "", 0);
            end = option_write(end, &last, OPTION_URI_PATH, "senml", 5);
            if (numbers[i] > OPTION_URI_PATH) end = option_write(end, &last, numbers[i], "x", 1);
            plant_send(plant, bytes, (size_t)(end - bytes));
            plant_receive(plant, &got);
            assert_int_equal(got.message.type, type == MESSAGE_CON ? MESSAGE_ACK : MESSAGE_RST);
            assert_int_equal(got.message.code, type == MESSAGE_CON ? COAP_CODE(4, 2) : 0);
            assert_int_equal(got.message.id, id);
        }
    assert_int_equal(plant_counter(plant, "twind_coap_dropped_total", "reason=\"option\""), 10);
    assert_int_equal(plant_counter(plant, "twind_coap_answers_total", "code=\"4.02\""), 5);
}

static void a_wrong_length_is_reset_by_libcoap_and_counted(void **state) {
    struct plant *plant = *state;
    struct got got;
    struct wish get = wish(1, ".well-known/core");
    get.query = "";
    plant_ask(plant, &get, &got);
    assert_int_equal(got.message.type, MESSAGE_RST);
    plant_expect_silence(plant);
    assert_int_equal(plant_counter(plant, "twind_coap_dropped_total", "reason=\"library\""), 1);
}

static void elective_options_without_a_meaning_are_ignored(void **state) {
    struct plant *plant = *state;
    struct got got;
    uint8_t bytes[100];
    uint16_t last = 0;
    uint8_t *end = message_write_header(bytes, MESSAGE_CON, 3, 60, NULL, 0);
    end = option_write(end, &last, OPTION_URI_HOST, "example.org", 11);
    end = option_write(end, &last, OPTION_URI_PATH, "t", 1);
    end = option_write(end, &last, OPTION_URI_PATH, "pump-1", 6);
    end = option_write(end, &last, OPTION_URI_PATH, "temperature", 11);
    end = option_write(end, &last, 2050, "x", 1);
    end = payload_write(end, "1", 1);
    plant_send(plant, bytes, (size_t)(end - bytes));
    plant_receive(plant, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
}

static void this_is_no_proxy(void **state) {
    struct plant *plant = *state;
    struct got got;
    uint8_t bytes[100];
    uint16_t last = 0;
    uint8_t *end = message_write_header(bytes, MESSAGE_CON, 1, 60, NULL, 0);
    end = option_write(end, &last, 35, "coap://example.org/", 19);
    plant_send(plant, bytes, (size_t)(end - bytes));
    plant_receive(plant, &got);
    assert_int_equal(got.message.code, COAP_CODE(5, 5));
    assert_string_equal(got.text, "this is no proxy: leave option 35 out");
}

static void nothing_is_limited_on_loopback_unless_asked_for(void **state) {
    struct plant *plant = *state;
    struct got got;
    for (int i = 0; i < 500; i++) {
        struct wish put = wish_put("t/pump-1/temperature", "1");
        plant_ask(plant, &put, &got);
        assert_int_equal(got.message.code, COAP_CODE(2, 4));
    }
}

static void who_is_too_fast_is_told_when_to_come_again(void **state) {
    static struct plant plant;
    (void)state;
    struct got got;
    plant_open(&plant, false, 0.01);
    struct wish put = wish_put("t/pump-1/temperature", "1");
    plant_ask(&plant, &put, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
    put.id = 4;
    plant_ask(&plant, &put, &got);
    assert_int_equal(got.message.code, COAP_CODE(4, 29));
    assert_in_range(got.max_age, 90, 100);
    struct wish get = wish(1, "t/pump-1");
    plant_ask(&plant, &get, &got);
    assert_int_equal(got.message.code, COAP_CODE(4, 29));
    plant_send(&plant, "\x40\x00\x12\x34", 4); // a ping is not limited
    plant_receive(&plant, &got);
    assert_int_equal(plant.turns, 1);
    close(plant.client);
    plant.client = plant_client(&plant); // another peer
    put.id = 5;
    plant_ask(&plant, &put, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
    plant_close(&plant);
}

static void pause_it(struct plant *plant) {
    ingest_pause(plant->ingest, true);
}

static void resume_it(struct plant *plant) {
    ingest_pause(plant->ingest, false);
}

static void a_paused_socket_is_read_later(void **state) {
    struct plant *plant = *state;
    struct got got;
    plant_do(plant, pause_it);
    struct wish put = wish_put("t/pump-1/temperature", "1");
    plant_wish(plant, &put);
    plant_do(plant, pause_it); // the loop has been round
    assert_int_equal(plant->turns, 0);
    plant_do(plant, resume_it);
    plant_receive(plant, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
}

// Is asked something after every hundred datagrams of noise, and answers.
static void noise_leaves_it_standing(void **state) {
    struct plant *plant = *state;
    struct got got;
    uint64_t random = 88172645463325252u;
    for (int i = 1; i <= 20000; i++) {
        uint8_t bytes[64];
        size_t length = 0;
        for (; length < sizeof bytes; length++) {
            random ^= random << 13, random ^= random >> 7, random ^= random << 17;
            bytes[length] = (uint8_t)random;
            if (length > 3 && (random >> 32 & 15) == 0) break;
        }
        if (i & 1) bytes[0] = 0x50 | (bytes[0] & 3);
        send(plant->client, bytes, length, 0);
        if (i % 100 != 0) continue;
        struct wish put = wish_put("t/pump-1/temperature", "1");
        put.token = "ok";
        plant_wish(plant, &put);
        do // answers to some of the noise come first
            plant_receive(plant, &got);
        while (got.message.token_length != 2 || memcmp(got.message.token, "ok", 2) != 0);
        assert_int_equal(got.message.code, COAP_CODE(2, 4));
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_is_no_coap_is_dropped_and_counted),
        TEST(a_malformed_confirmable_message_is_reset),
        TEST(a_ping_is_answered),
        TEST(an_oversized_datagram_is_4_13),
        TEST(hop_limit_never_reaches_the_library),
        TEST(blocks_without_a_size_do_no_harm),
        TEST(size1_discloses_nothing),
        TEST(a_huge_size1_is_4_13),
        TEST(discovery_answers_one_block_at_a_time),
        TEST(a_peer_cannot_register_without_end),
        TEST(critical_options_without_a_meaning_are_4_02),
        TEST(a_wrong_length_is_reset_by_libcoap_and_counted),
        TEST(elective_options_without_a_meaning_are_ignored),
        TEST(this_is_no_proxy),
        TEST(nothing_is_limited_on_loopback_unless_asked_for),
        cmocka_unit_test(who_is_too_fast_is_told_when_to_come_again),
        TEST(a_paused_socket_is_read_later),
        TEST(noise_leaves_it_standing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
