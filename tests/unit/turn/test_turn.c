// The turn with real scripts in memory: what a behaviour sees and does, what is kept and what is
// dropped.

#include "plant.h"

static void the_first_sample_makes_the_twin_and_its_behaviour_runs(void **state) {
    struct plant *plant = *state;
    assert_int_equal(sample(plant, "pump-1", "temperature", 20), 1);
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "double") == 40);
    assert_int_equal(plant->seen_count, 1);
    assert_int_equal(plant->seen[0].kind, INPUT_SAMPLES);
    assert_int_equal(plant->seen[0].input_count, 2); // made, sampled
    assert_int_equal(plant->seen[0].change_count, 4);
}

static void a_hot_pump_slows_down_and_warns_and_goes_back_when_cool(void **state) {
    struct plant *plant = *state;
    sample(plant, "tank-1", "level", 50);
    configure(plant, "pump-1", "feeds", "tank-1");
    sample(plant, "pump-1", "speed", 1450);
    sample(plant, "pump-1", "temperature", 95);
    plant->now += 31 * SECOND;
    sample(plant, "pump-1", "temperature", 96);
    assert_true(get(plant, "pump-1", FIELD_DESIRED, "speed") == 725);
    assert_true(get(plant, "tank-1", FIELD_DERIVED, "warned") == 50);
    plant->now += SECOND;
    sample(plant, "pump-1", "temperature", 70);
    assert_true(get(plant, "pump-1", FIELD_DESIRED, "speed") == 1450);
    assert_true(get(plant, "pump-1", FIELD_STATE, "slowed_from") == -1);
}

static void an_alarm_whose_delay_ends_without_a_sample_is_raised_by_the_timer(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "speed", 1450);
    sample(plant, "pump-1", "temperature", 95);
    engine_timers(plant->engine, plant->now + 29 * SECOND);
    assert_int_equal(find(plant, "pump-1")->alarms[0].state, ALARM_PENDING);
    engine_timers(plant->engine, plant->now + 30 * SECOND);
    assert_int_equal(find(plant, "pump-1")->alarms[0].state, ALARM_ACTIVE);
    assert_true(get(plant, "pump-1", FIELD_DESIRED, "speed") == 725);
}

static void a_failing_behaviour_loses_its_effects_but_not_the_sample(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "temperature", 20);
    sample(plant, "pump-1", "temperature", 66);
    assert_true(get(plant, "pump-1", FIELD_TELEMETRY, "temperature") == 66);
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "double") == 40); // of the sample before
    assert_true(plant->seen[plant->seen_count - 1].has_failed);
    sample(plant, "pump-1", "temperature", 21);
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "double") == 42);
}

static void several_times_in_one_message_are_turns_in_time_order(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "vibration", 1);
    struct twin *pump = find(plant, "pump-1");
    int temperature = model_sample_field(pump->model, "temperature", 11);
    struct sample samples[] = {{temperature, value_number(30), plant->now - SECOND},
                               {temperature, value_number(10), plant->now - 3 * SECOND},
                               {temperature, value_number(20), plant->now - 2 * SECOND}};
    struct samples_input input = {.id = "pump-1",
                                  .id_length = 6,
                                  .twin = pump,
                                  .model = pump->model,
                                  .samples = samples,
                                  .count = 3,
                                  .received = plant->now};
    uint64_t rev;
    engine_samples(plant->engine, &input, &rev, NULL);
    assert_int_equal(rev, 4);
    assert_int_equal(plant->seen_count, 4);
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "double") == 60);
}

static void a_late_sample_is_recorded_and_runs_no_handler(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "temperature", 20);
    uint64_t rev = sample_at(plant, "pump-1", "temperature", 50, plant->now - 5 * SECOND);
    assert_int_equal(rev, 2);
    assert_int_equal(plant->seen[1].change_count, 1);
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "double") == 40);
}

static void events_that_chase_each_other_stop_at_sixteen(void **state) {
    struct plant *plant = *state;
    sample(plant, "tank-1", "level", 50);
    configure(plant, "pump-1", "feeds", "tank-1");
    configure(plant, "tank-1", "drains", "pump-1");
    sample(plant, "pump-1", "speed", 1450);
    sample(plant, "pump-1", "temperature", 95);
    plant->now += 31 * SECOND;
    plant->seen_count = 0;
    sample(plant, "pump-1", "temperature", 96);
    int events = 0, last = 0;
    for (int i = 0; i < plant->seen_count; i++) {
        if (plant->seen[i].kind != INPUT_EVENT) continue;
        events++;
        last = i;
    }
    assert_int_equal(events, CASCADE_MAX + 1);
    assert_true(plant->seen[last].has_failed); // it says that it was dropped
    for (int i = 1; i < plant->seen_count; i++)
        if (plant->seen[i].kind == INPUT_EVENT)
            assert_true(plant->seen[i].from_rev > 0 &&
                        plant->seen[i].from_rev < plant->seen[i].rev);
}

