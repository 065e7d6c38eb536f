// A candidate beside the present version: which twins it gets, and how they come and go.

#include "plant.h"

#define FLEET 100

static const char old_words[] =
    "return { on = { temperature = function(pump) pump.derived.double = 1 end } }\n";

static const char new_words[] =
    "return { on = { temperature = function(pump) pump.derived.double = 2 end },\n"
    "         every = { ['1m'] = function(pump) pump.derived.ticks = 1 end } }\n";

static const char broken_words[] =
    "return { on = { temperature = function(pump) error('worn out') end } }\n";

static const char stubborn_words[] =
    "return { on = { temperature = function(pump) pump.derived.double = 3 end },\n"
    "         migrate = function(pump) error('cannot') end }\n";

// One state more than pump_model, so that the layout is another.
static const char wider_model[] =
    "return { model = 'pump', title = 'Pump', level = 'asset', match = 'pump-*',\n"
    "  telemetry = { temperature = { unit = 'Cel' }, pressure = { unit = 'bar' } },\n"
    "  derived = { double = {}, ticks = {} }, state = { slowed_from = 'number', more = 'number' } "
    "}\n";

static struct script *load_files(struct plant *plant, const char *model, const char *behaviour) {
    struct script_files files = {0};
    struct script_limits limits = {
        .call_us = 50000, .predict_us = 200000, .soft_bytes = 8u << 20, .hard_bytes = 64u << 20};
    struct err err = {0};
    script_files_add(&files, "models/pump.lua", model, strlen(model));
    script_files_add(&files, "models/tank.lua", tank_model, strlen(tank_model));
    script_files_add(&files, "scripts/behavior/pump.lua", behaviour, strlen(behaviour));
    script_files_seal(&files);
    struct script *script = script_load(&files, &limits, &plant->logger, plant->metrics, &err);
    if (!script) fail_msg("%s", err.text);
    script_files_fini(&files);
    return script;
}

static void catch_up(struct plant *plant) {
    while (engine_catch_up(plant->engine, 100))
        continue;
}

static void try_candidate(struct plant *plant, uint32_t share, const char *model,
                          const char *behaviour) {
    struct script *script = load_files(plant, model, behaviour);
    const struct model *models[4];
    int count = script_model_count(script);
    for (int i = 0; i < count; i++) {
        models[i] = world_adopt_model(plant->world, script_take_model(script, i));
        script_bind(script, i, models[i]);
    }
    engine_try(plant->engine, script, share, models, count);
    catch_up(plant);
}

static void sample_fleet(struct plant *plant, int count) {
    char id[16];
    for (int i = 1; i <= count; i++) {
        snprintf(id, sizeof id, "pump-%d", i);
        sample(plant, id, "temperature", 20);
    }
}

// How many pumps have that value, which says whose words ran.
static int count_with(struct plant *plant, int fleet, double value) {
    char id[16];
    int count = 0;
    for (int i = 1; i <= fleet; i++) {
        snprintf(id, sizeof id, "pump-%d", i);
        count += get(plant, id, FIELD_DERIVED, "double") == value;
    }
    return count;
}

static void part_of_the_fleet_moves_and_the_others_stay(void **state) {
    struct plant *plant = *state;
    use(plant, load_files(plant, pump_model, old_words));
    uint64_t present = plant->world->version;
    sample_fleet(plant, FLEET);
    try_candidate(plant, 5, wider_model, new_words);
    sample_fleet(plant, FLEET);
    int moved = count_with(plant, FLEET, 2);
    assert_in_range(moved, 1, 15);
    assert_int_equal(count_with(plant, FLEET, 1), FLEET - moved);
    assert_true(plant->world->version == present);
    for (uint32_t i = 0; i < plant->world->number_capacity; i++) {
        const struct twin *twin = plant->world->by_number[i];
        if (!twin) continue;
        bool is_canary = twin->version != present;
        assert_true(is_canary == (twin->model != plant->world->current[0] &&
                                  twin->model != plant->world->current[1]));
        assert_true(twin->version == world_version_of(plant->world, twin));
    }
    assert_int_equal(engine_canary_tally(plant->engine)->turns, moved);
    sample_fleet(plant, FLEET); // the same ones again
    assert_int_equal(count_with(plant, FLEET, 2), moved);
}

