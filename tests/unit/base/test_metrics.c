// Counters, gauges and histograms as Prometheus reads them.

#include "base/memory.h"
#include "base/metrics.h"
#include "test.h"

static double read_seven(void *context) {
    (void)context;
    return 7;
}

static void exported_text_groups_names(void **state) {
    (void)state;
    struct metrics *metrics = metrics_new();
    ++*metrics_counter(metrics, "a_total", "code=\"1\"", "First");
    metrics_gauge(metrics, "g", "Gauge", read_seven, NULL);
    *metrics_counter(metrics, "a_total", "code=\"2\"", "First") += 2;
    ++*metrics_counter(metrics, "a_total", "code=\"1\"", "First");
    struct buffer out = {0};
    metrics_write(metrics, &out);
    buffer_byte(&out, 0);
    assert_string_equal((char *)out.bytes, "# HELP a_total First\n# TYPE a_total counter\n"
                                           "a_total{code=\"1\"} 2\na_total{code=\"2\"} 2\n"
                                           "# HELP g Gauge\n# TYPE g gauge\ng 7\n");
    buffer_fini(&out);
    metrics_free(metrics);
}

static void a_histogram_counts_up_to_each_bound(void **state) {
    (void)state;
    struct metrics *metrics = metrics_new();
    struct histogram *histogram = metrics_histogram(metrics, "h_seconds", "Seconds");
    histogram_add(histogram, 16);
    histogram_add(histogram, 17);
    histogram_add(histogram, 60000000);
    struct buffer out = {0};
    metrics_write(metrics, &out);
    buffer_byte(&out, 0);
    assert_non_null(strstr((char *)out.bytes, "h_seconds_bucket{le=\"1.6e-05\"} 1\n"));
    assert_non_null(strstr((char *)out.bytes, "h_seconds_bucket{le=\"3.2e-05\"} 2\n"));
    assert_non_null(strstr((char *)out.bytes, "h_seconds_bucket{le=\"+Inf\"} 3\n"));
    assert_non_null(strstr((char *)out.bytes, "h_seconds_count 3\n"));
    buffer_fini(&out);
    metrics_free(metrics);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exported_text_groups_names),
        cmocka_unit_test(a_histogram_counts_up_to_each_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
