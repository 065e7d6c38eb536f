// What a device sends: stored whole, or refused whole with a sentence that helps.

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

static void assert_read(struct plant *plant, const char *path, const char *text) {
    struct got got;
    struct wish get = wish(1, path);
    plant_ask(plant, &get, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 5));
    assert_string_equal(got.text, text);
}

static void assert_stored(struct plant *plant, struct wish wish) {
    struct got got;
    plant_ask(plant, &wish, &got);
    if (got.message.code != COAP_CODE(2, 4)) fail_msg("refused: %s", got.text);
    assert_int_equal(got.message.payload_length, 0);
}

static void assert_refused(struct plant *plant, struct wish wish, uint8_t code,
                           const char *sentence) {
    struct got got;
    int turns = plant->turns;
    plant_ask(plant, &wish, &got);
    assert_string_equal(got.text, sentence);
    assert_int_equal(got.message.code, code);
    assert_int_equal(got.format, -1);
    assert_in_range(got.message.payload_length, 1, 200);
    assert_int_equal(plant->turns, turns);
}

static void every_content_format_is_taken(void **state) {
    struct plant *plant = *state;
    assert_stored(plant, wish_post("t/pump-1", 110, "[{\"n\":\"temperature\",\"v\":20}]"));
    assert_read(plant, "t/pump-1/temperature", "20");
    struct wish cbor = wish_post("t/pump-1", 112, "");
    cbor.payload = "\x81\xa2\x00\x6btemperature\x02\x15";
    cbor.length = 17;
    assert_stored(plant, cbor);
    assert_read(plant, "t/pump-1/temperature", "21");
    assert_stored(plant, wish_post("t/pump-1", 50, "{\"temperature\":22,\"is_on\":true}"));
    assert_read(plant, "t/pump-1/temperature", "22");
    assert_read(plant, "t/pump-1/is_on", "true");
    struct wish map = wish_post("t/pump-1", 60, "");
    map.payload = "\xa1\x6btemperature\x17";
    map.length = 14;
    assert_stored(plant, map);
    assert_read(plant, "t/pump-1/temperature", "23");
}

static void a_single_value_is_put_as_text(void **state) {
    struct plant *plant = *state;
    assert_stored(plant, wish_put("t/pump-1/temperature", "24.5"));
    assert_read(plant, "t/pump-1/temperature", "24.5");
    assert_stored(plant, wish_put("t/pump-1/temperature", " -3e1\n"));
    assert_read(plant, "t/pump-1/temperature", "24.5"); // out of its range: kept, shown as bad
    assert_stored(plant, wish_put("t/pump-1/is_on", "false"));
    assert_read(plant, "t/pump-1/is_on", "false");
    assert_stored(plant, wish_put("t/pump-1/firmware", "v1.2 \xc2\xb5"));
    assert_read(plant, "t/pump-1/firmware", "v1.2 \xc2\xb5");
    struct wish put = wish_put("t/pump-1/temperature", "25");
    put.format = -1; // text is what it is when nothing is said
    assert_stored(plant, put);
    assert_read(plant, "t/pump-1/temperature", "25");
}

static void a_compatible_unit_is_converted(void **state) {
    struct plant *plant = *state;
    assert_stored(plant, wish_post("t/pump-1", 110,
                                   "[{\"n\":\"temperature\",\"u\":\"degF\",\"v\":212},"
                                   "{\"n\":\"vibration\",\"u\":\"m/s\",\"v\":0.009},"
                                   "{\"n\":\"speed\",\"u\":\"Hz\",\"v\":25}]"));
    assert_read(plant, "t/pump-1/temperature", "100");
    assert_read(plant, "t/pump-1/vibration", "9");
    assert_read(plant, "t/pump-1/speed", "1500");
}

static void a_name_may_carry_the_twin(void **state) {
    struct plant *plant = *state;
    assert_stored(plant, wish_post("t/pump-1", 110, "[{\"n\":\"pump-1/temperature\",\"v\":1}]"));
    assert_stored(
        plant, wish_post("t/pump-1", 110, "[{\"bn\":\"pump-1/\",\"n\":\"temperature\",\"v\":2}]"));
    assert_stored(
        plant, wish_post("t/pump-1", 110, "[{\"bn\":\"pump-1/temp\",\"n\":\"erature\",\"v\":3}]"));
    assert_read(plant, "t/pump-1/temperature", "3");
    assert_refused(plant, wish_post("t/pump-1", 110, "[{\"n\":\"pump-2/temperature\",\"v\":1}]"),
                   COAP_CODE(4, 0),
                   "record 0 (temperature): its name is of twin \"pump-2\", this is pump-1: use "
                   "/senml");
}

