// The table functions do what Lua's own do, within their bounds.

#include "fixture.h"

static void insert_and_remove_shift(void **state) {
    (void)state;
    lua_holds("local t = { 1, 2, 4 }"
              "table.insert(t, 3, 3) table.insert(t, 5) table.insert(t, 1, 0)"
              "assert(table.concat(t, ',') == '0,1,2,3,4,5')"
              "assert(table.remove(t) == 5 and table.remove(t, 1) == 0 and table.remove(t, 2) == 2)"
              "assert(table.concat(t, ',') == '1,3,4')"
              "assert(table.remove({}) == nil and table.remove({}, 1) == nil)");
    lua_raises("table.insert({ 1 }, 3, 1)", "position out of bounds");
    lua_raises("table.insert({ 1 })", "insert takes 2 or 3 arguments");
    lua_raises("table.remove({ 1, 2 }, 4)", "position out of bounds");
    lua_raises("table.insert(thing.state, 1)", "table expected, got light userdata");
}

static void concat_takes_text_and_numbers(void **state) {
    (void)state;
    lua_holds("assert(table.concat({ 'a', 1, 2.5 }, '-') == 'a-1-2.5')"
              "assert(table.concat({ 'a', 'b', 'c' }, ',', 2, 3) == 'b,c')"
              "assert(table.concat({}, 'x') == '' and table.concat({ 1 }, ',', 2) == '')");
    lua_raises("table.concat({ 1, true })", "element 2 is a boolean");
    lua_raises("table.concat({ 1 }, ',', 1, 2)", "element 2 is a nil");
}

static void move_takes_care_of_overlaps(void **state) {
    (void)state;
    lua_holds("local t = { 1, 2, 3, 4 }"
              "table.move(t, 1, 3, 2) assert(table.concat(t, ',') == '1,1,2,3')"
              "t = { 1, 2, 3, 4 } table.move(t, 2, 4, 1) assert(table.concat(t, ',') == '2,3,4,4')"
              "local into = table.move({ 7, 8 }, 1, 2, 3, { 1, 2 })"
              "assert(table.concat(into, ',') == '1,2,7,8')"
              "assert(#table.move({ 1 }, 1, 0, 5) == 1)");
}

static void unpack_gives_a_range(void **state) {
    (void)state;
    lua_holds("local a, b, c = table.unpack({ 1, 2 })"
              "assert(a == 1 and b == 2 and c == nil)"
              "assert(select('#', table.unpack({}, 1, 3)) == 3)"
              "assert(select('#', table.unpack({ 1 }, 2)) == 0)"
              "assert(table.pack(1, nil, 3).n == 3)");
}

static void sort_is_stable(void **state) {
    (void)state;
    lua_holds("local t = {}"
              "for i = 1, 1000 do t[i] = { key = (i * 7) % 10, place = i } end "
              "table.sort(t, function(a, b) return a.key < b.key end)"
              "for i = 2, 1000 do "
              "  local a, b = t[i - 1], t[i]"
              "  assert(a.key < b.key or a.key == b.key and a.place < b.place) end");
}

static void sort_orders_numbers_and_text(void **state) {
    (void)state;
    lua_holds("for n = 0, 40 do "
              "  local t = {} for i = 1, n do t[i] = random(1, 20) end "
              "  table.sort(t) for i = 2, n do assert(t[i - 1] <= t[i]) end "
              "  assert(#t == n) end "
              "local t = { 'b', 'a', 'C' } table.sort(t) assert(table.concat(t) == 'Cab')"
              "t = { 1, 3, 2 } table.sort(t, function(a, b) return a > b end)"
              "assert(table.concat(t) == '321')");
}

static void a_sort_that_raises_leaves_the_table_as_it_was(void **state) {
    (void)state;
    lua_holds("local t = { 3, 2, 1, 5, 4 }"
              "local calls = 0 "
              "assert(not pcall(table.sort, t, function(a, b) "
              "  calls = calls + 1 assert(calls < 5) return a < b end))"
              "assert(table.concat(t) == '32154')");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(insert_and_remove_shift),
        cmocka_unit_test(concat_takes_text_and_numbers),
        cmocka_unit_test(move_takes_care_of_overlaps),
        cmocka_unit_test(unpack_gives_a_range),
        cmocka_unit_test(sort_is_stable),
        cmocka_unit_test(sort_orders_numbers_and_text),
        cmocka_unit_test(a_sort_that_raises_leaves_the_table_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
