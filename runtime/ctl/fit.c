#include "ctl/fit.h"

#include "base/err.h"
#include "base/memory.h"
#include "predict/ridge.h"
#include "train/matrix.h"

#include <stdlib.h>

struct data {
    struct matrix_head head;
    float *rows;
    int left_out; // fold
};

static bool read_matrix(const char *path, struct data *data) {
    FILE *file = fopen(path, "rb");
    bool is_read = file && fread(&data->head, sizeof data->head, 1, file) == 1;
    size_t width = MATRIX_BESIDE + (is_read ? data->head.inputs : 0);
    if (is_read) {
        data->rows = xmalloc(sizeof *data->rows * width * data->head.rows);
        is_read =
            fread(data->rows, sizeof *data->rows * width, data->head.rows, file) == data->head.rows;
    }
    if (file) fclose(file);
    return is_read;
}

static bool is_used(void *context, const float *row) {
    return matrix_fold(row) != ((const struct data *)context)->left_out;
}

static struct ridge *fit(struct data *data, int left_out, double penalty) {
    size_t width = MATRIX_BESIDE + data->head.inputs;
    data->left_out = left_out;
    return ridge_fit(data->rows, data->head.rows, width, MATRIX_TARGET, MATRIX_BESIDE,
                     (int)data->head.inputs, penalty, is_used, data);
}

static void say(const struct data *data, const struct ridge *ridge, float *said) {
    size_t width = MATRIX_BESIDE + data->head.inputs;
    double *features = xmalloc(sizeof *features * data->head.inputs);
    for (uint64_t i = 0; i < data->head.rows; i++) {
        const float *row = data->rows + i * width;
        if (matrix_fold(row) != data->left_out) continue;
        for (uint32_t j = 0; j < data->head.inputs; j++)
            features[j] = (double)row[MATRIX_BESIDE + j];
        said[i] = (float)ridge_value(ridge, features);
    }
    free(features);
}

struct ridge *fit_ridge(const char *matrix, double penalty, FILE *lines, struct err *err) {
    struct data data = {0};
    struct ridge *ridge = NULL;
    if (read_matrix(matrix, &data)) {
        float *said = xcalloc(data.head.rows + 1, sizeof *said);
        for (int fold = 0; fold < MATRIX_FOLDS; fold++) {
            struct ridge *part = fit(&data, fold, penalty);
            if (part) say(&data, part, said);
            ridge_free(part);
        }
        matrix_score(&data.head, data.rows, said, lines);
        ridge = fit(&data, MATRIX_FOLDS, penalty);
        free(said);
    }
    free(data.rows);
    if (!ridge) err_set(err, ERR_INVALID, "there are fewer than two rows to learn from");
    return ridge;
}
