// The grammar of JSON and CBOR under SenML: what is taken exactly, and what is refused whole.

#include "ingest/records.h"

static void malformed_json_is_refused_whole(void **state) {
    (void)state;
    static const char *const packs[] = {
        "",
        "{}",
        "[",
        "[{]",
        "[{}",
        "[{},]",
        "[{}]x",
        "[{\"n\":\"a\",\"v\":1}] []",
        "[{\"n\":\"a\" \"v\":1}]",
        "[{\"n\":\"a\",\"v\":1,}]",
        "[{\"n\" \"a\"}]",
        "[{n:\"a\"}]",
        "[{'n':'a'}]",
        "[{\"n\":1}]",
        "[{\"n\":\"a\",\"v\":\"1\"}]",
        "[{\"n\":\"a\",\"v\":null}]",
        "[{\"n\":\"a\",\"v\":NaN}]",
        "[{\"n\":\"a\",\"v\":Infinity}]",
        "[{\"n\":\"a\",\"v\":01}]",
        "[{\"n\":\"a\",\"v\":1.}]",
        "[{\"n\":\"a\",\"v\":.5}]",
        "[{\"n\":\"a\",\"v\":+1}]",
        "[{\"n\":\"a\",\"v\":-}]",
        "[{\"n\":\"a\",\"v\":1e}]",
        "[{\"n\":\"a\",\"v\":1e+}]",
        "[{\"n\":\"a\",\"v\":0x10}]",
        "[{\"n\":\"a\",\"vb\":1}]",
        "[{\"n\":\"a\",\"vb\":TRUE}]",
        "[{\"n\":\"a\",\"vs\":\"\\x\"}]",
        "[{\"n\":\"a\",\"vs\":\"\\u12\"}]",
        "[{\"n\":\"a\",\"vs\":\"\\ud800\"}]",
        "[{\"n\":\"a\",\"vs\":\"\\udc00\"}]",
        "[{\"n\":\"a\",\"vs\":\"\\ud800\\u0041\"}]",
        "[{\"n\":\"a\",\"vs\":\"\\u0000\"}]",
        "[{\"n\":\"a\",\"vs\":\"\xff\"}]",
        "[{\"n\":\"a\",\"vs\":\"\xc0\x80\"}]",
        "[{\"n\":\"a\",\"vs\":\"\xed\xa0\x80\"}]",
        "[{\"n\":\"a\",\"vs\":\"\xf4\x90\x80\x80\"}]",
        "[{\"n\":\"a\",\"vs\":\"\xe2\x82\"}]",
        "[{\"n\":\"a\",\"vs\":\"a\nb\"}]",
        "[{\"n\":\"a\",\"vs\":\"a",
        "[{\"n\":\"a\",\"n\":\"b\",\"v\":1}]",
        "[{\"n\":\"a\",\"v\":1,\"must_\":1}]",
        "[{\"bver\":11,\"n\":\"a\",\"v\":1}]",
        "[{\"bver\":0,\"n\":\"a\",\"v\":1}]",
        "[{\"n\":\"a\",\"v\":1,\"x\":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}]",
        "[1]",
        "[[]]",
    };
    for (size_t i = 0; i < ARRAY_LEN(packs); i++) {
        read_json(packs[i]);
        if (reading.end != PACK_MALFORMED) fail_msg("%s was taken", packs[i]);
        assert_int_equal(reading.err.code, ERR_INVALID);
        assert_memory_equal(reading.err.text, "record ", 7);
    }
}

static void every_cut_of_a_pack_is_malformed(void **state) {
    (void)state;
    static const char whole[] =
        "[{\"bn\":\"p/\",\"bt\":1.2e9,\"n\":\"a\",\"v\":-1.5e3,\"u\":\"m\"},"
        "{\"n\":\"b\",\"vs\":\"\\u00b0\"},{\"n\":\"c\",\"vb\":true}]";
    for (size_t length = 0; length < sizeof whole - 1; length++) {
        char *cut = xmalloc(length ? length : 1); // so that a read beyond the end is seen
        memcpy(cut, whole, length);
        read_pack(FORMAT_SENML_JSON, cut, length);
        assert_int_equal(reading.end, PACK_MALFORMED);
        free(cut);
    }
    read_json(whole);
    assert_int_equal(reading.end, PACK_END);
}

