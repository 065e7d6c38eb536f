// Solves dx/dt = f(t, x): the pair of orders 5 and 4 of Dormand and Prince (J. Comp. Appl. Math. 6,
// 1980), with steps as long as the tolerance allows and values between them of order 4 (Hairer,
// Norsett, Wanner, "Solving Ordinary Differential Equations I", II.6).
//
// An integrator takes a step beyond the time that is asked for and answers from within it, so that
// many times close to each other cost few evaluations. Whoever changes what f depends on begins it
// anew at that time. Deterministic: the same calls give the same bits.

#ifndef PREDICT_INTEGRATE_H
#define PREDICT_INTEGRATE_H

#include <stdbool.h>

#define INTEGRATE_STATES 8

// dx of x; false when it cannot, and then the integrator stops with INTEGRATE_STOPPED.
typedef bool integrand(void *context, double t, const double *x, double *dx);

enum integrate_end {
    INTEGRATE_GOOD,
    INTEGRATE_STOPPED,   // f said so
    INTEGRATE_BLOWN_UP,  // a value is no finite number any more
    INTEGRATE_TOO_STIFF, // its steps became too small, or too many
};

struct integrator {
    int count;                   // states
    double from, to;             // of the step that was taken last; equal: none yet
    double step;                 // to be tried next, 0 = not known
    double x[INTEGRATE_STATES];  // at `to`
    double dx[INTEGRATE_STATES]; // likewise
    bool has_dx;
    double between[5][INTEGRATE_STATES]; // the polynomial from `from` to `to`
};

void integrator_begin(struct integrator *integrator, int count, double t, const double *x);
// x at `t`, which is not before that of the last call. `step_most`: longest step, in units of t.
enum integrate_end integrator_move(struct integrator *integrator, double t, double step_most,
                                   integrand *f, void *context, double *x);

#endif
