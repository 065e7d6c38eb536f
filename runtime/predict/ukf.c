// The points lie at sqrt(n + kappa) standard deviations, with n + kappa = 3 as for a normal
// distribution, or n where there are more than three states, for no weight may be negative.

#include "predict/ukf.h"

#include <math.h>
#include <string.h>

#define FLOOR 1e-12 // of a variance

// The lower triangle whose square is p; a direction without variance is left out.
static void root_of(const double *p, double *root, int n) {
    memset(root, 0, sizeof *root * (size_t)(n * n));
    for (int j = 0; j < n; j++) {
        double sum = p[j * n + j];
        for (int k = 0; k < j; k++)
            sum -= root[j * n + k] * root[j * n + k];
        root[j * n + j] = sum > 0 ? sqrt(sum) : 0;
        for (int i = j + 1; i < n && sum > 0; i++) {
            double rest = p[i * n + j];
            for (int k = 0; k < j; k++)
                rest -= root[i * n + k] * root[j * n + k];
            root[i * n + j] = rest / root[j * n + j];
        }
    }
}

bool ukf_predict(struct ukf *filter, const double *variances, ukf_move *move, void *context) {
    int n = filter->count;
    double spread = n < 3 ? 3 : n, kappa = spread - n;
    double root[UKF_STATES * UKF_STATES], points[2 * UKF_STATES + 1][UKF_STATES];
    double mean[UKF_STATES] = {0}, p[UKF_STATES * UKF_STATES] = {0};
    root_of(filter->p, root, n);
    for (int i = 0; i < 2 * n + 1; i++) {
        memcpy(points[i], filter->x, sizeof points[i]);
        double side = i == 0 ? 0 : i <= n ? sqrt(spread) : -sqrt(spread);
        for (int j = 0; j < n && i > 0; j++)
            points[i][j] += side * root[j * n + (i - 1) % n];
        if (!move(context, points[i])) return false;
        double weight = i == 0 ? kappa / spread : 0.5 / spread;
        for (int j = 0; j < n; j++)
            mean[j] += weight * points[i][j];
    }
    for (int i = 0; i < 2 * n + 1; i++) {
        double weight = i == 0 ? kappa / spread : 0.5 / spread;
        for (int j = 0; j < n; j++)
            for (int k = 0; k < n; k++)
                p[j * n + k] += weight * (points[i][j] - mean[j]) * (points[i][k] - mean[k]);
    }
    for (int j = 0; j < n; j++)
        p[j * n + j] += variances[j] + FLOOR;
    memcpy(filter->x, mean, sizeof *mean * (size_t)n);
    memcpy(filter->p, p, sizeof *p * (size_t)(n * n));
    return true;
}

double ukf_observe(struct ukf *filter, int state, double reading, double variance, double *error) {
    int n = filter->count;
    double gain[UKF_STATES], row[UKF_STATES];
    double expected = filter->p[state * n + state] + variance + FLOOR;
    *error = reading - filter->x[state];
    for (int i = 0; i < n; i++) {
        row[i] = filter->p[state * n + i];
        gain[i] = filter->p[i * n + state] / expected;
    }
    for (int i = 0; i < n; i++) {
        filter->x[i] += gain[i] * *error;
        for (int j = 0; j < n; j++)
            filter->p[i * n + j] -= gain[i] * row[j];
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double both = (filter->p[i * n + j] + filter->p[j * n + i]) / 2;
            filter->p[i * n + j] = filter->p[j * n + i] = i == j ? fmax(both, FLOOR) : both;
        }
    return *error / sqrt(expected);
}
