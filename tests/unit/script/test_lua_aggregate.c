// Aggregates as a model declares them: which way they go, and what is said of mistakes.

#include "fixture.h"

#define LINE(derived) "return { derived = { p = { " derived " } } }"
static const char pump[] =
    "return { telemetry = { power = {}, word = { type = 'text' } }, relationships = { part_of = "
    "'line' } }";

static void assert_line(const char *line, const char *expected) {
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/line.lua", line, "models/pump.lua", pump, NULL);
    bool is_loaded = bench_load(&bench);
    if (expected && is_loaded) fail_msg("loaded, but \"%s\" was expected", expected);
    if (expected) assert_says(&bench, expected);
    if (!expected && !is_loaded) fail_msg("%s", bench.err.text);
    bench_fini(&bench);
}

static void an_aggregate_knows_its_way(void **state) {
    (void)state;
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/line.lua", LINE("unit = 'W', sum = 'part_of.power'"),
                "models/pump.lua", pump, "models/site.lua",
                "return { relationships = { has = 'line' }, derived = { n = { count = 'has' } } }",
                NULL);
    if (!bench_load(&bench)) fail_msg("%s", bench.err.text);
    const struct model *line = world_model(bench.world, "line", 4);
    assert_int_equal(line->aggregate_count, 1);
    assert_int_equal(line->aggregates[0].kind, AGGREGATE_SUM);
    assert_false(line->aggregates[0].is_outgoing);
    assert_string_equal(line->aggregates[0].relationship, "part_of");
    assert_string_equal(line->aggregates[0].of, "power");
    assert_int_equal(line->fields[line->aggregates[0].field].source, SOURCE_AGGREGATE);
    assert_true(world_model(bench.world, "site", 4)->aggregates[0].is_outgoing);
    bench_fini(&bench);
}

static void mistakes_are_named(void **state) {
    (void)state;
    assert_line(LINE("sum = 'part_of.power'"), NULL);
    assert_line(LINE("count = 'part_of'"), NULL);
    assert_line(LINE("sum = 'part_of'"),
                "models/line.lua: derived.p.sum: of which value? write \"part_of.FIELD\"");
    assert_line(LINE("worst = 'part_of.power'"), "the worst alarm is of a whole twin");
    assert_line(LINE("sum = 'part_of.power', min = 'part_of.power'"),
                "derived.p.min: there is sum already");
    assert_line(LINE("type = 'text', sum = 'part_of.power'"), "the value is a text");
    assert_line(LINE("sum = 'part_off.power'"),
                "no model has a relationship \"part_off\" to a line; did you mean \"part_of\"?");
    assert_line(LINE("sum = 'a b.c'"), "\"a b.c\" is no RELATIONSHIP");
    assert_line(LINE("sum = 'part_of.wrod'"), NULL); // a warning: it may come
}

static void a_member_may_lead_to_what_the_model_extends(void **state) {
    (void)state;
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/line.lua", "return {}", "models/pump.lua", pump,
                "models/wide_line.lua",
                "return { extends = 'line', derived = { p = { sum = 'part_of.power' } } }", NULL);
    if (!bench_load(&bench)) fail_msg("%s", bench.err.text);
    bench_fini(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_aggregate_knows_its_way),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(a_member_may_lead_to_what_the_model_extends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
