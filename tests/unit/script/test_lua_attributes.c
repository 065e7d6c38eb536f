// Attributes: JSON that others wrote, as a script reads it.

#include "fixture.h"

static void run(const char *json, const char *body) {
    struct bench bench;
    struct buffer behavior = {0};
    buffer_printf(&behavior,
                  "return { on = { z = function(thing) local a = thing.attributes %s end } }",
                  body);
    struct twin *thing = bench_thing(&bench, (char *)behavior.bytes);
    buffer_fini(&behavior);
    free(thing->attributes);
    thing->attributes = xstrdup(json);
    assert_outcome(&bench, bench_sample(&bench, thing, "z", 1), OUTCOME_OK);
    bench_fini(&bench);
}

static void members_are_lua_values(void **state) {
    (void)state;
    run("{\"site\":\"north\",\"floor\":3,\"open\":true,\"none\":null,\"at\":{\"x\":1.5},\"tags\":["
        "\"a\",\"b\"]}",
        "assert(a.site == 'north' and a.floor == 3 and a.open == true and a.none == nil)"
        "assert(a.at.x == 1.5 and #a.tags == 2 and a.tags[2] == 'b' and a.missing == nil)"
        "local names = '' for name in pairs(a) do names = names .. name .. ' ' end "
        "assert(names == 'at floor open site tags ', names)");
    run("{}", "assert(a.site == nil) for _ in pairs(a) do assert(false) end");
}

static void what_is_no_object_is_empty(void **state) {
    (void)state;
    run("[1,2]", "assert(a.x == nil)");
    run("not json", "assert(a.x == nil)");
}

static void nesting_has_an_end(void **state) {
    (void)state;
    struct buffer json = {0};
    for (int i = 0; i < 500; i++)
        buffer_printf(&json, "{\"a\":");
    buffer_printf(&json, "1");
    for (int i = 0; i < 500; i++)
        buffer_printf(&json, "}");
    run((char *)json.bytes,
        "local depth = 0 while a do a = a.a depth = depth + 1 end assert(depth == 16, depth)");
    buffer_fini(&json);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_lua_values),
        cmocka_unit_test(what_is_no_object_is_empty),
        cmocka_unit_test(nesting_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
