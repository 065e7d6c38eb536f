// An input that failed is run again: the handlers get what it was, on the twin as it is now.

#include "plant.h"
#include "twin/command.h"

static const char valve_model[] =
    "return { model = 'valve', match = 'valve-*', telemetry = { flow = { stale_after = '1m' } }, "
    "relationships = { part_of = 'line' },\n"
    "  derived = { last = { type = 'text' } },\n"
    "  commands = { flush = { args = { seconds = { unit = 's' } } } } }\n";
static const char failing[] =
    "return { on = { ['command.flush'] = function(valve, command) error('not yet') end,\n"
    "  flow = function() error('nor this') end } }\n";
static const char mended[] =
    "return { on = { ['command.flush'] = function(valve, command)\n"
    "    valve.derived.last = table.concat({ command.id, command.name, command.state,\n"
    "      command.result, command.args.seconds, command.at }, ' ')\n"
    "  end, flow = function(valve, value) valve.derived.last = 'flow ' .. value end } }\n";

static const char line_model[] = "return { match = 'line-*', derived = { total = { sum = "
                                 "'part_of.flow' }, seen = {}, inputs = {} } }\n";
static const char line_failing[] = "return { on = { total = function() error('no') end } }\n";
static const char line_mended[] =
    "return { on = { total = function(line, value) line.derived.seen = value end,\n"
    "  input = function(line) line.derived.inputs = (line.derived.inputs or 0) + 1 end } }\n";

static void use_both(struct plant *plant, const char *behaviour, const char *line_behaviour) {
    struct script_files files = {0};
    struct script_limits limits = {
        .call_us = 50000, .predict_us = 200000, .soft_bytes = 8u << 20, .hard_bytes = 64u << 20};
    struct err err = {0};
    script_files_add(&files, "models/valve.lua", valve_model, strlen(valve_model));
    script_files_add(&files, "scripts/behavior/valve.lua", behaviour, strlen(behaviour));
    script_files_add(&files, "models/line.lua", line_model, strlen(line_model));
    script_files_add(&files, "scripts/behavior/line.lua", line_behaviour, strlen(line_behaviour));
    script_files_seal(&files);
    struct script *script = script_load(&files, &limits, &plant->logger, plant->metrics, &err);
    if (!script) fail_msg("%s", err.text);
    script_files_fini(&files);
    use(plant, script);
}

static void use_valve(struct plant *plant, const char *behaviour) {
    use_both(plant, behaviour, "return {}\n");
}

static uint32_t give(struct plant *plant) {
    struct twin *valve = find(plant, "valve-1");
    struct value seconds = value_number(30);
    struct err err = {0};
    uint64_t rev;
    uint32_t id = 0;
    if (!engine_command(plant->engine, valve, 0, &seconds, 1, NULL, plant->now, &id, &rev, &err))
        fail_msg("%s", err.text);
    return id;
}

static void move(struct plant *plant, uint32_t id, enum command_state state, const char *result) {
    struct err err = {0};
    uint64_t rev;
    if (!engine_command_moved(plant->engine, find(plant, "valve-1"), id, state, result, NULL,
                              plant->now, &rev, &err))
        fail_msg("%s", err.text);
}

// Runs the revision again whose bytes begin at `start` of the plant's log.
static bool retry_of(struct plant *plant, const char *id, size_t start, struct err *err) {
    struct revision failed;
    struct reader in = {.at = plant->log.bytes + start,
                        .end = plant->log.bytes + plant->log.length};
    struct region region = {0};
    uint64_t rev;
    size_t length = plant->log.length - start;
    uint8_t *bytes = xmalloc(length); // the log grows while it is run
    memcpy(bytes, in.at, length);
    in = (struct reader){.at = bytes, .end = bytes + length};
    if (!revision_decode(&in, 0, 1, &region, &failed)) fail_msg("no revision");
    bool is_good =
        engine_retry(plant->engine, find(plant, id), &failed, NULL, NULL, plant->now, &rev, err);
    region_fini(&region);
    free(bytes);
    return is_good;
}

static bool retry(struct plant *plant, size_t start, struct err *err) {
    return retry_of(plant, "valve-1", start, err);
}

static const char *last(struct plant *plant) {
    struct twin *valve = find(plant, "valve-1");
    struct value value = twin_value(valve, model_field(valve->model, FIELD_DERIVED, "last", 4));
    return value.type == VALUE_TEXT ? value.text : "";
}

static struct plant *begin(void **state) {
    struct plant *plant = *state;
    use_valve(plant, mended);
    sample(plant, "valve-1", "flow", 1);
    use_valve(plant, failing);
    return plant;
}

static void a_command_runs_again(void **state) {
    struct plant *plant = begin(state);
    struct err err = {0};
    size_t start = plant->log.length;
    give(plant);
    assert_string_equal(last(plant), "flow 1.0");
    use_valve(plant, mended);
    if (!retry(plant, start, &err)) fail_msg("%s", err.text);
    assert_string_equal(last(plant), "1 flush queued  30.0 1000.0");
    assert_null(find(plant, "valve-1")->incident);
}

