// Series: what the log says a field was, in order, whole or reduced, with what a window had before.

#include "base/json.h"
#include "predict/window.h"
#include "push/series.h"
#include "store/fleet.h"
#include "store/past.h"

#include <cjson/cJSON.h>
#include <math.h>

struct sampled {
    double time, value;
};

struct answer {
    cJSON *body;
    const cJSON *time, *value, *quality, *min, *max;
    int count;
};

static struct twin *watched(struct fleet *fleet) {
    struct twin *twin = fleet_create(fleet);
    for (int i = 0; twin->model != fleet->models[0] && i < 100; i++)
        twin = fleet_create(fleet);
    return twin;
}

static void sample(struct fleet *fleet, struct twin *twin, double value, int64_t age,
                   struct sampled *sampled) {
    struct changes *changes = turn_begin(fleet, twin);
    int field = fleet_field(twin, FIELD_TELEMETRY, "temperature");
    enum quality quality;
    changes_sample(changes, field, value_number(value), changes->now - age, &quality);
    *sampled = (struct sampled){(double)(changes->now - age) / 1e6, value};
    end(fleet, INPUT_SAMPLES);
}

static struct answer read_series(struct fleet *fleet, const struct twin *twin,
                                 const struct series_span *span, int most) {
    struct past past = {0};
    struct err err = {0};
    struct buffer out = {0};
    struct series *series = series_new(twin, "temperature", span);
    if (!past_open_page(&past, fleet->fixture->log, twin->number, twin->rev, twin->rev, span->from,
                        most, &err))
        fail_msg("%s", err.text);
    series_collect(series, &past);
    series_write(series, past.cut_at, &out);
    past_close(&past);
    series_free(series);
    struct answer answer = {.body = cJSON_ParseWithLength((const char *)out.bytes, out.length)};
    const cJSON *field =
        cJSON_GetObjectItem(cJSON_GetObjectItem(answer.body, "fields"), "temperature");
    assert_non_null(field);
    answer.time = cJSON_GetObjectItem(field, "time");
    answer.value = cJSON_GetObjectItem(field, "value");
    answer.quality = cJSON_GetObjectItem(field, "quality");
    answer.min = cJSON_GetObjectItem(field, "min");
    answer.max = cJSON_GetObjectItem(field, "max");
    answer.count = cJSON_GetArraySize(answer.time);
    assert_int_equal(cJSON_GetArraySize(answer.value), answer.count);
    assert_int_equal(cJSON_GetArraySize(answer.quality), answer.count);
    buffer_fini(&out);
    return answer;
}

static double number(const cJSON *list, int index) {
    return cJSON_GetArrayItem(list, index)->valuedouble;
}

#define ALL                                                                                        \
    (struct series_span) {                                                                         \
        INT64_MIN, INT64_MAX, 1000                                                                 \
    }

static void every_sample_is_there_in_order_of_its_time(void **state) {
    struct fleet fleet;
    struct sampled sampled[60];
    fleet_recover(&fleet, *state, NULL);
    struct twin *twin = watched(&fleet);
    for (int i = 0; i < 60; i++)
        sample(&fleet, twin, i % 7 * 10, i % 20 == 19 ? 30 * SECOND : 0, &sampled[i]);
    fleet_relayout(&fleet, twin); // the fields have other places from here on
    fleet_commit(&fleet);
    struct answer answer = read_series(&fleet, twin, &ALL, 1000);
    assert_int_equal(answer.count, 60);
    for (int i = 0; i < 60; i++) {
        int place = 0; // by its time
        while (fabs(number(answer.time, place) - sampled[i].time) > 1e-6)
            assert_true(++place < 60);
        assert_float_equal(number(answer.value, place), sampled[i].value, 0);
        if (i > 0) assert_true(number(answer.time, i) > number(answer.time, i - 1));
    }
    assert_null(answer.min);
    assert_null(cJSON_GetObjectItem(answer.body, "read_from"));
    cJSON_Delete(answer.body);
    fleet_close(&fleet);
}

static void a_span_has_its_samples_only(void **state) {
    struct fleet fleet;
    struct sampled sampled[30];
    fleet_recover(&fleet, *state, NULL);
    struct twin *twin = watched(&fleet);
    for (int i = 0; i < 30; i++)
        sample(&fleet, twin, i, 0, &sampled[i]);
    fleet_commit(&fleet);
    struct series_span span = {llround(sampled[10].time * 1e6), llround(sampled[19].time * 1e6),
                               1000};
    struct answer answer = read_series(&fleet, twin, &span, 1000);
    assert_int_equal(answer.count, 10);
    assert_float_equal(number(answer.value, 0), 10, 0);
    assert_float_equal(number(answer.value, 9), 19, 0);
    cJSON_Delete(answer.body);
    fleet_close(&fleet);
}

static void a_spike_is_not_hidden_by_reducing(void **state) {
    struct fleet fleet;
    struct sampled sampled;
    fleet_recover(&fleet, *state, NULL);
    struct twin *twin = watched(&fleet);
    for (int i = 0; i < 400; i++)
        sample(&fleet, twin, i == 217 ? 99 : 20, 0, &sampled);
    fleet_commit(&fleet);
    struct series_span span = {INT64_MIN, INT64_MAX, 20};
    struct answer answer = read_series(&fleet, twin, &span, 1000);
    assert_in_range(answer.count, 10, 20);
    double highest = 0, lowest = INFINITY, mean = 0;
    for (int i = 0; i < answer.count; i++) {
        highest = fmax(highest, number(answer.max, i));
        lowest = fmin(lowest, number(answer.min, i));
        mean = fmax(mean, number(answer.value, i));
    }
    assert_float_equal(highest, 99, 0);
    assert_float_equal(lowest, 20, 0);
    assert_true(mean > 20 && mean < 40);
    assert_float_equal(number(answer.time, answer.count - 1), sampled.time, 1e-6);
    cJSON_Delete(answer.body);
    fleet_close(&fleet);
}

// Only the newest 50 are read; what is older comes from the window that a prediction keeps.
static void before_what_was_read_the_window_goes_on(void **state) {
    struct fleet fleet;
    struct sampled sampled[300];
    fleet_recover(&fleet, *state, NULL);
    struct twin *twin = watched(&fleet);
    for (int i = 0; i < 300; i++)
        sample(&fleet, twin, i / 10.0, 0, &sampled[i]);
    fleet_commit(&fleet);
    struct answer answer = read_series(&fleet, twin, &ALL, 50);
    assert_in_range(answer.count, 51, 50 + WINDOW_POINTS);
    for (int i = 0; i < 50; i++)
        assert_float_equal(number(answer.value, answer.count - 50 + i), sampled[250 + i].value, 0);
    for (int i = 1; i < answer.count; i++)
        assert_true(number(answer.time, i) > number(answer.time, i - 1));
    assert_true(number(answer.time, 0) < sampled[10].time);
    assert_float_equal(cJSON_GetObjectItem(answer.body, "read_from")->valuedouble,
                       sampled[250].time, 1e-6);
    cJSON_Delete(answer.body);
    fleet_close(&fleet);
}

int main(void) {
#define SERIES_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        SERIES_TEST(every_sample_is_there_in_order_of_its_time),
        SERIES_TEST(a_span_has_its_samples_only),
        SERIES_TEST(a_spike_is_not_hidden_by_reducing),
        SERIES_TEST(before_what_was_read_the_window_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