static void late_samples_are_taken(void **state) {
    struct plant *plant = *state;
    assert_stored(plant, wish_post("t/pump-1", 110, "[{\"n\":\"temperature\",\"v\":50}]"));
    assert_stored(
        plant, wish_post("t/pump-1", 110, "[{\"n\":\"temperature\",\"v\":40,\"t\":1000000000}]"));
    assert_read(plant, "t/pump-1/temperature", "50");
    assert_int_equal(plant->turns, 2);
}

static void a_pack_with_one_bad_record_is_refused_whole(void **state) {
    struct plant *plant = *state;
    assert_refused(plant,
                   wish_post("t/pump-1", 110,
                             "[{\"n\":\"vibration\",\"v\":1},{\"n\":\"temprature\",\"v\":1}]"),
                   COAP_CODE(4, 4),
                   "record 1 (temprature): model pump has no telemetry or property "
                   "\"temprature\"; did you mean temperature?");
    struct got got;
    struct wish get = wish(1, "t/pump-1");
    plant_ask(plant, &get, &got);
    assert_int_equal(got.message.code, COAP_CODE(4, 4)); // it was not even made
}

static void refusals_name_field_value_and_limit(void **state) {
    struct plant *plant = *state;
    assert_refused(plant, wish_post("t/pump-1", 110, "[{\"n\":\"temperature\",\"v\":true}]"),
                   COAP_CODE(4, 0), "record 0: a number was expected in the JSON at byte 24");
    assert_refused(plant, wish_post("t/pump-1", 110, "[{\"n\":\"temperature\",\"vb\":true}]"),
                   COAP_CODE(4, 0),
                   "record 0 (temperature): temperature is a number, not a boolean");
    assert_refused(plant, wish_post("t/pump-1", 110, "[{\"n\":\"is_on\",\"v\":1}]"),
                   COAP_CODE(4, 0), "record 0 (is_on): is_on is a boolean, not a number");
    assert_refused(plant,
                   wish_post("t/pump-1", 110, "[{\"n\":\"temperature\",\"u\":\"Pa\",\"v\":1}]"),
                   COAP_CODE(4, 0),
                   "record 0 (temperature): unit Pa cannot be converted to temperature's unit Cel");
    assert_refused(plant,
                   wish_post("t/pump-1", 110, "[{\"n\":\"temperature\",\"u\":\"degC\",\"v\":1}]"),
                   COAP_CODE(4, 0),
                   "record 0 (temperature): unit \"degC\" of temperature is not known; did you "
                   "mean Cel?");
    assert_refused(plant, wish_post("t/pump-1", 110, "[{\"n\":\"temperature\",\"v\":1,\"t\":1e6}]"),
                   COAP_CODE(4, 0), "record 0 (temperature): its time is more than a day ahead");
    assert_refused(plant, wish_post("t/pump-1", 110, "[{\"n\":\"temperature\",\"s\":1}]"),
                   COAP_CODE(4, 0), "record 0 (temperature): a sum (s, bs) is not taken: send v");
    assert_refused(plant, wish_post("t/pump-1", 110, "[]"), COAP_CODE(4, 0),
                   "the pack has no value in it");
    assert_refused(plant, wish_post("t/pump-1", 50, "{\"temperature\":{}}"), COAP_CODE(4, 0),
                   "record 0 (temperature): temperature is a number, not a location");
    assert_refused(plant, wish_put("t/pump-1/temperature", "warm"), COAP_CODE(4, 0),
                   "temperature is a number, \"warm\" is none");
    assert_refused(plant, wish_put("t/pump-1/temperature", "NaN"), COAP_CODE(4, 0),
                   "temperature is a number, \"NaN\" is none");
    assert_refused(plant, wish_put("t/pump-1/temperature", "1e999"), COAP_CODE(4, 0),
                   "temperature is a number, \"1e999\" is none");
    assert_refused(plant, wish_put("t/pump-1/is_on", "yes"), COAP_CODE(4, 0),
                   "is_on is true or false, not \"yes\"");
    assert_refused(plant, wish_put("t/pump-1/firmware", "\xff"), COAP_CODE(4, 0),
                   "firmware is text, this is not UTF-8");
    assert_refused(plant, wish_put("t/pump-1/health", "1"), COAP_CODE(4, 4),
                   "model pump has no telemetry or property \"health\"");
}

