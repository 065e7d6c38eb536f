// Series: what a field was, in order, whole or reduced, from what the archivist has in memory and
// what it has written, late samples and crashes included.

#include "base/json.h"
#include "push/series.h"
#include "store/archivist.h"
#include "store/checkpoint.h"
#include "store/fleet.h"
#include "store/series_file.h"

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

static int64_t now_of_a_test(void) {
    return START_TIME;
}

static struct archivist *archivist(struct fleet *fleet, struct metrics *metrics) {
    struct err err;
    struct archivist_options options = {.log = fleet->fixture->log,
                                        .file = checkpoint_file(fleet->checkpoint),
                                        .metrics = metrics,
                                        .now = now_of_a_test};
    struct archivist *opened = archivist_open(&options, &err);
    if (!opened) fail_msg("%s", err.text);
    return opened;
}

// By an archivist of its own, which begins where the last one ended.
static struct answer read_series(struct fleet *fleet, const struct twin *twin,
                                 const struct series_span *span) {
    struct err err = {0};
    struct buffer out = {0};
    struct metrics *metrics = metrics_new();
    struct archivist *opened = archivist(fleet, metrics);
    struct series *series = series_new(twin, "temperature", span);
    if (!series_read(series, opened, &err)) fail_msg("%s", err.text);
    series_write(series, &out);
    series_free(series);
    archivist_close(opened);
    metrics_free(metrics);
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
        INT64_MIN, INT64_MAX, 10000, AGG_NONE                                                      \
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
    struct answer answer = read_series(&fleet, twin, &ALL);
    assert_int_equal(answer.count, 60);
    for (int i = 0; i < 60; i++) {
        int place = 0; // by its time
        while (fabs(number(answer.time, place) - sampled[i].time) > 1e-6)
            assert_true(++place < 60);
        assert_float_equal(number(answer.value, place), sampled[i].value, 0);
        if (i > 0) assert_true(number(answer.time, i) > number(answer.time, i - 1));
    }
    assert_null(answer.min);
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
                               1000, AGG_NONE};
    struct answer answer = read_series(&fleet, twin, &span);
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
    struct series_span span = {INT64_MIN, INT64_MAX, 20, AGG_NONE};
    struct answer answer = read_series(&fleet, twin, &span);
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

static int by_time(const void *left, const void *right) {
    const struct sampled *a = left, *b = right;
    return a->time < b->time ? -1 : a->time > b->time;
}

static void check_all(struct fleet *fleet, const struct twin *twin, const struct sampled *sampled,
                      int count) {
    struct answer answer = read_series(fleet, twin, &ALL);
    struct sampled *sorted = xcalloc((size_t)count, sizeof *sorted);
    memcpy(sorted, sampled, (size_t)count * sizeof *sorted);
    qsort(sorted, (size_t)count, sizeof *sorted, by_time);
    assert_int_equal(answer.count, count);
    for (int i = 0; i < count; i++) {
        assert_float_equal(number(answer.time, i), sorted[i].time, 1e-6);
        assert_float_equal(number(answer.value, i), sorted[i].value, 0);
    }
    free(sorted);
    cJSON_Delete(answer.body);
}

// Some hours old, and some older than any: into stretches that were written long ago. The archivist
// ends and begins again in between.
static void late_samples_go_where_they_belong(void **state) {
    enum { ROUNDS = 6, EACH = 700 };
    struct fleet fleet;
    static struct sampled sampled[ROUNDS * EACH];
    fleet_recover(&fleet, *state, NULL);
    struct twin *twin = watched(&fleet);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < EACH; i++) {
            int64_t age = 0;
            if (i % 7 == 3) age = (int64_t)draw(&fleet, 3000) * SECOND;
            if (i % 50 == 9) age = 100000 * (int64_t)SECOND + (int64_t)draw(&fleet, 1000) * 1001;
            sample(&fleet, twin, (double)draw(&fleet, 1000) / 10, age, &sampled[round * EACH + i]);
        }
        fleet_commit(&fleet);
        check_all(&fleet, twin, sampled, (round + 1) * EACH);
    }
    check_all(&fleet, twin, sampled, ROUNDS * EACH);
    fleet_close(&fleet);
}

static void an_aggregate_is_of_each_stretch_of_the_span(void **state) {
    struct fleet fleet;
    struct sampled sampled[100];
    fleet_recover(&fleet, *state, NULL);
    struct twin *twin = watched(&fleet);
    for (int i = 0; i < 100; i++)
        sample(&fleet, twin, i, 0, &sampled[i]);
    fleet_commit(&fleet);
    struct series_span span = {llround(sampled[0].time * 1e6), llround(sampled[99].time * 1e6), 4,
                               AGG_COUNT};
    struct answer answer = read_series(&fleet, twin, &span);
    double sum = 0;
    for (int i = 0; i < answer.count; i++)
        sum += number(answer.value, i);
    assert_int_equal(answer.count, 4);
    assert_float_equal(sum, 100, 0);
    cJSON_Delete(answer.body);
    span.aggregate = AGG_LAST;
    answer = read_series(&fleet, twin, &span);
    assert_float_equal(number(answer.value, 3), 99, 0);
    cJSON_Delete(answer.body);
    fleet_close(&fleet);
}

// What is in a stretch that cannot be read is missing, and told; the rest is there.
static void a_damaged_stretch_costs_what_is_in_it(void **state) {
    enum { COUNT = 3000 };
    struct fleet fleet;
    static struct sampled sampled[COUNT];
    fleet_recover(&fleet, *state, NULL);
    struct twin *twin = watched(&fleet);
    for (int i = 0; i < COUNT; i++)
        sample(&fleet, twin, i / 10.0, 0, &sampled[i]);
    fleet_commit(&fleet);
    check_all(&fleet, twin, sampled, COUNT); // and written
    struct state_file *file = checkpoint_file(fleet.checkpoint);
    struct series_write write = {0};
    struct series_place place;
    struct err err;
    assert_true(series_next(file, &place, true));
    while (strcmp(place.name, "temperature") != 0 || place.twin != twin->number)
        assert_true(series_next(file, &place, false));
    series_write_put(&write, &place.key, place.key_at, "damaged", 7);
    assert_true(series_commit(file, &write, &err));
    buffer_fini(&write.records);
    struct answer answer = read_series(&fleet, twin, &ALL);
    assert_int_equal(answer.count, COUNT - CHUNK_SAMPLES);
    assert_float_equal(number(answer.value, 0), sampled[CHUNK_SAMPLES].value, 0);
    const cJSON *field =
        cJSON_GetObjectItem(cJSON_GetObjectItem(answer.body, "fields"), "temperature");
    assert_float_equal(cJSON_GetObjectItem(field, "unreadable_from")->valuedouble, sampled[0].time,
                       1e-6);
    cJSON_Delete(answer.body);
    fleet_close(&fleet);
}

int main(void) {
#define SERIES_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        SERIES_TEST(every_sample_is_there_in_order_of_its_time),
        SERIES_TEST(a_span_has_its_samples_only),
        SERIES_TEST(a_spike_is_not_hidden_by_reducing),
        SERIES_TEST(late_samples_go_where_they_belong),
        SERIES_TEST(an_aggregate_is_of_each_stretch_of_the_span),
        SERIES_TEST(a_damaged_stretch_costs_what_is_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
