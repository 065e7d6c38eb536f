// A location comes in parts or whole, in every format, and is told the same way.

#include "ingest/plant.h"

static int open_plant(void **state, bool is_library_only) {
    static struct plant plant;
    plant_open(&plant, is_library_only, 0);
    *state = &plant;
    return 0;
}

static int set_up(void **state) {
    return open_plant(state, false);
}

static int set_up_library(void **state) {
    return open_plant(state, true);
}

static int tear_down(void **state) {
    plant_close(*state);
    return 0;
}

static void assert_read(struct plant *plant, const char *path, const char *text) {
    struct got got;
    struct wish get = wish(1, path);
    plant_ask(plant, &get, &got);
    assert_string_equal(got.text, text);
    assert_int_equal(got.message.code, COAP_CODE(2, 5));
}

static void assert_stored(struct plant *plant, struct wish wish) {
    struct got got;
    plant_ask(plant, &wish, &got);
    if (got.message.code != COAP_CODE(2, 4)) fail_msg("refused: %s", got.text);
}

static void assert_refused(struct plant *plant, struct wish wish, const char *sentence) {
    struct got got;
    int turns = plant->turns;
    plant_ask(plant, &wish, &got);
    assert_string_equal(got.text, sentence);
    assert_int_equal(got.message.code, COAP_CODE(4, 0));
    assert_int_equal(plant->turns, turns);
}

// The same pack to the twin and through a gateway: the refusal there is of one record of many.
static void refused_both_ways(struct plant *plant, const char *pack, const char *reason) {
    struct got got;
    struct buffer sentence = {0}, whole = {0};
    buffer_printf(&sentence, "record 1 (position): %s", reason);
    buffer_printf(&whole, "[{\"bn\":\"pump-1/\"},%s]", pack);
    assert_refused(plant, wish_post("t/pump-1", 110, (char *)whole.bytes), (char *)sentence.bytes);
    whole.length = 0;
    buffer_printf(&whole, "[{\"bn\":\"pump-1/\"},%s,{\"bn\":\"tank-1/\",\"n\":\"level\",\"v\":1}]",
                  pack);
    int turns = plant->turns;
    struct wish post = wish_post("senml", 110, (char *)whole.bytes);
    plant_ask(plant, &post, &got);
    assert_int_equal(got.message.code, COAP_CODE(2, 4));
    if (!strstr(got.text, "{\"accepted\":1,\"refused\":[{\"index\":1,") ||
        !strstr(got.text, reason))
        fail_msg("\"%s\" is not in %s", reason, got.text);
    assert_int_equal(plant->turns, turns + 1);
    buffer_fini(&whole);
    buffer_fini(&sentence);
}

#define RECORD(unit, value) "{\"n\":\"position\",\"u\":\"" unit "\",\"v\":" value "}"

static void records_of_one_time_are_one_location(void **state) {
    struct plant *plant = *state;
    assert_stored(
        plant, wish_post("t/pump-1", 110, "[" RECORD("lat", "52.1") "," RECORD("lon", "4.3") "]"));
    assert_read(plant, "t/pump-1/position", "52.1,4.3");
    assert_stored(plant, wish_post("t/pump-1", 110,
                                   "[" RECORD("m", "12") ",{\"n\":\"temperature\",\"v\":20}," //
                                   RECORD("lon", "-4.5") "," RECORD("lat", "0") "]"));
    assert_read(plant, "t/pump-1/position", "0,-4.5,12");
    assert_read(plant, "t/pump-1/temperature", "20");
    assert_int_equal(plant->turns, 2);
    assert_stored(plant,
                  wish_post("t/pump-1", 110, // the base unit is one, a length is converted
                            "[{\"bn\":\"position\",\"bu\":\"lat\",\"v\":1},{\"u\":\"lon\",\"v\":2},"
                            "{\"u\":\"km\",\"v\":3}]"));
    assert_read(plant, "t/pump-1/position", "1,2,3000");
}

