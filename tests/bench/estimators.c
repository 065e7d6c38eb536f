// What an update costs, of each kind with a usual setting, after it has learned. Prints one line of
// JSON: nanoseconds by name.

#include "predict/estimator.h"
#include "predict/trees.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WARM_UP 5000

static const struct setting {
    const char *kind;
    int inputs;
    int updates;
    double settings[ESTIMATOR_SETTINGS];
} settings[] = {
    {"ewma", 1, 2000000, {60}},
    {"cusum", 1, 2000000, {0.5, 5}},
    {"page_hinkley", 1, 2000000, {0.5, 50}},
    {"hold", 1, 2000000, {600}},
    {"kalman", 1, 2000000, {0.02, 0.006, 0, -0.004, 0.0005}},
    {"ring", 1, 2000000, {60}},
    {"median", 1, 1000000, {7}},
    {"holt_winters", 1, 1000000, {288, 0.2, 0.05, 0.1}},
    {"seasonal", 1, 1000000, {86400, 288, 0.1}},
    {"course", 1, 1000000, {120, 9, 39, 2}},
    {"quantiles", 1, 1000000, {200}},
    {"mewma", 8, 100000, {400, 0.05, 0.3, 0.3}},
    {"rls", 17, 100000, {4320000}},
    {"discord", 1, 20000, {10, 2048, 0}},
};

static double now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double random_of(uint64_t *seed) {
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(*seed >> 11) / 9007199254740992.0;
}

static double measure(const struct setting *setting) {
    struct estimator estimator = {.kind = estimator_kind_find(setting->kind),
                                  .inputs = setting->inputs};
    memcpy(estimator.settings, setting->settings, sizeof estimator.settings);
    void *memory = calloc(1, estimator_size(&estimator));
    estimator_begin(&estimator, memory);
    uint64_t seed = 1;
    double began = 0;
    for (int i = 0; i < WARM_UP + setting->updates; i++) {
        if (i == WARM_UP) began = now_ns();
        for (int j = 0; j < setting->inputs; j++)
            estimator_add(&estimator, memory, 1 + random_of(&seed), (int64_t)i * 1000000);
    }
    double ns = (now_ns() - began) / setting->updates;
    free(memory);
    return ns;
}

// 400 trees of depth 4 over 86 features, as turbofan has them.
static double measure_trees(void) {
    struct trees *trees = trees_new(86, 0);
    uint64_t seed = 1;
    for (int i = 0; i < 400; i++) {
        char text[2000] = "", part[40];
        for (int node = 0; node < 31; node++) { // preorder of a full tree: depth by its number
            int depth = 0, size = 31, place = node;
            while (place > 0 && size > 1) {
                size = (size - 1) / 2;
                place = place - 1 < size ? place - 1 : place - 1 - size;
                depth++;
            }
            if (depth == 4)
                snprintf(part, sizeof part, "=%.3f ", random_of(&seed));
            else
                snprintf(part, sizeof part, "%d<%.3f ", (int)(random_of(&seed) * 86),
                         random_of(&seed));
            strcat(text, part);
        }
        text[strlen(text) - 1] = 0;
        if (!trees_add(trees, text)) return NAN;
    }
    double inputs[86], sum = 0, began = now_ns();
    for (int i = 0; i < 20000; i++) {
        for (int j = 0; j < 86; j++)
            inputs[j] = random_of(&seed);
        sum += trees_value(trees, inputs);
    }
    double ns = (now_ns() - began) / 20000;
    trees_free(trees);
    return sum > 0 ? ns : NAN;
}

int main(void) {
    printf("{");
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        printf("\"%s\":%.1f,", settings[i].kind, measure(&settings[i]));
    printf("\"trees\":%.1f}\n", measure_trees());
    return 0;
}
