// Packs: the examples of RFC 8428, both spellings alike, and everything that is refused.

#include "ingest/records.h"

// RFC 8428 5.1.1
static void a_single_data_point(void **state) {
    (void)state;
    read_json("[{\"n\":\"urn:dev:ow:10e2073a01080063\",\"u\":\"Cel\",\"v\":23.1}]");
    assert_int_equal(reading.end, PACK_END);
    assert_int_equal(reading.count, 1);
    assert_record(0, "urn:dev:ow:10e2073a01080063", 23.1, "Cel", NOW);
}

// RFC 8428 5.1.2 and 5.1.3
static void base_values_apply_to_all_that_follow(void **state) {
    (void)state;
    read_json(" [ {\"bn\":\"urn:dev:ow:10e2073a0108006:\",\"bt\":1.276020076001e+09,"
              " \"bu\":\"A\",\"bver\":5,\n"
              " \"n\":\"voltage\",\"u\":\"V\",\"v\":120.1},\r\n"
              " {\"n\":\"current\",\"t\":-5,\"v\":1.2},\t"
              " {\"n\":\"current\",\"t\":-4,\"v\":1.3} ] ");
    assert_int_equal(reading.end, PACK_END);
    assert_int_equal(reading.count, 3);
    assert_record(0, "urn:dev:ow:10e2073a0108006:voltage", 120.1, "V", 1276020076001000);
    assert_record(1, "urn:dev:ow:10e2073a0108006:current", 1.2, "A", 1276020071001000);
    assert_record(2, "urn:dev:ow:10e2073a0108006:current", 1.3, "A", 1276020072001000);
}

// RFC 8428 5.1.4, with its text and boolean values
static void values_of_all_types(void **state) {
    (void)state;
    read_json("[{\"bn\":\"urn:dev:ow:10e2073a01080063:\",\"n\":\"temp\",\"u\":\"Cel\",\"v\":23.1},"
              "{\"n\":\"label\",\"vs\":\"Machine Room\"},"
              "{\"n\":\"open\",\"vb\":false},"
              "{\"n\":\"shut\",\"vb\":true}]");
    assert_int_equal(reading.count, 4);
    assert_int_equal(reading.records[1].value.type, VALUE_TEXT);
    assert_int_equal(reading.records[1].value.length, 12);
    assert_memory_equal(reading.records[1].value.text, "Machine Room", 12);
    assert_int_equal(reading.records[2].value.type, VALUE_BOOLEAN);
    assert_false(reading.records[2].value.boolean);
    assert_true(reading.records[3].value.boolean);
}

static void labels_come_in_any_order_and_unknown_ones_are_skipped(void **state) {
    (void)state;
    read_json(
        "[{\"v\":1,\"x\":{\"a\":[1,2,{\"b\":null}],\"c\":\"\\\"\"},\"u\":\"m\",\"n\":\"a\"}]");
    assert_int_equal(reading.count, 1);
    assert_record(0, "a", 1, "m", NOW);
}

static void base_values_add_to_values(void **state) {
    (void)state;
    read_json("[{\"bn\":\"a\",\"bv\":20,\"v\":0.5},{\"n\":\"b\",\"v\":-1},{\"n\":\"c\"}]");
    assert_int_equal(reading.count, 3);
    assert_record(0, "a", 20.5, "", NOW);
    assert_record(1, "ab", 19, "", NOW);
    assert_record(2, "ac", 20, "", NOW); // a missing value is zero, RFC 8428 4.5.4
}

static void a_record_without_a_name_and_value_carries_base_values_only(void **state) {
    (void)state;
    read_json("[{\"bn\":\"a/\",\"bu\":\"m\"},{\"n\":\"x\",\"v\":2}]");
    assert_int_equal(reading.count, 2);
    assert_int_equal(reading.records[0].value.type, VALUE_NONE);
    assert_null(reading.records[0].fault);
    assert_record(1, "a/x", 2, "m", NOW);
}

static void small_times_are_relative_to_now(void **state) {
    (void)state;
    read_json("[{\"n\":\"a\",\"v\":1,\"t\":-60.5},{\"n\":\"b\",\"v\":1,\"t\":0},"
              "{\"n\":\"c\",\"v\":1,\"t\":3600},{\"n\":\"d\",\"v\":1,\"t\":268435456}]");
    assert_record(0, "a", 1, "", NOW - 60500000);
    assert_record(1, "b", 1, "", NOW);
    assert_record(2, "c", 1, "", NOW + 3600000000);
    assert_record(3, "d", 1, "", 268435456000000);
}

