// twintrain MATRIX: fits gradient boosted trees to a matrix that twinctl wrote, with XGBoost, and
// prints them as text. A program of its own, so that neither twind nor twinctl links the library.
//
// The matrix is a header, then rows of floats: fold group, faulty, target, features. Rows that are
// faulty have injected faults: they are learned from and not scored. Errors are of
// five-fold cross-validation by group, so no twin is judged by what was learned from it.

#include "train/matrix.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xgboost/c_api.h>

#define FOLDS MATRIX_FOLDS
#define CAPPED_WEIGHT 0.4F // of a row at the cap: there are many, and they are all alike

struct data {
    struct matrix_head head;
    float *rows; // head.rows * (MATRIX_BESIDE + head.inputs)
    float *said; // out of fold, one a row
};

static void check(int code) {
    if (code == 0) return;
    fprintf(stderr, "twintrain: XGBoost: %s\n", XGBGetLastError());
    exit(1);
}

static const float *row_of(const struct data *data, uint64_t row) {
    return data->rows + row * (MATRIX_BESIDE + data->head.inputs);
}

// Rows whose group is (is_in) or is not in a fold; FOLDS is no fold. The caller frees it.
static DMatrixHandle select_rows(const struct data *data, int fold, bool is_in, uint64_t *count) {
    uint32_t inputs = data->head.inputs;
    float *features = malloc(sizeof *features * (data->head.rows * inputs + 1));
    float *targets = malloc(sizeof *targets * (data->head.rows + 1));
    float *weights = malloc(sizeof *weights * (data->head.rows + 1));
    *count = 0;
    for (uint64_t i = 0; i < data->head.rows; i++) {
        const float *row = row_of(data, i);
        if ((matrix_fold(row) == fold) != is_in) continue;
        memcpy(features + *count * inputs, row + MATRIX_BESIDE, sizeof *features * inputs);
        bool is_capped = data->head.cap > 0 && row[MATRIX_TARGET] >= data->head.cap;
        weights[*count] = is_capped ? CAPPED_WEIGHT : 1;
        targets[(*count)++] = row[MATRIX_TARGET];
    }
    DMatrixHandle matrix;
    check(XGDMatrixCreateFromMat(features, *count, inputs, NAN, &matrix));
    check(XGDMatrixSetFloatInfo(matrix, "label", targets, *count));
    check(XGDMatrixSetFloatInfo(matrix, "weight", weights, *count));
    free(features);
    free(targets);
    free(weights);
    return matrix;
}

static void set(BoosterHandle booster, const char *name, const char *format, ...) {
    char text[40];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    check(XGBoosterSetParam(booster, name, text));
}

static BoosterHandle fit(const struct data *data, DMatrixHandle matrix) {
    BoosterHandle booster;
    check(XGBoosterCreate(&matrix, 1, &booster));
    set(booster, "objective", "reg:squarederror");
    set(booster, "tree_method", "hist");
    set(booster, "max_depth", "%u", data->head.depth);
    set(booster, "eta", "%g", data->head.rate);
    set(booster, "base_score", "%.9g", matrix_mean(&data->head, data->rows));
    set(booster, "subsample", "0.7");
    set(booster, "colsample_bynode", "0.3");
    set(booster, "min_child_weight", "20");
    set(booster, "seed", "1");
    set(booster, "nthread", "1"); // so that the same data give the same trees
    for (uint32_t i = 0; i < data->head.trees; i++)
        check(XGBoosterUpdateOneIter(booster, (int)i, matrix));
    return booster;
}

static void predict_fold(struct data *data, int fold) {
    uint64_t train_count, count;
    DMatrixHandle train = select_rows(data, fold, false, &train_count);
    DMatrixHandle test = select_rows(data, fold, true, &count);
    if (count > 0 && train_count > 0) {
        BoosterHandle booster = fit(data, train);
        bst_ulong length;
        const float *said;
        check(XGBoosterPredict(booster, test, 0, 0, 0, &length, &said));
        for (uint64_t i = 0, next = 0; i < data->head.rows; i++)
            if (matrix_fold(row_of(data, i)) == fold) data->said[i] = said[next++];
        check(XGBoosterFree(booster));
    }
    check(XGDMatrixFree(train));
    check(XGDMatrixFree(test));
    if (isatty(2)) fprintf(stderr, "\rfold %d of %d\033[K", fold + 1, FOLDS);
}

// A node of XGBoost's text dump, "3:[f12<0.5] yes=7,no=8,missing=7" or "7:leaf=0.25", as preorder.
static void print_node(const char *dump, int node) {
    char begin[24];
    snprintf(begin, sizeof begin, "%d:", node);
    const char *at = dump;
    while (at && strncmp(at + strspn(at, "\t"), begin, strlen(begin)) != 0) {
        at = strchr(at, '\n');
        if (at) at++;
    }
    if (!at) exit(1);
    at += strspn(at, "\t") + strlen(begin);
    int input, yes, no, missing;
    float threshold;
    if (sscanf(at, "[f%d<%f] yes=%d,no=%d,missing=%d", &input, &threshold, &yes, &no, &missing) ==
        5) {
        printf("%d<%.9g%s ", input, threshold, missing == no ? "!" : "");
        print_node(dump, yes);
        putchar(' ');
        print_node(dump, no);
    } else {
        printf("=%.6g", strtod(at + strlen("leaf="), NULL));
    }
}

static void print_trees(const struct data *data) {
    uint64_t count;
    DMatrixHandle all = select_rows(data, FOLDS, false, &count);
    BoosterHandle booster = fit(data, all);
    bst_ulong length;
    const char **dumps;
    check(XGBoosterDumpModelEx(booster, "", 0, "text", &length, &dumps));
    printf("base %.9g\n", matrix_mean(&data->head, data->rows));
    for (bst_ulong i = 0; i < length; i++) {
        printf("tree ");
        print_node(dumps[i], 0);
        putchar('\n');
    }
    check(XGBoosterFree(booster));
    check(XGDMatrixFree(all));
}

int main(int argc, char **argv) {
    struct data data = {0};
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (!file || fread(&data.head, sizeof data.head, 1, file) != 1 ||
        data.head.format != MATRIX_FORMAT || data.head.rows == 0) {
        fprintf(stderr, "twintrain: %s is no matrix that twinctl train wrote\n",
                argc == 2 ? argv[1] : "nothing");
        return 2;
    }
    size_t width = MATRIX_BESIDE + data.head.inputs;
    data.rows = malloc(sizeof *data.rows * width * data.head.rows);
    data.said = calloc(data.head.rows, sizeof *data.said);
    if (fread(data.rows, sizeof *data.rows * width, data.head.rows, file) != data.head.rows) {
        fprintf(stderr, "twintrain: %s is cut off\n", argv[1]);
        return 2;
    }
    fclose(file);
    for (int fold = 0; fold < FOLDS; fold++)
        predict_fold(&data, fold);
    matrix_score(&data.head, data.rows, data.said, stdout);
    print_trees(&data);
    if (isatty(2)) fprintf(stderr, "\r\033[K");
    free(data.rows);
    free(data.said);
    return fflush(stdout) != 0;
}
