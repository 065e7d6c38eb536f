// Eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's rotations (Golub, Van Loan,
// "Matrix Computations", 8.5).

#ifndef PREDICT_EIGEN_H
#define PREDICT_EIGEN_H

// `matrix`, n * n, is left with the eigenvalues on its diagonal, in no order; their vectors, of
// length 1, are the columns of `vectors`.
void eigen_find(double *matrix, double *vectors, int n);

#endif
