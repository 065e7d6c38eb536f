// New values wait in a buffer, and are merged with the centroids when it is full. What waits is
// counted exactly, one by one.

#include "predict/quantiles.h"

#include "predict/estimator.h"

#include <math.h>
#include <string.h>

enum { COUNT, MIN, MAX, QUANTILE, TAIL };

struct centroid {
    double mean, weight;
};

struct quantiles {
    double count; // merged and waiting
    double min, max;
    uint32_t merged, waiting;
    struct centroid centroids[]; // merged ones ascending, then room; from the end: waiting values
};

// k2 has fewer steps than half of the compression, and two centroids span more than one.
static uint32_t room_of(const struct estimator *estimator) {
    return (uint32_t)estimator->settings[0];
}

static size_t size(const struct estimator *estimator) {
    return sizeof(struct quantiles) + sizeof(struct centroid) * 2 * room_of(estimator);
}

static struct centroid *waiting_of(const struct estimator *estimator, struct quantiles *quantiles) {
    return quantiles->centroids + room_of(estimator);
}

static double scale(double share, double count, double compression) {
    if (share <= 0 || share >= 1) return share <= 0 ? -INFINITY : INFINITY;
    double width = 4 * log(fmax(count / compression, 1)) + 24;
    return compression / width * log(share / (1 - share));
}

static void sort(struct centroid *list, uint32_t count) { // few, and mostly in runs
    for (uint32_t i = 1; i < count; i++) {
        struct centroid one = list[i];
        uint32_t place = i;
        for (; place > 0 && list[place - 1].mean > one.mean; place--)
            list[place] = list[place - 1];
        list[place] = one;
    }
}

// Both lists ascend; neighbours become one centroid as long as it spans at most one step of k2.
static void merge(const struct estimator *estimator, struct quantiles *quantiles) {
    struct centroid old[QUANTILES_MAX], *waiting = waiting_of(estimator, quantiles);
    uint32_t old_count = quantiles->merged, i = 0, j = 0, made = 0;
    double compression = estimator->settings[0], before = 0;
    sort(waiting, quantiles->waiting);
    memcpy(old, quantiles->centroids, sizeof *old * old_count);
    double limit = -INFINITY;
    while (i < old_count || j < quantiles->waiting) {
        bool is_old = j == quantiles->waiting || (i < old_count && old[i].mean <= waiting[j].mean);
        struct centroid next = is_old ? old[i++] : waiting[j++];
        struct centroid *last = made > 0 ? &quantiles->centroids[made - 1] : NULL;
        double share = last ? (before + last->weight + next.weight) / quantiles->count : 0;
        if (last && scale(share, quantiles->count, compression) <= limit) {
            last->weight += next.weight;
            last->mean += (next.mean - last->mean) * next.weight / last->weight;
        } else {
            if (last) before += last->weight;
            limit = scale(before / quantiles->count, quantiles->count, compression) + 1;
            quantiles->centroids[made++] = next;
        }
    }
    quantiles->merged = made;
    quantiles->waiting = 0;
}

static void add(const struct estimator *estimator, void *memory, const double *inputs, int64_t at) {
    (void)at;
    struct quantiles *quantiles = memory;
    double value = inputs[0];
    if (quantiles->count == 0) quantiles->min = quantiles->max = value;
    quantiles->min = fmin(quantiles->min, value);
    quantiles->max = fmax(quantiles->max, value);
    quantiles->count++;
    waiting_of(estimator, quantiles)[quantiles->waiting++] = (struct centroid){value, 1};
    if (quantiles->waiting == room_of(estimator)) merge(estimator, quantiles);
}

// How much of the merged weight lies below x: a centroid's is spread evenly to the middles of its
// neighbours; one alone is where it is.
static double merged_below(const struct quantiles *quantiles, double x) {
    double below = 0;
    for (uint32_t i = 0; i < quantiles->merged; i++) {
        const struct centroid *centroid = &quantiles->centroids[i];
        double from = i == 0 ? quantiles->min : (centroid[-1].mean + centroid->mean) / 2;
        double to =
            i + 1 == quantiles->merged ? quantiles->max : (centroid->mean + centroid[1].mean) / 2;
        if (centroid->weight <= 1 || to <= from) {
            if (centroid->mean >= x) break;
            below += centroid->weight;
            continue;
        }
        if (x <= from) break;
        below += centroid->weight * fmin(1, (x - from) / (to - from));
    }
    return below;
}

static double below(const struct estimator *estimator, const struct quantiles *quantiles,
                    double x) {
    const struct centroid *waiting = quantiles->centroids + room_of(estimator);
    double sum = merged_below(quantiles, x);
    for (uint32_t i = 0; i < quantiles->waiting; i++)
        sum += waiting[i].mean < x;
    return sum;
}

// The least x with that share below or at it, by halving: reading is rare.
static double quantile(const struct estimator *estimator, const struct quantiles *quantiles,
                       double share) {
    if (!(share >= 0 && share <= 1)) return NAN;
    double low = quantiles->min, high = quantiles->max;
    for (int i = 0; i < 100 && low < high; i++) {
        double middle = low + (high - low) / 2;
        if (middle == low || middle == high) break;
        if (below(estimator, quantiles, middle) <= share * (quantiles->count - 1))
            low = middle;
        else
            high = middle;
    }
    return share == 1 ? quantiles->max : low;
}

static double read(const struct estimator *estimator, const void *memory, int value,
                   const double *arguments) {
    const struct quantiles *quantiles = memory;
    if (value == COUNT) return quantiles->count;
    if (value == TAIL)
        return (quantiles->count + 1 - below(estimator, quantiles, arguments[0])) /
               (quantiles->count + 1);
    if (quantiles->count == 0) return NAN;
    if (value == MIN) return quantiles->min;
    if (value == MAX) return quantiles->max;
    return quantile(estimator, quantiles, arguments[0]);
}

const struct estimator_kind quantiles_kind = {
    .name = "quantiles",
    .phrase = "a quantiles",
    .inputs_most = 1,
    .settings =
        (const struct estimator_setting[]){{"quantiles", SETTING_WHOLE, 20, QUANTILES_MAX, NAN}},
    .setting_count = 1,
    .values = (const struct estimator_value[]){{"count", ESTIMATOR_PLAIN, true},
                                               {"min", ESTIMATOR_PLAIN, false},
                                               {"max", ESTIMATOR_PLAIN, false},
                                               {"quantile", 1, false},
                                               {"tail", 1, false}},
    .value_count = 5,
    .size = size,
    .add = add,
    .read = read,
};
