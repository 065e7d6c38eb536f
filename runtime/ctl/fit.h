// Fits what needs no other program to a matrix (train/matrix.h).

#ifndef CTL_FIT_H
#define CTL_FIT_H

#include <stdio.h>

struct err;
struct ridge;

// A ridge of all rows; the lines of matrix_score, cross-validated, on `lines`. NULL with what is
// wrong.
struct ridge *fit_ridge(const char *matrix, double penalty, FILE *lines, struct err *err);

#endif
