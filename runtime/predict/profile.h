// What is usual in each regime of operation: values are standardised by the mean and the standard
// deviation that they had in the regime that is nearest.
//
// Regimes are centres of the settings, by k-means (Lloyd 1982) from centres that are each the
// furthest from those before (Gonzalez 1985), settings in units of their standard deviation;
// deterministic. There are no more than the rows tell apart, and one that fewer than a
// hundredth of the rows are of is left out.

#ifndef PREDICT_PROFILE_H
#define PREDICT_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

struct profile {
    int settings, values, regimes;
    double *centres;            // regimes * settings
    double *scales;             // one a setting
    double *means, *deviations; // regimes * values; a value that never moved has 0
};

struct profile *profile_new(int regimes, int settings, int values);
void profile_free(struct profile *profile);

// Row after row, settings then values; NAN is missing, and a row that lacks a setting is left out.
// NULL when there are not even two whole rows.
struct profile *profile_fit(const double *rows, size_t count, int regimes, int settings,
                            int values);

// Of the settings that are there; -1 when none is, or when those do not tell two regimes apart.
int profile_regime(const struct profile *profile, const double *settings);
// NAN when the value is missing or never moved in that regime.
double profile_standardise(const struct profile *profile, int regime, int value, double number);

#endif
