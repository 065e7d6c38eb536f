// The least of a function within bounds and under constraints, without slopes: COBYLA (Powell 1994,
// "A direct search optimization method that models the objective and constraint functions by linear
// interpolation"), by NLopt, from the best of a few points that fill the box (Halton 1960).

#ifndef PREDICT_MINIMISE_H
#define PREDICT_MINIMISE_H

#include <stdbool.h>

#define MINIMISE_NUMBERS 8
#define MINIMISE_CONSTRAINTS 16

struct minimise { // zeroed at first
    int count;
    double low[MINIMISE_NUMBERS], high[MINIMISE_NUMBERS];
    double x[MINIMISE_NUMBERS]; // where it begins, and then the best
    int constraint_count;
    int evaluations_most;
    // The cost, and of each constraint by how much it is broken: 0 or less is kept. False ends it.
    bool (*evaluate)(void *context, const double *x, double *cost, double *broken);
    void *context;
    // Of the best:
    double cost;
    double broken[MINIMISE_CONSTRAINTS];
    int evaluations;
};

// False when `evaluate` ended it. The best keeps all constraints if any point that was looked at
// did; else it breaks them least.
bool minimise(struct minimise *minimise);

#endif