static void a_track_is_one_sample_a_time(void **state) {
    struct plant *plant = *state;
    struct buffer pack = {0};
    buffer_printf(&pack, "[{\"bn\":\"position\",\"bt\":1795370000}");
    for (int i = 0; i < 20; i++) // all of lat, then all of lon, newest first
        buffer_printf(&pack, ",{\"u\":\"lat\",\"v\":%d,\"t\":%d}", i, -i);
    for (int i = 0; i < 20; i++)
        buffer_printf(&pack, ",{\"u\":\"lon\",\"v\":%d,\"t\":%d}", 100 + i, -i);
    buffer_printf(&pack, "]");
    struct wish post = wish_post("t/pump-1", 110, "");
    post.payload = pack.bytes;
    post.length = pack.length;
    assert_stored(plant, post);
    assert_int_equal(plant->changes.count, 21); // and the twin itself
    for (int i = 1; i <= 20; i++) {             // there until the next message
        const struct location *location = plant->changes.list[i].value.location;
        assert_true(location->lat == i - 1 && location->lon == 99 + i);
    }
    assert_read(plant, "t/pump-1/position", "0,100");
    buffer_fini(&pack);
}

static void a_gateway_counts_records(void **state) {
    struct plant *plant = *state;
    struct got got;
    struct wish post = wish_post("senml", 110,
                                 "[{\"n\":\"pump-1/position\",\"u\":\"lat\",\"v\":1},"
                                 "{\"n\":\"pump-2/position\",\"u\":\"lat\",\"v\":10},"
                                 "{\"n\":\"pump-1/position\",\"u\":\"lon\",\"v\":2},"
                                 "{\"n\":\"pump-2/position\",\"u\":\"lon\",\"v\":20},"
                                 "{\"n\":\"pump-3/position\",\"u\":\"lon\",\"v\":20}]");
    plant_ask(plant, &post, &got);
    assert_string_equal(
        got.text, "{\"accepted\":4,\"refused\":[{\"index\":4,\"name\":\"pump-3/position\","
                  "\"code\":\"4.00\",\"reason\":\"position of pump-3 has lon but no lat: send "
                  "all in one pack for one time\"}]}");
    assert_read(plant, "t/pump-1/position", "1,2");
    assert_read(plant, "t/pump-2/position", "10,20");
    assert_null(world_find(plant->world, "pump-3", 6)); // nothing was stored, so there is no twin
    post = wish_post("senml", 110, // the torn one stands before what is stored of the same twin
                     "[{\"bn\":\"pump-1/\",\"n\":\"position\",\"u\":\"lat\",\"v\":8,\"t\":-1},"
                     "{\"n\":\"position\",\"u\":\"lat\",\"v\":3},{\"n\":\"speed\",\"v\":4},"
                     "{\"n\":\"position\",\"u\":\"lon\",\"v\":5}]");
    plant_ask(plant, &post, &got);
    assert_non_null(strstr(got.text, "{\"accepted\":3,\"refused\":[{\"index\":0,"));
    assert_read(plant, "t/pump-1/position", "3,5");
    assert_read(plant, "t/pump-1/speed", "4");
}