static void every_runs_once_a_period_and_missed_ticks_once(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "vibration", 1);
    for (int i = 1; i <= 180; i++)
        engine_timers(plant->engine, plant->now + i * SECOND);
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "ticks") == 3);
    engine_timers(plant->engine, plant->now + 3600 * SECOND); // asleep for an hour
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "ticks") == 4);
}

static void a_refused_setting_takes_the_others_back(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "temperature", 20);
    struct twin *pump = find(plant, "pump-1");
    int speed = model_field(pump->model, FIELD_DESIRED, "speed", 5);
    struct setting settings[] = {{speed, value_number(100)}, {speed, value_number(9999)}};
    struct actor actor = {0};
    struct err err;
    uint64_t rev, hash = world_hash(plant->world);
    assert_false(
        engine_desired(plant->engine, pump, settings, 2, 0, &actor, plant->now, &rev, &err));
    assert_true(world_hash(plant->world) == hash);
    assert_true(
        engine_desired(plant->engine, pump, settings, 1, 1, &actor, plant->now, &rev, &err));
    assert_false(
        engine_desired(plant->engine, pump, settings, 1, 1, &actor, plant->now, &rev, &err));
    assert_int_equal(err.code, ERR_PRECONDITION);
}

static void a_new_version_moves_a_twin_when_it_is_touched(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "temperature", 20);
    char next[sizeof pump_behaviour + 16];
    snprintf(next, sizeof next, "%s -- next", pump_behaviour);
    memcpy(strstr(next, "value * 2"), "value * 3", 9);
    use(plant, load(plant, next));
    sample(plant, "pump-1", "temperature", 20);
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "double") == 60);
    assert_true(find(plant, "pump-1")->version == plant->world->version);
}

static void retiring_tells_the_sink_before_the_twin_is_gone(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "temperature", 20);
    struct actor actor = {0};
    uint64_t rev;
    engine_retire(plant->engine, find(plant, "pump-1"), &actor, plant->now, &rev);
    assert_null(find(plant, "pump-1"));
    assert_string_equal(plant->seen[1].id, "pump-1");
    assert_int_equal(sample(plant, "pump-1", "temperature", 20), 3);
    assert_int_equal(find(plant, "pump-1")->number, 2); // another one
}

// The whole story above twice: same inputs, same effects, to the byte.
static void play(struct plant *plant) {
    sample(plant, "tank-1", "level", 50);
    configure(plant, "pump-1", "feeds", "tank-1");
    for (int i = 0; i < 500; i++) {
        plant->now += 7 * SECOND;
        sample(plant, i % 3 ? "pump-1" : "pump-2", i % 5 ? "temperature" : "speed", 60 + i % 41);
    }
}

static void a_run_twice_from_the_same_inputs_gives_the_same_effects(void **state) {
    struct plant *plant = *state;
    play(plant);
    struct plant *again;
    set_up((void **)&again);
    play(again);
    assert_true(plant->effects == again->effects);
    assert_true(world_hash(plant->world) == world_hash(again->world));
    tear_down((void **)&again);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_first_sample_makes_the_twin_and_its_behaviour_runs),
        TEST(a_hot_pump_slows_down_and_warns_and_goes_back_when_cool),
        TEST(an_alarm_whose_delay_ends_without_a_sample_is_raised_by_the_timer),
        TEST(a_failing_behaviour_loses_its_effects_but_not_the_sample),
        TEST(several_times_in_one_message_are_turns_in_time_order),
        TEST(a_late_sample_is_recorded_and_runs_no_handler),
        TEST(events_that_chase_each_other_stop_at_sixteen),
        TEST(every_runs_once_a_period_and_missed_ticks_once),
        TEST(a_refused_setting_takes_the_others_back),
        TEST(a_new_version_moves_a_twin_when_it_is_touched),
        TEST(retiring_tells_the_sink_before_the_twin_is_gone),
        TEST(a_run_twice_from_the_same_inputs_gives_the_same_effects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