static void its_end_runs_again_with_its_result(void **state) {
    struct plant *plant = begin(state);
    struct err err = {0};
    uint32_t id = give(plant);
    size_t start = plant->log.length;
    move(plant, id, COMMAND_FAILED, "no water");
    assert_false(retry(plant, start, &err)); // nothing was mended
    assert_non_null(strstr(err.text, "not yet"));
    assert_non_null(find(plant, "valve-1")->incident);
    use_valve(plant, mended);
    if (!retry(plant, start, &err)) fail_msg("%s", err.text);
    assert_string_equal(last(plant), "1 flush failed no water 30.0 1000.0");
    assert_null(find(plant, "valve-1")->incident);
}

static void the_step_is_the_inputs_and_not_the_newest(void **state) {
    struct plant *plant = begin(state);
    struct err err = {0};
    size_t start = plant->log.length;
    uint32_t id = give(plant);
    plant->now += SECOND;
    move(plant, id, COMMAND_DONE, "clean"); // fails as well
    use_valve(plant, mended);
    if (!retry(plant, start, &err)) fail_msg("%s", err.text);
    assert_string_equal(last(plant), "1 flush queued  30.0 1000.0");
}

static void a_command_that_is_forgotten_runs_nothing(void **state) {
    struct plant *plant = begin(state);
    struct err err = {0};
    uint32_t id = give(plant);
    size_t start = plant->log.length;
    move(plant, id, COMMAND_DONE, "clean");
    use_valve(plant, mended);
    struct twin *valve = find(plant, "valve-1");
    struct incident *incident = valve->incident;
    valve->incident = NULL; // so that the next ones leave it as it is
    for (int i = 0; i < COMMANDS_KEPT; i++) {
        plant->now += SECOND;
        move(plant, give(plant), COMMAND_DONE, "");
    }
    valve->incident = incident;
    assert_null(twin_command(valve, id));
    char before[80];
    snprintf(before, sizeof before, "%s", last(plant));
    if (!retry(plant, start, &err)) fail_msg("%s", err.text);
    assert_string_equal(last(plant), before);
}

static void what_fell_silent_runs_again(void **state) {
    static const char failing_too[] = "return { on = { stale = function() error('no') end } }\n";
    static const char mended_too[] =
        "return { on = { stale = function(valve, sample)\n"
        "  valve.derived.last = sample.field .. ' ' .. sample.value .. ' ' .. sample.at end } }\n";
    struct plant *plant = *state;
    struct err err = {0};
    use_valve(plant, failing_too);
    sample(plant, "valve-1", "flow", 5);
    size_t start = plant->log.length;
    plant->now += 61 * SECOND;
    engine_timers(plant->engine, plant->now);
    assert_non_null(find(plant, "valve-1")->incident);
    use_valve(plant, mended_too);
    if (!retry(plant, start, &err)) fail_msg("%s", err.text);
    assert_string_equal(last(plant), "flow 5.0 1000.0");
}

static void the_init_of_a_new_part_runs_again(void **state) {
    struct plant *plant = begin(state);
    struct actor actor = {0};
    struct err err = {0};
    uint64_t rev;
    use_valve(plant, "return { init = function() error('no') end }\n");
    size_t start = plant->log.length;
    engine_replace(plant->engine, find(plant, "valve-1"), &actor, plant->now, &rev);
    assert_non_null(find(plant, "valve-1")->incident);
    use_valve(plant, "return { init = function(valve) valve.derived.last = 'new' end }\n");
    if (!retry(plant, start, &err)) fail_msg("%s", err.text);
    assert_string_equal(last(plant), "new");
}

static void what_others_added_up_to_runs_again(void **state) {
    struct plant *plant = *state;
    struct err err = {0};
    use_both(plant, mended, line_failing);
    configure(plant, "line-1", NULL, NULL);
    sample(plant, "valve-1", "flow", 5);
    configure(plant, "valve-1", "part_of", "line-1");
    size_t start = plant->log.length;
    plant->now += SECOND;
    engine_timers(plant->engine, plant->now);
    assert_non_null(find(plant, "line-1")->incident);
    use_both(plant, mended, line_mended);
    if (!retry_of(plant, "line-1", start, &err)) fail_msg("%s", err.text);
    assert_true(get(plant, "line-1", FIELD_DERIVED, "seen") == 5);
    assert_true(get(plant, "line-1", FIELD_DERIVED, "inputs") == 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_command_runs_again),
        TEST(its_end_runs_again_with_its_result),
        TEST(the_step_is_the_inputs_and_not_the_newest),
        TEST(what_fell_silent_runs_again),
        TEST(the_init_of_a_new_part_runs_again),
        TEST(what_others_added_up_to_runs_again),
        TEST(a_command_that_is_forgotten_runs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
