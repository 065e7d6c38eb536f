// The file between twinctl train and twintrain: this head, then rows of floats. And how what is
// learned from it is scored, whoever learns.

#ifndef TRAIN_MATRIX_H
#define TRAIN_MATRIX_H

#include <stdint.h>
#include <stdio.h>

#define MATRIX_FORMAT 0x746d7831u // "1xmt"
// The begin of a row; its features follow, missing ones are NAN.
enum { MATRIX_GROUP, MATRIX_FAULTY, MATRIX_TARGET, MATRIX_BESIDE };

struct matrix_head {
    uint32_t format, inputs;
    uint64_t rows;
    uint32_t trees, depth;
    float rate, cap, band, unused;
};

#define MATRIX_FOLDS 5

// Which fifth a row is of: all rows of a group are of one.
int matrix_fold(const float *row);
double matrix_mean(const struct matrix_head *head, const float *rows); // of the targets
// The lines "error E", "mean E" (of the mean alone) and "band AT LOW HIGH", from what was said of
// each row by one who had not learned from its fold. Errors are root mean squares; rows with faults
// are not scored.
void matrix_score(const struct matrix_head *head, const float *rows, const float *said, FILE *out);

#endif
