// The file between twinctl train and twintrain: this head, then rows of floats.

#ifndef TRAIN_MATRIX_H
#define TRAIN_MATRIX_H

#include <stdint.h>

#define MATRIX_FORMAT 0x746d7831u // "1xmt"
// The begin of a row; its features follow, missing ones are NAN.
enum { MATRIX_GROUP, MATRIX_FAULTY, MATRIX_TARGET, MATRIX_BESIDE };

struct matrix_head {
    uint32_t format, inputs;
    uint64_t rows;
    uint32_t trees, depth;
    float rate, cap, band, unused;
};

#endif
