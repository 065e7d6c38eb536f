// Against sorting all values.

#include "kind.h"
#include "predict/quantiles.h"

static int ascend(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double tail_of(const double *all, int count, double x) {
    int least = 0;
    for (int i = 0; i < count; i++)
        least += all[i] >= x;
    return (least + 1.0) / (count + 1.0);
}

#define COUNT 20000
static void check_shape(double (*shape)(double)) {
    struct under_test test = kind_begin(&quantiles_kind, 1, (double[]){200});
    double *all = malloc(sizeof *all * COUNT);
    uint64_t seed = 17;
    for (int i = 0; i < COUNT; i++) {
        all[i] = shape(kind_random(&seed));
        kind_add(&test, all[i], i);
    }
    qsort(all, COUNT, sizeof *all, ascend);
    assert_true(kind_read(&test, "count", 0) == COUNT);
    assert_true(kind_read(&test, "min", 0) == all[0] &&
                kind_read(&test, "max", 0) == all[COUNT - 1]);
    for (int i = 1; i < 12; i++) { // the very ends are exact or nearly so
        double x = all[COUNT - (1 << i)], truth = tail_of(all, COUNT, x);
        double got = kind_read(&test, "tail", x);
        assert_true(fabs(got - truth) <= 0.08 * truth);
        double share = 1 - (double)(1 << i) / COUNT;
        double rank = 1 - tail_of(all, COUNT, kind_read(&test, "quantile", share));
        assert_true(fabs(rank - share) < 0.005);
    }
    assert_true(kind_read(&test, "tail", all[COUNT - 1] + 1) == 1.0 / (COUNT + 1));
    assert_true(kind_read(&test, "tail", all[0] - 1) == 1);
    free(all);
    kind_end(&test);
}

static double uniform(double x) {
    return x;
}
static double heavy(double x) {
    return 1 / (1.0000001 - x);
}
static double rounded(double x) {
    return floor(x * x * 50);
}

static void the_rank_is_that_of_sorting(void **state) {
    (void)state;
    check_shape(uniform);
    check_shape(heavy);
}

static void equal_values_are_all_as_large(void **state) {
    (void)state;
    struct under_test test = kind_begin(&quantiles_kind, 1, (double[]){50});
    assert_true(kind_read(&test, "tail", 3) == 1); // nothing is known
    assert_true(isnan(kind_read(&test, "min", 0)));
    uint64_t seed = 9;
    double all[3000];
    for (int i = 0; i < 3000; i++)
        kind_add(&test, all[i] = rounded(kind_random(&seed)), i);
    for (int x = 0; x < 50; x += 7)
        assert_true(fabs(kind_read(&test, "tail", x) - tail_of(all, 3000, x)) < 0.02);
    struct under_test same = kind_begin(&quantiles_kind, 1, (double[]){50});
    for (int i = 0; i < 1000; i++)
        kind_add(&same, 0, i);
    assert_true(kind_read(&same, "tail", 0) == 1 && kind_read(&same, "quantile", 0.5) == 0);
    kind_end(&same);
    kind_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rank_is_that_of_sorting),
        cmocka_unit_test(equal_values_are_all_as_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
