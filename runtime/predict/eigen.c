#include "predict/eigen.h"

#include <math.h>
#include <string.h>

#define SWEEPS 60 // at most; a matrix of 16 takes ten

void eigen_find(double *matrix, double *vectors, int n) {
    memset(vectors, 0, sizeof *vectors * (size_t)(n * n));
    double size = 0;
    for (int i = 0; i < n; i++) {
        vectors[i * n + i] = 1;
        size += fabs(matrix[i * n + i]);
    }
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        double beside = 0;
        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++) {
                double apart = matrix[p * n + q];
                beside += apart * apart;
                if (fabs(apart) <= 1e-16 * size) continue;
                double theta = (matrix[q * n + q] - matrix[p * n + p]) / (2 * apart);
                double t = copysign(1, theta) / (fabs(theta) + sqrt(theta * theta + 1));
                double c = 1 / sqrt(t * t + 1), s = t * c;
                for (int k = 0; k < n; k++) {
                    double kp = matrix[k * n + p], kq = matrix[k * n + q];
                    matrix[k * n + p] = c * kp - s * kq;
                    matrix[k * n + q] = s * kp + c * kq;
                }
                for (int k = 0; k < n; k++) {
                    double pk = matrix[p * n + k], qk = matrix[q * n + k];
                    matrix[p * n + k] = c * pk - s * qk;
                    matrix[q * n + k] = s * pk + c * qk;
                    double kp = vectors[k * n + p], kq = vectors[k * n + q];
                    vectors[k * n + p] = c * kp - s * kq;
                    vectors[k * n + q] = s * kp + c * kq;
                }
            }
        if (beside <= 1e-22 * size * size) return;
    }
}
