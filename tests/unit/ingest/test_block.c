// Bodies in blocks: put together in order, and every limit.

#include "base/err.h"
#include "ingest/block.h"
#include "ingest/check.h"

#include <string.h>

#define PEER 7
#define BODY 9

static struct blocks *blocks;
static struct err err;
static const uint8_t *body;
static size_t body_length;
static int64_t now;
static uint8_t bytes[2048];

static int set_up(void **state) {
    (void)state;
    blocks = blocks_new();
    now = 1000000;
    memset(bytes, 'x', sizeof bytes);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    blocks_free(blocks);
    return 0;
}

static enum block_outcome add(uint64_t peer, uint64_t key, uint32_t number, bool is_more,
                              uint8_t exponent, size_t length) {
    struct block_option option = {number, is_more, exponent};
    return blocks_add(blocks, peer, key, &option, bytes, length, now, &body, &body_length, &err);
}

static void blocks_in_order_become_a_body(void **state) {
    (void)state;
    assert_int_equal(add(PEER, BODY, 0, true, 6, 1024), BLOCK_CONTINUE);
    bytes[0] = 'y';
    assert_int_equal(add(PEER, BODY, 1, true, 6, 1024), BLOCK_CONTINUE);
    bytes[0] = 'z';
    assert_int_equal(blocks_count(blocks), 1);
    assert_int_equal(add(PEER, BODY, 2, false, 6, 10), BLOCK_COMPLETE);
    assert_int_equal(body_length, 2058);
    assert_int_equal(body[0], 'x');
    assert_int_equal(body[1024], 'y');
    assert_int_equal(body[2048], 'z');
    assert_int_equal(blocks_count(blocks), 0);
}

static void a_single_block_is_a_body(void **state) {
    (void)state;
    assert_int_equal(add(PEER, BODY, 0, false, 0, 5), BLOCK_COMPLETE);
    assert_int_equal(body_length, 5);
    assert_int_equal(add(PEER, BODY, 0, false, 0, 0), BLOCK_COMPLETE);
    assert_int_equal(body_length, 0);
}

static void the_sender_may_make_blocks_smaller(void **state) {
    (void)state;
    assert_int_equal(add(PEER, BODY, 0, true, 6, 1024), BLOCK_CONTINUE);
    assert_int_equal(add(PEER, BODY, 4, true, 4, 256), BLOCK_CONTINUE);
    assert_int_equal(add(PEER, BODY, 5, false, 4, 1), BLOCK_COMPLETE);
    assert_int_equal(body_length, 1281);
}

static void a_block_out_of_order_ends_the_body(void **state) {
    (void)state;
    assert_int_equal(add(PEER, BODY, 1, true, 6, 1024), BLOCK_LOST);
    assert_int_equal(add(PEER, BODY, 0, true, 6, 1024), BLOCK_CONTINUE);
    assert_int_equal(add(PEER, BODY, 2, true, 6, 1024), BLOCK_LOST);
    assert_int_equal(blocks_count(blocks), 0);
    assert_int_equal(add(PEER, BODY, 1, true, 6, 1024), BLOCK_LOST);
    assert_string_equal(err.text, "block 1 is not the next one: start again with block 0");
}

static void block_0_starts_again(void **state) {
    (void)state;
    assert_int_equal(add(PEER, BODY, 0, true, 6, 1024), BLOCK_CONTINUE);
    assert_int_equal(add(PEER, BODY, 0, true, 0, 16), BLOCK_CONTINUE);
    assert_int_equal(blocks_count(blocks), 1);
    assert_int_equal(add(PEER, BODY, 1, false, 0, 1), BLOCK_COMPLETE);
    assert_int_equal(body_length, 17);
}

static void a_block_has_its_size(void **state) {
    (void)state;
    assert_int_equal(add(PEER, BODY, 0, true, 6, 1023), BLOCK_BAD);
    assert_int_equal(add(PEER, BODY, 0, true, 0, 17), BLOCK_BAD);
    assert_int_equal(add(PEER, BODY, 0, false, 0, 17), BLOCK_BAD);
    assert_int_equal(add(PEER, BODY, 0, true, 6, 1024), BLOCK_CONTINUE);
    assert_int_equal(add(PEER, BODY, 1, true, 6, 0), BLOCK_BAD);
    assert_int_equal(blocks_count(blocks), 0);
    assert_string_equal(err.text, "block 1 has 0 bytes, its size is 1024");
}

