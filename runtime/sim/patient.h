// A patient in bed: vital signs around the patient's own, and now and then a crisis.

#ifndef SIM_PATIENT_H
#define SIM_PATIENT_H

#include "base/chance.h"

#include <stdbool.h>
#include <stdint.h>

#define PATIENT_CUFF_S 25.0 // that a measurement of the pressure takes

struct patient {
    struct chance chance;
    double usual_rate, usual_systolic; // beat/min, mmHg
    double crisis_s;                   // how long the present one still lasts
    double crises_per_s;
    double sway;       // slow, deviation 1
    double oxygen;     // % without noise
    double cuff_s;     // until the cuff has its answer
    double until_s;    // until it measures by itself
    bool has_pressure; // in this step it has one
    // What the monitor says:
    double heart_rate, spo2, temperature; // beat/min, %, Cel
    double systolic, diastolic;           // mmHg
};

void patient_init(struct patient *patient, uint64_t seed, uint64_t number);
// One crisis after the other, the first at once.
void patient_spoil(struct patient *patient);
void patient_step(struct patient *patient, double dt_s);
void patient_measure(struct patient *patient); // inflates the cuff
bool patient_is_measuring(const struct patient *patient);

#endif
