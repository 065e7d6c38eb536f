// The order of keys, in pairs and in next.

#include "fixture.h"

static void pairs_gives_numbers_then_text_then_booleans(void **state) {
    (void)state;
    lua_holds("local t = { [true] = 1, [false] = 1, b = 1, a = 1, [10] = 1, [2] = 1, [-1] = 1,"
              "  [2.5] = 1, [''] = 1, B = 1, ab = 1, [1] = 1 }"
              "local seen = {}"
              "for key in pairs(t) do seen[#seen + 1] = tostring(key) end "
              "assert(table.concat(seen, ' ') == '-1 1 2 2.5 10  B a ab b false true',"
              "  table.concat(seen, ' '))");
}

static void large_integers_are_told_apart(void **state) {
    (void)state;
    lua_holds(
        "local big = math.maxinteger "
        "local seen = {} "
        "for key in pairs({ [big] = 1, [big - 1] = 1, [2.0^63] = 1, [math.mininteger] = 1 }) do "
        "  seen[#seen + 1] = key end "
        "assert(seen[1] == math.mininteger and seen[2] == big - 1 and seen[3] == big)"
        "assert(seen[4] == 2.0^63)");
}

static void next_gives_the_same_order(void **state) {
    (void)state;
    lua_holds("local t = { c = 3, a = 1, [3] = 9, b = 2, [true] = 0 }"
              "local by_pairs, by_next = '', ''"
              "for k, v in pairs(t) do by_pairs = by_pairs .. tostring(k) .. v end "
              "local k, v = next(t)"
              "while k ~= nil do by_next = by_next .. tostring(k) .. v; k, v = next(t, k) end "
              "assert(by_pairs == by_next and by_pairs == '39a1b2c3true0')"
              "assert(next({}) == nil)");
}

static void what_is_taken_out_on_the_way_is_not_given(void **state) {
    (void)state;
    lua_holds("local t, seen = { a = 1, b = 2, c = 3 }, ''"
              "for k in pairs(t) do seen = seen .. k; t.b = nil end "
              "assert(seen == 'ac')");
}

static void long_texts_are_ordered_by_their_bytes(void **state) {
    (void)state;
    lua_holds("local long = ('x'):rep(100)"
              "local t, seen = { [long .. 'b'] = 2, [long .. 'a'] = 1, [long] = 0 }, ''"
              "for _, v in pairs(t) do seen = seen .. v end "
              "assert(seen == '012')"
              "t = { ['a\\0b'] = 2, a = 1 } seen = ''"
              "for _, v in pairs(t) do seen = seen .. v end "
              "assert(seen == '12')");
}

static void the_parts_of_a_twin_are_walked_by_name(void **state) {
    (void)state;
    lua_holds("thing.state.note, thing.state.n = 'hello', 4 "
              "local seen = ''"
              "for k in pairs(thing.state) do seen = seen .. k .. ' ' end "
              "assert(seen == 'last mean n note own y_mean ', seen)"
              "seen = ''"
              "for k, v in pairs(thing.telemetry) do seen = seen .. k .. v .. ' ' end "
              "assert(seen == 'z1.0 ', seen)"
              "for k, v in pairs(thing.parameters) do seen = seen .. k .. v end "
              "assert(seen == 'z1.0 limit10.0', seen)");
    lua_raises("for _ in pairs(thing) do end", "a part of a twin, like twin.telemetry");
}

static void read_only_tables_are_walked_too(void **state) {
    (void)state;
    lua_holds("local names = '' for name in pairs(clock) do names = names .. name end "
              "assert(names == 'now') assert(next(clock) == 'now')");
}

static void a_key_without_an_order_is_refused(void **state) {
    (void)state;
    lua_raises("for _ in pairs({ [thing] = 1 }) do end", "use a number or a text (twin.id)");
    lua_raises("next({ [{}] = 1 })", "a table with a table as a key has no order");
    lua_raises("for _ in pairs(4) do end", "table expected, got number");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_gives_numbers_then_text_then_booleans),
        cmocka_unit_test(large_integers_are_told_apart),
        cmocka_unit_test(next_gives_the_same_order),
        cmocka_unit_test(what_is_taken_out_on_the_way_is_not_given),
        cmocka_unit_test(long_texts_are_ordered_by_their_bytes),
        cmocka_unit_test(the_parts_of_a_twin_are_walked_by_name),
        cmocka_unit_test(read_only_tables_are_walked_too),
        cmocka_unit_test(a_key_without_an_order_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