static void a_text_has_a_limit(void **state) {
    struct plant *plant = *state;
    char text[1100];
    memset(text, 'x', sizeof text);
    text[1025] = 0;
    assert_refused(plant, wish_put("t/pump-1/firmware", text), COAP_CODE(4, 0),
                   "firmware has 1025 bytes, the limit is 1024");
    text[1024] = 0;
    assert_stored(plant, wish_put("t/pump-1/firmware", text));
}

static void twins_are_made_only_where_a_model_fits(void **state) {
    struct plant *plant = *state;
    static const char pack[] = "[{\"n\":\"temperature\",\"v\":1}]";
    struct got got;
    struct wish post = wish_post("t/valve-1", 110, pack);
    plant_ask(plant, &post, &got);
    assert_int_equal(got.message.code, COAP_CODE(4, 4));
    assert_non_null(strstr(got.text, "valve-1"));
    char path[80] = "t/pump-";
    memset(path + 7, 'x', 60); // an id of 65 characters
    assert_refused(plant, wish_post(path, 110, pack), COAP_CODE(4, 0),
                   "the twin id \"pump-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...\" has 65 characters, "
                   "the limit is 64");
    path[66] = 0; // one of 64
    assert_stored(plant, wish_post(path, 110, pack));
    assert_refused(plant, wish_post("t/pump 1", 110, pack), COAP_CODE(4, 0),
                   "\"pump 1\" is no twin id: use 1 to 64 of A-Z a-z 0-9 . _ ~ : -");
    assert_refused(plant, wish_post("t/pump-\xff", 110, pack), COAP_CODE(4, 0),
                   "\"pump-?\" is no twin id: use 1 to 64 of A-Z a-z 0-9 . _ ~ : -");
}

static void other_formats_methods_and_paths_are_refused(void **state) {
    struct plant *plant = *state;
    assert_refused(plant, wish_post("t/pump-1", 0, "1"), COAP_CODE(4, 15),
                   "say by Content-Format what this is: 110 SenML JSON, 112 SenML CBOR, 50 a JSON "
                   "object, 60 a CBOR map");
    assert_refused(plant, wish_post("t/pump-1", -1, "[]"), COAP_CODE(4, 15),
                   "say by Content-Format what this is: 110 SenML JSON, 112 SenML CBOR, 50 a JSON "
                   "object, 60 a CBOR map");
    struct wish put = wish_put("t/pump-1/temperature", "1");
    put.format = 110;
    assert_refused(
        plant, put, COAP_CODE(4, 15),
        "one value is text/plain (0): a number, true, false, text or lat,lon,alt; packs go to "
        "/t/{twin} by POST");
    assert_refused(plant, wish_put("t/pump-1", "1"), COAP_CODE(4, 5),
                   "PUT is not a method of /t/{twin}: use GET or POST");
    assert_refused(plant, wish_post("t/pump-1/temperature", 110, "[]"), COAP_CODE(4, 5),
                   "POST is not a method of /t/{twin}/{field}: use GET or PUT");
    assert_refused(plant, wish_put("t/pump-1/desired", "1"), COAP_CODE(4, 5),
                   "PUT is not a method of /t/{twin}/desired: use GET");
    assert_refused(plant, wish(4, "t/pump-1"), COAP_CODE(4, 5),
                   "DELETE is not a method of /t/{twin}: use GET or POST");
    struct wish fetch = wish_post("senml", 110, "[]");
    fetch.code = 5;
    assert_refused(plant, fetch, COAP_CODE(4, 5), "FETCH is not a method of /senml: use POST");
    assert_refused(plant, wish(9, "senml"), COAP_CODE(4, 5), "there is no method 0.09");
    static const char none[] = "no such resource: there are /t/{twin}, /t/{twin}/{field}, "
                               "/t/{twin}/desired, /t/{twin}/commands/{id}, /senml and "
                               "/.well-known/core";
    assert_refused(plant, wish_post("x", 110, "[]"), COAP_CODE(4, 4), none);
    assert_refused(plant, wish_post("", 110, "[]"), COAP_CODE(4, 4), none);
    assert_refused(plant, wish_post("t", 110, "[]"), COAP_CODE(4, 4), none);
    assert_refused(plant, wish_post("t/a/b/c/d/e/f/g", 110, "[]"), COAP_CODE(4, 4), none);
    assert_refused(plant, wish(1, "t/a/b/c"), COAP_CODE(4, 4), none);
}

