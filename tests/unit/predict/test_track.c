// Forecasts of values and of crossings, judged when their time comes and not before.

#include "predict/track.h"
#include "test.h"

#include <math.h>

#define S 1000000LL

static void a_value_is_judged_at_its_horizon(void **state) {
    (void)state;
    struct track track = {0};
    struct track_forecast forecast = {
        .made = 0, .due = 60 * S, .value = 10, .low = 8, .high = 12, .was = 7};
    track_follow(&track, &forecast);
    track_value(&track, 100, 59 * S); // not yet
    assert_int_equal(track.count, 0);
    track_value(&track, 11, 61 * S); // the first from then on
    track_value(&track, 100, 62 * S);
    assert_int_equal(track.count, 1);
    assert_int_equal(track.held, 1);
    assert_true(track.error == 1 && track.bias == -1 && track.naive == 4);
    forecast.made = 100 * S, forecast.due = 160 * S;
    track_follow(&track, &forecast);
    track_value(&track, 5, 200 * S);
    assert_int_equal(track.held, 1);
    assert_true(track.error == 6 && track.bias == 4);
}

static void a_crossing_is_judged_when_it_comes_or_is_missed(void **state) {
    (void)state;
    struct track track = {0};
    struct track_forecast hours = {
        .made = 0, .due = 100 * S, .value = 100 * S, .low = 80 * S, .high = 150 * S};
    track_follow(&track, &hours);
    track_crossing(&track, false, 120 * S, S);
    assert_int_equal(track.count, 0); // it may still come
    track_crossing(&track, true, 130 * S, S);
    assert_int_equal(track.count, 1);
    assert_int_equal(track.held, 1);
    assert_true(track.error == 30 && track.bias == -30);
    track_follow(&track, &hours);
    track_crossing(&track, false, 151 * S, S);
    assert_int_equal(track.missed, 1);
    assert_int_equal(track.held, 1);
    assert_true(track.error == 81);
}

static void those_that_are_followed_are_spread_over_the_time_ahead(void **state) {
    (void)state;
    struct track track = {0};
    for (int i = 0; i < 3600; i++) { // one a second, each an hour ahead
        struct track_forecast forecast = {.made = i * S, .due = (i + 3600) * S, .value = 1};
        track_follow(&track, &forecast);
    }
    assert_int_equal(track.pending_count, TRACK_PENDING);
    for (int i = 1; i < TRACK_PENDING; i++)
        assert_int_equal(track.pending[i].due - track.pending[i - 1].due, 450 * S);
    for (int i = 0; i < 2 * 3600; i += 10)
        track_value(&track, 1, i * S);
    assert_int_equal(track.count, TRACK_PENDING);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_judged_at_its_horizon),
        cmocka_unit_test(a_crossing_is_judged_when_it_comes_or_is_missed),
        cmocka_unit_test(those_that_are_followed_are_spread_over_the_time_ahead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
