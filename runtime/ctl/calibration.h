// A fit of a model's physics to the courses of one twin, and what is known then. The verb is
// calibrate.c; what is said of it is verdict.c.

#ifndef CTL_CALIBRATION_H
#define CTL_CALIBRATION_H

#include "base/err.h"
#include "ctl/courses.h"
#include "predict/least_squares.h"

#include <stdbool.h>

struct field;
struct model;

struct calibration {
    const char *fitted;        // names, "a,b"; NULL: what the model says
    const struct model *model; // of every course
    struct courses courses;

    // Of the twin that is fitted.
    const char *id;
    int places[FIT_NUMBERS]; // of the fit's numbers among the physics' parameters
    struct fit fit;
    struct err why; // the last simulation failed
};

// Fits the twin of `first` to all courses it has, from the parameters it has there.
bool calibration_fit(struct calibration *calibration, const struct course *first, struct err *err);

bool calibration_has(const struct calibration *calibration, const struct course *course);
const struct field *calibration_field(const struct calibration *calibration, int number);
// States of a course with these numbers: count * state_count, freed by the caller. NULL with why.
double *calibration_solve(struct calibration *calibration, const struct course *course,
                          const double *numbers, struct err *err);

#endif
