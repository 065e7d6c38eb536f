// Solves equations whose states change at very different paces, where an explicit method would take
// steps without end: CVODE of SUNDIALS (Hindmarsh et al., ACM Trans. Math. Softw. 31, 2005),
// backward differentiation formulas with a dense Jacobian by differences.
//
// An option of the build: without the library stiff_new gives NULL. Each move begins anew from
// where the integrator stands, so it depends on nothing else and is as deterministic as
// integrate.h. `f` may leave a move by a long jump.

#ifndef PREDICT_STIFF_H
#define PREDICT_STIFF_H

#include "predict/integrate.h"

struct stiff;

struct stiff *stiff_new(int count); // states
void stiff_free(struct stiff *stiff);

// As integrator_move; the integrator stands at `t` afterwards.
enum integrate_end stiff_move(struct stiff *stiff, struct integrator *integrator, double t,
                              integrand *f, void *context, double *x);

#endif
