#include "predict/profile.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 100 // of k-means
#define LEAST_SHARE 0.01
#define SPLIT 0.02 // squared, in deviations: rows nearer to a regime are of it
#define ALIKE 0.05 // so little further, the second regime may as well be it

struct profile *profile_new(int regimes, int settings, int values) {
    struct profile *profile = xcalloc(1, sizeof *profile);
    *profile = (struct profile){.settings = settings, .values = values, .regimes = regimes};
    profile->centres = xcalloc((size_t)(regimes * settings) + 1, sizeof *profile->centres);
    profile->scales = xcalloc((size_t)settings + 1, sizeof *profile->scales);
    profile->means = xcalloc((size_t)(regimes * values) + 1, sizeof *profile->means);
    profile->deviations = xcalloc((size_t)(regimes * values) + 1, sizeof *profile->deviations);
    return profile;
}

void profile_free(struct profile *profile) {
    if (!profile) return;
    free(profile->centres);
    free(profile->scales);
    free(profile->means);
    free(profile->deviations);
    free(profile);
}

// Squared, in units of the scales, over the settings that are there; < 0 when none is.
static double distance(const struct profile *profile, int regime, const double *settings) {
    double sum = 0;
    int count = 0;
    for (int i = 0; i < profile->settings; i++) {
        if (isnan(settings[i])) continue;
        double apart = settings[i] - profile->centres[regime * profile->settings + i];
        sum += apart * apart / (profile->scales[i] * profile->scales[i]);
        count++;
    }
    return count ? sum : -1;
}

static bool is_whole(const struct profile *profile, const double *row) {
    for (int i = 0; i < profile->settings; i++)
        if (isnan(row[i])) return false;
    return true;
}

int profile_regime(const struct profile *profile, const double *settings) {
    double least = INFINITY, second = INFINITY;
    int regime = profile->settings == 0 && profile->regimes > 0 ? 0 : -1;
    for (int i = 0; i < profile->regimes && profile->settings > 0; i++) {
        double apart = distance(profile, i, settings);
        if (apart < 0) continue;
        if (apart < least) {
            second = least;
            least = apart;
            regime = i;
        } else {
            second = fmin(second, apart);
        }
    }
    return second - least < ALIKE && !is_whole(profile, settings) ? -1 : regime;
}

double profile_standardise(const struct profile *profile, int regime, int value, double number) {
    if (regime < 0) return NAN;
    double deviation = profile->deviations[regime * profile->values + value];
    if (!(deviation > 0)) return NAN;
    return (number - profile->means[regime * profile->values + value]) / deviation;
}

static void find_scales(struct profile *profile, const double *rows, size_t count, int width) {
    for (int i = 0; i < profile->settings; i++) {
        double sum = 0, squares = 0, n = 0;
        for (size_t row = 0; row < count; row++) {
            double number = rows[row * (size_t)width + (size_t)i];
            if (isnan(number)) continue;
            n++;
            double apart = number - sum / fmax(n - 1, 1);
            if (n == 1) apart = 0;
            sum += number;
            squares += apart * apart * (n - 1) / n;
        }
        double deviation = n > 1 ? sqrt(squares / n) : 0;
        profile->scales[i] = deviation > 0 ? deviation : 1;
    }
}

// Each centre is the row that is furthest from those before; the first one is the first row.
static void begin_centres(struct profile *profile, const double *rows, size_t count, int width) {
    int wanted = profile->regimes;
    size_t bytes = sizeof(double) * (size_t)profile->settings, chosen = 0;
    while (chosen < count && !is_whole(profile, rows + chosen * (size_t)width))
        chosen++;
    profile->regimes = 0;
    for (double furthest = 1; profile->regimes < wanted && furthest > SPLIT && chosen < count;) {
        memcpy(profile->centres + profile->regimes++ * profile->settings,
               rows + chosen * (size_t)width, bytes);
        furthest = 0;
        for (size_t row = 0; row < count; row++) {
            const double *settings = rows + row * (size_t)width;
            if (!is_whole(profile, settings)) continue;
            double apart = distance(profile, profile_regime(profile, settings), settings);
            if (apart <= furthest) continue;
            furthest = apart;
            chosen = row;
        }
    }
}

// One step of Lloyd's; regimes that are too small go. True while something moves.
static bool move_centres(struct profile *profile, const double *rows, size_t count, int width) {
    size_t size = (size_t)(profile->regimes * profile->settings);
    double *sums = xcalloc(size + 1, sizeof *sums);
    double *members = xcalloc((size_t)profile->regimes, sizeof *members);
    double all = 0;
    for (size_t row = 0; row < count; row++) {
        const double *settings = rows + row * (size_t)width;
        if (!is_whole(profile, settings)) continue;
        int regime = profile_regime(profile, settings);
        members[regime]++;
        all++;
        for (int i = 0; i < profile->settings; i++)
            sums[regime * profile->settings + i] += settings[i];
    }
    bool has_moved = false;
    int kept = 0;
    for (int regime = 0; regime < profile->regimes; regime++) {
        if (members[regime] < LEAST_SHARE * all) {
            has_moved = true;
            continue;
        }
        for (int i = 0; i < profile->settings; i++) {
            double centre = sums[regime * profile->settings + i] / members[regime];
            has_moved |= centre != profile->centres[kept * profile->settings + i];
            profile->centres[kept * profile->settings + i] = centre;
        }
        kept++;
    }
    profile->regimes = kept;
    free(sums);
    free(members);
    return has_moved;
}

static void find_usual(struct profile *profile, const double *rows, size_t count, int width) {
    size_t size = (size_t)(profile->regimes * profile->values);
    double *counts = xcalloc(size + 1, sizeof *counts);
    for (size_t row = 0; row < count; row++) { // Welford
        const double *settings = rows + row * (size_t)width;
        int regime = profile_regime(profile, settings);
        for (int i = 0; i < profile->values && regime >= 0; i++) {
            double number = settings[profile->settings + i];
            int place = regime * profile->values + i;
            if (isnan(number)) continue;
            double apart = number - profile->means[place];
            profile->means[place] += apart / ++counts[place];
            profile->deviations[place] += apart * (number - profile->means[place]);
        }
    }
    for (size_t i = 0; i < size; i++) {
        double variance = counts[i] > 1 ? profile->deviations[i] / counts[i] : 0;
        double least = 1e-12 * profile->means[i] * profile->means[i];
        profile->deviations[i] = variance > least ? sqrt(variance) : 0;
    }
    free(counts);
}

struct profile *profile_fit(const double *rows, size_t count, int regimes, int settings,
                            int values) {
    int width = settings + values;
    struct profile *profile = profile_new(settings > 0 ? regimes : 1, settings, values);
    find_scales(profile, rows, count, width);
    if (settings > 0) {
        begin_centres(profile, rows, count, width);
        for (int step = 0; step < STEPS_MAX && move_centres(profile, rows, count, width); step++)
            continue;
    }
    if (count < 2 || profile->regimes == 0) {
        profile_free(profile);
        return NULL;
    }
    find_usual(profile, rows, count, width);
    return profile;
}
