// Faults come at their rate, each does what it is called after, and a sound sensor is left alone.

#include "sim/fault.h"
#include "test.h"

#include <math.h>

#define TRUTH 50.0

static bool step(struct fault *fault, double per_hour, struct reading *reading) {
    *reading = (struct reading){.name = "temperature", .unit = "Cel", .value = TRUTH};
    return fault_step(fault, per_hour, 1, reading, 1);
}

static struct fault until(enum fault_kind kind) {
    struct fault fault = {0};
    struct reading reading;
    chance_init(&fault.chance, 1, 1);
    for (int i = 0; i < 1000000; i++) {
        enum fault_kind before = fault.kind;
        step(&fault, 60, &reading);
        if (fault.kind == kind && before == FAULT_NONE) return fault;
    }
    fail_msg("no fault of kind %d in a million steps", kind);
    return fault;
}

static void without_a_rate_nothing_fails(void **state) {
    (void)state;
    struct fault fault = {0};
    struct reading reading;
    chance_init(&fault.chance, 1, 1);
    for (int i = 0; i < 10000; i++) {
        assert_true(step(&fault, 0, &reading));
        assert_true(reading.value == TRUTH);
    }
}

static void faults_begin_at_the_rate(void **state) {
    (void)state;
    int begun = 0;
    for (int device = 0; device < 1000; device++) {
        struct fault fault = {0};
        struct reading reading;
        chance_init(&fault.chance, 1, (uint64_t)device);
        for (int i = 0; i < 3600; i++) {
            enum fault_kind before = fault.kind;
            step(&fault, 1, &reading);
            begun += fault.kind != FAULT_NONE && before == FAULT_NONE;
        }
    }
    assert_in_range(begun, 850, 1100); // 1000 less the time that faults take up
}

static void a_spike_is_one_reading(void **state) {
    (void)state;
    struct fault fault = until(FAULT_SPIKE);
    struct reading reading;
    assert_true(step(&fault, 0, &reading));
    assert_true(reading.value == TRUTH);
}

static void a_stuck_sensor_says_the_same_whatever_happens(void **state) {
    (void)state;
    struct fault fault = until(FAULT_STUCK);
    for (int i = 0; i < 50; i++) {
        struct reading reading = {.name = "temperature", .unit = "Cel", .value = 1000.0 + i};
        assert_true(fault_step(&fault, 0, 1, &reading, 1));
        assert_true(reading.value == TRUTH);
    }
    struct reading reading;
    for (int i = 0; i < 20; i++)
        step(&fault, 0, &reading);
    assert_int_equal(fault.kind, FAULT_NONE);
}

static void a_drift_leaves_the_truth_step_by_step(void **state) {
    (void)state;
    struct fault fault = until(FAULT_DRIFT);
    double off = 0;
    for (int i = 0; i < 170; i++) {
        struct reading reading;
        step(&fault, 0, &reading);
        assert_true(fabs(reading.value - TRUTH) > off);
        assert_true(fabs(reading.value - TRUTH) < off + 0.5);
        off = fabs(reading.value - TRUTH);
    }
    assert_true(off > 20);
}

static void a_drop_out_is_silence_that_ends(void **state) {
    (void)state;
    struct fault fault = until(FAULT_DROP_OUT);
    struct reading reading;
    int silent = 0;
    while (!step(&fault, 0, &reading))
        silent++;
    assert_in_range(silent, 30, 60);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_rate_nothing_fails),
        cmocka_unit_test(faults_begin_at_the_rate),
        cmocka_unit_test(a_spike_is_one_reading),
        cmocka_unit_test(a_stuck_sensor_says_the_same_whatever_happens),
        cmocka_unit_test(a_drift_leaves_the_truth_step_by_step),
        cmocka_unit_test(a_drop_out_is_silence_that_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
