// In a crisis the blood loses oxygen and the heart answers it; both come back at the same pace.

#include "sim/patient.h"

#include <math.h>

#define USUAL_OXYGEN 97.0
#define CRISIS_OXYGEN 82.0
#define OXYGEN_TAU_S 25.0
#define CRISIS_S 150.0
#define CRISIS_EVERY_S 3600.0
#define SPOILED_CRISIS_EVERY_S 60.0
#define SWAY_TAU_S 120.0
#define CUFF_EVERY_S 900.0

static void sense(struct patient *patient);

void patient_init(struct patient *patient, uint64_t seed, uint64_t number) {
    *patient = (struct patient){.oxygen = USUAL_OXYGEN, .crises_per_s = 1 / CRISIS_EVERY_S};
    chance_init(&patient->chance, seed, number);
    patient->usual_rate = 62 + 22 * chance_uniform(&patient->chance);
    patient->usual_systolic = 112 + 24 * chance_uniform(&patient->chance);
    sense(patient);
}

void patient_spoil(struct patient *patient) {
    patient->crisis_s = CRISIS_S;
    patient->crises_per_s = 1 / SPOILED_CRISIS_EVERY_S;
}

void patient_step(struct patient *patient, double dt_s) {
    double keep = exp(-dt_s / SWAY_TAU_S);
    patient->sway = patient->sway * keep + sqrt(1 - keep * keep) * chance_normal(&patient->chance);
    patient->crisis_s = fmax(patient->crisis_s - dt_s, 0);
    if (patient->crisis_s == 0 &&
        chance_uniform(&patient->chance) < 1 - exp(-patient->crises_per_s * dt_s))
        patient->crisis_s = CRISIS_S;
    double oxygen = patient->crisis_s > 0 ? CRISIS_OXYGEN : USUAL_OXYGEN;
    patient->oxygen = oxygen + (patient->oxygen - oxygen) * exp(-dt_s / OXYGEN_TAU_S);
    sense(patient);
    patient->has_pressure = false;
    if (patient_is_measuring(patient)) {
        patient->cuff_s -= dt_s;
        patient->has_pressure = !patient_is_measuring(patient);
    } else {
        patient->until_s -= dt_s;
        if (patient->until_s <= 0) patient_measure(patient);
    }
    if (!patient->has_pressure) return;
    double strain = USUAL_OXYGEN - patient->oxygen;
    patient->systolic = patient->usual_systolic + 5 * patient->sway + 1.5 * strain +
                        2 * chance_normal(&patient->chance);
    patient->diastolic = 0.64 * patient->systolic;
}

void patient_measure(struct patient *patient) {
    patient->cuff_s = PATIENT_CUFF_S;
    patient->until_s = CUFF_EVERY_S;
}

bool patient_is_measuring(const struct patient *patient) {
    return patient->cuff_s > 0;
}

static void sense(struct patient *patient) {
    double strain = USUAL_OXYGEN - patient->oxygen;
    patient->heart_rate =
        patient->usual_rate + 3 * patient->sway + 3 * strain + chance_normal(&patient->chance);
    patient->spo2 = fmin(patient->oxygen + 0.3 * chance_normal(&patient->chance), 100);
    patient->temperature = 36.8 + 0.15 * patient->sway + 0.02 * chance_normal(&patient->chance);
}
