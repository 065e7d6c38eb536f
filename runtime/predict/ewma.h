// Exponentially weighted mean and variance for samples at irregular times: weight 1 - exp(-dt/tau)
// (Eckner 2012, "Algorithms for unevenly spaced time series", EMA with last-point interpolation;
// variance by West 1979's incremental form).

#ifndef PREDICT_EWMA_H
#define PREDICT_EWMA_H

#include <stdint.h>

struct ewma {
    double mean;
    double variance;
    int64_t at;     // microseconds of the last update
    uint64_t count; // updates so far; 0: mean and variance mean nothing
};
void ewma_add(struct ewma *ewma, double tau_us, double value, int64_t at);

extern const struct estimator_kind ewma_kind; // { ewma = DURATION }: .mean .variance .std .count

#endif
