// Packs are what RFC 8428 says, in both formats.

#include "sim/senml.h"
#include "test.h"

static const char *number(double value) {
    static char text[32];
    *senml_number(text, value) = '\0';
    return text;
}

static size_t pack(uint8_t *out, enum senml_format format) {
    const struct reading first[] = {{.name = "temperature", .unit = "Cel", .value = 21.37},
                                    {.name = "flow", .value = -0.5}};
    const struct reading second[] = {{.name = "level", .unit = "m", .value = 2}};
    uint8_t *at = senml_begin(out, format, 3);
    at = senml_group(at, format, "pump-1/", first, 2, true);
    at = senml_group(at, format, "tank-1/", second, 1, false);
    return (size_t)(senml_end(at, format) - out);
}

static void numbers_are_short_and_exact(void **state) {
    (void)state;
    assert_string_equal(number(0), "0");
    assert_string_equal(number(21.37), "21.37");
    assert_string_equal(number(-0.005), "-0.005");
    assert_string_equal(number(1450), "1450");
    assert_string_equal(number(0.0265878), "0.0265878");
    assert_string_equal(number(1763845200123456), "1763845200123456");
    assert_string_equal(number(1e300), "1e+300");
}

static void every_number_reads_back(void **state) {
    (void)state;
    for (int i = -100000; i < 100000; i += 7) {
        double value = i / 1000.0;
        assert_true(strtod(number(value), NULL) == value);
    }
}

static void a_json_pack_has_base_names_names_units_and_values(void **state) {
    (void)state;
    char text[512];
    text[pack((uint8_t *)text, SENML_JSON)] = '\0';
    assert_string_equal(text,
                        "[{\"bn\":\"pump-1/\",\"n\":\"temperature\",\"u\":\"Cel\",\"v\":21.37},"
                        "{\"n\":\"flow\",\"v\":-0.5},"
                        "{\"bn\":\"tank-1/\",\"n\":\"level\",\"u\":\"m\",\"v\":2}]");
}

static void a_cbor_pack_is_the_same_records(void **state) {
    (void)state;
    uint8_t bytes[512];
    // By hand from RFC 8949: array of 3, map of 4 {-2: "pump-1/", 0: "temperature", 1: "Cel",
    // 2: 21.37}, ...
    static const uint8_t expected[] = {
        0x83, 0xa4, 0x21, 0x67, 'p',  'u',  'm',  'p',  '-',  '1',  '/',  0x00, 0x6b, 't',  'e',
        'm',  'p',  'e',  'r',  'a',  't',  'u',  'r',  'e',  0x01, 0x63, 'C',  'e',  'l',  0x02,
        0xfb, 0x40, 0x35, 0x5e, 0xb8, 0x51, 0xeb, 0x85, 0x1f, 0xa2, 0x00, 0x64, 'f',  'l',  'o',
        'w',  0x02, 0xfb, 0xbf, 0xe0, 0,    0,    0,    0,    0,    0,    0xa4, 0x21, 0x67, 't',
        'a',  'n',  'k',  '-',  '1',  '/',  0x00, 0x65, 'l',  'e',  'v',  'e',  'l',  0x01, 0x61,
        'm',  0x02, 0xfb, 0x40, 0,    0,    0,    0,    0,    0,    0};
    size_t length = pack(bytes, SENML_CBOR);
    assert_int_equal(length, sizeof expected);
    assert_memory_equal(bytes, expected, length);
}

static void a_long_cbor_array_says_its_length(void **state) {
    (void)state;
    uint8_t bytes[8];
    assert_int_equal(senml_begin(bytes, SENML_CBOR, 50) - bytes, 2);
    assert_int_equal(bytes[0], 0x98);
    assert_int_equal(bytes[1], 50);
}

static void a_place_is_two_records_of_one_name(void **state) {
    (void)state;
    struct reading readings[READING_LOCATION];
    reading_location(readings, "place", 52.1234564, -4.5);
    char text[512];
    uint8_t *at = senml_begin((uint8_t *)text, SENML_JSON, READING_LOCATION);
    at = senml_group(at, SENML_JSON, NULL, readings, READING_LOCATION, true);
    *senml_end(at, SENML_JSON) = '\0';
    assert_string_equal(text, "[{\"n\":\"place\",\"u\":\"lat\",\"v\":52.123456},"
                              "{\"n\":\"place\",\"u\":\"lon\",\"v\":-4.5}]");
    readings[0].value = 52.5;
    // Array of 2, each a map of 3 {0: "place", 1: "lat", 2: 52.5}.
    static const uint8_t expected[] = {
        0x82, 0xa3, 0x00, 0x65, 'p', 'l',  'a',  'c',  'e',  0x01, 0x63, 'l', 'a', 't', 0x02, 0xfb,
        0x40, 0x4a, 0x40, 0,    0,   0,    0,    0,    0xa3, 0x00, 0x65, 'p', 'l', 'a', 'c',  'e',
        0x01, 0x63, 'l',  'o',  'n', 0x02, 0xfb, 0xc0, 0x12, 0,    0,    0,   0,   0,   0};
    at = senml_begin((uint8_t *)text, SENML_CBOR, READING_LOCATION);
    at = senml_group(at, SENML_CBOR, NULL, readings, READING_LOCATION, true);
    at = senml_end(at, SENML_CBOR);
    assert_int_equal(at - (uint8_t *)text, sizeof expected);
    assert_memory_equal(text, expected, sizeof expected);
}

static void no_pack_is_longer_than_its_bound(void **state) {
    (void)state;
    uint8_t bytes[512];
    const struct reading reading = {
        .name = "a_name", .unit = "a_unit", .value = -1.7976931348623157e308};
    size_t bound = SENML_PACK_BYTES + senml_bound("a_base/", &reading, 1);
    for (int format = SENML_JSON; format <= SENML_CBOR; format += SENML_CBOR - SENML_JSON) {
        uint8_t *at = senml_begin(bytes, format, 1);
        at = senml_group(at, format, "a_base/", &reading, 1, true);
        assert_true((size_t)(senml_end(at, format) - bytes) <= bound);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_short_and_exact),
        cmocka_unit_test(every_number_reads_back),
        cmocka_unit_test(a_json_pack_has_base_names_names_units_and_values),
        cmocka_unit_test(a_cbor_pack_is_the_same_records),
        cmocka_unit_test(a_long_cbor_array_says_its_length),
        cmocka_unit_test(a_place_is_two_records_of_one_name),
        cmocka_unit_test(no_pack_is_longer_than_its_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
