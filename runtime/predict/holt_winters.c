#include "predict/holt_winters.h"

#include "predict/estimator.h"

#include <math.h>

#define BAND 1.6448536269514722 // of a normal distribution, 90 % in the middle
#define LEARN 0.02              // weight of a new error in their variance

enum { SEASON, ALPHA, BETA, GAMMA };
enum { LEVEL, TREND, ERROR, COUNT, FORECAST, LOW, HIGH };

struct holt_winters {
    uint64_t count;
    double level, trend;
    double variance; // of one step's error; before two seasons: the sum of the second one
    uint64_t errors;
    double season[]; // offsets, by sample number modulo the season
};

static uint64_t season_of(const struct estimator *estimator) {
    return (uint64_t)estimator->settings[SEASON];
}

static size_t size(const struct estimator *estimator) {
    return sizeof(struct holt_winters) + sizeof(double) * season_of(estimator);
}

static void finish_beginning(struct holt_winters *memory, uint64_t season) {
    double first = 0, second = memory->variance / (double)season;
    for (uint64_t i = 0; i < season; i++)
        first += memory->season[i];
    first /= (double)season;
    for (uint64_t i = 0; i < season; i++)
        memory->season[i] -= first;
    memory->trend = (second - first) / (double)season;
    memory->level = second + memory->trend * (double)(season - 1) / 2;
    memory->variance = 0;
}

static void add(const struct estimator *estimator, void *place, const double *inputs, int64_t at) {
    (void)at;
    struct holt_winters *memory = place;
    const double *settings = estimator->settings;
    uint64_t season = season_of(estimator), count = memory->count++;
    if (count < season) {
        memory->season[count] = inputs[0];
        return;
    }
    if (count < 2 * season) {
        memory->variance += inputs[0];
        if (count == 2 * season - 1) finish_beginning(memory, season);
        return;
    }
    double *offset = &memory->season[count % season];
    double error = inputs[0] - (memory->level + memory->trend + *offset);
    memory->errors++;
    memory->variance +=
        (error * error - memory->variance) * fmax(LEARN, 1 / (double)memory->errors);
    memory->level += memory->trend + settings[ALPHA] * error;
    memory->trend += settings[ALPHA] * settings[BETA] * error;
    *offset += settings[GAMMA] * (1 - settings[ALPHA]) * error;
}

// Variance of the error `ahead` samples on, in variances of one step: 1 + sum of c_j^2 with
// c_j = alpha (1 + j beta), and gamma (1 - alpha) more where j is a whole number of seasons.
static double growth(const struct estimator *estimator, uint64_t ahead) {
    const double *settings = estimator->settings;
    double sum = 1;
    for (uint64_t j = 1; j < ahead; j++) {
        double c = settings[ALPHA] * (1 + (double)j * settings[BETA]);
        if (j % season_of(estimator) == 0) c += settings[GAMMA] * (1 - settings[ALPHA]);
        sum += c * c;
    }
    return sum;
}

static double read(const struct estimator *estimator, const void *place, int value,
                   const double *arguments) {
    const struct holt_winters *memory = place;
    uint64_t season = season_of(estimator);
    if (value == COUNT) return (double)memory->count;
    if (memory->count < 2 * season) return NAN;
    if (value == LEVEL) return memory->level;
    if (value == TREND) return memory->trend;
    if (value == ERROR) return memory->errors > 1 ? sqrt(memory->variance) : NAN;
    if (!(arguments[0] >= 1 && arguments[0] <= 1e5)) return NAN;
    uint64_t ahead = (uint64_t)arguments[0];
    double forecast = memory->level + (double)ahead * memory->trend +
                      memory->season[(memory->count + ahead - 1) % season];
    if (value == FORECAST) return forecast;
    if (memory->errors < 2) return NAN;
    double far = BAND * sqrt(memory->variance * growth(estimator, ahead));
    return value == LOW ? forecast - far : forecast + far;
}

const struct estimator_kind holt_winters_kind = {
    .name = "holt_winters",
    .phrase = "a holt_winters",
    .inputs_most = 1,
    .settings = (const struct estimator_setting[]){{"holt_winters", SETTING_WHOLE, 1,
                                                    HOLT_WINTERS_SEASON_MAX, NAN},
                                                   {"alpha", SETTING_NUMBER, 0, 1, 0.2},
                                                   {"beta", SETTING_NUMBER, 0, 1, 0.05},
                                                   {"gamma", SETTING_NUMBER, 0, 1, 0.1}},
    .setting_count = 4,
    .values = (const struct estimator_value[]){{"level", ESTIMATOR_PLAIN, false},
                                               {"trend", ESTIMATOR_PLAIN, false},
                                               {"error", ESTIMATOR_PLAIN, false},
                                               {"count", ESTIMATOR_PLAIN, true},
                                               {"forecast", 1, false},
                                               {"low", 1, false},
                                               {"high", 1, false}},
    .value_count = 7,
    .size = size,
    .add = add,
    .read = read,
};
