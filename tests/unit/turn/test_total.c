// Totals through the turn: what counts, what does not, and that recovery ends with the same sums.

#include "judged.h"

static void count(struct plant *plant, double pulses) {
    sample(plant, "pump-1", "pulses", pulses);
    plant->now += SECOND;
}

static void a_counter_that_wraps_goes_on(void **state) {
    struct plant *plant = *state;
    count(plant, 900);
    assert_float_equal(derived(plant, "total"), 0, 0);
    count(plant, 990);
    count(plant, 5); // 991 ... 999, 0 ... 5
    assert_float_equal(derived(plant, "total"), 105, 0);
    assert_float_equal(derived(plant, "anew"), 95, 0);
    assert_int_equal(alarm_state(plant, "many"), ALARM_ACTIVE);
    const struct ewma *mean = twin_estimator(find(plant, "pump-1"), 0);
    assert_int_equal(mean->count, 3);
    is_recovered(plant);
}

static void a_counter_that_begins_anew_goes_on(void **state) {
    struct plant *plant = *state;
    count(plant, 300);
    count(plant, 340);
    count(plant, 7); // through the end it would be 667 of 1000
    count(plant, 9);
    assert_float_equal(derived(plant, "total"), 49, 0);
    assert_float_equal(derived(plant, "anew"), 49, 0);
}

static void a_total_of_a_new_part_begins_at_nothing(void **state) {
    struct plant *plant = *state;
    uint64_t rev;
    count(plant, 300);
    count(plant, 340);
    engine_replace(plant->engine, find(plant, "pump-1"), &(struct actor){0}, plant->now, &rev);
    count(plant, 350); // of the new one's first there is nothing to compare with
    assert_float_equal(derived(plant, "total"), 0, 0);
    count(plant, 352);
    assert_float_equal(derived(plant, "total"), 2, 0);
    is_recovered(plant);
}

static void bad_and_late_samples_are_not_counted(void **state) {
    struct plant *plant = *state;
    count(plant, 10);
    count(plant, 5000);
    sample_at(plant, "pump-1", "pulses", 900, plant->now - 60 * SECOND);
    count(plant, 14);
    assert_float_equal(derived(plant, "total"), 4, 0);
}

static void a_run_time_counts_while_its_signal_is_on(void **state) {
    struct plant *plant = *state;
    double power[] = {5, 50, 10, 60, 60};
    for (size_t i = 0; i < ARRAY_LEN(power); i++, plant->now += 10 * SECOND)
        sample(plant, "pump-1", "power", power[i]);
    assert_float_equal(derived(plant, "busy"), 20, 1e-9); // from 50 and from 60
    plant->now += 51 * SECOND;
    sample(plant, "pump-1", "power", 60); // 61 seconds: it may have stopped
    plant->now += 60 * SECOND;
    sample(plant, "pump-1", "power", 0);
    assert_float_equal(derived(plant, "busy"), 80, 1e-9);
    is_recovered(plant);
}

static void switch_on(struct plant *plant, bool is_on) {
    struct twin *pump = find(plant, "pump-1");
    struct sample sample = {model_sample_field(pump->model, "on", 2), value_boolean(is_on),
                            plant->now};
    struct samples_input input = {
        .twin = pump, .model = pump->model, .samples = &sample, .count = 1, .received = plant->now};
    uint64_t rev;
    assert_true(engine_samples(plant->engine, &input, &rev, NULL));
}

static void a_run_time_follows_booleans_in_its_own_unit(void **state) {
    struct plant *plant = *state;
    feel(plant, 20);
    switch_on(plant, true);
    plant->now += 36 * SECOND;
    switch_on(plant, false);
    plant->now += 36 * SECOND;
    switch_on(plant, true);
    assert_float_equal(derived(plant, "hours"), 0.01, 1e-15);
}

static void a_derived_value_that_stays_on_is_counted_too(void **state) {
    struct plant *plant = *state;
    for (int i = 0; i <= 4; i++, plant->now += 25 * SECOND)
        feel(plant, 20 + i);
    assert_float_equal(derived(plant, "up"), 100, 1e-9); // each step is under a minute, all are not
    is_recovered(plant);
}

static void a_script_cannot_write_a_total(void **state) {
    struct plant *plant = *state;
    feel(plant, 13);
    count(plant, 3);
    count(plant, 5);
    pass(plant, 30);
    assert_true(plant->seen[plant->seen_count - 1].has_failed);
    assert_string_equal(find(plant, "pump-1")->incident->text,
                        "scripts/behavior/pump.lua:5: derived.total is the total of a counter and "
                        "kept by the runtime; declare a derived value of your own in "
                        "models/pump.lua and write that");
    is_shown(plant, QUALITY_STALE, 13); // the input's part stays
    assert_float_equal(derived(plant, "total"), 2, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_counter_that_wraps_goes_on),
        TEST(a_counter_that_begins_anew_goes_on),
        TEST(a_total_of_a_new_part_begins_at_nothing),
        TEST(bad_and_late_samples_are_not_counted),
        TEST(a_run_time_counts_while_its_signal_is_on),
        TEST(a_run_time_follows_booleans_in_its_own_unit),
        TEST(a_derived_value_that_stays_on_is_counted_too),
        TEST(a_script_cannot_write_a_total),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
