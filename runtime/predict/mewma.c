// The samples of the learning phase are kept until it is over, for limits are quantiles.

#include "predict/mewma.h"

#include "predict/eigen.h"
#include "predict/estimator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define QUANTILE 0.99
#define SHRINK 0.5
#define EXPLAINED 0.9 // of the variance, by the principal components
#define BLOCK 50      // samples whose mean is a point of the drift
#define DRIFT_MOST 2  // variance of the drift over the learning phase, in own variances
#define CLIP 4        // deviations beyond which a sample says no more of a correlation
#define NEVER 1e300   // variance of a sensor that does not count

enum { LEARN, WEIGHT, FACTOR, DRIFT };
enum { RATIO, SPE_RATIO, COUNT, SHARE, SPE_SHARE };

struct mewma {
    uint64_t count;
    double mean[MEWMA_INPUTS], deviation[MEWMA_INPUTS],
        drift[MEWMA_INPUTS];                      // a sample, in variances
    double inverse[MEWMA_INPUTS * MEWMA_INPUTS];  // of the shrunk correlations
    double smooth[MEWMA_INPUTS];                  // of standardised values
    double residual[MEWMA_INPUTS * MEWMA_INPUTS]; // takes what is beside the principal components
    double limit, spe_limit;
    double ratio, spe_ratio;
    double values[]; // of the learning phase, sample by sample
};

static uint64_t learn_of(const struct estimator *estimator) {
    return (uint64_t)estimator->settings[LEARN];
}

static size_t size(const struct estimator *estimator) {
    return sizeof(struct mewma) + sizeof(double) * learn_of(estimator) * (size_t)estimator->inputs;
}

static void begin(const struct estimator *estimator, void *memory) {
    (void)estimator;
    struct mewma *mewma = memory;
    mewma->ratio = mewma->spe_ratio = NAN;
}

// Variance that a random walk adds a sample, of one sensor: that of the steps between the means of
// blocks, less what noise alone makes of them.
static double find_drift(const double *values, uint64_t learn, int inputs) {
    double noise = 0, steps = 0, before = 0;
    uint64_t blocks = learn / BLOCK;
    for (uint64_t i = 1; i < learn; i++)
        noise += pow(values[i * (uint64_t)inputs] - values[(i - 1) * (uint64_t)inputs], 2);
    noise /= 2 * (double)(learn - 1);
    for (uint64_t block = 0; block < blocks; block++) {
        double mean = 0;
        for (uint64_t i = 0; i < BLOCK; i++)
            mean += values[(block * BLOCK + i) * (uint64_t)inputs] / BLOCK;
        if (block > 0) steps += (mean - before) * (mean - before);
        before = mean;
    }
    if (blocks < 2) return 0;
    return fmax(0, (steps / (double)(blocks - 1) - 2 * noise / BLOCK) / BLOCK);
}

static void learn_sensor(const struct estimator *estimator, struct mewma *mewma, int sensor) {
    uint64_t learn = learn_of(estimator);
    const double *values = mewma->values + sensor;
    double mean = 0, variance = 0;
    for (uint64_t i = 0; i < learn; i++)
        mean += values[i * (uint64_t)estimator->inputs] / (double)learn;
    for (uint64_t i = 0; i < learn; i++)
        variance += pow(values[i * (uint64_t)estimator->inputs] - mean, 2) / (double)learn;
    double deviation = sqrt(variance), least = 1e-9 + 1e-6 * fabs(mean);
    mewma->mean[sensor] = mean;
    mewma->deviation[sensor] = fmax(deviation, least);
    double drift = find_drift(values, learn, estimator->inputs);
    bool is_little_else = drift * (double)learn > DRIFT_MOST * variance;
    mewma->drift[sensor] =
        is_little_else ? NEVER
                       : estimator->settings[DRIFT] * drift / pow(mewma->deviation[sensor], 2);
}

static double standardise(const struct mewma *mewma, int sensor, double value) {
    return (value - mewma->mean[sensor]) / mewma->deviation[sensor];
}

