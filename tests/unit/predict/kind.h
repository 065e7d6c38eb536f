// An estimator of some kind with its memory, as a twin has it.

#ifndef TEST_KIND_H
#define TEST_KIND_H

#include "predict/estimator.h"
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct under_test {
    struct estimator estimator;
    void *memory;
};

// `settings`: as many as the kind has.
static inline struct under_test kind_begin(const struct estimator_kind *kind, int inputs,
                                           const double *settings) {
    struct under_test test = {.estimator = {.kind = kind, .inputs = inputs}};
    memcpy(test.estimator.settings, settings, sizeof(double) * (size_t)kind->setting_count);
    test.memory = calloc(1, estimator_size(&test.estimator));
    estimator_begin(&test.estimator, test.memory);
    return test;
}

static inline void kind_end(struct under_test *test) {
    free(test->memory);
}

// One update; `at` in seconds.
static inline void kind_add(struct under_test *test, double value, double at) {
    estimator_add(&test->estimator, test->memory, value, (int64_t)(at * 1e6));
}

// The value of a name, NAN when there is none yet; `argument` for those that take one.
static inline double kind_read(const struct under_test *test, const char *name, double argument) {
    const struct estimator_kind *kind = test->estimator.kind;
    for (int i = 0; i < kind->value_count; i++)
        if (strcmp(kind->values[i].name, name) == 0)
            return estimator_read(&test->estimator, test->memory, i, &argument);
    fail_msg("%s has no %s", kind->phrase, name);
    return NAN;
}

// Numbers that a test can draw again: 0 to 1 (Knuth's MMIX generator).
static inline double kind_random(uint64_t *seed) {
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(*seed >> 11) / 9007199254740992.0;
}

#endif
