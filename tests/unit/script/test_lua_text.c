// The string functions of our own, and what is left of Lua's.

#include "fixture.h"

static void rep_repeats(void **state) {
    (void)state;
    lua_holds("assert(('ab'):rep(3) == 'ababab' and ('ab'):rep(3, '-') == 'ab-ab-ab')"
              "assert(('x'):rep(0) == '' and ('x'):rep(-1) == '' and ('x'):rep(1, '-') == 'x')"
              "assert(#('x'):rep(65536) == 65536)");
}

static void format_is_that_of_lua_without_addresses(void **state) {
    (void)state;
    lua_holds("assert(('%5.1f|%d|%s|%q|%%|%x'):format(3.14159, 7, 'a', 'b', 255) =="
              "  '  3.1|7|a|\"b\"|%|ff')"
              "assert(('%s %s %s'):format(nil, true, {}) == 'nil true table')"
              "assert(('%s'):format(thing) == 'twin thing-1')"
              "assert(('%-5s|%5s'):format('a', 'b') == 'a    |    b')");
    lua_raises("return ('%d'):format('x')", "number expected, got string");
    lua_raises("return ('%s'):format()", "bad argument");
    lua_raises("return ('%y'):format(1)", "invalid conversion");
}

static void the_other_text_functions_are_there(void **state) {
    (void)state;
    lua_holds("assert(('Pump'):upper() == 'PUMP' and ('Pump'):lower() == 'pump' and #'ab' == 2)"
              "assert(('abc'):sub(2, -1) == 'bc' and ('abc'):byte(2) == 98)"
              "assert(string.char(97, 98) == 'ab' and ('abc'):reverse() == 'cba')"
              "assert(('a'):len() == 1)");
}

static void utf8_walks_characters_of_a_bounded_text(void **state) {
    (void)state;
    lua_holds("local s = 'V\xc3\xa4rme'" // a two-byte letter
              "assert(utf8.len(s) == 5 and #s == 6 and utf8.char(228) == s:sub(2, 3))"
              "assert(utf8.codepoint(s, 2) == 228 and utf8.offset(s, 3) == 4)"
              "local n = 0 for _, code in utf8.codes(s) do n = n + code end "
              "assert(n == 86 + 228 + 114 + 109 + 101)"
              "n = 0 for _ in s:gmatch(utf8.charpattern) do n = n + 1 end assert(n == 5)"
              "assert(utf8.len('\xff') == nil)");
    lua_raises("local s = ('x'):rep(65536) utf8.len(s .. 'x')",
               "a text of 65537 bytes; no more than 65536 are walked at once");
}

static void text_is_no_number(void **state) {
    (void)state;
    lua_holds(
        "assert(tonumber('7.5') == 7.5 and tonumber('ff', 16) == 255 and tonumber('x') == nil)");
    lua_raises("return '1' + 1", "attempt to perform arithmetic on a string value");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rep_repeats),
        cmocka_unit_test(format_is_that_of_lua_without_addresses),
        cmocka_unit_test(the_other_text_functions_are_there),
        cmocka_unit_test(utf8_walks_characters_of_a_bounded_text),
        cmocka_unit_test(text_is_no_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