static void records_have_faults_of_their_own(void **state) {
    (void)state;
    static const struct {
        const char *pack, *fault;
    } cases[] = {
        {"[{\"n\":\"a\",\"vd\":\"aGk\"}]", "data (vd) is not taken: send v, vs or vb"},
        {"[{\"n\":\"a\",\"s\":1}]", "a sum (s, bs) is not taken: send v"},
        {"[{\"n\":\"a\",\"bs\":1,\"v\":1}]", "a sum (s, bs) is not taken: send v"},
        {"[{\"n\":\"a\",\"v\":1,\"vb\":true}]", "it has more than one value"},
        {"[{\"n\":\"a\"}]", "it has no value"},
        {"[{\"n\":\"a\",\"v\":1e999}]", "its value is NaN or infinite"},
        {"[{\"n\":\"a\",\"bv\":1.7e308,\"v\":1.7e308}]", "its value is NaN or infinite"},
        {"[{\"n\":\"a\",\"v\":1,\"t\":86401}]", "its time is more than a day ahead"},
        {"[{\"n\":\"a\",\"v\":1,\"bt\":1895370400}]", "its time is more than a day ahead"},
        {"[{\"n\":\"a\",\"v\":1,\"t\":-1795370401}]", "its time is before 1970"},
        {"[{\"n\":\"a\",\"v\":1,\"t\":1e300}]", "its time is no date"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        read_json(cases[i].pack);
        assert_int_equal(reading.end, PACK_END);
        assert_int_equal(reading.count, 1);
        if (!reading.records[0].fault) fail_msg("%s has no fault", cases[i].pack);
        assert_string_equal(reading.records[0].fault, cases[i].fault);
    }
}

static void too_many_records_are_refused(void **state) {
    (void)state;
    struct buffer text = {0};
    struct pack pack;
    struct record record;
    struct err err;
    int count = 0;
    enum pack_next next;
    for (int i = 0; i <= PACK_RECORDS_MAX; i++)
        buffer_printf(&text, "%s{\"v\":1}", i ? "," : "[");
    buffer_byte(&text, ']');
    pack_init(&pack, FORMAT_SENML_JSON, text.bytes, text.length, NOW, &reading.region);
    while ((next = pack_next(&pack, &record, &err)) == PACK_RECORD)
        count++;
    assert_int_equal(next, PACK_MALFORMED);
    assert_int_equal(err.code, ERR_TOO_LARGE);
    assert_int_equal(count, PACK_RECORDS_MAX);
    buffer_fini(&text);
}

// RFC 8428 6: the CBOR form of the pack of 5.1.3, seven readings of one sensor
static void the_cbor_example_of_the_rfc(void **state) {
    (void)state;
    static const uint8_t bytes[] =
        "\x87\xa7\x21\x78\x1b\x75\x72\x6e\x3a\x64\x65\x76\x3a\x6f\x77\x3a\x31\x30\x65\x32\x30\x37"
        "\x33\x61\x30\x31\x30\x38\x30\x30\x36\x3a\x22\xfb\x41\xd3\x03\xa1\x5b\x00\x10\x62\x23\x61"
        "\x41\x20\x05\x00\x67\x76\x6f\x6c\x74\x61\x67\x65\x01\x61\x56\x02\xfb\x40\x5e\x06\x66\x66"
        "\x66\x66\x66\xa3\x00\x67\x63\x75\x72\x72\x65\x6e\x74\x06\x24\x02\xfb\x3f\xf3\x33\x33\x33"
        "\x33\x33\x33\xa3\x00\x67\x63\x75\x72\x72\x65\x6e\x74\x06\x23\x02\xfb\x3f\xf4\xcc\xcc\xcc"
        "\xcc\xcc\xcd\xa3\x00\x67\x63\x75\x72\x72\x65\x6e\x74\x06\x22\x02\xfb\x3f\xf6\x66\x66\x66"
        "\x66\x66\x66\xa3\x00\x67\x63\x75\x72\x72\x65\x6e\x74\x06\x21\x02\xf9\x3e\x00\xa3\x00\x67"
        "\x63\x75\x72\x72\x65\x6e\x74\x06\x20\x02\xfb\x3f\xf9\x99\x99\x99\x99\x99\x9a\xa3\x00\x67"
        "\x63\x75\x72\x72\x65\x6e\x74\x06\x00\x02\xfb\x3f\xfb\x33\x33\x33\x33\x33\x33";
    static const double values[] = {120.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7};
    read_pack(FORMAT_SENML_CBOR, bytes, sizeof bytes - 1);
    assert_int_equal(reading.end, PACK_END);
    assert_int_equal(reading.count, 7);
    assert_record(0, "urn:dev:ow:10e2073a0108006:voltage", 120.1, "V", 1276020076001000);
    for (int i = 1; i < 7; i++)
        assert_record(i, "urn:dev:ow:10e2073a0108006:current", values[i], "A",
                      1276020076001000 - (6 - i) * 1000000);
    for (size_t length = 0; length < sizeof bytes - 1; length++) {
        uint8_t *cut = xmalloc(length ? length : 1);
        memcpy(cut, bytes, length);
        read_pack(FORMAT_SENML_CBOR, cut, length);
        assert_int_equal(reading.end, PACK_MALFORMED);
        free(cut);
    }
}

static void cbor_takes_every_form_of_a_number(void **state) {
    (void)state;
    CBOR("\x9f" // an array without a length
         "\xbf\x00\x61"
         "a\x02\x18\x64\xff" // a map without one; 100
         "\xa2\x00\x61"
         "a\x02\x39\x03\xe7" // -1000
         "\xa2\x00\x61"
         "a\x02\xf9\x3e\x00" // 1.5 in 16 bits
         "\xa2\x00\x61"
         "a\x02\xfa\x3f\xc0\x00\x00" // in 32
         "\xa2\x00\x61"
         "a\x02\xc4\x82\x21\x19\x01\x11" // 273 * 10^-2
         "\xa2\x61"
         "n\x61"
         "a\x61"
         "v\x1b\x00\x00\x00\x01\x00\x00\x00\x00" // text labels; 2^32
         "\xff");
    static const double values[] = {100, -1000, 1.5, 1.5, 2.73, 4294967296};
    assert_int_equal(reading.end, PACK_END);
    assert_int_equal(reading.count, 6);
    for (int i = 0; i < 6; i++)
        assert_record(i, "a", values[i], "", NOW);
}

static void cbor_takes_texts_and_booleans(void **state) {
    (void)state;
    CBOR("\x82\xa2\x00\x61"
         "a\x03\x62hi\xa2\x00\x61"
         "b\x04\xf5");
    assert_int_equal(reading.count, 2);
    assert_memory_equal(reading.records[0].value.text, "hi", 2);
    assert_true(reading.records[1].value.boolean);
}

static void a_nul_in_a_text_is_the_fault_of_its_record(void **state) {
    (void)state;
    CBOR("\x81\xa2\x00\x61"
         "a\x03\x63"
         "a\x00"
         "b");
    assert_string_equal(reading.records[0].fault, "its text holds a NUL");
}

static void a_nan_in_cbor_is_the_fault_of_its_record(void **state) {
    (void)state;
    CBOR("\x82\xa2\x00\x61"
         "a\x02\xf9\x7e\x00\xa2\x00\x61"
         "b\x02\x01");
    assert_int_equal(reading.count, 2);
    assert_string_equal(reading.records[0].fault, "its value is NaN or infinite");
    assert_record(1, "b", 1, "", NOW);
}

static void plain_maps_are_packs_without_times(void **state) {
    (void)state;
    static const char json[] = "{\"temperature\":88.1,\"is_on\":true,\"firmware\":\"1.2\"}";
    static const char cbor[] = "\xa3\x6btemperature\xfb\x40\x56\x06\x66\x66\x66\x66\x66"
                               "\x65is_on\xf5\x68"
                               "firmware\x63"
                               "1.2";
    for (int i = 0; i < 2; i++) {
        if (i == 0)
            read_pack(FORMAT_JSON, json, sizeof json - 1);
        else
            read_pack(FORMAT_CBOR, cbor, sizeof cbor - 1);
        assert_int_equal(reading.end, PACK_END);
        assert_int_equal(reading.count, 3);
        assert_record(0, "temperature", 88.1, "", NOW);
        assert_string_equal(reading.names[1], "is_on");
        assert_true(reading.records[1].value.boolean);
        assert_memory_equal(reading.records[2].value.text, "1.2", 3);
    }
    static const char *const bad[] = {"{\"a\":{1}}", "{\"a\":null}", "{\"a\":[1]}", "[]",
                                      "{\"a\":1",    "{\"a\"}",      "{a:1}",       "{\"a\":1}}"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        read_pack(FORMAT_JSON, bad[i], strlen(bad[i]));
        assert_int_equal(reading.end, PACK_MALFORMED);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_single_data_point),
        cmocka_unit_test(base_values_apply_to_all_that_follow),
        cmocka_unit_test(values_of_all_types),
        cmocka_unit_test(labels_come_in_any_order_and_unknown_ones_are_skipped),
        cmocka_unit_test(base_values_add_to_values),
        cmocka_unit_test(a_record_without_a_name_and_value_carries_base_values_only),
        cmocka_unit_test(small_times_are_relative_to_now),
        cmocka_unit_test(records_have_faults_of_their_own),
        cmocka_unit_test(too_many_records_are_refused),
        cmocka_unit_test(the_cbor_example_of_the_rfc),
        cmocka_unit_test(cbor_takes_every_form_of_a_number),
        cmocka_unit_test(cbor_takes_texts_and_booleans),
        cmocka_unit_test(a_nul_in_a_text_is_the_fault_of_its_record),
        cmocka_unit_test(a_nan_in_cbor_is_the_fault_of_its_record),
        cmocka_unit_test(plain_maps_are_packs_without_times),
    };
    return cmocka_run_group_tests(tests, NULL, free_region);
}