static void a_body_ends_at_64_kib(void **state) {
    (void)state;
    for (uint32_t i = 0; i < 63; i++)
        assert_int_equal(add(PEER, BODY, i, true, 6, 1024), BLOCK_CONTINUE);
    assert_int_equal(add(PEER, BODY, 63, false, 6, 1024), BLOCK_COMPLETE);
    assert_int_equal(body_length, 65536);
    for (uint32_t i = 0; i < 64; i++)
        assert_int_equal(add(PEER, BODY, i, true, 6, 1024), BLOCK_CONTINUE);
    assert_int_equal(add(PEER, BODY, 64, false, 6, 1), BLOCK_TOO_LARGE);
    assert_int_equal(err.code, ERR_TOO_LARGE);
    assert_int_equal(add(PEER, BODY, 0xfffff, false, 6, 1), BLOCK_TOO_LARGE);
    assert_int_equal(blocks_count(blocks), 0);
}

static void a_peer_has_two_bodies_under_way(void **state) {
    (void)state;
    assert_int_equal(add(PEER, 1, 0, true, 0, 16), BLOCK_CONTINUE);
    assert_int_equal(add(PEER, 2, 0, true, 0, 16), BLOCK_CONTINUE);
    assert_int_equal(add(PEER, 3, 0, true, 0, 16), BLOCK_BUSY);
    assert_int_equal(err.code, ERR_UNAVAILABLE);
    assert_int_equal(add(PEER + 1, 3, 0, true, 0, 16), BLOCK_CONTINUE);
    assert_int_equal(add(PEER, 1, 1, false, 0, 1), BLOCK_COMPLETE);
    assert_int_equal(add(PEER, 3, 0, true, 0, 16), BLOCK_CONTINUE);
}

static void all_peers_have_a_thousand_bodies_under_way(void **state) {
    (void)state;
    for (uint64_t peer = 0; peer < 1000; peer++)
        assert_int_equal(add(peer, BODY, 0, true, 0, 16), BLOCK_CONTINUE);
    assert_int_equal(add(1000, BODY, 0, true, 0, 16), BLOCK_BUSY);
    assert_int_equal(blocks_count(blocks), 1000);
    now += BLOCK_IDLE_US + 1;
    assert_int_equal(add(1000, BODY, 0, true, 0, 16), BLOCK_CONTINUE);
    assert_int_equal(blocks_count(blocks), 1);
}

static void a_body_that_does_not_move_is_dropped(void **state) {
    (void)state;
    assert_int_equal(add(PEER, BODY, 0, true, 0, 16), BLOCK_CONTINUE);
    now += BLOCK_IDLE_US;
    assert_int_equal(add(PEER, BODY, 1, true, 0, 16), BLOCK_CONTINUE);
    now += BLOCK_IDLE_US;
    blocks_expire(blocks, now);
    assert_int_equal(blocks_count(blocks), 1);
    blocks_expire(blocks, now + 1);
    assert_int_equal(blocks_count(blocks), 0);
    assert_int_equal(add(PEER, BODY, 2, true, 0, 16), BLOCK_LOST);
}

static void option_values_are_read_and_written(void **state) {
    (void)state;
    struct block_option option;
    assert_true(block_parse(0x1234 << 4 | 8 | 6, &option));
    assert_int_equal(option.number, 0x1234);
    assert_true(option.is_more);
    assert_int_equal(block_size(&option), 1024);
    assert_int_equal(block_value(&option), 0x1234 << 4 | 8 | 6);
    assert_false(block_parse(7, &option));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(blocks_in_order_become_a_body),
        TEST(a_single_block_is_a_body),
        TEST(the_sender_may_make_blocks_smaller),
        TEST(a_block_out_of_order_ends_the_body),
        TEST(block_0_starts_again),
        TEST(a_block_has_its_size),
        TEST(a_body_ends_at_64_kib),
        TEST(a_peer_has_two_bodies_under_way),
        TEST(all_peers_have_a_thousand_bodies_under_way),
        TEST(a_body_that_does_not_move_is_dropped),
        TEST(option_values_are_read_and_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
