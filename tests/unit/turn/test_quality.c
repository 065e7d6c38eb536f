// Quality through the turn: what a verdict and a silence do to a twin, and that recovery ends with
// the same one.

#include "judged.h"

static void verdicts_become_quality_and_decide_who_sees_a_sample(void **state) {
    struct plant *plant = *state;
    double values[] = {20, 21, 22, 21.5, 60, 999, 22, 28};
    for (size_t i = 0; i < ARRAY_LEN(values); i++, plant->now += SECOND) {
        feel(plant, values[i]);
        if (i == 4) is_shown(plant, QUALITY_BAD, 60); // a spike
        if (i == 5) is_shown(plant, QUALITY_BAD, 999);
        if (i == 6) is_shown(plant, QUALITY_GOOD, 22);
    }
    is_shown(plant, QUALITY_UNCERTAIN, 28); // 6 in a second
    assert_float_equal(derived(plant, "bads"), 2, 0);
    assert_float_equal(derived(plant, "goods"), 6, 0);
    for (int i = 0; i < 10; i++, plant->now += SECOND)
        feel(plant, 28);
    is_shown(plant, QUALITY_UNCERTAIN, 28); // stuck
    feel(plant, 29);
    is_shown(plant, QUALITY_GOOD, 29);
    is_recovered(plant);
}

static void values_out_of_range_move_no_median(void **state) {
    struct plant *plant = *state;
    for (int i = 0; i < 3; i++, plant->now += SECOND)
        feel(plant, 20 + i);
    for (int i = 0; i < 9; i++, plant->now += SECOND)
        feel(plant, 999);
    feel(plant, 23);
    is_shown(plant, QUALITY_GOOD, 23);
}

static void a_late_sample_is_judged_by_its_range_and_remembered_by_nobody(void **state) {
    struct plant *plant = *state;
    for (int i = 0; i < 3; i++, plant->now += SECOND)
        feel(plant, 20 + i);
    struct twin *pump = find(plant, "pump-1");
    struct sensor before = *twin_sensor(pump, 0);
    sample_at(plant, "pump-1", "temperature", 140, plant->now - 30 * SECOND);
    assert_memory_equal(&before, twin_sensor(pump, 0), sizeof before);
    is_shown(plant, QUALITY_GOOD, 22);
    sample_at(plant, "pump-1", "temperature", 999, plant->now - 30 * SECOND); // in the log, as bad
    assert_float_equal(derived(plant, "bads"), -1, 0);
}

static void a_silent_sensor_goes_stale_without_traffic(void **state) {
    struct plant *plant = *state;
    feel(plant, 20);
    pass(plant, 29.9);
    is_shown(plant, QUALITY_GOOD, 20);
    int seen = plant->seen_count;
    pass(plant, 0.1);
    is_shown(plant, QUALITY_STALE, 20);
    assert_float_equal(derived(plant, "silences"), 1, 0);
    assert_int_equal(plant->seen_count, seen + 1);
    assert_int_equal(plant->seen[seen].kind, INPUT_TIMER);
    assert_int_equal(plant->seen[seen].input_count, 1);
    assert_float_equal(get(plant, "pump-1", FIELD_TELEMETRY, "temperature"), 20, 0);
    assert_int_equal(shown(plant, "temperature")->rev, plant->world->rev); // or nobody is told
    pass(plant, 3600);
    assert_int_equal(plant->seen_count, seen + 1); // once
    is_recovered(plant);
}

static void traffic_moves_no_timer(void **state) {
    struct plant *plant = *state;
    feel(plant, 20);
    int64_t due = find(plant, "pump-1")->due;
    assert_int_equal(due, plant->now + 30 * SECOND);
    plant->now += 20 * SECOND;
    feel(plant, 21);
    assert_int_equal(find(plant, "pump-1")->due, due);
    int seen = plant->seen_count;
    pass(plant, 10); // it fires, looks, and sleeps on
    assert_int_equal(plant->seen_count, seen);
    assert_int_equal(find(plant, "pump-1")->due, due + 20 * SECOND);
    pass(plant, 20);
    is_shown(plant, QUALITY_STALE, 21);
}

static void a_new_sample_ends_the_silence_and_is_waited_on_again(void **state) {
    struct plant *plant = *state;
    feel(plant, 20);
    pass(plant, 31);
    sample_at(plant, "pump-1", "temperature", 19, plant->now - 40 * SECOND); // late: it does not
    is_shown(plant, QUALITY_STALE, 20);
    feel(plant, 21);
    is_shown(plant, QUALITY_GOOD, 21);
    pass(plant, 30);
    is_shown(plant, QUALITY_STALE, 21);
    assert_float_equal(derived(plant, "silences"), 2, 0);
    feel(plant, 999); // a bad one is not silent either
    is_shown(plant, QUALITY_BAD, 999);
    pass(plant, 30);
    is_shown(plant, QUALITY_STALE, 999);
    is_recovered(plant);
}

