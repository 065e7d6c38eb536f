// The life of a command in the turn: who may give it, what each step makes, when its time is over.

#include "plant.h"
#include "twin/command.h"

static const char valve_model[] =
    "return { model = 'valve', match = 'valve-*', telemetry = { flow = {} },\n"
    "  properties = { speed = { writable = true } }, derived = { last = { type = 'text' } },\n"
    "  commands = { flush = { args = { seconds = { unit = 's', range = { 1, 600 } },\n"
    "                                  why = { type = 'text' } }, timeout = '10s' },\n"
    "               hold = {} } }\n";

// flush 5 is followed by a hold, in the handler of its end; flow 13 gives one and raises.
static const char valve_behaviour[] =
    "local function on_flush(valve, command)\n"
    "  valve.derived.last = command.name .. command.id .. command.state .. command.result\n"
    "  if command.args.seconds == 5 and command.state == 'done' then valve:command('hold') end\n"
    "end\n"
    "local function on_flow(valve, value)\n"
    "  if value == 12 then valve:command('flush', { seconds = 5 }) end\n"
    "  if value == 13 then valve:command('flush') error('thirteen') end\n"
    "end\n"
    "return { on = { ['command.flush'] = on_flush, flow = on_flow } }\n";

static struct plant *commanded(void **state) {
    struct plant *plant = *state;
    struct script_file list[] = {
        {"models/valve.lua", (char *)valve_model, strlen(valve_model)},
        {"scripts/behavior/valve.lua", (char *)valve_behaviour, strlen(valve_behaviour)}};
    struct script_files files = {list, 2, 7};
    struct script_limits limits = {
        .call_us = 50000, .predict_us = 200000, .soft_bytes = 8u << 20, .hard_bytes = 64u << 20};
    struct err err = {0};
    struct script *script = script_load(&files, &limits, &plant->logger, plant->metrics, &err);
    if (!script) fail_msg("%s", err.text);
    use(plant, script);
    sample(plant, "valve-1", "flow", 1);
    plant->seen_count = 0;
    return plant;
}

static bool give(struct plant *plant, const char *name, struct value seconds, uint32_t *id,
                 struct err *err) {
    struct twin *valve = find(plant, "valve-1");
    const struct value arguments[] = {seconds, value_none()};
    int command = model_command(valve->model, name, strlen(name));
    uint64_t rev;
    return engine_command(plant->engine, valve, command, arguments,
                          valve->model->commands[command].argument_count, NULL, plant->now, id,
                          &rev, err);
}

static uint32_t given(struct plant *plant, const char *name, double seconds) {
    struct err err = {0};
    uint32_t id = 0;
    if (!give(plant, name, value_number(seconds), &id, &err)) fail_msg("%s", err.text);
    return id;
}

static bool move(struct plant *plant, uint32_t id, enum command_state state, const char *result,
                 struct err *err) {
    uint64_t rev;
    return engine_command_moved(plant->engine, find(plant, "valve-1"), id, state, result, NULL,
                                plant->now, &rev, err);
}

static void is(struct plant *plant, uint32_t id, enum command_state state) {
    const struct command *command = twin_command(find(plant, "valve-1"), id);
    assert_non_null(command);
    assert_string_equal(command_state_name((enum command_state)command->state),
                        command_state_name(state));
}

static const char *last(struct plant *plant) {
    struct twin *valve = find(plant, "valve-1");
    struct value value = twin_value(valve, model_field(valve->model, FIELD_DERIVED, "last", 4));
    return value.type == VALUE_TEXT ? value.text : "";
}

static void each_step_is_a_turn_and_its_handler_runs(void **state) {
    struct plant *plant = commanded(state);
    struct err err;
    assert_int_equal(given(plant, "flush", 30), 1);
    is(plant, 1, COMMAND_QUEUED);
    assert_string_equal(last(plant), "flush1queued");
    assert_true(move(plant, 1, COMMAND_SENT, "", &err));
    assert_string_equal(last(plant), "flush1sent");
    assert_true(move(plant, 1, COMMAND_DONE, "clean", &err));
    assert_string_equal(last(plant), "flush1doneclean");
    assert_int_equal(plant->seen_count, 3);
    assert_int_equal(plant->seen[2].kind, INPUT_COMMAND);
    assert_int_equal(plant->seen[2].input_count, 1); // the rest is the behaviour's
}

