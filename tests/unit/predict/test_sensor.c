// A sensor's samples judged: each test alone, and what must not confuse it.

#include "base/memory.h"
#include "predict/sensor.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000)

struct probe { // a sensor that is fed by the second
    struct sensor_spec spec;
    struct sensor *sensor;
    int64_t at;
};

static struct probe probe_new(struct sensor_spec spec) {
    return (struct probe){.spec = spec, .sensor = xcalloc(1, sensor_size(&spec))};
}

// Judges, then remembers, as a turn does.
static enum sensor_verdict feed(struct probe *probe, double value) {
    probe->at += SECOND;
    enum sensor_verdict verdict = sensor_judge(probe->sensor, &probe->spec, value, probe->at);
    sensor_add(probe->sensor, &probe->spec, value, probe->at, probe->at, verdict != SENSOR_SPIKE);
    return verdict;
}

static void a_value_that_moves_too_fast_either_way_is_told(void **state) {
    (void)state;
    struct probe probe = probe_new((struct sensor_spec){.max_rate = 5});
    assert_int_equal(feed(&probe, 20), SENSOR_GOOD);
    assert_int_equal(feed(&probe, 25), SENSOR_GOOD); // the rate itself is allowed
    assert_int_equal(feed(&probe, 30.5), SENSOR_FAST);
    assert_int_equal(feed(&probe, 25), SENSOR_FAST);
    probe.at += 9 * SECOND; // 10 seconds may bring 50
    assert_int_equal(feed(&probe, 75), SENSOR_GOOD);
    free(probe.sensor);
}

static void two_samples_of_one_time_have_no_rate(void **state) {
    (void)state;
    struct probe probe = probe_new((struct sensor_spec){.max_rate = 5});
    feed(&probe, 20);
    probe.at -= SECOND;
    assert_int_equal(feed(&probe, 90), SENSOR_GOOD);
    free(probe.sensor);
}

static void a_value_that_stands_still_is_told_from_its_time_on(void **state) {
    (void)state;
    struct probe probe = probe_new((struct sensor_spec){.stuck_us = 3 * SECOND});
    for (int i = 0; i < 3; i++)
        assert_int_equal(feed(&probe, 0), SENSOR_GOOD); // 0 is also what memory begins with
    assert_int_equal(feed(&probe, 0), SENSOR_STUCK);
    assert_int_equal(feed(&probe, 0), SENSOR_STUCK);
    assert_int_equal(feed(&probe, 0.1), SENSOR_GOOD);
    assert_int_equal(feed(&probe, 0), SENSOR_GOOD);
    free(probe.sensor);
}

static void a_spike_is_told_once_there_are_enough_samples(void **state) {
    (void)state;
    struct probe probe = probe_new((struct sensor_spec){.window = 5, .spike = 10});
    assert_int_equal(feed(&probe, 100), SENSOR_GOOD); // the first may be one: who would know
    assert_int_equal(feed(&probe, 20), SENSOR_GOOD);
    assert_int_equal(feed(&probe, 21), SENSOR_GOOD);
    assert_int_equal(feed(&probe, 20.5), SENSOR_GOOD);
    assert_int_equal(feed(&probe, 31.5), SENSOR_SPIKE);
    assert_int_equal(feed(&probe, 9), SENSOR_SPIKE);
    assert_int_equal(feed(&probe, 30), SENSOR_GOOD); // of 20.5, 10 is in reach
    free(probe.sensor);
}

static void a_true_step_is_believed_in_the_end(void **state) {
    (void)state;
    struct probe probe =
        probe_new((struct sensor_spec){.window = 5, .spike = 10, .max_rate = 1000});
    for (int i = 0; i < 5; i++)
        feed(&probe, 20);
    for (int i = 0; i < 3; i++) // the majority of the window
        assert_int_equal(feed(&probe, 80), SENSOR_SPIKE);
    assert_int_equal(feed(&probe, 80), SENSOR_GOOD);
    free(probe.sensor);
}

static void a_spike_is_no_start_for_a_rate_or_a_standstill(void **state) {
    (void)state;
    struct probe probe = probe_new(
        (struct sensor_spec){.window = 3, .spike = 10, .max_rate = 5, .stuck_us = 3 * SECOND});
    for (int i = 0; i < 3; i++)
        assert_int_equal(feed(&probe, 20), SENSOR_GOOD);
    assert_int_equal(feed(&probe, 90), SENSOR_SPIKE);
    assert_int_equal(feed(&probe, 20), SENSOR_STUCK); // it stood still all the time
    free(probe.sensor);
}

static void the_worst_verdict_wins(void **state) {
    (void)state;
    struct probe probe = probe_new((struct sensor_spec){.window = 3, .spike = 10, .max_rate = 5});
    feed(&probe, 20), feed(&probe, 20);
    assert_int_equal(feed(&probe, 90), SENSOR_SPIKE); // and fast as well
    free(probe.sensor);
}

static void a_sensor_that_was_only_heard_has_no_value_to_compare_with(void **state) {
    (void)state;
    struct probe probe = probe_new((struct sensor_spec){.stuck_us = SECOND, .max_rate = 1e-9});
    probe.sensor->heard = 7 * SECOND; // by a sample out of range
    probe.at = 8 * SECOND;
    assert_int_equal(feed(&probe, 0), SENSOR_GOOD);
    free(probe.sensor);
}

static void another_scale_is_no_step(void **state) {
    (void)state;
    struct probe probe = probe_new((struct sensor_spec){.window = 3, .spike = 1, .max_rate = 1});
    for (int i = 0; i < 3; i++)
        feed(&probe, 20);
    sensor_rescale(probe.sensor, 1.8, 32);
    assert_int_equal(feed(&probe, 68), SENSOR_GOOD);
    assert_int_equal(feed(&probe, 20), SENSOR_SPIKE);
    free(probe.sensor);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_that_moves_too_fast_either_way_is_told),
        cmocka_unit_test(two_samples_of_one_time_have_no_rate),
        cmocka_unit_test(a_value_that_stands_still_is_told_from_its_time_on),
        cmocka_unit_test(a_spike_is_told_once_there_are_enough_samples),
        cmocka_unit_test(a_true_step_is_believed_in_the_end),
        cmocka_unit_test(a_spike_is_no_start_for_a_rate_or_a_standstill),
        cmocka_unit_test(the_worst_verdict_wins),
        cmocka_unit_test(a_sensor_that_was_only_heard_has_no_value_to_compare_with),
        cmocka_unit_test(another_scale_is_no_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