static void what_is_no_location_is_refused(void **state) {
    struct plant *plant = *state;
#define TORN ": send all in one pack for one time"
    static const char *const cases[][2] = {
        {RECORD("lat", "1"), "position of pump-1 has lat but no lon" TORN},
        {RECORD("lon", "1"), "position of pump-1 has lon but no lat" TORN},
        {RECORD("m", "1"), "position of pump-1 has altitude but no lat and lon" TORN},
        {RECORD("lat", "90.5"), "position: lat cannot be 90.5, it is degrees from -90 to 90"},
        {RECORD("lon", "-181"), "position: lon cannot be -181, it is degrees from -180 to 180"},
        {"{\"n\":\"position\",\"v\":1}",
         "position is a location: the unit lat, lon or m says what its number is"},
        {"{\"n\":\"position\",\"vs\":\"here\"}",
         "position is a location, not a text: send its lat, lon and alt"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        refused_both_ways(plant, cases[i][0], cases[i][1]);
    assert_refused(
        plant,
        wish_post("t/pump-1", 110,
                  "[" RECORD("lat", "1") "," RECORD("lon", "1") "," RECORD("lat", "2") "]"),
        "record 2 (position): position has a second lat for the same time");
    assert_refused(
        plant,
        wish_post("t/pump-1", 110,
                  "[" RECORD("lat", "1") ",{\"n\":\"position\",\"u\":\"lon\",\"v\":1,\"t\":-1}]"),
        "record 0 (position): position of pump-1 has lat but no lon" TORN);
}

static void a_map_and_a_text_hold_it_whole(void **state) {
    struct plant *plant = *state;
    assert_stored(plant,
                  wish_post("t/pump-1", 50,
                            "{\"position\":{\"lat\":52.1,\"lon\":4.3,\"alt\":-2},\"speed\":9}"));
    assert_read(plant, "t/pump-1/position", "52.1,4.3,-2");
    assert_read(plant, "t/pump-1/speed", "9");
    static const char cbor[] = "\xa1\x68position\xa2\x63lon\x05\x63lat\x21";
    struct wish map = wish_post("t/pump-1", 60, "");
    map.payload = cbor;
    map.length = sizeof cbor - 1;
    assert_stored(plant, map);
    assert_read(plant, "t/pump-1/position", "-2,5");
    assert_stored(plant, wish_put("t/pump-1/position", " 52.25, 4.5 ,1e2\n"));
    assert_read(plant, "t/pump-1/position", "52.25,4.5,100");
    static const char *const bad[][2] = {
        {"{\"position\":{\"lat\":1}}", "its location has no lon"},
        {"{\"position\":{}}", "its location has no lat"},
        {"{\"position\":{\"lat\":1,\"lng\":{}}}",
         "a location has lat, lon and alt, and nothing else"},
        {"{\"position\":{\"lat\":1,\"lat\":2,\"lon\":1}}", "a name comes twice in its location"},
        {"{\"position\":{\"lat\":91,\"lon\":1}}",
         "position: lat cannot be 91, it is degrees from -90 to 90"},
        {"{\"position\":1}",
         "position is a location: the unit lat, lon or m says what its number is"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char sentence[200];
        snprintf(sentence, sizeof sentence, "record 0 (position): %s", bad[i][1]);
        assert_refused(plant, wish_post("t/pump-1", 50, bad[i][0]), sentence);
    }
    static const char *const texts[] = {"52.1",   "52.1,", "52.1,4.3,", "52.1;4.3", "1,2,3,4",
                                        "0x10,1", "nan,1", "here",      ",",        ""};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        char sentence[200];
        snprintf(sentence, sizeof sentence,
                 "position is a location like 52.1,4.3 or 52.1,4.3,12, not \"%s\"", texts[i]);
        assert_refused(plant, wish_put("t/pump-1/position", texts[i]), sentence);
    }
    assert_refused(plant, wish_put("t/pump-1/position", "1,-200"),
                   "position: lon cannot be -200, it is degrees from -180 to 180");
    assert_read(plant, "t/pump-1/position", "52.25,4.5,100");
}

static void what_is_told_can_be_sent(void **state) {
    struct plant *plant = *state;
    struct got got;
    assert_stored(plant, wish_put("t/pump-1/position", "52.1,4.3,12"));
    struct wish get = wish(1, "t/pump-1");
    for (int format = 110; format <= 112; format += 2) {
        get.accept = format;
        plant_ask(plant, &get, &got);
        assert_int_equal(got.message.code, COAP_CODE(2, 5));
        if (format == 110)
            assert_string_equal(got.text,
                                "[{\"bn\":\"pump-1/\",\"bt\":1795370400,\"n\":\"position\",\"u\":"
                                "\"lat\",\"v\":52.1},{\"n\":\"position\",\"u\":\"lon\",\"v\":4.3},"
                                "{\"n\":\"position\",\"u\":\"m\",\"v\":12}]");
        assert_stored(plant, wish_put("t/pump-1/position", "0,0"));
        struct wish post = wish_post("senml", format, "");
        post.payload = got.text;
        post.length = got.message.payload_length;
        assert_stored(plant, post);
        assert_read(plant, "t/pump-1/position", "52.1,4.3,12");
    }
    get = wish(1, "t/pump-1/position");
    get.accept = 110;
    plant_ask(plant, &get, &got);
    assert_non_null(strstr(got.text, "{\"n\":\"position\",\"u\":\"m\",\"v\":12}]"));
}

// Both ways to answer a message.
#define BOTH_WAYS(test)                                                                            \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down),                                      \
        cmocka_unit_test_setup_teardown(test, set_up_library, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH_WAYS(records_of_one_time_are_one_location),
        BOTH_WAYS(a_track_is_one_sample_a_time),
        BOTH_WAYS(a_gateway_counts_records),
        BOTH_WAYS(what_is_no_location_is_refused),
        BOTH_WAYS(a_map_and_a_text_hold_it_whole),
        BOTH_WAYS(what_is_told_can_be_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
