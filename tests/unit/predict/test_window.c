// Windows stay bounded, keep the span, and are the same from the same samples.

#include "base/memory.h"
#include "predict/window.h"
#include "test.h"

#define SECOND 1000000
#define HOUR (3600 * (int64_t)SECOND)

static void few_samples_are_kept_as_they_are(void **state) {
    (void)state;
    struct window *window = window_new();
    for (int i = 0; i < 100; i++)
        window_add(window, HOUR, i * 0.5, i * (int64_t)SECOND);
    struct window_point points[WINDOW_POINTS];
    assert_int_equal(window_read(window, 0, points), 100);
    for (int i = 0; i < 100; i++) {
        assert_true(points[i].seconds == i);
        assert_true(points[i].value == i * 0.5);
    }
    window_free(window);
}

static void two_days_at_one_hertz_fit_and_keep_their_slope(void **state) {
    (void)state;
    struct window *window = window_new();
    int64_t span = 48 * HOUR;
    for (int64_t i = 0; i < 3 * 86400; i++)
        window_add(window, span, (double)i / 3600, i * SECOND);
    struct window_point points[WINDOW_POINTS];
    int count = window_read(window, 0, points);
    assert_in_range(count, WINDOW_POINTS / 3, WINDOW_POINTS);
    assert_true(window_bytes(window) < 1200);
    double first = points[0].seconds, last = points[count - 1].seconds;
    assert_true(last - first > 0.75 * 48 * 3600);
    assert_true(first >=
                (3 * 86400 - 2 * 48 * 3600)); // nothing older than a span and the slack of merging
    for (int i = 1; i < count; i++) {
        double slope = (points[i].value - points[i - 1].value) /
                       (points[i].seconds - points[i - 1].seconds) * 3600;
        assert_true(slope > 0.99 && slope < 1.01);
    }
    window_free(window);
}

static void a_late_sample_changes_no_point(void **state) {
    (void)state;
    struct window *window = window_new();
    window_add(window, HOUR, 1, 10 * SECOND);
    window_add(window, HOUR, 2, 5 * SECOND);
    struct window_point point;
    assert_int_equal(window_read(window, 0, &point), 1);
    assert_true(point.value == 1);
    window_free(window);
}

static void a_gap_longer_than_the_clock_of_points_starts_anew(void **state) {
    (void)state;
    struct window *window = window_new();
    window_add(window, HOUR, 1, 0);
    window_add(window, HOUR, 2, 100 * 24 * HOUR);
    struct window_point points[WINDOW_POINTS];
    assert_int_equal(window_read(window, 0, points), 1);
    assert_true(points[0].value == 2);
    assert_true(points[0].seconds == 100 * 24 * 3600.0);
    window_free(window);
}

static void decoded_bytes_go_on_exactly_as_the_original(void **state) {
    (void)state;
    struct window *window = window_new();
    for (int i = 0; i < 1000; i++)
        window_add(window, HOUR, i % 17, i * (int64_t)SECOND * 7);
    struct buffer bytes = {0}, again = {0}, later = {0};
    window_encode(window, &bytes);
    struct reader reader = {bytes.bytes, bytes.bytes + bytes.length, 0};
    struct window *copy = window_decode(&reader);
    assert_non_null(copy);
    for (int i = 1000; i < 2000; i++) {
        window_add(window, HOUR, i % 13, i * (int64_t)SECOND * 7);
        window_add(copy, HOUR, i % 13, i * (int64_t)SECOND * 7);
    }
    window_encode(window, &again);
    window_encode(copy, &later);
    assert_int_equal(again.length, later.length);
    assert_memory_equal(again.bytes, later.bytes, again.length);
    reader = (struct reader){bytes.bytes, bytes.bytes + bytes.length / 2, 0};
    assert_null(window_decode(&reader));
    buffer_fini(&bytes);
    buffer_fini(&again);
    buffer_fini(&later);
    window_free(window);
    window_free(copy);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_samples_are_kept_as_they_are),
        cmocka_unit_test(two_days_at_one_hertz_fit_and_keep_their_slope),
        cmocka_unit_test(a_late_sample_changes_no_point),
        cmocka_unit_test(a_gap_longer_than_the_clock_of_points_starts_anew),
        cmocka_unit_test(decoded_bytes_go_on_exactly_as_the_original),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
