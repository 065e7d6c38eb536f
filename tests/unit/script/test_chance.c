// random(): in range, fair enough, and the same for the same seed.

#include "fixture.h"

static void numbers_stay_in_their_range(void **state) {
    (void)state;
    lua_holds("local seen = {}"
              "for _ = 1, 1000 do "
              "  local r = random() assert(r >= 0 and r < 1)"
              "  local d = random(6) assert(d >= 1 and d <= 6 and math.type(d) == 'integer')"
              "  seen[d] = (seen[d] or 0) + 1 "
              "  local n = math.random(-3, 3) assert(n >= -3 and n <= 3) end "
              "for d = 1, 6 do assert(seen[d] > 100 and seen[d] < 240, seen[d]) end "
              "assert(random(5, 5) == 5)");
    lua_raises("random(1, 2, 3)", "at most two numbers");
    lua_raises("random(1.5)", "number has no integer representation");
}

static double drawn_with(uint64_t seed) {
    struct bench bench;
    struct twin *thing = bench_thing(&bench, "return { on = { z = function(thing) thing.derived.y ="
                                             " random(1, 2^53 // 1 | 0) end } }");
    bench.seed = seed;
    assert_outcome(&bench, bench_sample(&bench, thing, "z", 1), OUTCOME_OK);
    double drawn = number_of(thing, FIELD_DERIVED, "y");
    assert_outcome(&bench, bench_sample(&bench, thing, "z", 2), OUTCOME_OK);
    assert_float_equal(number_of(thing, FIELD_DERIVED, "y"), drawn, 0); // each call starts anew
    bench_fini(&bench);
    return drawn;
}

static void the_seed_decides(void **state) {
    (void)state;
    assert_float_equal(drawn_with(1), drawn_with(1), 0);
    assert_true(drawn_with(1) != drawn_with(2));
    assert_true(drawn_with(0) != drawn_with(UINT64_MAX));
}

// The first outputs of splitmix64 for the seed 1234567, as Vigna's reference program prints them.
static void it_is_splitmix64(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing = bench_thing(
        &bench, "return { on = { z = function(thing)\n"
                "  local all = { math.mininteger, math.maxinteger }\n"
                "  local first, second = random(all[1], all[2]), random(all[1], all[2])\n"
                "  assert(first == (6457827717110365317 ~ math.mininteger), first)\n"
                "  assert(second == (3203168211198807973 ~ math.mininteger), second)\n"
                "end } }");
    bench.seed = 1234567;
    assert_outcome(&bench, bench_sample(&bench, thing, "z", 1), OUTCOME_OK);
    bench_fini(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_stay_in_their_range),
        cmocka_unit_test(the_seed_decides),
        cmocka_unit_test(it_is_splitmix64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
