// Parts: made with their asset, linked to it, found from it, gone with it.

#include "works.h"

static const char asset_model[] = "return { match = 'pump-?', parts = { motor = 'motor', seal = "
                                  "'seal' }, telemetry = { x = {} },\n"
                                  "  derived = { load = {}, has_seal = { type = 'boolean' } } }\n";
static const char asset_behaviour[] = "return { on = { x = function(pump)\n"
                                      "  pump.derived.load = pump:part('motor').telemetry.load\n"
                                      "  pump.derived.has_seal = pump:part('seal') ~= nil\n"
                                      "end } }\n";
static const char motor_model[] =
    "return { match = '*:motor', level = 'component', relationships = { part_of = 'pump' },\n"
    "  telemetry = { load = {} }, derived = { born = {} }, parts = { fan = 'seal' } }\n";
static const char motor_behaviour[] =
    "return { init = function(motor) motor.derived.born = 1 end }\n";
static const char seal_model[] = "return { level = 'component' }\n";

static int open_works(void **state) {
    set_up(state);
    assert_used(use_files(*state, "models/motor.lua", motor_model, "models/pump.lua", asset_model,
                          "models/seal.lua", seal_model, "scripts/behavior/motor.lua",
                          motor_behaviour, "scripts/behavior/pump.lua", asset_behaviour, NULL));
    return 0;
}

static void parts_come_with_their_asset(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "x", 1);
    struct twin *motor = find(plant, "pump-1:motor");
    assert_non_null(motor);
    assert_int_equal(motor->link_count, 1); // its own part, a seal, has no part_of
    assert_int_equal(motor->links[0].other, find(plant, "pump-1")->number);
    assert_true(get(plant, "pump-1:motor", FIELD_DERIVED, "born") == 1);
    assert_non_null(find(plant, "pump-1:seal"));
    assert_non_null(find(plant, "pump-1:motor:fan")); // a part has parts
    configure(plant, "pump-2", NULL, NULL);
    assert_non_null(find(plant, "pump-2:motor"));
}

static void a_part_that_is_there_is_left_alone(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1:motor", "load", 7);
    uint64_t rev = find(plant, "pump-1:motor")->rev;
    sample(plant, "pump-1", "x", 1);
    assert_true(find(plant, "pump-1:motor")->rev == rev);
    assert_int_equal(find(plant, "pump-1:motor")->link_count, 0);
}

static void parts_go_with_their_asset(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "x", 1);
    sample(plant, "pump-2", "x", 1);
    retire(plant, "pump-1");
    assert_null(find(plant, "pump-1"));
    assert_null(find(plant, "pump-1:motor"));
    assert_null(find(plant, "pump-1:motor:fan"));
    assert_non_null(find(plant, "pump-2:motor"));
}

static void a_script_finds_its_parts(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1:motor", "load", 7);
    sample(plant, "pump-1", "x", 1);
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "load") == 7);
    plant->now++;
    retire(plant, "pump-1:seal");
    sample(plant, "pump-1", "x", 2);
    struct twin *pump = find(plant, "pump-1");
    assert_false(twin_value(pump, model_field(pump->model, FIELD_DERIVED, "has_seal", 8)).boolean);
}

static void a_part_whose_init_fails_is_there_without_what_that_did(void **state) {
    struct plant *plant = *state;
    assert_used(use_files(plant, "models/motor.lua", motor_model, "models/pump.lua", asset_model,
                          "models/seal.lua", seal_model, "scripts/behavior/motor.lua",
                          "return { init = function(motor) motor.derived.born = 1 error('no') end "
                          "}\n",
                          NULL));
    sample(plant, "pump-1", "x", 1);
    struct twin *motor = find(plant, "pump-1:motor");
    assert_non_null(motor);
    assert_int_equal(motor->link_count, 1);
    assert_true(get(plant, "pump-1:motor", FIELD_DERIVED, "born") == -1);
    assert_non_null(strstr(motor->incident->text, "no"));
}

static void a_part_of_no_such_name_is_a_mistake(void **state) {
    struct plant *plant = *state;
    assert_used(use_files(plant, "models/motor.lua", motor_model, "models/pump.lua", asset_model,
                          "models/seal.lua", seal_model, "scripts/behavior/pump.lua",
                          "return { on = { x = function(pump) pump:part('moter') end } }", NULL));
    sample(plant, "pump-1", "x", 1);
    assert_non_null(strstr(find(plant, "pump-1")->incident->text, "did you mean \"motor\""));
}

static void a_part_of_itself_is_refused(void **state) {
    const char *said = use_files(*state, "models/motor.lua", "return { parts = { hull = 'pump' } }",
                                 "models/pump.lua", "return { parts = { motor = 'motor' } }", NULL);
    assert_non_null(said);
    assert_non_null(strstr(said, "parts: a motor would have a motor as a part"));
}

static void an_asset_of_a_new_version_gets_its_part_at_its_first_touch(void **state) {
    struct plant *plant = *state;
    static const char without[] = "return { match = 'pump-?', telemetry = { x = {} } }\n";
    assert_used(use_files(plant, "models/motor.lua", motor_model, "models/pump.lua", without,
                          "models/seal.lua", seal_model, NULL));
    sample(plant, "pump-1", "x", 1);
    assert_null(find(plant, "pump-1:motor"));
    assert_used(use_files(plant, "models/motor.lua", motor_model, "models/pump.lua", asset_model,
                          "models/seal.lua", seal_model, NULL));
    assert_null(find(plant, "pump-1:motor"));
    plant->now++;
    sample(plant, "pump-1", "x", 2);
    assert_non_null(find(plant, "pump-1:motor"));
}

int main(void) {
#define WORKS(test) cmocka_unit_test_setup_teardown(test, open_works, tear_down)
    const struct CMUnitTest tests[] = {
        WORKS(parts_come_with_their_asset),
        WORKS(a_part_that_is_there_is_left_alone),
        WORKS(parts_go_with_their_asset),
        WORKS(a_script_finds_its_parts),
        WORKS(a_part_whose_init_fails_is_there_without_what_that_did),
        WORKS(a_part_of_no_such_name_is_a_mistake),
        WORKS(a_part_of_itself_is_refused),
        WORKS(an_asset_of_a_new_version_gets_its_part_at_its_first_touch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
