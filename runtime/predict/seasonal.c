#include "predict/seasonal.h"

#include "predict/estimator.h"

#include <math.h>

#define LONG 500     // samples that the variance over all slots remembers
#define SHARED 0.1   // of that variance, in each slot's
#define UNSEEN_Z 1e6 // of a change where nothing has ever changed

enum { PERIOD, SLOTS, ALPHA };
enum { Z, MEAN, STD, COUNT };

struct seasonal {
    uint64_t count;
    int64_t at;
    double series_mean, series_variance; // of all samples
    double variance;                     // over all slots, about their means
    double judged;                       // samples that it is made of
    double z, mean, std;
    struct slot_profile {
        double mean, variance, count;
    } slots[];
};

static size_t size(const struct estimator *estimator) {
    return sizeof(struct seasonal) +
           sizeof(struct slot_profile) * (size_t)estimator->settings[SLOTS];
}

static void begin(const struct estimator *estimator, void *memory) {
    (void)estimator;
    struct seasonal *seasonal = memory;
    seasonal->z = seasonal->mean = seasonal->std = NAN;
}

static struct slot_profile *find_slot(const struct estimator *estimator, struct seasonal *seasonal,
                                      int64_t at) {
    int64_t period = (int64_t)(estimator->settings[PERIOD] * 1e6);
    int64_t within = (at % period + period) % period;
    int slot = (int)((double)within / (double)period * estimator->settings[SLOTS]);
    return &seasonal->slots[slot];
}

static double judge(const struct seasonal *seasonal, const struct slot_profile *slot,
                    double apart) {
    double std = sqrt(slot->variance + SHARED * seasonal->variance);
    if (slot->count == 0) return NAN;
    if (apart == 0) return 0;
    return std > 0 ? fmax(-UNSEEN_Z, fmin(apart / std, UNSEEN_Z)) : copysign(UNSEEN_Z, apart);
}

static void follow_series(struct seasonal *seasonal, double value) {
    double apart = value - seasonal->series_mean, n = (double)++seasonal->count;
    seasonal->series_mean += apart / n;
    seasonal->series_variance +=
        (apart * (value - seasonal->series_mean) - seasonal->series_variance) / n;
}

static void add(const struct estimator *estimator, void *memory, const double *inputs, int64_t at) {
    struct seasonal *seasonal = memory;
    if (seasonal->count > 0 && at <= seasonal->at) return;
    struct slot_profile *slot = find_slot(estimator, seasonal, at);
    double apart = inputs[0] - slot->mean;
    follow_series(seasonal, inputs[0]);
    seasonal->at = at;
    seasonal->z = judge(seasonal, slot, apart);
    seasonal->mean = slot->count > 0 ? slot->mean : NAN;
    seasonal->std = slot->count > 1 ? sqrt(slot->variance) : NAN;
    if (slot->count > 0)
        seasonal->variance +=
            (apart * apart - seasonal->variance) * fmax(1.0 / LONG, 1 / ++seasonal->judged);
    double alpha = fmax(estimator->settings[ALPHA], 1 / (slot->count + 1));
    if (slot->count == 0)
        slot->variance = seasonal->series_variance;
    else
        slot->variance += alpha * (apart * apart - slot->variance);
    slot->mean += alpha * apart;
    slot->count++;
}

static double read(const struct estimator *estimator, const void *memory, int value,
                   const double *arguments) {
    (void)estimator, (void)arguments;
    const struct seasonal *seasonal = memory;
    switch (value) {
    case Z:
        return seasonal->z;
    case MEAN:
        return seasonal->mean;
    case STD:
        return seasonal->std;
    default:
        return (double)seasonal->count;
    }
}

const struct estimator_kind seasonal_kind = {
    .name = "seasonal",
    .phrase = "a seasonal",
    .inputs_most = 1,
    .settings =
        (const struct estimator_setting[]){{"seasonal", SETTING_DURATION, 1, 366 * 86400.0, NAN},
                                           {"slots", SETTING_WHOLE, 1, SEASONAL_SLOTS_MAX, 24},
                                           {"alpha", SETTING_NUMBER, 1e-6, 1, 0.1}},
    .setting_count = 3,
    .values = (const struct estimator_value[]){{"z", ESTIMATOR_PLAIN, false},
                                               {"mean", ESTIMATOR_PLAIN, false},
                                               {"std", ESTIMATOR_PLAIN, false},
                                               {"count", ESTIMATOR_PLAIN, true}},
    .value_count = 4,
    .size = size,
    .begin = begin,
    .add = add,
    .read = read,
};
