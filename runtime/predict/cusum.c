#include "predict/cusum.h"

#include "predict/estimator.h"

#include <math.h>

enum { SLACK, LIMIT };
enum { UP, DOWN, ALARMS, COUNT };

struct cusum {
    uint64_t count, since; // samples, and those since it began
    uint64_t alarms;
    double up, down;
    double mean; // of those since it began, for page_hinkley
};

static size_t size(const struct estimator *estimator) {
    (void)estimator;
    return sizeof(struct cusum);
}

static void step(const struct estimator *estimator, struct cusum *cusum, double value) {
    double slack = estimator->settings[SLACK], limit = estimator->settings[LIMIT];
    if (cusum->up > limit || cusum->down > limit) // it was told; now from the begin
        *cusum = (struct cusum){.count = cusum->count, .alarms = cusum->alarms};
    cusum->count++;
    cusum->since++;
    cusum->up = fmax(0, cusum->up + value - slack);
    cusum->down = fmax(0, cusum->down - value - slack);
    cusum->alarms += cusum->up > limit || cusum->down > limit;
}

static void add(const struct estimator *estimator, void *memory, const double *inputs, int64_t at) {
    (void)at;
    step(estimator, memory, inputs[0]);
}

static void add_hinkley(const struct estimator *estimator, void *memory, const double *inputs,
                        int64_t at) {
    (void)at;
    struct cusum *cusum = memory;
    double before = cusum->since > 0 ? cusum->mean : inputs[0];
    step(estimator, cusum, inputs[0] - before);
    cusum->mean = before + (inputs[0] - before) / (double)cusum->since;
}

static double read(const struct estimator *estimator, const void *memory, int value,
                   const double *arguments) {
    (void)estimator, (void)arguments;
    const struct cusum *cusum = memory;
    const double values[] = {cusum->up, cusum->down, (double)cusum->alarms, (double)cusum->count};
    return values[value];
}

static const struct estimator_value values[] = {{"up", ESTIMATOR_PLAIN, false},
                                                {"down", ESTIMATOR_PLAIN, false},
                                                {"alarms", ESTIMATOR_PLAIN, true},
                                                {"count", ESTIMATOR_PLAIN, true}};

const struct estimator_kind cusum_kind = {
    .name = "cusum",
    .phrase = "a cusum",
    .inputs_most = 1,
    .is_lasting = true,
    .settings = (const struct estimator_setting[]){{"cusum", SETTING_NUMBER, 0, 1e300, NAN},
                                                   {"limit", SETTING_NUMBER, 0, 1e300, 5}},
    .setting_count = 2,
    .values = values,
    .value_count = 4,
    .size = size,
    .add = add,
    .read = read,
};

const struct estimator_kind page_hinkley_kind = {
    .name = "page_hinkley",
    .phrase = "a page_hinkley",
    .inputs_most = 1,
    .is_lasting = true,
    .settings = (const struct estimator_setting[]){{"page_hinkley", SETTING_NUMBER, 0, 1e300, NAN},
                                                   {"limit", SETTING_NUMBER, 0, 1e300, 50}},
    .setting_count = 2,
    .values = values,
    .value_count = 4,
    .size = size,
    .add = add_hinkley,
    .read = read,
};