static void of_a_small_fleet_one_twin_moves(void **state) {
    struct plant *plant = *state;
    use(plant, load_files(plant, pump_model, old_words));
    sample_fleet(plant, 3);
    try_candidate(plant, 1, pump_model, new_words);
    sample_fleet(plant, 3);
    assert_int_equal(count_with(plant, 3, 2), 1);
}

static void promoted_all_follow(void **state) {
    struct plant *plant = *state;
    use(plant, load_files(plant, pump_model, old_words));
    sample_fleet(plant, FLEET);
    try_candidate(plant, 5, wider_model, new_words);
    sample_fleet(plant, FLEET);
    uint64_t candidate = plant->world->canary.version;
    engine_withdraw(plant->engine);
    use(plant, load_files(plant, wider_model, new_words));
    sample_fleet(plant, FLEET);
    assert_true(plant->world->version == candidate);
    assert_int_equal(count_with(plant, FLEET, 2), FLEET);
}

static void withdrawn_its_twins_go_back(void **state) {
    struct plant *plant = *state;
    use(plant, load_files(plant, pump_model, old_words));
    sample_fleet(plant, FLEET);
    try_candidate(plant, 5, wider_model, new_words);
    sample_fleet(plant, FLEET);
    uint64_t candidate = plant->world->canary.version;
    engine_withdraw(plant->engine);
    catch_up(plant);
    sample_fleet(plant, FLEET);
    assert_int_equal(count_with(plant, FLEET, 1), FLEET);
    catch_up(plant);
    for (uint32_t i = 0; i < plant->world->number_capacity; i++)
        if (plant->world->by_number[i])
            assert_true(plant->world->by_number[i]->version != candidate);
}

static void failures_of_the_two_are_counted_apart(void **state) {
    struct plant *plant = *state;
    use(plant, load_files(plant, pump_model, old_words));
    sample_fleet(plant, 3);
    try_candidate(plant, 1, pump_model, broken_words);
    sample_fleet(plant, 3);
    assert_int_equal(engine_canary_tally(plant->engine)->failures, 1);
    assert_non_null(strstr(engine_canary_tally(plant->engine)->first, "worn out"));
    assert_int_equal(engine_tally(plant->engine)->failures, 0);
}

static void a_twin_that_cannot_migrate_stays_on_the_present_version(void **state) {
    struct plant *plant = *state;
    use(plant, load_files(plant, pump_model, old_words));
    sample_fleet(plant, 3);
    try_candidate(plant, 1, wider_model, stubborn_words);
    sample_fleet(plant, 3);
    assert_int_equal(count_with(plant, 3, 1), 3);
    assert_int_equal(engine_canary_tally(plant->engine)->failures, 1);
    sample_fleet(plant, 3); // and is not tried at each input
    assert_int_equal(engine_canary_tally(plant->engine)->failures, 1);
}

static void a_canary_twin_has_its_own_timers(void **state) {
    struct plant *plant = *state;
    use(plant, load_files(plant, pump_model, old_words));
    sample_fleet(plant, 3);
    try_candidate(plant, 1, pump_model, new_words);
    plant->now += 61 * 1000000LL;
    engine_timers(plant->engine, plant->now);
    int ticked = 0;
    char id[16];
    for (int i = 1; i <= 3; i++) {
        snprintf(id, sizeof id, "pump-%d", i);
        ticked += get(plant, id, FIELD_DERIVED, "ticks") == 1;
    }
    assert_int_equal(ticked, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(part_of_the_fleet_moves_and_the_others_stay),
        TEST(of_a_small_fleet_one_twin_moves),
        TEST(promoted_all_follow),
        TEST(withdrawn_its_twins_go_back),
        TEST(failures_of_the_two_are_counted_apart),
        TEST(a_twin_that_cannot_migrate_stays_on_the_present_version),
        TEST(a_canary_twin_has_its_own_timers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
