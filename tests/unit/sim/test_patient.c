// Signs stay the patient's own, a crisis shows and passes, and the cuff takes its time.

#include "sim/patient.h"
#include "test.h"

#include <math.h>

static void a_calm_patient_stays_in_the_normal_range(void **state) {
    (void)state;
    for (uint64_t number = 0; number < 20; number++) {
        struct patient patient;
        patient_init(&patient, 1, number);
        patient.crises_per_s = 0;
        for (int i = 0; i < 3600; i++) {
            patient_step(&patient, 1);
            assert_true(patient.heart_rate > 40 && patient.heart_rate < 110);
            assert_true(patient.spo2 > 94 && patient.spo2 <= 100);
            assert_true(fabs(patient.temperature - 36.8) < 1);
        }
        assert_true(patient.systolic > 85 && patient.systolic < 165);
        assert_true(patient.diastolic < patient.systolic);
    }
}

static void a_crisis_costs_oxygen_raises_the_heart_and_passes(void **state) {
    (void)state;
    struct patient patient;
    patient_init(&patient, 1, 1);
    patient_spoil(&patient);
    patient.crises_per_s = 0; // only the one
    for (int i = 0; i < 120; i++)
        patient_step(&patient, 1);
    assert_true(patient.spo2 < 85);
    assert_true(patient.heart_rate > patient.usual_rate + 25);
    for (int i = 0; i < 300; i++)
        patient_step(&patient, 1);
    assert_true(patient.spo2 > 95);
}

static void a_measurement_takes_its_time_and_gives_one_pressure(void **state) {
    (void)state;
    struct patient patient;
    patient_init(&patient, 1, 1);
    patient.until_s = 1e9;
    patient_measure(&patient);
    patient.until_s = 1e9;
    int steps = 0, answers = 0;
    for (int i = 1; i <= 100; i++) {
        patient_step(&patient, 1);
        if (!patient.has_pressure) continue;
        steps = i;
        answers++;
    }
    assert_int_equal(answers, 1);
    assert_int_equal(steps, (int)PATIENT_CUFF_S);
    assert_true(patient.systolic > 85 && patient.systolic < 180);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_calm_patient_stays_in_the_normal_range),
        cmocka_unit_test(a_crisis_costs_oxygen_raises_the_heart_and_passes),
        cmocka_unit_test(a_measurement_takes_its_time_and_gives_one_pressure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
