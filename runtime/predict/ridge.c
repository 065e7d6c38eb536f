// The normal equations of standardised features, a row at a time: memory for the matrix alone.

#include "predict/ridge.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

struct ridge *ridge_new(int inputs) {
    struct ridge *ridge = xcalloc(1, sizeof *ridge);
    ridge->inputs = inputs;
    ridge->weights = xcalloc((size_t)inputs * 3, sizeof *ridge->weights);
    ridge->means = ridge->weights + inputs;
    ridge->deviations = ridge->means + inputs;
    return ridge;
}

void ridge_free(struct ridge *ridge) {
    if (!ridge) return;
    free(ridge->weights);
    free(ridge);
}

static double standardise(const struct ridge *ridge, int input, double value) {
    if (isnan(value) || ridge->deviations[input] == 0) return 0;
    return (value - ridge->means[input]) / ridge->deviations[input];
}

double ridge_value(const struct ridge *ridge, const double *inputs) {
    double sum = ridge->offset;
    for (int i = 0; i < ridge->inputs; i++)
        sum += ridge->weights[i] * standardise(ridge, i, inputs[i]);
    return sum;
}

struct rows {
    const float *rows;
    size_t count, width;
    int target, first;
    bool (*is_used)(void *context, const float *row);
    void *context;
};

static const float *next_row(const struct rows *rows, size_t *at) {
    while (*at < rows->count) {
        const float *row = rows->rows + (*at)++ * rows->width;
        if (rows->is_used(rows->context, row)) return row;
    }
    return NULL;
}

// Means and deviations, of what is there. Returns how many rows are used.
static size_t find_scales(struct ridge *ridge, const struct rows *rows) {
    double *counts = xcalloc((size_t)ridge->inputs, sizeof *counts);
    size_t used = 0;
    const float *row;
    for (size_t at = 0; (row = next_row(rows, &at));) {
        ridge->offset += ((double)row[rows->target] - ridge->offset) / (double)++used;
        for (int i = 0; i < ridge->inputs; i++) {
            double value = (double)row[rows->first + i];
            if (isnan(value)) continue;
            double apart = value - ridge->means[i];
            ridge->means[i] += apart / ++counts[i];
            ridge->deviations[i] += apart * (value - ridge->means[i]);
        }
    }
    for (int i = 0; i < ridge->inputs; i++) {
        double deviation = counts[i] > 1 ? sqrt(ridge->deviations[i] / counts[i]) : 0;
        ridge->deviations[i] = deviation > 1e-9 * fabs(ridge->means[i]) ? deviation : 0;
    }
    free(counts);
    return used;
}

// Solves the symmetric positive definite system in place, the solution in `right`.
static void solve(double *matrix, double *right, int n) {
    for (int j = 0; j < n; j++) {
        for (int k = 0; k < j; k++)
            matrix[j * n + j] -= matrix[j * n + k] * matrix[j * n + k];
        matrix[j * n + j] = sqrt(fmax(matrix[j * n + j], 1e-12));
        for (int i = j + 1; i < n; i++) {
            for (int k = 0; k < j; k++)
                matrix[i * n + j] -= matrix[i * n + k] * matrix[j * n + k];
            matrix[i * n + j] /= matrix[j * n + j];
        }
    }
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < i; k++)
            right[i] -= matrix[i * n + k] * right[k];
        right[i] /= matrix[i * n + i];
    }
    for (int i = n; i-- > 0;) {
        for (int k = i + 1; k < n; k++)
            right[i] -= matrix[k * n + i] * right[k];
        right[i] /= matrix[i * n + i];
    }
}

struct ridge *ridge_fit(const float *all, size_t count, size_t width, int target, int first,
                        int inputs, double penalty,
                        bool (*is_used)(void *context, const float *row), void *context) {
    const struct rows rows = {all, count, width, target, first, is_used, context};
    struct ridge *ridge = ridge_new(inputs);
    if (find_scales(ridge, &rows) < 2) {
        ridge_free(ridge);
        return NULL;
    }
    double *matrix = xcalloc((size_t)(inputs * inputs), sizeof *matrix);
    double *z = xcalloc((size_t)inputs, sizeof *z);
    const float *row;
    for (size_t at = 0; (row = next_row(&rows, &at));) {
        for (int i = 0; i < inputs; i++)
            z[i] = standardise(ridge, i, (double)row[first + i]);
        for (int i = 0; i < inputs; i++) {
            ridge->weights[i] += z[i] * ((double)row[target] - ridge->offset);
            for (int j = 0; j <= i; j++)
                matrix[i * inputs + j] += z[i] * z[j];
        }
    }
    for (int i = 0; i < inputs; i++)
        matrix[i * inputs + i] += penalty;
    solve(matrix, ridge->weights, inputs);
    free(matrix);
    free(z);
    return ridge;
}