static void an_ended_one_stays_as_it_is(void **state) {
    struct plant *plant = commanded(state);
    struct err err;
    given(plant, "flush", 30);
    assert_true(move(plant, 1, COMMAND_FAILED, "dry", &err));
    int revisions = plant->seen_count;
    assert_true(move(plant, 1, COMMAND_FAILED, "dry", &err)); // the same again
    assert_true(move(plant, 1, COMMAND_SENT, "", &err));      // told late
    assert_false(move(plant, 1, COMMAND_DONE, "", &err));
    assert_int_equal(err.code, ERR_CONFLICT);
    assert_string_equal(err.text, "command 1 of valve-1 ended already: it is failed (dry)");
    assert_false(move(plant, 2, COMMAND_DONE, "", &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_int_equal(plant->seen_count, revisions);
    is(plant, 1, COMMAND_FAILED);
}

static void all_that_were_told_are_sent_in_one_turn(void **state) {
    struct plant *plant = commanded(state);
    struct err err;
    for (int i = 0; i < 3; i++)
        given(plant, "hold", 0);
    plant->seen_count = 0;
    assert_true(move(plant, 2, COMMAND_SENT, "", &err));
    assert_int_equal(plant->seen_count, 1);
    assert_int_equal(plant->seen[0].input_count, 2);
    is(plant, 2, COMMAND_SENT);
    is(plant, 3, COMMAND_QUEUED);
    assert_true(move(plant, 2, COMMAND_SENT, "", &err)); // twice is nothing
    assert_int_equal(plant->seen_count, 1);
}

static void one_whose_time_is_over_times_out_without_traffic(void **state) {
    struct plant *plant = commanded(state);
    given(plant, "flush", 30);
    given(plant, "hold", 0); // a minute
    assert_int_equal(engine_timers(plant->engine, plant->now + 9 * SECOND),
                     plant->now + 10 * SECOND);
    is(plant, 1, COMMAND_QUEUED);
    engine_timers(plant->engine, plant->now + 10 * SECOND);
    is(plant, 1, COMMAND_TIMED_OUT);
    is(plant, 2, COMMAND_QUEUED);
    assert_string_equal(last(plant), "flush1timed_out");
    assert_int_equal(plant->seen[plant->seen_count - 1].kind, INPUT_TIMER);
    assert_int_equal(plant->seen[plant->seen_count - 1].input_count, 1);
}

static void what_is_not_as_declared_is_refused_and_leaves_nothing(void **state) {
    struct plant *plant = commanded(state);
    struct err err;
    uint32_t id;
    assert_false(give(plant, "flush", value_number(601), &id, &err));
    assert_string_equal(err.text, "command flush: seconds cannot be 601: its range is 1 to 600 s");
    assert_false(give(plant, "flush", value_boolean(true), &id, &err));
    assert_string_equal(err.text, "command flush: seconds takes a number, not a boolean");
    for (int i = 0; i < COMMANDS_OPEN_MAX; i++)
        given(plant, "hold", 0);
    assert_false(give(plant, "hold", value_none(), &id, &err));
    assert_non_null(strstr(err.text, "valve-1 has 16 commands that have not ended"));
    assert_int_equal(plant->seen_count, COMMANDS_OPEN_MAX);
    assert_int_equal(find(plant, "valve-1")->command_id, COMMANDS_OPEN_MAX);
}

static void a_script_gives_one_and_sees_it_after_its_handler(void **state) {
    struct plant *plant = commanded(state);
    struct err err;
    sample(plant, "valve-1", "flow", 12);
    is(plant, 1, COMMAND_QUEUED);
    assert_string_equal(last(plant), "flush1queued");
    assert_true(move(plant, 1, COMMAND_DONE, "", &err));
    is(plant, 2, COMMAND_QUEUED); // the hold that its end called for
}

static void a_failing_behaviour_gives_none(void **state) {
    struct plant *plant = commanded(state);
    struct err err;
    for (int i = 0; i < COMMANDS_KEPT; i++) { // so that one more would push one out
        given(plant, "hold", 0);
        assert_true(move(plant, (uint32_t)i + 1, COMMAND_DONE, "", &err));
    }
    sample(plant, "valve-1", "flow", 13);
    assert_true(plant->seen[plant->seen_count - 1].has_failed);
    assert_int_equal(find(plant, "valve-1")->command_count, COMMANDS_KEPT);
    is(plant, 1, COMMAND_DONE);
    assert_int_equal(given(plant, "hold", 0), COMMANDS_KEPT + 1); // its number was not used
}

static void the_one_that_ended_first_is_forgotten_first(void **state) {
    struct plant *plant = commanded(state);
    struct err err;
    given(plant, "hold", 0); // 1 stays open the longest, and ends last
    for (int i = 0; i < COMMANDS_KEPT; i++) {
        uint32_t id = given(plant, "hold", 0);
        plant->now += 1;
        assert_true(move(plant, id, COMMAND_DONE, "", &err));
    }
    assert_non_null(twin_command(find(plant, "valve-1"), 2));
    plant->now += 1;
    assert_true(move(plant, 1, COMMAND_DONE, "", &err));
    is(plant, 1, COMMAND_DONE);
    assert_null(twin_command(find(plant, "valve-1"), 2));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_step_is_a_turn_and_its_handler_runs, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_ended_one_stays_as_it_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_that_were_told_are_sent_in_one_turn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_whose_time_is_over_times_out_without_traffic, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_as_declared_is_refused_and_leaves_nothing,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_script_gives_one_and_sees_it_after_its_handler, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_failing_behaviour_gives_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_one_that_ended_first_is_forgotten_first, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
