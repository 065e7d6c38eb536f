// An unscented Kalman filter (Julier, Uhlmann, "New extension of the Kalman filter to nonlinear
// systems", SPIE 3068, 1997): keeps the states of a model true to readings of some of them.
//
// What is moved is 2n + 1 points that have the mean and covariance of the states. A reading is of
// one state itself, so taking it in is Kalman's, one after the other. The covariance stays
// symmetric and positive: it is rebuilt from both halves and keeps a floor on its diagonal.

#ifndef PREDICT_UKF_H
#define PREDICT_UKF_H

#include <stdbool.h>

#define UKF_STATES 8

struct ukf {
    int count;
    double x[UKF_STATES];
    double p[UKF_STATES * UKF_STATES]; // covariance
};

// Moves one point; false: it cannot.
typedef bool ukf_move(void *context, double *x);

// `variances` are what each state wanders on its own meanwhile. False: a point cannot be moved, and
// the filter is as it was.
bool ukf_predict(struct ukf *filter, const double *variances, ukf_move *move, void *context);
// A reading of a state, with its variance. Returns reading minus what was expected, in standard
// deviations of that; `error` is the same in the state's unit.
double ukf_observe(struct ukf *filter, int state, double reading, double variance, double *error);

#endif
