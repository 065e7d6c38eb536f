#include "predict/course.h"

#include "predict/estimator.h"

#include <math.h>

#define GUARD 7  // samples of the running median
#define BEGIN 10 // samples that are the begin

enum { WINDOW, FAST, SLOW, LIMIT };
enum { MEDIAN, FAST_MEAN, SLOW_MEAN, MEAN, SLOPE, CHANGE, COUNT };

struct course {
    uint64_t count;
    double recent[GUARD]; // as they came, by count
    double median, fast, slow, begin;
    double window[]; // guarded, by count
};

static uint64_t window_of(const struct estimator *estimator) {
    return (uint64_t)estimator->settings[WINDOW];
}

static size_t size(const struct estimator *estimator) {
    return sizeof(struct course) + sizeof(double) * window_of(estimator);
}

static double median_of(const double *values, uint64_t count) {
    double sorted[GUARD];
    for (uint64_t i = 0; i < count; i++) {
        uint64_t place = i;
        for (; place > 0 && sorted[place - 1] > values[i]; place--)
            sorted[place] = sorted[place - 1];
        sorted[place] = values[i];
    }
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
}

static void smooth(double *mean, double value, double samples, uint64_t count) {
    *mean += fmax(2 / (samples + 1), 1 / (double)count) * (value - *mean);
}

static void add(const struct estimator *estimator, void *memory, const double *inputs, int64_t at) {
    (void)at;
    struct course *course = memory;
    const double *settings = estimator->settings;
    double value = inputs[0];
    course->recent[course->count % GUARD] = value;
    uint64_t count = ++course->count;
    course->median = median_of(course->recent, count < GUARD ? count : GUARD);
    if (fabs(value - course->median) > settings[LIMIT]) value = course->median;
    smooth(&course->fast, value, settings[FAST], count);
    smooth(&course->slow, value, settings[SLOW], count);
    if (count <= BEGIN) course->begin += (value - course->begin) / (double)count;
    course->window[(count - 1) % window_of(estimator)] = value;
}

// Mean and slope of the window, oldest first: least squares over 0 .. n - 1.
static double fit(const struct course *course, uint64_t window, bool is_slope) {
    uint64_t n = course->count < window ? course->count : window;
    double sum = 0, together = 0, middle = (double)(n - 1) / 2;
    for (uint64_t i = 0; i < n; i++) {
        double value = course->window[(course->count - n + i) % window];
        sum += value;
        together += ((double)i - middle) * value;
    }
    if (!is_slope) return sum / (double)n;
    return n < 6 ? 0 : together / ((double)n * ((double)n * (double)n - 1) / 12);
}

static double read(const struct estimator *estimator, const void *memory, int value,
                   const double *arguments) {
    (void)arguments;
    const struct course *course = memory;
    if (value == COUNT) return (double)course->count;
    if (course->count == 0) return NAN;
    switch (value) {
    case MEDIAN:
        return course->median;
    case FAST_MEAN:
        return course->fast;
    case SLOW_MEAN:
        return course->slow;
    case CHANGE:
        return course->slow - course->begin;
    default:
        return fit(course, window_of(estimator), value == SLOPE);
    }
}

const struct estimator_kind course_kind = {
    .name = "course",
    .phrase = "a course",
    .inputs_most = 1,
    .settings = (const struct estimator_setting[]){{"course", SETTING_WHOLE, 3, 120, NAN},
                                                   {"fast", SETTING_WHOLE, 1, 1e6, 9},
                                                   {"slow", SETTING_WHOLE, 1, 1e6, 39},
                                                   {"limit", SETTING_NUMBER, 0, 1e300, 1e300}},
    .setting_count = 4,
    .values = (const struct estimator_value[]){{"median", ESTIMATOR_PLAIN, false},
                                               {"fast", ESTIMATOR_PLAIN, false},
                                               {"slow", ESTIMATOR_PLAIN, false},
                                               {"mean", ESTIMATOR_PLAIN, false},
                                               {"slope", ESTIMATOR_PLAIN, false},
                                               {"change", ESTIMATOR_PLAIN, false},
                                               {"count", ESTIMATOR_PLAIN, true}},
    .value_count = 7,
    .size = size,
    .add = add,
    .read = read,
};