static void a_full_disk_is_5_03_with_a_time_to_retry(void **state) {
    struct plant *plant = *state;
    struct got got;
    plant->is_full = true;
    struct wish post = wish_post("t/pump-1", 110, "[{\"n\":\"temperature\",\"v\":1}]");
    post.id = 5;
    plant_ask(plant, &post, &got);
    assert_int_equal(got.message.code, COAP_CODE(5, 3));
    assert_string_equal(got.text, "the disk is full");
    assert_int_equal(got.max_age, 5);
    plant->is_full = false; // the retransmission is not a duplicate of anything done
    plant_ask(plant, &post, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
}

static void a_refusal_is_repeated_to_a_retransmission(void **state) {
    struct plant *plant = *state;
    struct got got, again;
    struct wish post = wish_post("t/pump-1", 110, "[{\"n\":\"nothing\",\"v\":1}]");
    post.id = 5;
    plant_ask(plant, &post, &got);
    plant_ask(plant, &post, &again);
    assert_int_equal(got.length, again.length);
    assert_memory_equal(got.bytes, again.bytes, got.length);
    assert_int_equal(plant_counter(plant, "twind_coap_duplicates_total", "state=\"answered\""), 1);
}

static void a_wrapped_message_id_is_no_duplicate(void **state) {
    struct plant *plant = *state;
    struct wish put = wish_put("t/pump-1/temperature", "1");
    put.id = 5;
    assert_stored(plant, put);
    put.payload = "2";
    assert_stored(plant, put);
    put.token = "other";
    assert_stored(plant, put);
    put.path = "t/pump-2/temperature";
    assert_stored(plant, put);
    assert_int_equal(plant->turns, 4);
}

static void remember(struct plant *plant) {
    ingest_remember(plant->ingest, plant->message, NOW - 100000000);
}

static void what_was_answered_before_a_crash_is_answered_again(void **state) {
    struct plant *first = *state;
    static struct plant second;
    struct got got;
    struct wish post = wish_post("t/pump-1", 110, "[{\"n\":\"temperature\",\"v\":1}]");
    post.id = 5;
    plant_ask(first, &post, &got);
    plant_open(&second, false, 0);
    close(second.client);
    second.client = first->client; // the same device: same address and port
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    to.sin_port = htons((uint16_t)atoi(strrchr(ingest_address(second.ingest), ':') + 1));
    connect(second.client, (struct sockaddr *)&to, sizeof to);
    second.message = first->message;
    plant_do(&second, remember);
    plant_ask(&second, &post, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
    assert_int_equal(got.message.payload_length, 0);
    assert_int_equal(second.turns, 0);
    second.client = dup(first->client);
    plant_close(&second);
}

static void a_non_is_answered_by_a_non_unless_not_wanted(void **state) {
    struct plant *plant = *state;
    struct got got;
    struct wish put = wish_put("t/pump-1/temperature", "1");
    put.type = MESSAGE_NON;
    plant_ask(plant, &put, &got);
    assert_int_equal(got.message.type, MESSAGE_NON);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
    put.no_response = 2; // no interest in success
    plant_wish(plant, &put);
    plant_expect_silence(plant);
    assert_int_equal(plant->turns, 2);
    put.payload = "x";
    put.length = 1;
    plant_ask(plant, &put, &got);
    assert_int_equal(got.message.code, COAP_CODE(4, 0));
    put.type = MESSAGE_CON; // must be acknowledged all the same
    put.payload = "3";
    plant_ask(plant, &put, &got);
    assert_int_equal(got.message.type, MESSAGE_ACK);
    assert_int_equal(got.message.code, 0);
    assert_int_equal(got.length, 4);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_content_format_is_taken),
        TEST(a_single_value_is_put_as_text),
        TEST(a_compatible_unit_is_converted),
        TEST(a_name_may_carry_the_twin),
        TEST(late_samples_are_taken),
        TEST(a_pack_with_one_bad_record_is_refused_whole),
        TEST(refusals_name_field_value_and_limit),
        TEST(a_text_has_a_limit),
        TEST(twins_are_made_only_where_a_model_fits),
        TEST(other_formats_methods_and_paths_are_refused),
        TEST(a_full_disk_is_5_03_with_a_time_to_retry),
        TEST(a_refusal_is_repeated_to_a_retransmission),
        TEST(a_wrapped_message_id_is_no_duplicate),
        TEST(what_was_answered_before_a_crash_is_answered_again),
        TEST(a_non_is_answered_by_a_non_unless_not_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
