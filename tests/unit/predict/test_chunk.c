// Chunks: what goes in comes out bit by bit, whatever it is, and in few bytes when it is what
// sensors send.

#include "base/memory.h"
#include "predict/chunk.h"
#include "test.h"

#include <math.h>
#include <stdio.h>

static uint64_t seed = 7;

static uint64_t chance(void) { // xorshift64*
    seed ^= seed >> 12, seed ^= seed << 25, seed ^= seed >> 27;
    return seed * UINT64_C(2685821657736338717);
}

static double uniform(void) {
    return (double)(chance() >> 11) / 9007199254740992.0;
}

// Encodes, decodes, compares; the bytes it took.
static size_t round_trip(const struct chunk_sample *samples, uint32_t count) {
    struct buffer bytes = {0};
    struct chunk_sample back[CHUNK_SAMPLES];
    struct chunk_head head;
    uint32_t found = 0, gaps = 0;
    chunk_encode(samples, count, &bytes);
    assert_true(chunk_decode(bytes.bytes, bytes.length, back, &found));
    assert_int_equal(found, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(back[i].at, samples[i].at);
        assert_memory_equal(&back[i].value, &samples[i].value, sizeof(double));
        assert_int_equal(back[i].quality, samples[i].quality);
        gaps += samples[i].quality == 3;
    }
    assert_true(chunk_head(bytes.bytes, bytes.length, &head));
    assert_int_equal(head.count, count);
    assert_int_equal(head.gaps, gaps);
    assert_int_equal(head.first_at, samples[0].at);
    assert_int_equal(head.last_at, samples[count - 1].at);
    size_t length = bytes.length;
    buffer_fini(&bytes);
    return length;
}

static void what_sensors_send_takes_few_bytes(void **state) {
    (void)state;
    struct chunk_sample samples[CHUNK_SAMPLES];
    double value = 71.5;
    for (int i = 0; i < CHUNK_SAMPLES; i++) {
        value = round((value + uniform() - 0.5) * 10) / 10;
        samples[i] = (struct chunk_sample){1770000000000000 + i * INT64_C(1000000), value, 0};
    }
    assert_in_range(round_trip(samples, CHUNK_SAMPLES), 300, 1024); // a byte each
    for (int i = 0; i < CHUNK_SAMPLES; i++) // a device whose clock is not exact
        samples[i].at += (int64_t)(chance() % 2000);
    assert_in_range(round_trip(samples, CHUNK_SAMPLES), 1000, 3 * 1024);
}

static void full_doubles_come_back_too(void **state) {
    (void)state;
    struct chunk_sample samples[CHUNK_SAMPLES];
    for (int round = 0; round < 20; round++) {
        double value = uniform() * 100;
        for (int i = 0; i < CHUNK_SAMPLES; i++) {
            value = round % 2 ? value * 0.99 + uniform() * 0.01 : uniform() * exp(uniform() * 100);
            samples[i] = (struct chunk_sample){i, value, (uint8_t)(chance() % 4)};
        }
        round_trip(samples, CHUNK_SAMPLES);
    }
}

static void odd_values_and_times_come_back(void **state) {
    (void)state;
    static const double values[] = {
        0,     -0.0, INFINITY,      -INFINITY,          NAN,    1e308, 5e-324, 0.1 + 0.2, 0.3, 1e15,
        -1e15, 1e16, 123456789.123, 9007199254740993.0, 1.0 / 3};
    static const int64_t times[] = {INT64_MIN / 4, -1, 0, 0, 1, 999999, 1000000, INT64_MAX / 4};
    struct chunk_sample samples[CHUNK_SAMPLES];
    enum { VALUES = sizeof values / sizeof values[0], TIMES = sizeof times / sizeof times[0] };
    for (uint32_t count = 1; count <= TIMES; count++)
        for (uint32_t shift = 0; shift < VALUES; shift++) {
            for (uint32_t i = 0; i < count; i++)
                samples[i] = (struct chunk_sample){times[i], values[(i + shift) % VALUES], i % 4};
            round_trip(samples, count);
        }
    for (uint32_t count = 1; count <= CHUNK_SAMPLES; count += 61) { // constants, of every length
        for (uint32_t i = 0; i < count; i++)
            samples[i] = (struct chunk_sample){(int64_t)i * 60000000, 42, 0};
        round_trip(samples, count);
    }
}

static void the_head_sums_up_what_is_no_gap(void **state) {
    (void)state;
    struct chunk_sample samples[] = {{1, 5, 0}, {2, 9, 2}, {3, 9, 3}, {4, -1, 1}};
    struct buffer bytes = {0};
    struct chunk_head head;
    chunk_encode(samples, 4, &bytes);
    assert_true(chunk_head(bytes.bytes, bytes.length, &head));
    assert_true(head.min == -1 && head.max == 9 && head.sum == 13 && head.last == -1);
    assert_int_equal(head.worst, 2);
    assert_int_equal(head.gaps, 1);
    buffer_fini(&bytes);
}

static void damaged_bytes_are_refused_or_read_within_bounds(void **state) {
    (void)state;
    struct chunk_sample samples[200], back[CHUNK_SAMPLES];
    struct buffer bytes = {0};
    uint32_t count;
    for (int i = 0; i < 200; i++)
        samples[i] = (struct chunk_sample){i * 1000 + (int64_t)(chance() % 7),
                                           i % 3 ? i / 10.0 : uniform(), 0};
    chunk_encode(samples, 200, &bytes);
    for (size_t length = 0; length < bytes.length; length++) { // on the heap, so that ASan sees
        uint8_t *cut = xmalloc(length + 1);
        memcpy(cut, bytes.bytes, length);
        chunk_decode(cut, length, back, &count);
        free(cut);
    }
    for (int i = 0; i < 20000; i++) {
        uint8_t *copy = xmalloc(bytes.length);
        memcpy(copy, bytes.bytes, bytes.length);
        copy[chance() % bytes.length] ^= (uint8_t)(1u << chance() % 8);
        chunk_decode(copy, bytes.length, back, &count);
        free(copy);
    }
    buffer_fini(&bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_sensors_send_takes_few_bytes),
        cmocka_unit_test(full_doubles_come_back_too),
        cmocka_unit_test(odd_values_and_times_come_back),
        cmocka_unit_test(the_head_sums_up_what_is_no_gap),
        cmocka_unit_test(damaged_bytes_are_refused_or_read_within_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
