// What operators do to a twin: relationships, life cycle, a new part for a worn one, each a turn.

#include "plant.h"

static const struct actor by_hand = {.kind = ACTOR_HTTP};

static int relationship_of(const struct twin *twin, const char *name) {
    return model_relationship(twin->model, name, strlen(name));
}

static void a_relationship_is_one_revision_and_again_is_none(void **state) {
    struct plant *plant = *state;
    struct err err;
    uint64_t rev;
    sample(plant, "tank-1", "level", 50);
    sample(plant, "pump-1", "vibration", 1);
    struct twin *pump = find(plant, "pump-1"), *tank = find(plant, "tank-1");
    int feeds = relationship_of(pump, "feeds");
    assert_true(
        engine_link(plant->engine, pump, feeds, tank, true, &by_hand, plant->now, &rev, &err));
    assert_int_equal(plant->seen[plant->seen_count - 1].kind, INPUT_LINK);
    assert_int_equal(rev, pump->rev);
    int seen = plant->seen_count;
    assert_true(
        engine_link(plant->engine, pump, feeds, tank, true, &by_hand, plant->now, &rev, &err));
    assert_int_equal(plant->seen_count, seen);
    assert_false(
        engine_link(plant->engine, pump, feeds, pump, true, &by_hand, plant->now, &rev, &err));
    assert_string_equal(err.text, "pump-1.feeds leads to a tank, and pump-1 is a pump");
    assert_true(
        engine_link(plant->engine, pump, feeds, tank, false, &by_hand, plant->now, &rev, &err));
    assert_int_equal(pump->link_count + tank->link_count, 0);
}

static void a_configuration_may_set_the_life_cycle(void **state) {
    struct plant *plant = *state;
    struct configure_input input = {.id = "pump-1",
                                    .id_length = 6,
                                    .model = world_match(plant->world, "pump-1", 6, NULL),
                                    .has_lifecycle = true,
                                    .lifecycle = LIFECYCLE_COMMISSIONING};
    bool is_new;
    uint64_t rev;
    assert_true(engine_configure(plant->engine, &input, plant->now, &is_new, &rev, NULL));
    assert_true(is_new);
    assert_int_equal(find(plant, "pump-1")->lifecycle, LIFECYCLE_COMMISSIONING);
    assert_int_equal(plant->seen_count, 1);
    assert_true(engine_configure(plant->engine, &input, plant->now, &is_new, &rev, NULL));
    assert_int_equal(plant->seen_count, 1); // it was so already
    input.has_lifecycle = false;
    assert_true(engine_configure(plant->engine, &input, plant->now, &is_new, &rev, NULL));
    assert_int_equal(find(plant, "pump-1")->lifecycle, LIFECYCLE_COMMISSIONING);
}

static void out_of_service_alarms_move_and_call_for_nobody(void **state) {
    struct plant *plant = *state;
    uint64_t rev;
    sample(plant, "pump-1", "temperature", 95);
    sample(plant, "pump-1", "speed", 1000);
    struct twin *pump = find(plant, "pump-1");
    plant->now += 31 * SECOND;
    sample(plant, "pump-1", "temperature", 96);
    assert_int_equal(twin_severity(pump), SEVERITY_CRITICAL);
    engine_live(plant->engine, pump, LIFECYCLE_MAINTENANCE, &by_hand, plant->now, &rev);
    assert_int_equal(plant->seen[plant->seen_count - 1].kind, INPUT_LIFECYCLE);
    assert_int_equal(twin_severity(pump), 0);
    assert_int_equal(pump->alarms[0].state, ALARM_ACTIVE);
    assert_int_equal(pump->alarms[0].rev, rev); // so that subscribers are told
    engine_live(plant->engine, pump, LIFECYCLE_IN_SERVICE, &by_hand, plant->now, &rev);
    assert_int_equal(twin_severity(pump), SEVERITY_CRITICAL);
    sample(plant, "pump-1", "temperature", 20);
    assert_int_equal(pump->alarms[0].state, ALARM_CLEAR);
}

static void a_new_part_begins_anew_and_keeps_what_is_set_for_it(void **state) {
    struct plant *plant = *state;
    uint64_t rev;
    sample(plant, "tank-1", "level", 50);
    configure(plant, "pump-1", "feeds", "tank-1");
    sample(plant, "pump-1", "temperature", 20);
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "double") == 40);
    struct twin *pump = find(plant, "pump-1");
    engine_replace(plant->engine, pump, &by_hand, plant->now, &rev);
    assert_int_equal(plant->seen[plant->seen_count - 1].kind, INPUT_REPLACE);
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "double") == -1);
    assert_int_equal(pump->link_count, 1);
}

static void a_closed_world_takes_known_twins_alone(void **state) {
    struct plant *plant = *state;
    struct err err;
    sample(plant, "pump-1", "vibration", 1);
    plant->world->is_closed = true;
    assert_null(world_match(plant->world, "pump-2", 6, &err));
    assert_string_equal(err.text, "twin pump-2 is unknown and twind runs with auto_create = false: "
                                  "create it by PUT");
    assert_non_null(world_fit(plant->world, "pump-2", 6, &err));
    sample(plant, "pump-1", "vibration", 2);
    assert_int_equal(plant->world->twin_count, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_relationship_is_one_revision_and_again_is_none, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_configuration_may_set_the_life_cycle, set_up, tear_down),
        cmocka_unit_test_setup_teardown(out_of_service_alarms_move_and_call_for_nobody, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_new_part_begins_anew_and_keeps_what_is_set_for_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_closed_world_takes_known_twins_alone, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
