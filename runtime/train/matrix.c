#include "train/matrix.h"

#include <math.h>
#include <stdlib.h>

#define BANDS 10
#define BAND_LEAST 20 // rows that a band is made of

struct scored {
    float said, error; // target - said
};

static const float *row_of(const struct matrix_head *head, const float *rows, uint64_t row) {
    return rows + row * (MATRIX_BESIDE + head->inputs);
}

int matrix_fold(const float *row) {
    return (int)((uint64_t)row[MATRIX_GROUP] * 2654435761u % 4294967296u * MATRIX_FOLDS /
                 4294967296u);
}

double matrix_mean(const struct matrix_head *head, const float *rows) {
    double sum = 0;
    for (uint64_t i = 0; i < head->rows; i++)
        sum += (double)row_of(head, rows, i)[MATRIX_TARGET];
    return sum / (double)head->rows;
}

static float clip(const struct matrix_head *head, float value) {
    return head->cap > 0 ? fminf(fmaxf(value, 0), head->cap) : value;
}

static int ascend(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

// Tenths of what was said, and the errors between which the band's share of each lies.
static void write_bands(const struct matrix_head *head, struct scored *scored, uint64_t count,
                        FILE *out) {
    qsort(scored, count, sizeof *scored, ascend); // by what was said
    float *errors = malloc(sizeof *errors * (count + 1));
    for (uint64_t band = 0; band < BANDS && count >= BANDS * BAND_LEAST; band++) {
        uint64_t from = band * count / BANDS, to = (band + 1) * count / BANDS;
        double at = 0;
        for (uint64_t i = from; i < to; i++) {
            errors[i - from] = scored[i].error;
            at += (double)scored[i].said / (double)(to - from);
        }
        qsort(errors, to - from, sizeof *errors, ascend);
        double share = (1 - (double)head->band) / 2, last = (double)(to - from - 1);
        fprintf(out, "band %.6g %.6g %.6g\n", at, (double)errors[(uint64_t)(share * last)],
                (double)errors[(uint64_t)((1 - share) * last)]);
    }
    free(errors);
}

void matrix_score(const struct matrix_head *head, const float *rows, const float *said, FILE *out) {
    struct scored *scored = malloc(sizeof *scored * (head->rows + 1));
    double mean = matrix_mean(head, rows), squares = 0, beside = 0;
    uint64_t count = 0;
    for (uint64_t i = 0; i < head->rows; i++) {
        const float *row = row_of(head, rows, i);
        if (row[MATRIX_FAULTY] != 0) continue;
        float told = clip(head, said[i]);
        double error = (double)(row[MATRIX_TARGET] - told);
        scored[count++] = (struct scored){told, (float)error};
        squares += error * error;
        beside += pow((double)row[MATRIX_TARGET] - mean, 2);
    }
    fprintf(out, "error %.6g\nmean %.6g\n", sqrt(squares / (double)count),
            sqrt(beside / (double)count));
    write_bands(head, scored, count, out);
    free(scored);
}