// Gauss and Jordan, with the pivot that is largest; a correlation with half of it shrunk away has
// an inverse.
static void invert(double *matrix, double *inverse, int n) {
    memset(inverse, 0, sizeof *inverse * (size_t)(n * n));
    for (int i = 0; i < n; i++)
        inverse[i * n + i] = 1;
    for (int column = 0; column < n; column++) {
        int pivot = column;
        for (int row = column + 1; row < n; row++)
            if (fabs(matrix[row * n + column]) > fabs(matrix[pivot * n + column])) pivot = row;
        for (int i = 0; i < n; i++) {
            double kept = matrix[column * n + i];
            matrix[column * n + i] = matrix[pivot * n + i];
            matrix[pivot * n + i] = kept;
            kept = inverse[column * n + i];
            inverse[column * n + i] = inverse[pivot * n + i];
            inverse[pivot * n + i] = kept;
        }
        double scale = matrix[column * n + column];
        for (int i = 0; i < n; i++) {
            matrix[column * n + i] /= scale;
            inverse[column * n + i] /= scale;
        }
        for (int row = 0; row < n; row++) {
            double factor = row == column ? 0 : matrix[row * n + column];
            for (int i = 0; i < n; i++) {
                matrix[row * n + i] -= factor * matrix[column * n + i];
                inverse[row * n + i] -= factor * inverse[column * n + i];
            }
        }
    }
}

// residual = 1 - P P', of the components that hold most of the variance, largest first.
static void learn_residual(struct mewma *mewma, double *correlations, int n) {
    double vectors[MEWMA_INPUTS * MEWMA_INPUTS], all = 0, held = 0;
    bool is_taken[MEWMA_INPUTS] = {false};
    eigen_find(correlations, vectors, n);
    for (int i = 0; i < n; i++) {
        all += correlations[i * n + i];
        for (int j = 0; j < n; j++)
            mewma->residual[i * n + j] = i == j;
    }
    while (held < EXPLAINED * all) {
        int most = -1;
        for (int i = 0; i < n; i++)
            if (!is_taken[i] &&
                (most < 0 || correlations[i * n + i] > correlations[most * n + most]))
                most = i;
        if (most < 0) return;
        is_taken[most] = true;
        held += correlations[most * n + most];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                mewma->residual[i * n + j] -= vectors[i * n + most] * vectors[j * n + most];
    }
}

static void learn_correlations(const struct estimator *estimator, struct mewma *mewma) {
    int n = estimator->inputs;
    double learn = estimator->settings[LEARN];
    double matrix[MEWMA_INPUTS * MEWMA_INPUTS] = {0}, whole[MEWMA_INPUTS * MEWMA_INPUTS];
    for (uint64_t i = 0; i < learn_of(estimator); i++) {
        double z[MEWMA_INPUTS];
        for (int j = 0; j < n; j++)
            z[j] = fmax(
                -CLIP,
                fmin(standardise(mewma, j, mewma->values[i * (uint64_t)n + (uint64_t)j]), CLIP));
        for (int j = 0; j < n; j++)
            for (int k = 0; k < n; k++)
                matrix[j * n + k] += z[j] * z[k] / learn;
    }
    memcpy(whole, matrix, sizeof whole);
    for (int j = 0; j < n; j++)
        for (int k = 0; k < n; k++) {
            if (j == k) // one that never moved in the phase is alone
                matrix[j * n + k] = fmax(matrix[j * n + k], 1e-3);
            else
                matrix[j * n + k] *= 1 - SHRINK;
        }
    learn_residual(mewma, whole, n);
    invert(matrix, mewma->inverse, n);
}

static void smooth(const struct estimator *estimator, struct mewma *mewma, const double *values,
                   uint64_t sample) {
    double weight = fmax(estimator->settings[WEIGHT], 1 / (double)(sample + 1));
    for (int i = 0; i < estimator->inputs; i++)
        mewma->smooth[i] += weight * (standardise(mewma, i, values[i]) - mewma->smooth[i]);
}

// The smoothed values as they count, drift since the learning phase taken off. Within the phase all
// count, so that one which wandered has a limit that trusts it less.
static void weigh(const struct estimator *estimator, const struct mewma *mewma, double *z) {
    double weight = estimator->settings[WEIGHT], learn = estimator->settings[LEARN];
    double since = fmax(0, (double)mewma->count - learn) / (weight / (2 - weight));
    for (int i = 0; i < estimator->inputs; i++)
        z[i] = mewma->drift[i] == NEVER && since > 0
                   ? 0
                   : mewma->smooth[i] / sqrt(1 + fmin(mewma->drift[i], 1e6) * since);
}

static double contribution(const struct estimator *estimator, const struct mewma *mewma,
                           const double *z, int sensor) {
    double sum = 0;
    for (int i = 0; i < estimator->inputs; i++)
        sum += mewma->inverse[sensor * estimator->inputs + i] * z[i];
    return z[sensor] * sum;
}

static double t2(const struct estimator *estimator, const struct mewma *mewma) {
    double z[MEWMA_INPUTS], sum = 0;
    weigh(estimator, mewma, z);
    for (int i = 0; i < estimator->inputs; i++)
        sum += contribution(estimator, mewma, z, i);
    return sum;
}

