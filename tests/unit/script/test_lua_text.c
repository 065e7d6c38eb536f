// The string functions of our own, and what is left of Lua's.

#include "fixture.h"

static void find_takes_plain_text(void **state) {
    (void)state;
    lua_holds("local s = 'pump-7:motor'"
              "local a, b = s:find('motor') assert(a == 8 and b == 12)"
              "a, b = s:find('-7', 1, true) assert(a == 5 and b == 6)"
              "assert(s:find('p', 2) == 4 and s:find('x') == nil)"
              "assert(s:find('') == 1 and s:find('', 13) == 13 and s:find('', 14) == nil)"
              "assert(s:find('r', -1) == 12 and s:find('p', -100) == 1)");
    lua_raises("(''):find('%d')", "only plain text is found here: s:find(text, 1, true)");
}

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

static void text_is_no_number(void **state) {
    (void)state;
    lua_holds(
        "assert(tonumber('7.5') == 7.5 and tonumber('ff', 16) == 255 and tonumber('x') == nil)");
    lua_raises("return '1' + 1", "attempt to perform arithmetic on a string value");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(find_takes_plain_text),
        cmocka_unit_test(rep_repeats),
        cmocka_unit_test(format_is_that_of_lua_without_addresses),
        cmocka_unit_test(the_other_text_functions_are_there),
        cmocka_unit_test(text_is_no_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
