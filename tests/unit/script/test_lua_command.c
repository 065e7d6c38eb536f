// Commands as authors declare them, as scripts give them, and as handlers see them.

#include "fixture.h"
#include "twin/command.h"

#define VALVE                                                                                      \
    "return { match = 'valve-*', telemetry = { flow = {}, z = {} },\n"                             \
    "  events = { poke = { by = { unit = '%', range = { 0, 100 } } } },\n"                         \
    "  relationships = { next = 'valve' },\n"                                                      \
    "  commands = { flush = { title = 'Flush it', timeout = '2m',\n"                               \
    "    args = { seconds = { unit = 's', range = { 1, 600 } }, why = { type = 'text' } } },\n"    \
    "    hold = {} } }"

static struct twin *valve_of(struct bench *bench, const char *behaviour) {
    bench_init(bench);
    bench->limits.call_us = 1000000; // these tests are not about time
    bench_files(bench, "models/valve.lua", VALVE, "scripts/behavior/valve.lua", behaviour, NULL);
    if (!bench_load(bench)) fail_msg("%s", bench->err.text);
    return bench_twin(bench, "valve-1", "valve");
}

static void a_model_declares_arguments_timeout_and_title(void **state) {
    (void)state;
    struct bench bench;
    const struct model *model = valve_of(&bench, "return {}")->model;
    assert_int_equal(model->command_count, 2);
    const struct command_spec *flush = &model->commands[model_command(model, "flush", 5)];
    assert_string_equal(flush->title, "Flush it");
    assert_int_equal(flush->timeout_us, 120 * SECOND);
    assert_int_equal(flush->argument_count, 2);
    assert_string_equal(flush->arguments[0].name, "seconds");
    assert_string_equal(flush->arguments[0].unit, "s");
    assert_true(flush->arguments[0].has_range && flush->arguments[0].high == 600);
    assert_int_equal(flush->arguments[1].type, VALUE_TEXT);
    const struct command_spec *hold = &model->commands[model_command(model, "hold", 4)];
    assert_int_equal(hold->timeout_us, 60 * SECOND);
    bench_fini(&bench);
}

static void mistakes_in_a_model_are_named(void **state) {
    (void)state;
    static const struct {
        const char *commands, *expected;
    } wrong[] = {
        {"{ flush = { arg = {} } }", "commands.flush.arg: unknown key; did you mean \"args\"?"},
        {"{ flush = { args = { s = { range = { 2, 1 } } } } }", "args.s.range: 1 is not above 2"},
        {"{ flush = { args = { s = { type = 'text', range = { 1, 2 } } } } }",
         "commands.flush.args.s: a text has no range"},
        {"{ flush = { args = { s = { unit = 'xyzzy' } } } }", "unknown unit \"xyzzy\""},
        {"{ flush = { timeout = '2 min' } }", "commands.flush.timeout"},
        {"{ flush = { timeout = '10ms' } }", "commands.flush.timeout: the shortest timeout is 1s"},
        {"{ flow = {} }", "commands.flow: model \"valve\" has this name already"},
        {"{ flush = { args = { a={},b={},c={},d={},e={},f={},g={},h={},i={} } } }",
         "a command has at most 8 arguments"},
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        char text[256];
        snprintf(text, sizeof text, "return { telemetry = { flow = {} }, commands = %s }",
                 wrong[i].commands);
        bench_refused("models/valve.lua", text, wrong[i].expected);
    }
}

static void a_script_gives_one_and_gets_its_id(void **state) {
    (void)state;
    struct bench bench;
    struct twin *valve =
        valve_of(&bench, "return { on = { z = function(valve)\n"
                         "  assert(valve:command('hold') == 1)\n"
                         "  assert(valve:command('flush', { why = 'dirty', seconds = 30 }) == 2)\n"
                         "end } }");
    assert_outcome(&bench, bench_sample(&bench, valve, "z", 1), OUTCOME_OK);
    assert_int_equal(valve->command_count, 2);
    assert_int_equal(valve->commands[1].state, COMMAND_QUEUED);
    assert_true(valve->commands[1].arguments[0].number == 30);
    assert_string_equal(valve->commands[1].arguments[1].text, "dirty");
    assert_int_equal(valve->commands[0].argument_count, 0);
    bench_fini(&bench);
}

static void what_a_script_may_not_give_is_an_error(void **state) {
    (void)state;
    static const struct {
        const char *call, *expected;
    } wrong[] = {
        {"valve:command('flsh')", "has no command \"flsh\"; did you mean \"flush\"?"},
        {"valve:command('flush', { secs = 1 })", "command flush has no argument \"secs\""},
        {"valve:command('flush', { seconds = 0 })", "its range is 1 to 600 s"},
        {"valve:command('flush', { seconds = 0/0 })", "seconds is not a finite number"},
        {"valve:command('flush', { seconds = '1' })", "seconds takes a number, not a text"},
        {"valve:command('flush', { seconds = {} })", "seconds takes a number, not a table"},
        {"for i = 1, 17 do valve:command('hold') end", "has 16 commands that have not ended"},
        {"for o in valve:related('next') do o:command('hold') end", "valve-2"},
        {"valve:send(valve, 'poke', { by = 101 })", "by cannot be 101: its range is 0 to 100 %"},
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct bench bench;
        char text[256];
        snprintf(text, sizeof text, "return { on = { z = function(valve) %s end } }",
                 wrong[i].call);
        struct twin *valve = valve_of(&bench, text);
        world_link(bench.world, valve, 0, bench_twin(&bench, "valve-2", "valve"));
        assert_outcome(&bench, bench_sample(&bench, valve, "z", 1), OUTCOME_ERROR);
        assert_says(&bench, wrong[i].expected);
        assert_int_equal(valve->command_count, 0);
        bench_fini(&bench);
    }
}

static void a_handler_gets_what_was_given_and_the_step_it_is_called_for(void **state) {
    (void)state;
    struct bench bench;
    struct twin *valve =
        valve_of(&bench, "return { on = { ['command.flush'] = function(valve, c)\n"
                         "  assert(c.id == 1 and c.name == 'flush' and c.state == 'failed')\n"
                         "  assert(c.result == 'dry' and c.at == 1800000000)\n"
                         "  assert(c.args.seconds == 30 and c.args.why == nil)\n"
                         "end } }");
    const struct value arguments[] = {value_number(30)};
    uint32_t id;
    region_reset(&bench.region);
    changes_begin(&bench.changes, valve, 1, bench.now);
    int flush = model_command(valve->model, "flush", 5);
    assert_true(command_queue(&bench.changes, flush, arguments, 1, &id, &bench.err));
    command_move(&bench.changes, id, COMMAND_FAILED, "dry");
    struct trigger trigger = {.kind = TRIGGER_COMMAND,
                              .index = flush,
                              .from = id,
                              .at = bench.now,
                              .state = COMMAND_FAILED,
                              .value = value_text("dry", 3)};
    assert_outcome(&bench, bench_call(&bench, valve, &trigger), OUTCOME_OK);
    bench_fini(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_declares_arguments_timeout_and_title),
        cmocka_unit_test(mistakes_in_a_model_are_named),
        cmocka_unit_test(a_script_gives_one_and_gets_its_id),
        cmocka_unit_test(what_a_script_may_not_give_is_an_error),
        cmocka_unit_test(a_handler_gets_what_was_given_and_the_step_it_is_called_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
