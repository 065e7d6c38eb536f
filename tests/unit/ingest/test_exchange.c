// Everything goes both ways: past libcoap and through it, the answer is the same, byte for byte,
// and so is what becomes of the world.

#include "ingest/plant.h"

struct both {
    struct plant fast, library;
    int asked;
};

static int set_up(void **state) {
    static struct both both;
    plant_open(&both.fast, false, 0);
    plant_open(&both.library, true, 0);
    both.asked = 0;
    *state = &both;
    return 0;
}

// Nothing that was sent left the worlds different.
static int tear_down(void **state) {
    struct both *both = *state;
    uint64_t fast = plant_counter(&both->fast, "twind_coap_requests_total", "way=\"fast\"");
    uint64_t slow = plant_counter(&both->library, "twind_coap_requests_total", "way=\"library\"");
    assert_true(world_hash(both->fast.world) == world_hash(both->library.world));
    assert_int_equal(both->fast.turns, both->library.turns);
    assert_int_equal(plant_counter(&both->library, "twind_coap_requests_total", "way=\"fast\""), 0);
    assert_true(fast > 0 && slow >= fast);
    plant_close(&both->fast);
    plant_close(&both->library);
    return 0;
}

// Sends it both ways and compares the answers whole.
static void ask_both(struct both *both, const struct wish *wish) {
    struct got a, b;
    uint8_t bytes[2000];
    struct wish same = *wish;
    if (same.id == 0) same.id = (uint16_t)(1000 + both->asked);
    both->asked++;
    size_t length = wish_write(&both->fast, &same, bytes);
    plant_send(&both->fast, bytes, length);
    plant_send(&both->library, bytes, length);
    plant_receive(&both->fast, &a);
    plant_receive(&both->library, &b);
    if (a.length != b.length || memcmp(a.bytes, b.bytes, a.length) != 0)
        fail_msg("%s \"%.*s\": %d.%02d \"%s\" past libcoap, %d.%02d \"%s\" through it", wish->path,
                 (int)wish->length, wish->length ? (const char *)wish->payload : "",
                 a.message.code >> 5, a.message.code & 31, a.text, b.message.code >> 5,
                 b.message.code & 31, b.text);
}

static const char *const packs[] = {
    "[{\"n\":\"temperature\",\"u\":\"Cel\",\"v\":88.1}]",
    "[{\"n\":\"temperature\",\"u\":\"degF\",\"v\":88.1,\"t\":-10}]",
    "[{\"bn\":\"pump-1/"
    "\",\"bt\":1795370000,\"n\":\"vibration\",\"v\":1},{\"n\":\"speed\",\"v\":2}]",
    "[{\"n\":\"pump-1/temperature\",\"v\":1},{\"n\":\"tank-1/"
    "level\",\"v\":2},{\"n\":\"x\",\"v\":3}]",
    "[{\"n\":\"temprature\",\"v\":1}]",
    "[{\"n\":\"temperature\",\"u\":\"Pa\",\"v\":1}]",
    "[{\"n\":\"temperature\",\"vs\":\"hot\"}]",
    "[{\"n\":\"temperature\",\"v\":1,\"t\":999999}]",
    "[{\"n\":\"temperature\",\"v\":NaN}]",
    "[{\"n\":\"is_on\",\"vb\":true},{\"n\":\"firmware\",\"vs\":\"\\u00e4\"}]",
    "[{\"n\":\"temperature\",\"s\":1}]",
    "[{\"bn\":\"position\",\"u\":\"lat\",\"v\":52.1},{\"u\":\"lon\",\"v\":4.3},{\"u\":\"m\",\"v\":-"
    "2}]",
    "[{\"bn\":\"pump-1/position\",\"u\":\"lat\",\"v\":52.1},{\"u\":\"lon\",\"v\":4.3}]",
    "[{\"bn\":\"pump-1/position\",\"u\":\"lat\",\"v\":52.1},{\"u\":\"lon\",\"v\":4.3,\"t\":-1}]",
    "[{\"n\":\"position\",\"u\":\"lat\",\"v\":91}]",
    "{\"position\":{\"lat\":52.1,\"lon\":4.3}}",
    "{\"position\":{\"lat\":52.1}}",
    "{\"temperature\":1,\"is_on\":false}",
    "{\"temperature\":null}",
    "\x81\xa2\x00\x6btemperature\x02\x15",
    "\xa1\x6btemperature\x17",
    "[]",
    "",
    "12.5",
    "52.1,4.3,12",
    "true",
    "hot",
};
static const char *const paths[] = {
    "t/pump-1",
    "t/pump-1/temperature",
    "t/pump-1/is_on",
    "t/pump-1/position",
    "t/pump-1/firmware",
    "t/pump-1/desired",
    "t/pump-1/nothing",
    "t/valve-1",
    "t/a b",
    "senml",
    ".well-known/core",
    "nothing",
    "t",
    "",
};
static const int formats[] = {-1, 0, 40, 50, 60, 110, 112, 11542};