static void malformed_cbor_is_refused_whole(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
    } packs[] = {
        {"\xa0", 1},     // a map, not an array
        {"\x81\x00", 2}, // a number, not a record
        {"\x82\xa2\x00\x61"
         "a\x02\x01",
         7}, // one record less than said
        {"\x81\xa2\x00\x61"
         "a\x02\x01\x00",
         8},                             // more behind the end
        {"\x81\xa2\x00\x01\x02\x01", 6}, // a name that is a number
        {"\x81\xa2\x00\x61"
         "a\x02\x61"
         "1",
         8}, // a value that is a text
        {"\x81\xa2\x00\x61"
         "a\x02\xf6",
         7}, // null
        {"\x81\xa2\x00\x7f\x61"
         "a\xff\x02\x01",
         9},                                 // a text without a length
        {"\x81\xa2\x00\x61\xff\x02\x01", 7}, // not UTF-8
        {"\x81\xa2\x00\x78\xff"
         "a\x02\x01",
         8}, // a text longer than the message
        {"\x81\xa2\x00\x7b\xff\xff\xff\xff\xff\xff\xff\xff", 12},
        {"\x81\xa3\x00\x61"
         "a\x00\x61"
         "b\x02\x01",
         10}, // a label twice
        {"\x81\xa3\x00\x61"
         "a\x62x_\x01\x02\x01",
         11}, // must be understood
        {"\x81\xa3\x20\x0b\x00\x61"
         "a\x02\x01",
         9}, // bver 11
        {"\x81\xa2\x00\x61"
         "a\x02\xc4\x81\x01",
         9}, // a fraction of one
        {"\x81\xa2\x00\x61"
         "a\x02\xc4\x82\x19\xff\xff\x01",
         12},
        {"\x81\xa2\x00\x61"
         "a\x02\x1c",
         7}, // a reserved length
        {"\x81\xbf\x00\x61"
         "a\x02\x01",
         7},                                                      // no break
        {"\x81\xa2\xfb\x00\x00\x00\x00\x00\x00\x00\x00\x00", 12}, // a label that is a float
    };
    for (size_t i = 0; i < ARRAY_LEN(packs); i++) {
        read_pack(FORMAT_SENML_CBOR, packs[i].bytes, packs[i].length);
        if (reading.end != PACK_MALFORMED) fail_msg("pack %zu was taken", i);
    }
}

static void texts_are_unescaped(void **state) {
    (void)state;
    read_json("[{\"n\":\"a\",\"vs\":\"\\u00b0C \\ud83d\\ude00 \\\"\\\\\\/\\b\\f\\n\\r\\t\"},"
              "{\"\\u006e\":\"b\",\"vs\":\"\xc2\xb0"
              "C\"}]");
    assert_int_equal(reading.end, PACK_END);
    const char *wanted = "\xc2\xb0"
                         "C \xf0\x9f\x98\x80 \"\\/\b\f\n\r\t";
    assert_int_equal(reading.records[0].value.length, strlen(wanted));
    assert_memory_equal(reading.records[0].value.text, wanted, strlen(wanted));
    assert_string_equal(reading.names[1], "b");
}

static void numbers_are_read_exactly(void **state) {
    (void)state;
    read_json("[{\"n\":\"a\",\"v\":0.1},{\"n\":\"a\",\"v\":-0},{\"n\":\"a\",\"v\":1e3},"
              "{\"n\":\"a\",\"v\":123456789012345678901234567890},{\"n\":\"a\",\"v\":1.5E-7},"
              "{\"n\":\"a\",\"v\":4.9406564584124654e-324},{\"n\":\"a\",\"v\":9007199254740993},"
              "{\"n\":\"a\",\"v\":0.30000000000000004}]");
    assert_int_equal(reading.end, PACK_END);
    static const double values[] = {0.1,
                                    -0.0,
                                    1e3,
                                    123456789012345678901234567890.0,
                                    1.5E-7,
                                    0x1p-1074,
                                    9007199254740992.0,
                                    0.30000000000000004};
    for (int i = 0; i < 8; i++)
        assert_true(reading.records[i].value.number == values[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(malformed_json_is_refused_whole),
        cmocka_unit_test(every_cut_of_a_pack_is_malformed),
        cmocka_unit_test(malformed_cbor_is_refused_whole),
        cmocka_unit_test(texts_are_unescaped),
        cmocka_unit_test(numbers_are_read_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, free_region);
}
