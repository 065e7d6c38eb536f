// Against sorting the window anew after each value.

#include "kind.h"
#include "predict/median.h"

static int ascend(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double middle_of(double *values, int count) {
    qsort(values, (size_t)count, sizeof *values, ascend);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static void it_equals_a_sorted_window(void **state) {
    (void)state;
    for (int window = 1; window <= 16; window++) {
        struct under_test test = kind_begin(&median_kind, 1, (double[]){window});
        double all[500], copy[16];
        uint64_t seed = (uint64_t)window;
        for (int i = 0; i < 500; i++) {
            all[i] = floor(kind_random(&seed) * 12); // with many that are equal
            kind_add(&test, all[i], i);
            int count = i + 1 < window ? i + 1 : window;
            memcpy(copy, all + i + 1 - count, sizeof(double) * (size_t)count);
            double median = middle_of(copy, count);
            assert_true(kind_read(&test, "median", 0) == median);
            for (int j = 0; j < count; j++)
                copy[j] = fabs(all[i - j] - median);
            double mad = middle_of(copy, count), z = kind_read(&test, "z", 20);
            assert_true(kind_read(&test, "mad", 0) == mad);
            assert_true(mad > 0 ? fabs(z - (20 - median) / 1.4826 / mad) < 1e-12 : isnan(z));
        }
        kind_end(&test);
    }
}

static void a_spike_does_not_move_it(void **state) {
    (void)state;
    struct under_test test = kind_begin(&median_kind, 1, (double[]){7});
    assert_true(isnan(kind_read(&test, "median", 0)));
    for (int i = 0; i < 20; i++)
        kind_add(&test, i % 9 == 8 ? 1e9 : 5 + i % 2, i);
    assert_true(kind_read(&test, "median", 0) <= 6);
    kind_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_equals_a_sorted_window),
        cmocka_unit_test(a_spike_does_not_move_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
