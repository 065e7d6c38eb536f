// Traces: the lines that ran, how often, and what locals became; and that they end.

#include "fixture.h"
#include "script/trace.h"

static struct twin *traced(struct bench *bench, struct trace **trace, const char *body) {
    struct buffer behavior = {0};
    buffer_printf(&behavior, "return { on = { z = function(thing, z)\n%s\nend } }", body);
    struct twin *twin = bench_thing(bench, (char *)behavior.bytes);
    buffer_fini(&behavior);
    *trace = trace_new();
    script_trace(bench->script, *trace);
    return twin;
}

static void end(struct bench *bench, struct trace *trace) {
    bench_fini(bench);
    trace_free(trace);
}

static const struct trace_line *line_of(const struct trace *trace, int number) {
    for (int i = 0; i < trace->line_count; i++)
        if (trace->lines[i].number == number) return &trace->lines[i];
    fail_msg("line %d did not run", number);
    return NULL;
}

static const char *local_of(const struct trace *trace, int number, const char *name) {
    const struct trace_line *line = line_of(trace, number);
    for (int i = 0; i < line->local_count; i++)
        if (strcmp(line->locals[i].name, name) == 0) return line->locals[i].text;
    return "";
}

static void a_line_has_the_locals_that_it_made(void **state) {
    (void)state;
    struct bench bench;
    struct trace *trace;
    struct twin *twin = traced(&bench, &trace,
                               "local a = z * 2\n"
                               "local t = { x = a }\n"
                               "local word = 'hot'\n"
                               "a = a + 1");
    assert_outcome(&bench, bench_sample(&bench, twin, "z", 4), OUTCOME_OK);
    assert_string_equal(trace->handlers[0].name, "on.z");
    assert_string_equal(local_of(trace, 2, "thing"), "thing-1");
    assert_string_equal(local_of(trace, 2, "a"), "8");
    assert_string_equal(local_of(trace, 3, "t"), "{ x = 8 }");
    assert_string_equal(local_of(trace, 3, "a"), "");
    assert_string_equal(local_of(trace, 4, "word"), "\"hot\"");
    assert_string_equal(local_of(trace, 5, "a"), "9");
    end(&bench, trace);
}

static void a_loop_is_one_line_with_a_count(void **state) {
    (void)state;
    struct bench bench;
    struct trace *trace;
    struct twin *twin =
        traced(&bench, &trace, "local sum = 0\nfor i = 1, 9 do\nsum = sum + i\nend");
    assert_outcome(&bench, bench_sample(&bench, twin, "z", 1), OUTCOME_OK);
    assert_int_equal(line_of(trace, 4)->count, 9);
    assert_string_equal(local_of(trace, 4, "sum"), "45");
    assert_false(trace->is_cut);
    end(&bench, trace);
}

static void a_call_beyond_the_bound_runs_on_untraced(void **state) {
    (void)state;
    struct bench bench;
    struct trace *trace;
    struct twin *twin = traced(
        &bench, &trace, "local n = 0\nwhile n < 50000 do\nn = n + 1\nend\nthing.state.n = n");
    assert_outcome(&bench, bench_sample(&bench, twin, "z", 1), OUTCOME_OK);
    assert_true(trace->is_cut);
    assert_int_equal(trace->steps, LINE_STEPS_MAX);
    assert_true(number_of(twin, FIELD_STATE, "n") == 50000);
    end(&bench, trace);
}

static void a_traced_call_that_never_ends_is_stopped(void **state) {
    (void)state;
    if (!is_deadline_shown()) skip();
    struct bench bench;
    struct trace *trace;
    struct twin *twin = traced(&bench, &trace, "while true do\nz = z + 1\nend");
    assert_outcome(&bench, bench_sample(&bench, twin, "z", 1), OUTCOME_KILLED);
    assert_int_equal(trace->handlers[0].outcome, OUTCOME_KILLED);
    assert_outcome(&bench, bench_sample(&bench, twin, "z", 1), OUTCOME_KILLED);
    end(&bench, trace);
}

static void deep_functions_end_well(void **state) {
    (void)state;
    struct bench bench;
    struct trace *trace;
    struct twin *twin = traced(&bench, &trace,
                               "local function down(n)\n"
                               "local here = n\n"
                               "if n > 0 then return 1 + down(n - 1) end\n"
                               "return 0\nend\n"
                               "local depth = down(100)");
    assert_outcome(&bench, bench_sample(&bench, twin, "z", 1), OUTCOME_OK);
    assert_int_equal(line_of(trace, 3)->count, 101);
    assert_string_equal(local_of(trace, 7, "depth"), "100");
    end(&bench, trace);
}

static void a_call_is_not_traced_any_more_once_it_is_taken_off(void **state) {
    (void)state;
    struct bench bench;
    struct trace *trace;
    struct twin *twin = traced(&bench, &trace, "local a = z");
    script_trace(bench.script, NULL);
    assert_outcome(&bench, bench_sample(&bench, twin, "z", 1), OUTCOME_OK);
    assert_int_equal(trace->line_count, 0);
    end(&bench, trace);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_the_locals_that_it_made),
        cmocka_unit_test(a_loop_is_one_line_with_a_count),
        cmocka_unit_test(a_call_beyond_the_bound_runs_on_untraced),
        cmocka_unit_test(a_traced_call_that_never_ends_is_stopped),
        cmocka_unit_test(deep_functions_end_well),
        cmocka_unit_test(a_call_is_not_traced_any_more_once_it_is_taken_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
