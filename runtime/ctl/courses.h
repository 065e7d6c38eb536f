// What recorded data say of a model's physics: for each twin its courses, inputs and readings over
// time without a long gap, as the twin itself saw them row by row.

#ifndef CTL_COURSES_H
#define CTL_COURSES_H

#include "script/physics.h"

#include <stdbool.h>

struct course {
    char *id;                // the twin
    const char *path;        // the file; borrowed
    const struct twin *twin; // as after its last row
    int count, capacity;     // rows
    double *times;           // seconds
    double *inputs;          // count * input_count
    double *readings;        // count * state_count, NAN where there is none
    double x0[PHYSICS_STATES];
    double p[PHYSICS_PARAMETERS]; // of the twin
};

struct courses {
    const struct physics *physics;
    struct script *script;
    struct course *list;
    int count;
};

struct cast;
struct err;
struct playback;

// Takes all rows of a playback that was opened; it stays open, for its twins are the courses'.
bool courses_take(struct courses *courses, struct cast *cast, struct playback *playback,
                  struct err *err);
void courses_free(struct courses *courses);

#endif
