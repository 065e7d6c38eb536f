// The window twice: as it came, to know which value leaves, and in order of size.

#include "predict/median.h"

#include "predict/estimator.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define NORMAL 1.4826 // standard deviations of a normal distribution in its MAD

enum { MEDIAN, MAD, COUNT, Z };

struct median {
    uint32_t count, head;
    double values[]; // window as it came, then window sorted
};

static int window_of(const struct estimator *estimator) {
    return (int)estimator->settings[0];
}

static size_t size(const struct estimator *estimator) {
    return sizeof(struct median) + sizeof(double) * 2 * (size_t)window_of(estimator);
}

static void add(const struct estimator *estimator, void *memory, const double *inputs, int64_t at) {
    (void)at;
    struct median *median = memory;
    int window = window_of(estimator);
    double *sorted = median->values + window, value = inputs[0];
    uint32_t count = median->count, place = 0;
    if (count == (uint32_t)window) {
        while (sorted[place] != median->values[median->head])
            place++;
        memmove(sorted + place, sorted + place + 1, sizeof(double) * (count - 1 - place));
        count--;
    }
    for (place = count; place > 0 && sorted[place - 1] > value; place--)
        sorted[place] = sorted[place - 1];
    sorted[place] = value;
    median->values[median->head] = value;
    median->head = (median->head + 1) % (uint32_t)window;
    median->count = count + 1;
}

static double middle(const double *sorted, uint32_t count) {
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
}

// The distances from the median ascend both ways from it: they are merged up to their middle.
static double deviation(const double *sorted, uint32_t count, double median) {
    uint32_t above = 0;
    while (above < count && sorted[above] < median)
        above++;
    uint32_t below = above; // the next one below is sorted[below - 1]
    double near = 0, last = 0;
    for (uint32_t taken = 0; taken <= count / 2; taken++) {
        last = near;
        bool is_above =
            below == 0 || (above < count && sorted[above] - median <= median - sorted[below - 1]);
        near = is_above ? sorted[above++] - median : median - sorted[--below];
    }
    return count % 2 ? near : (last + near) / 2;
}

static double read(const struct estimator *estimator, const void *memory, int value,
                   const double *arguments) {
    const struct median *median = memory;
    const double *sorted = median->values + window_of(estimator);
    if (value == COUNT) return median->count;
    if (median->count == 0) return NAN;
    double center = middle(sorted, median->count);
    if (value == MEDIAN) return center;
    double mad = deviation(sorted, median->count, center);
    if (value == MAD) return mad;
    return mad > 0 ? (arguments[0] - center) / (NORMAL * mad) : NAN;
}

const struct estimator_kind median_kind = {
    .name = "median",
    .phrase = "a median",
    .inputs_most = 1,
    .settings = (const struct estimator_setting[]){{"median", SETTING_WHOLE, 1, MEDIAN_MAX, NAN}},
    .setting_count = 1,
    .values = (const struct estimator_value[]){{"median", ESTIMATOR_PLAIN, false},
                                               {"mad", ESTIMATOR_PLAIN, false},
                                               {"count", ESTIMATOR_PLAIN, true},
                                               {"z", 1, false}},
    .value_count = 4,
    .size = size,
    .add = add,
    .read = read,
};
