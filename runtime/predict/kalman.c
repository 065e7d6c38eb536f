#include "predict/kalman.h"

#include "predict/estimator.h"

#include <math.h>

#define BAND 1.6448536269514722 // of a normal distribution, 90 % in the middle
#define FAR 4                   // deviations beyond which a sample says no more
#define LONGEST 1e6             // samples ahead that are told

enum { NOISE, STEP, CHANGE, SLOPE_SETTING, SPREAD };
enum { LEVEL, SLOPE, DEVIATION, COUNT, FORECAST, REACH, REACH_LOW, REACH_HIGH };

struct kalman {
    uint64_t count;
    int64_t at;
    double level, slope;
    double level_variance, together, slope_variance; // covariance of level and slope
};

static size_t size(const struct estimator *estimator) {
    (void)estimator;
    return sizeof(struct kalman);
}

static void predict(const double *settings, struct kalman *kalman) {
    kalman->level += kalman->slope;
    kalman->level_variance +=
        2 * kalman->together + kalman->slope_variance + settings[STEP] * settings[STEP];
    kalman->together += kalman->slope_variance;
    kalman->slope_variance += settings[CHANGE] * settings[CHANGE];
}

static void update(const double *settings, struct kalman *kalman, double value) {
    double variance = kalman->level_variance + settings[NOISE] * settings[NOISE];
    double most = FAR * sqrt(variance);
    double error = fmax(-most, fmin(value - kalman->level, most));
    double level_gain = kalman->level_variance / variance, slope_gain = kalman->together / variance;
    kalman->level += level_gain * error;
    kalman->slope += slope_gain * error;
    kalman->slope_variance -= slope_gain * kalman->together;
    kalman->together *= 1 - level_gain;
    kalman->level_variance *= 1 - level_gain;
}

static void add(const struct estimator *estimator, void *memory, const double *inputs, int64_t at) {
    struct kalman *kalman = memory;
    const double *settings = estimator->settings;
    if (kalman->count > 0 && at <= kalman->at) return;
    kalman->at = at;
    if (kalman->count++ > 0) {
        predict(settings, kalman);
        update(settings, kalman, inputs[0]);
        return;
    }
    kalman->level = inputs[0];
    kalman->level_variance = settings[NOISE] * settings[NOISE];
    kalman->slope = settings[SLOPE_SETTING];
    kalman->slope_variance = settings[SPREAD] * settings[SPREAD];
}

static double reach(const double *settings, const struct kalman *kalman, int value, double limit) {
    double left = (limit - kalman->level) / kalman->slope; // samples
    if (!(left >= 0 && left <= LONGEST)) return NAN;
    double variance = kalman->level_variance + 2 * left * kalman->together +
                      left * left * kalman->slope_variance + left * settings[STEP] * settings[STEP];
    double far = BAND * sqrt(fmax(variance, 0)) / fabs(kalman->slope);
    return value == REACH ? left : value == REACH_LOW ? fmax(0, left - far) : left + far;
}

static double read(const struct estimator *estimator, const void *memory, int value,
                   const double *arguments) {
    const struct kalman *kalman = memory;
    if (value == COUNT) return (double)kalman->count;
    if (kalman->count == 0) return NAN;
    switch (value) {
    case LEVEL:
        return kalman->level;
    case SLOPE:
        return kalman->slope;
    case DEVIATION:
        return sqrt(fmax(kalman->level_variance, 0));
    case FORECAST:
        return kalman->level + kalman->slope * arguments[0];
    default:
        return reach(estimator->settings, kalman, value, arguments[0]);
    }
}

const struct estimator_kind kalman_kind = {
    .name = "kalman",
    .phrase = "a kalman",
    .inputs_most = 1,
    .is_lasting = true,
    .settings = (const struct estimator_setting[]){{"kalman", SETTING_NUMBER, 1e-300, 1e300, NAN},
                                                   {"step", SETTING_NUMBER, 0, 1e300, NAN},
                                                   {"change", SETTING_NUMBER, 0, 1e300, 0},
                                                   {"slope", SETTING_NUMBER, -1e300, 1e300, 0},
                                                   {"spread", SETTING_NUMBER, 0, 1e300, NAN}},
    .setting_count = 5,
    .values = (const struct estimator_value[]){{"level", ESTIMATOR_PLAIN, false},
                                               {"slope", ESTIMATOR_PLAIN, false},
                                               {"deviation", ESTIMATOR_PLAIN, false},
                                               {"count", ESTIMATOR_PLAIN, true},
                                               {"forecast", 1, false},
                                               {"reach", 1, false},
                                               {"reach_low", 1, false},
                                               {"reach_high", 1, false}},
    .value_count = 8,
    .size = size,
    .add = add,
    .read = read,
};
