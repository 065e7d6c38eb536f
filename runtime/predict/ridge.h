// Ridge regression: a straight relation of features to a number, kept small by a penalty.
//
// Source: Hoerl and Kennard 1970, "Ridge regression: biased estimation for nonorthogonal problems",
// of standardised features, solved by Cholesky. A missing feature (NAN) counts as its mean.

#ifndef PREDICT_RIDGE_H
#define PREDICT_RIDGE_H

#include <stdbool.h>
#include <stddef.h>

struct ridge {
    int inputs;
    double offset;                        // the target's mean
    double *weights, *means, *deviations; // one a feature; a deviation of 0: it never moved
};

struct ridge *ridge_new(int inputs);
void ridge_free(struct ridge *ridge);
double ridge_value(const struct ridge *ridge, const double *inputs);

// Row after row of `width` floats, of which the target is at `target` and the features begin at
// `first`; rows for which `is_used` is false are left out. NULL when there are fewer than two.
struct ridge *ridge_fit(const float *rows, size_t count, size_t width, int target, int first,
                        int inputs, double penalty,
                        bool (*is_used)(void *context, const float *row), void *context);

#endif