static void every_resource_method_and_format(void **state) {
    struct both *both = *state;
    for (uint8_t method = 1; method <= 8; method++)
        for (size_t i = 0; i < ARRAY_LEN(paths); i++)
            for (size_t j = 0; j < ARRAY_LEN(formats); j++) {
                struct wish one = wish_post(paths[i], formats[j], packs[(i + j) % 3]);
                one.code = method;
                ask_both(both, &one);
            }
}

static void every_body_of_every_format(void **state) {
    struct both *both = *state;
    for (size_t i = 0; i < ARRAY_LEN(packs); i++)
        for (size_t j = 0; j < ARRAY_LEN(formats); j++) {
            struct wish pack = wish_post("t/pump-1", formats[j], packs[i]);
            ask_both(both, &pack);
            pack.path = "senml";
            ask_both(both, &pack);
            for (size_t k = 1; k < 4; k++) {
                struct wish put = wish_put(paths[k], packs[i]);
                put.format = formats[j];
                ask_both(both, &put);
            }
        }
}

static void all_types_and_tokens(void **state) {
    struct both *both = *state;
    static const char *const tokens[] = {"", "a", "12345678"};
    for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
        for (int no_response = -1; no_response <= 24; no_response += 25) {
            struct wish put = wish_put("t/pump-1/temperature", i & 1 ? "20" : "hot");
            put.token = tokens[i];
            put.no_response = no_response;
            ask_both(both, &put);
            put.type = MESSAGE_NON;
            if (no_response < 0) ask_both(both, &put);
        }
}

static void retransmissions(void **state) {
    struct both *both = *state;
    for (size_t i = 0; i < ARRAY_LEN(packs); i++)
        for (int round = 0; round < 2; round++) {
            struct wish post = wish_post("senml", 110, packs[i]);
            post.id = (uint16_t)(40000 + i);
            ask_both(both, &post);
        }
}

// Ten thousand packs with random bytes changed, left out and put in.
static void damaged_packs(void **state) {
    struct both *both = *state;
    uint64_t random = 0x9e3779b97f4a7c15u;
    for (int i = 0; i < 10000; i++) {
        char text[300];
        size_t length = strlen(packs[i % 15]);
        memcpy(text, packs[i % 15], length);
        for (int j = i % 3; j >= 0 && length > 1; j--) {
            random ^= random << 13, random ^= random >> 7, random ^= random << 17;
            size_t place = random % length;
            if (random >> 20 & 1) {
                text[place] = (char)(random >> 24);
            } else if (random >> 21 & 1) {
                memmove(text + place, text + place + 1, length - place - 1);
                length--;
            } else {
                memmove(text + place + 1, text + place, length - place);
                text[place] = "[]{},:\"\\0-."[random >> 32 & 7];
                length++;
            }
        }
        struct wish post = wish_post(i & 1 ? "t/pump-1" : "senml", formats[3 + i % 4], "");
        post.payload = text;
        post.length = length;
        ask_both(both, &post);
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_resource_method_and_format),
        TEST(every_body_of_every_format),
        TEST(all_types_and_tokens),
        TEST(retransmissions),
        TEST(damaged_packs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
