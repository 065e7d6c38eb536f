#include "predict/hold.h"

#include "predict/estimator.h"

#include <math.h>

#define BAND 1.959963984540054 // of a normal distribution, 95 % in the middle

enum { VALUE, RATE, LOW, HIGH };

struct hold {
    double value;
    double rate;   // variance a second
    double weight; // of what `rate` was made of, so that the first steps count fully
    int64_t at;    // 0: nothing came yet
    int64_t steps;
};

static size_t size(const struct estimator *estimator) {
    (void)estimator;
    return sizeof(struct hold);
}

static void add(const struct estimator *estimator, void *memory, const double *inputs, int64_t at) {
    struct hold *hold = memory;
    double seconds = (double)(at - hold->at) / 1e6, step = inputs[0] - hold->value;
    bool is_first = hold->at == 0;
    if (!is_first && seconds <= 0) return; // out of order: what is held is newer
    hold->value = inputs[0];
    hold->at = at;
    if (is_first) return;
    double keep = exp(-seconds / estimator->settings[0]);
    double variance = step * step / seconds;
    if (!isfinite(variance)) return;
    hold->weight = hold->weight * keep + (1 - keep);
    hold->rate += (variance - hold->rate) * (1 - keep) / hold->weight;
    hold->steps++;
}

static double read(const struct estimator *estimator, const void *memory, int value,
                   const double *arguments) {
    (void)estimator;
    const struct hold *hold = memory;
    if (hold->at == 0) return NAN;
    if (value == VALUE) return hold->value;
    if (hold->steps == 0 || hold->rate <= 0) return NAN;
    if (value == RATE) return hold->rate;
    double far = BAND * sqrt(hold->rate * fmax(arguments[0], 0));
    return value == LOW ? hold->value - far : hold->value + far;
}

const struct estimator_kind hold_kind = {
    .name = "hold",
    .phrase = "a hold",
    .inputs_most = 1,
    .is_lasting = true,
    .settings = (const struct estimator_setting[]){{"hold", SETTING_DURATION, 1e-3, 1e9, NAN}},
    .setting_count = 1,
    .values = (const struct estimator_value[]){{"value", ESTIMATOR_PLAIN, false},
                                               {"rate", ESTIMATOR_PLAIN, false},
                                               {"low", 1, false},
                                               {"high", 1, false}},
    .value_count = 4,
    .size = size,
    .add = add,
    .read = read,
};