static void silence_is_counted_in_received_time(void **state) {
    struct plant *plant = *state;
    sample_at(plant, "pump-1", "temperature", 20, plant->now - 3600 * SECOND);
    pass(plant, 29);
    is_shown(plant, QUALITY_GOOD, 20);
    pass(plant, 1);
    is_shown(plant, QUALITY_STALE, 20);
    is_recovered(plant);
}

static void a_silence_while_nobody_was_there_is_told_at_start(void **state) {
    struct plant *plant = *state;
    feel(plant, 20);
    plant->now += 7200 * SECOND;
    engine_schedule_all(plant->engine);
    engine_timers(plant->engine, plant->now);
    is_shown(plant, QUALITY_STALE, 20);
}

static void a_twin_out_of_service_may_be_silent(void **state) {
    struct plant *plant = *state;
    feel(plant, 20);
    live(plant, LIFECYCLE_OUT_OF_SERVICE);
    pass(plant, 3600);
    is_shown(plant, QUALITY_GOOD, 20);
    live(plant, LIFECYCLE_IN_SERVICE);
    pass(plant, 0);
    is_shown(plant, QUALITY_STALE, 20);
}

static void a_new_part_that_never_speaks_is_silent(void **state) {
    struct plant *plant = *state;
    uint64_t rev;
    feel(plant, 20);
    engine_replace(plant->engine, find(plant, "pump-1"), &(struct actor){0}, plant->now, &rev);
    pass(plant, 30);
    is_shown(plant, QUALITY_STALE, 20);
    is_recovered(plant);
}

static void silence_ends_waiting_alarms_and_leaves_active_ones(void **state) {
    struct plant *plant = *state;
    feel(plant, 95);
    pass(plant, 25);
    assert_int_equal(alarm_state(plant, "hot"), ALARM_ACTIVE);
    assert_int_equal(alarm_state(plant, "slow"), ALARM_PENDING);
    pass(plant, 5);
    assert_int_equal(alarm_state(plant, "hot"), ALARM_ACTIVE);
    assert_int_equal(alarm_state(plant, "slow"), ALARM_CLEAR);
    pass(plant, 60);
    assert_int_equal(alarm_state(plant, "slow"), ALARM_CLEAR);
    feel(plant, 80);
    assert_int_equal(alarm_state(plant, "hot"), ALARM_CLEAR);
}

static void what_was_due_before_the_silence_is_raised_also_when_it_is_told_late(void **state) {
    struct plant *plant = *state;
    feel(plant, 95);
    pass(plant, 3600);
    is_shown(plant, QUALITY_STALE, 95);
    assert_int_equal(alarm_state(plant, "hot"), ALARM_ACTIVE); // after 20 of the 30 seconds
    assert_int_equal(alarm_state(plant, "slow"), ALARM_CLEAR);
}

static void a_new_version_listens_to_the_silent_and_keeps_raw_values(void **state) {
    struct plant *plant = *state;
    static const char first[] =
        "return { match = 'pump-*', telemetry = { temperature = { spike = 3, max_rate = 1,\n"
        "  calibrate = { gain = 1.7, offset = -0.4 } }, level = {} } }";
    static const char second[] =
        "return { match = 'pump-*', telemetry = { temperature = { spike = 3, max_rate = 1,\n"
        "  calibrate = { gain = 0.3, offset = 40 } }, level = { stale_after = '30s' } } }";
    use(plant, load_pump(plant, first, "return {}"));
    double raws[] = {71.3, 71.4, 71.2};
    for (size_t i = 0; i < ARRAY_LEN(raws); i++, plant->now += SECOND)
        feel(plant, raws[i]);
    sample(plant, "pump-1", "level", 1);
    use(plant, load_pump(plant, second, "return {}"));
    engine_schedule_all(plant->engine); // as a reload does
    pass(plant, 27);                    // the level was heard before anybody listened
    assert_int_equal(shown(plant, "level")->quality, QUALITY_GOOD);
    pass(plant, 3);
    assert_int_equal(shown(plant, "level")->quality, QUALITY_STALE);
    double value = 71.2 * 0.3 + 40;
    assert_float_equal(shown(plant, "temperature")->number, value, value * 1e-12);
    feel(plant, 71.3); // and the sensor is not startled
    assert_int_equal(shown(plant, "temperature")->quality, QUALITY_GOOD);
    is_recovered(plant);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(verdicts_become_quality_and_decide_who_sees_a_sample),
        TEST(values_out_of_range_move_no_median),
        TEST(a_late_sample_is_judged_by_its_range_and_remembered_by_nobody),
        TEST(a_silent_sensor_goes_stale_without_traffic),
        TEST(traffic_moves_no_timer),
        TEST(a_new_sample_ends_the_silence_and_is_waited_on_again),
        TEST(silence_is_counted_in_received_time),
        TEST(a_silence_while_nobody_was_there_is_told_at_start),
        TEST(a_twin_out_of_service_may_be_silent),
        TEST(a_new_part_that_never_speaks_is_silent),
        TEST(silence_ends_waiting_alarms_and_leaves_active_ones),
        TEST(what_was_due_before_the_silence_is_raised_also_when_it_is_told_late),
        TEST(a_new_version_listens_to_the_silent_and_keeps_raw_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
