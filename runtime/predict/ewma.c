// Updates in the order of arrival; a late value (dt <= 0) weighs nothing.

#include "predict/ewma.h"

#include "predict/estimator.h"

#include <math.h>

enum { MEAN, VARIANCE, STD, COUNT };

void ewma_add(struct ewma *ewma, double tau_us, double value, int64_t at) {
    if (ewma->count == 0) {
        *ewma = (struct ewma){.mean = value, .at = at, .count = 1};
        return;
    }
    ewma->count++;
    if (at <= ewma->at) return;
    double weight = -expm1(-(double)(at - ewma->at) / tau_us);
    double step = value - ewma->mean;
    ewma->mean += weight * step;
    ewma->variance = (1 - weight) * (ewma->variance + weight * step * step);
    ewma->at = at;
}

static size_t size(const struct estimator *estimator) {
    (void)estimator;
    return sizeof(struct ewma);
}

static void add(const struct estimator *estimator, void *memory, const double *inputs, int64_t at) {
    ewma_add(memory, estimator->settings[0] * 1e6, inputs[0], at);
}

static double read(const struct estimator *estimator, const void *memory, int value,
                   const double *arguments) {
    (void)estimator, (void)arguments;
    const struct ewma *ewma = memory;
    if (value == COUNT) return (double)ewma->count;
    if (ewma->count == 0) return NAN;
    return value == MEAN ? ewma->mean : value == VARIANCE ? ewma->variance : sqrt(ewma->variance);
}

const struct estimator_kind ewma_kind = {
    .name = "ewma",
    .phrase = "an ewma",
    .inputs_most = 1,
    .is_lasting = true,
    .settings = (const struct estimator_setting[]){{"ewma", SETTING_DURATION, 1e-3, 1e9, NAN}},
    .setting_count = 1,
    .values = (const struct estimator_value[]){{"mean", ESTIMATOR_PLAIN, false},
                                               {"variance", ESTIMATOR_PLAIN, false},
                                               {"std", ESTIMATOR_PLAIN, false},
                                               {"count", ESTIMATOR_PLAIN, true}},
    .value_count = 4,
    .size = size,
    .add = add,
    .read = read,
};
