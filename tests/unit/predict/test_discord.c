// Against comparing every pair of stretches, and what it must not take for new.

#include "kind.h"
#include "predict/discord.h"

static double brute(const double *all, int count, int length, int memory, bool is_centred) {
    double least = INFINITY;
    int first = count > memory ? count - memory : 0;
    for (int from = first; from + 2 * length <= count; from++) {
        double sum = 0, mean = 0;
        for (int i = 0; i < length && is_centred; i++)
            mean += (all[from + i] - all[count - length + i]) / length;
        for (int i = 0; i < length; i++)
            sum += pow(all[from + i] - all[count - length + i] - mean, 2);
        least = fmin(least, sum);
    }
    return isinf(least) ? NAN : sqrt(least);
}

static void it_equals_every_pair(void **state) {
    (void)state;
    double all[700];
    uint64_t seed = 5;
    for (int length = 2; length <= 20; length += 6) {
        struct under_test test =
            kind_begin(&discord_kind, 1, (double[]){length, 200, length % 4 == 0});
        for (int i = 0; i < 700; i++) {
            all[i] = 10 * sin(i / 5.0) + kind_random(&seed) + (i == 400 ? 30 : 0);
            kind_add(&test, all[i], i);
            double truth = brute(all, i + 1, length, 200, length % 4 == 0),
                   got = kind_read(&test, "distance", 0);
            assert_true(isnan(truth) ? isnan(got) : fabs(got - truth) < 1e-6 * (1 + truth));
        }
        assert_true(kind_read(&test, "count", 0) == 700);
        kind_end(&test);
    }
}

static void a_repeated_reading_is_left_out(void **state) {
    (void)state;
    struct under_test test = kind_begin(&discord_kind, 1, (double[]){4, 64, 0});
    for (int i = 0; i < 50; i++) {
        kind_add(&test, i % 5, i);
        kind_add(&test, i % 5, i);     // sent twice
        kind_add(&test, 1e6, i - 0.5); // from before
    }
    assert_true(kind_read(&test, "count", 0) == 50);
    assert_true(kind_read(&test, "distance", 0) == 0);
    kind_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_equals_every_pair),
        cmocka_unit_test(a_repeated_reading_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
