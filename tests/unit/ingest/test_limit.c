// Token buckets: a burst, then the rate, each peer for itself.

#include "ingest/check.h"
#include "ingest/limit.h"

#define SECOND 1000000

static void a_burst_is_followed_by_the_rate(void **state) {
    (void)state;
    struct limits *limits = limits_new(10);
    int64_t now = 1000 * (int64_t)SECOND;
    uint32_t wait_s = 0;
    for (int i = 0; i < 20; i++)
        assert_true(limits_take(limits, 1, now, &wait_s));
    assert_false(limits_take(limits, 1, now, &wait_s));
    assert_int_equal(wait_s, 1);
    now += SECOND / 10;
    assert_true(limits_take(limits, 1, now, &wait_s));
    assert_false(limits_take(limits, 1, now, &wait_s));
    now += 3600 * (int64_t)SECOND; // no more than a burst is saved up
    for (int i = 0; i < 20; i++)
        assert_true(limits_take(limits, 1, now, &wait_s));
    assert_false(limits_take(limits, 1, now, &wait_s));
    limits_free(limits);
}

static void a_slow_rate_tells_how_long_to_wait(void **state) {
    (void)state;
    struct limits *limits = limits_new(0.1);
    uint32_t wait_s = 0;
    assert_true(limits_take(limits, 1, SECOND, &wait_s));
    assert_false(limits_take(limits, 1, SECOND, &wait_s));
    assert_int_equal(wait_s, 10);
    assert_false(limits_take(limits, 1, 4 * SECOND, &wait_s));
    assert_int_equal(wait_s, 7);
    assert_true(limits_take(limits, 1, 12 * SECOND, &wait_s));
    limits_free(limits);
}

static void peers_do_not_share_a_bucket(void **state) {
    (void)state;
    struct limits *limits = limits_new(1);
    uint32_t wait_s;
    for (uint64_t peer = 1; peer <= 1000; peer++)
        for (int i = 0; i < 2; i++)
            assert_true(limits_take(limits, peer, SECOND, &wait_s));
    for (uint64_t peer = 1; peer <= 1000; peer++)
        assert_false(limits_take(limits, peer, SECOND, &wait_s));
    limits_free(limits);
}

static void a_flood_of_peers_only_forgets_the_silent(void **state) {
    (void)state;
    struct limits *limits = limits_new(1);
    uint32_t wait_s;
    for (int i = 0; i < 2; i++)
        assert_true(limits_take(limits, 5, SECOND, &wait_s));
    for (uint64_t peer = 100; peer < 300000; peer++) {
        limits_take(limits, peer, 2 * SECOND, &wait_s);
        if (peer % 1000 == 0) limits_take(limits, 5, 2 * SECOND, &wait_s);
    }
    limits_free(limits);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_is_followed_by_the_rate),
        cmocka_unit_test(a_slow_rate_tells_how_long_to_wait),
        cmocka_unit_test(peers_do_not_share_a_bucket),
        cmocka_unit_test(a_flood_of_peers_only_forgets_the_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
