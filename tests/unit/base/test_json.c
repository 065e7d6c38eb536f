// JSON text: commas, escapes, numbers that read back the same, times.

#include "base/json.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

static const char *text_of(struct buffer *out) {
    buffer_byte(out, 0);
    out->length = 0;
    return (const char *)out->bytes;
}

static void commas_come_by_themselves(void **state) {
    (void)state;
    struct buffer out = {0};
    json_open(&out, '{');
    json_key(&out, "a");
    json_open(&out, '[');
    json_integer(&out, 1);
    json_null(&out);
    json_open(&out, '[');
    json_close(&out, ']');
    json_boolean(&out, false);
    json_close(&out, ']');
    json_key(&out, "b");
    json_raw(&out, "{}");
    json_key(&out, "c");
    json_string(&out, "");
    json_close(&out, '}');
    assert_string_equal(text_of(&out), "{\"a\":[1,null,[],false],\"b\":{},\"c\":\"\"}");
    buffer_fini(&out);
}

static void head_room_of_zeros_gets_no_comma(void **state) {
    (void)state;
    struct buffer out = {0};
    buffer_add(&out, "\0\0\0", 3);
    json_open(&out, '{');
    assert_int_equal(out.length, 4);
    assert_int_equal(out.bytes[3], '{');
    buffer_fini(&out);
}

static void assert_text(const char *in, size_t length, const char *expected) {
    struct buffer out = {0};
    json_text(&out, in, length);
    assert_string_equal(text_of(&out), expected);
    buffer_fini(&out);
}

static void text_is_escaped(void **state) {
    (void)state;
    assert_text("plain", 5, "\"plain\"");
    assert_text("a\"b\\c", 5, "\"a\\\"b\\\\c\"");
    assert_text("\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\"");
    assert_text("\x01\x1f\x7f\0", 4, "\"\\u0001\\u001f\\u007f\\u0000\"");
    assert_text("\xc2\xb0\x43 \xe2\x82\xac \xf0\x9f\x98\x80", 12,
                "\"\xc2\xb0\x43 \xe2\x82\xac \xf0\x9f\x98\x80\"");
}

static void bytes_that_are_not_utf8_are_mended(void **state) {
    (void)state;
    const char *bad[] = {"\x80", "\xff", "\xc0", "\xc3", "\xf5", "\xe2\x82"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct buffer out = {0};
        json_text(&out, bad[i], strlen(bad[i]));
        const char *text = text_of(&out);
        assert_non_null(strstr(text, "\xef\xbf\xbd"));
        assert_null(strstr(text, bad[i]));
        buffer_fini(&out);
    }
    assert_text("\xc0\xaf", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"");                 // overlong
    assert_text("\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""); // surrogate
    assert_text("\xf4\x90\x80\x80", 4,
                "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""); // above U+10FFFF
    assert_text("a\xffz", 3, "\"a\xef\xbf\xbdz\"");
}

static void assert_number(double number, const char *expected) {
    char text[JSON_NUMBER_SIZE];
    int length = json_format_number(number, text);
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
}

static void numbers_look_as_in_javascript(void **state) {
    (void)state;
    assert_number(0, "0");
    assert_number(-0.0, "0");
    assert_number(1, "1");
    assert_number(-20, "-20");
    assert_number(88.1, "88.1");
    assert_number(-0.4, "-0.4");
    assert_number(0.1, "0.1");
    assert_number(0.1 + 0.2, "0.30000000000000004");
    assert_number(1.0 / 3, "0.3333333333333333");
    assert_number(100, "100");
    assert_number(1795391234.123456, "1795391234.123456");
    assert_number(0.000001, "0.000001");
    assert_number(0.0000001, "1e-7");
    assert_number(1.5e-7, "1.5e-7");
    assert_number(-1.25e-10, "-1.25e-10");
    assert_number(1e15, "1000000000000000");
    assert_number(9007199254740993.0, "9007199254740992");
    assert_number(1e20, "100000000000000000000");
    assert_number(1e21, "1e+21");
    assert_number(123456789012345680000.0, "123456789012345680000");
    assert_number(1.7976931348623157e308, "1.7976931348623157e+308");
    assert_number(5e-324, "5e-324");
}

static void every_number_reads_back_the_same_and_short(void **state) {
    (void)state;
    uint64_t bits = 0x9e3779b97f4a7c15u;
    for (int i = 0; i < 200000; i++) {
        bits ^= bits << 13, bits ^= bits >> 7, bits ^= bits << 17;
        double number;
        if (i % 2)
            number = (double)(int64_t)(bits % 2000001 - 1000000) / 1000; // as sensors send
        else
            memcpy(&number, &bits, sizeof number);
        if (!isfinite(number)) continue;
        char text[JSON_NUMBER_SIZE], shorter[JSON_NUMBER_SIZE];
        int length = json_format_number(number, text);
        assert_true(length < JSON_NUMBER_SIZE);
        assert_true(strtod(text, NULL) == number);
        int digits = 0;
        for (const char *c = text; *c && *c != 'e'; c++)
            digits += *c >= '0' && *c <= '9';
        if (digits < 2 || digits > 17) continue; // laid out with zeros
        snprintf(shorter, sizeof shorter, "%.*e", digits - 2, number);
        if (number == rint(number) || fabs(number) < 1) continue; // zeros that name the size
        assert_true(strtod(shorter, NULL) != number);
    }
}

static void what_json_cannot_say_is_null(void **state) {
    (void)state;
    struct buffer out = {0};
    json_open(&out, '[');
    json_number(&out, NAN);
    json_number(&out, INFINITY);
    json_number(&out, 1.5);
    json_close(&out, ']');
    assert_string_equal(text_of(&out), "[null,null,1.5]");
    buffer_fini(&out);
}

static void integers_reach_both_ends(void **state) {
    (void)state;
    struct buffer out = {0};
    json_open(&out, '[');
    json_integer(&out, INT64_MIN);
    json_integer(&out, INT64_MAX);
    json_unsigned(&out, UINT64_MAX);
    json_integer(&out, 0);
    json_close(&out, ']');
    assert_string_equal(text_of(&out),
                        "[-9223372036854775808,9223372036854775807,18446744073709551615,0]");
    buffer_fini(&out);
}

static void times_are_iso_or_exact_seconds(void **state) {
    (void)state;
    struct buffer out = {0};
    json_open(&out, '[');
    json_time(&out, 1795370400123456);
    json_time(&out, 0);
    json_time(&out, -1);
    json_seconds(&out, 1795370400123456);
    json_seconds(&out, 1795370400000000);
    json_seconds(&out, 1795370400120000);
    json_seconds(&out, 1);
    json_seconds(&out, -1500000);
    json_seconds(&out, 0);
    json_close(&out, ']');
    assert_string_equal(text_of(&out),
                        "[\"2026-11-22T18:00:00.123Z\",\"1970-01-01T00:00:00.000Z\","
                        "\"1969-12-31T23:59:59.999Z\",1795370400.123456,1795370400,1795370400.12,"
                        "0.000001,-1.5,0]");
    buffer_fini(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_come_by_themselves),
        cmocka_unit_test(head_room_of_zeros_gets_no_comma),
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(bytes_that_are_not_utf8_are_mended),
        cmocka_unit_test(numbers_look_as_in_javascript),
        cmocka_unit_test(every_number_reads_back_the_same_and_short),
        cmocka_unit_test(what_json_cannot_say_is_null),
        cmocka_unit_test(integers_reach_both_ends),
        cmocka_unit_test(times_are_iso_or_exact_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