// What the sensor went beside the principal components.
static double beside(const struct estimator *estimator, const struct mewma *mewma, const double *z,
                     int sensor) {
    double sum = 0;
    for (int i = 0; i < estimator->inputs; i++)
        sum += mewma->residual[sensor * estimator->inputs + i] * z[i];
    return sum;
}

static double spe(const struct estimator *estimator, const struct mewma *mewma) {
    double z[MEWMA_INPUTS], sum = 0;
    weigh(estimator, mewma, z);
    for (int i = 0; i < estimator->inputs; i++)
        sum += pow(beside(estimator, mewma, z, i), 2);
    return sum;
}

static int ascend(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double find_limit(const struct estimator *estimator, double *values, uint64_t count) {
    qsort(values, count, sizeof *values, ascend);
    double quantile = values[(uint64_t)(QUANTILE * (double)(count - 1))];
    return fmax(estimator->settings[FACTOR] * quantile, 1e-12);
}

static void finish_learning(const struct estimator *estimator, struct mewma *mewma) {
    uint64_t learn = learn_of(estimator);
    double said[MEWMA_LEARN_MAX], apart[MEWMA_LEARN_MAX];
    for (int i = 0; i < estimator->inputs; i++)
        learn_sensor(estimator, mewma, i);
    learn_correlations(estimator, mewma);
    for (uint64_t i = 0; i < learn; i++) {
        smooth(estimator, mewma, mewma->values + i * (uint64_t)estimator->inputs, i);
        said[i] = t2(estimator, mewma);
        apart[i] = spe(estimator, mewma);
    }
    mewma->limit = find_limit(estimator, said, learn);
    mewma->spe_limit = find_limit(estimator, apart, learn);
}

static void add(const struct estimator *estimator, void *memory, const double *inputs, int64_t at) {
    (void)at;
    struct mewma *mewma = memory;
    uint64_t learn = learn_of(estimator), inputs_count = (uint64_t)estimator->inputs;
    uint64_t sample = mewma->count++;
    if (sample < learn) {
        memcpy(mewma->values + sample * inputs_count, inputs, sizeof *inputs * inputs_count);
        if (sample + 1 == learn) finish_learning(estimator, mewma);
        return;
    }
    smooth(estimator, mewma, inputs, sample);
    mewma->ratio = t2(estimator, mewma) / mewma->limit;
    mewma->spe_ratio = spe(estimator, mewma) / mewma->spe_limit;
}

static double share(const struct estimator *estimator, const struct mewma *mewma, bool is_spe,
                    double place) {
    double z[MEWMA_INPUTS], all = 0, own = 0;
    if (mewma->count <= learn_of(estimator) || !(place >= 1 && place <= estimator->inputs))
        return NAN;
    weigh(estimator, mewma, z);
    for (int i = 0; i < estimator->inputs; i++) {
        double part = is_spe ? pow(beside(estimator, mewma, z, i), 2)
                             : fmax(0, contribution(estimator, mewma, z, i));
        all += part;
        if (i == (int)place - 1) own = part;
    }
    return all > 0 ? own / all : 0;
}

static double read(const struct estimator *estimator, const void *memory, int value,
                   const double *arguments) {
    const struct mewma *mewma = memory;
    switch (value) {
    case COUNT:
        return (double)mewma->count;
    case RATIO:
        return mewma->ratio;
    case SPE_RATIO:
        return mewma->spe_ratio;
    default:
        return share(estimator, mewma, value == SPE_SHARE, arguments[0]);
    }
}

const struct estimator_kind mewma_kind = {
    .name = "mewma",
    .phrase = "a mewma",
    .inputs_most = MEWMA_INPUTS,
    .settings =
        (const struct estimator_setting[]){{"mewma", SETTING_WHOLE, 100, MEWMA_LEARN_MAX, NAN},
                                           {"weight", SETTING_NUMBER, 1e-4, 1, 0.05},
                                           {"factor", SETTING_NUMBER, 1e-3, 1000, 0.5},
                                           {"drift", SETTING_NUMBER, 0, 1000, 0.3}},
    .setting_count = 4,
    .values = (const struct estimator_value[]){{"ratio", ESTIMATOR_PLAIN, false},
                                               {"spe_ratio", ESTIMATOR_PLAIN, false},
                                               {"count", ESTIMATOR_PLAIN, true},
                                               {"share", 1, false},
                                               {"spe_share", 1, false}},
    .value_count = 5,
    .size = size,
    .begin = begin,
    .add = add,
    .read = read,
};
