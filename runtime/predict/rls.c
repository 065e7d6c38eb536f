#include "predict/rls.h"

#include "predict/estimator.h"

#include <math.h>
#include <string.h>

#define BEGIN 1000.0   // of the covariance's diagonal: nothing is known yet
#define TRACE_MOST 1e6 // of the covariance, an input
#define ERROR_MOST 6   // deviations
#define FOLLOW 0.05    // weight of a new error in their deviation
#define SURE 20        // errors before one can be too large

enum { TAU };
enum { ESTIMATE, ERROR, DEVIATION, COUNT };

struct rls {
    uint64_t count;
    int64_t at;
    double error, variance;
    double weights[RLS_INPUTS];
    double covariance[]; // known * known
};

static int known_of(const struct estimator *estimator) {
    return estimator->inputs - 1;
}

static size_t size(const struct estimator *estimator) {
    size_t known = (size_t)known_of(estimator);
    return sizeof(struct rls) + sizeof(double) * known * known;
}

static void begin(const struct estimator *estimator, void *memory) {
    struct rls *rls = memory;
    rls->error = NAN;
    for (int i = 0; i < known_of(estimator); i++)
        rls->covariance[i * known_of(estimator) + i] = BEGIN;
}

static double estimate(const struct rls *rls, const double *known, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += rls->weights[i] * known[i];
    return sum;
}

// 0 to 1: how much of the past still counts.
static double forget(const struct estimator *estimator, struct rls *rls, int64_t at) {
    double seconds = rls->count > 0 ? (double)(at - rls->at) / 1e6 : 0;
    if (at > rls->at || rls->count == 0) rls->at = at;
    return exp(-fmax(0, seconds) / estimator->settings[TAU]);
}

static void bound(struct rls *rls, int known) {
    double trace = 0;
    for (int i = 0; i < known; i++)
        trace += rls->covariance[i * known + i];
    if (trace <= TRACE_MOST * known) return;
    for (int i = 0; i < known * known; i++)
        rls->covariance[i] *= TRACE_MOST * known / trace;
}

static double limited(const struct rls *rls, double error) {
    double most = ERROR_MOST * sqrt(rls->variance);
    return rls->count < SURE || fabs(error) <= most ? error : copysign(most, error);
}

static void add(const struct estimator *estimator, void *memory, const double *inputs, int64_t at) {
    struct rls *rls = memory;
    int known = known_of(estimator);
    double gain[RLS_INPUTS], spread = forget(estimator, rls, at), left = spread;
    for (int i = 0; i < known; i++) {
        gain[i] = 0;
        for (int j = 0; j < known; j++)
            gain[i] += rls->covariance[i * known + j] * inputs[j];
    }
    for (int i = 0; i < known; i++)
        spread += inputs[i] * gain[i];
    rls->error = inputs[known] - estimate(rls, inputs, known);
    double error = limited(rls, rls->error);
    rls->count++;
    rls->variance += fmax(FOLLOW, 1 / (double)rls->count) * (error * error - rls->variance);
    for (int i = 0; i < known; i++)
        rls->weights[i] += gain[i] / spread * error;
    for (int i = 0; i < known; i++)
        for (int j = 0; j < known; j++)
            rls->covariance[i * known + j] =
                (rls->covariance[i * known + j] - gain[i] * gain[j] / spread) / left;
    bound(rls, known);
}

static double read(const struct estimator *estimator, const void *memory, int value,
                   const double *arguments) {
    const struct rls *rls = memory;
    if (value == COUNT) return (double)rls->count;
    if (rls->count == 0) return NAN;
    if (value == ESTIMATE) return estimate(rls, arguments, known_of(estimator));
    return value == ERROR ? rls->error : sqrt(rls->variance);
}

const struct estimator_kind rls_kind = {
    .name = "rls",
    .phrase = "an rls",
    .inputs_most = RLS_INPUTS,
    .has_target = true,
    .is_lasting = true,
    .settings = (const struct estimator_setting[]){{"rls", SETTING_DURATION, 1e-3, 1e10, NAN}},
    .setting_count = 1,
    .values = (const struct estimator_value[]){{"estimate", ESTIMATOR_OF_KNOWN, false},
                                               {"error", ESTIMATOR_PLAIN, false},
                                               {"deviation", ESTIMATOR_PLAIN, false},
                                               {"count", ESTIMATOR_PLAIN, true}},
    .value_count = 4,
    .size = size,
    .begin = begin,
    .add = add,
    .read = read,
};
