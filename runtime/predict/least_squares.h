// Fits numbers within bounds so that residuals become small, and says what the data can tell of
// them.
//
// The search is BOBYQA (Powell, "The BOBYQA algorithm for bound constrained optimization without
// derivatives", DAMTP 2009/NA06, as NLopt has it), from where the numbers are and from other
// places, over logarithms where a number is positive throughout. Where the data say nothing a
// number stays where it was: being off by `stay` counts as much as a reading that is off by its
// noise. What the data tell follows from the residuals' slopes at the best place (Seber, Wild,
// "Nonlinear Regression", 2003, 5.1): a 95 % interval of each number, wider where residuals follow
// each other, and the direction in which the residuals change least. Deterministic.

#ifndef PREDICT_LEAST_SQUARES_H
#define PREDICT_LEAST_SQUARES_H

#include <stdbool.h>

#define FIT_NUMBERS 16

// Residuals at `numbers`, as many as the fit has; false where there are none, as when a simulation
// blows up.
typedef bool fit_residuals(void *context, const double *numbers, double *residuals);
// Told now and then how far the search is; false stops it. May be NULL.
typedef bool fit_progress(void *context, int evaluations, double root_mean_square);

struct fit {
    int count;
    double numbers[FIT_NUMBERS]; // where to begin; then the best
    double low[FIT_NUMBERS], high[FIT_NUMBERS];
    double stay[FIT_NUMBERS]; // one standard deviation, of its logarithm where it is positive
                              // throughout; 0: it may go anywhere
    int residual_count;
    double noise; // the least that a residual is uncertain by, one standard deviation; 0: unknown
    int starts;   // places to begin from, 1 = only `numbers`
    fit_residuals *residuals;
    fit_progress *progress;
    void *context;

    // What came of it.
    int evaluations;
    double before, after;         // root mean square; NAN before: it had none
    double interval[FIT_NUMBERS]; // half of the 95 % interval; INFINITY: nothing is known
    bool is_told[FIT_NUMBERS];    // false: the data cannot tell it
    double unclear[FIT_NUMBERS];  // the direction that is told least, of length 1
    double unclear_share;         // of the slopes' size that is in it; near 0: it is not told
};

// False: there are no residuals anywhere.
bool fit_run(struct fit *fit);

#endif
