// A device takes one command at a time, the oldest that is new to it, and answers each once.

#include "sim/order.h"
#include "test.h"

struct datagram {
    uint8_t bytes[600];
    struct message message;
};

static const struct order_faults sound = {0, 0};

static bool told(struct order *order, const char *pack, const struct order_faults *faults) {
    struct datagram datagram;
    struct chance chance;
    chance_init(&chance, 1, 1);
    uint8_t *at = message_write_header(datagram.bytes, MESSAGE_CON, COAP_CODE(2, 5), 7, NULL, 0);
    at = payload_write(at, pack, strlen(pack));
    assert_true(message_parse(datagram.bytes, (size_t)(at - datagram.bytes), &datagram.message));
    return order_read(order, &datagram.message, faults, &chance);
}

static const char two[] = "[{\"bn\":\"pump-1/\",\"n\":\"speed\",\"v\":5},"
                          "{\"n\":\"commands/7/flush\",\"vb\":true},"
                          "{\"n\":\"commands/7/flush/seconds\",\"u\":\"s\",\"v\":30},"
                          "{\"n\":\"commands/9/hold\",\"vb\":true}]";

static void the_oldest_comes_first_and_each_once(void **state) {
    (void)state;
    struct order order = {0};
    assert_true(told(&order, two, &sound));
    assert_int_equal(order.id, 7);
    assert_string_equal(order.name, "flush");
    assert_true(order.seconds == 30);
    assert_false(told(&order, two, &sound)); // it is at it
    order_end(&order, false, "flushed");
    order_acknowledged(&order);
    assert_true(told(&order, two, &sound));
    assert_int_equal(order.id, 9);
    assert_string_equal(order.name, "hold");
    assert_true(order.seconds == 0);
    order_end(&order, true, "no");
    order_acknowledged(&order);
    assert_false(told(&order, two, &sound));
}

static void what_names_no_command_is_none(void **state) {
    (void)state;
    const char *packs[] = {"",
                           "[]",
                           "[{\"n\":\"speed\",\"v\":1}]",
                           "[{\"n\":\"commands/flush\",\"vb\":true}]",
                           "[{\"n\":\"commands/1\",\"vb\":true}]",
                           "[{\"n\":5}]",
                           "[{\"n\":"};
    for (size_t i = 0; i < sizeof packs / sizeof packs[0]; i++) {
        struct order order = {0};
        assert_false(told(&order, packs[i], &sound));
        assert_int_equal(order.state, ORDER_NONE);
    }
}

static void some_fail_and_some_are_never_answered(void **state) {
    (void)state;
    struct order order = {0};
    const struct order_faults failing = {1, 0}, silent = {0, 1};
    assert_false(told(&order, two, &failing));
    assert_int_equal(order.state, ORDER_OVER);
    assert_true(order.is_failed);
    order = (struct order){0};
    assert_false(told(&order, two, &silent));
    assert_int_equal(order.state, ORDER_NONE);
    assert_int_equal(order.id, 9); // both passed over, for good
    assert_false(told(&order, two, &sound));
}

static void the_answer_says_how_it_went(void **state) {
    (void)state;
    struct order order = {0};
    struct datagram datagram;
    told(&order, two, &sound);
    order_end(&order, true, "dry");
    uint8_t *at = message_write_header(datagram.bytes, MESSAGE_CON, COAP_CODE(0, 2), 7, NULL, 0);
    at = order_answer_write(at, &order, "pump-1");
    assert_in_range(at - datagram.bytes, 1, ORDER_BYTES);
    assert_true(message_parse(datagram.bytes, (size_t)(at - datagram.bytes), &datagram.message));
    static const char expected[] = "{\"state\":\"failed\",\"result\":\"dry\"}";
    assert_int_equal(datagram.message.payload_length, sizeof expected - 1);
    assert_memory_equal(datagram.message.payload, expected, sizeof expected - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_oldest_comes_first_and_each_once),
        cmocka_unit_test(what_names_no_command_is_none),
        cmocka_unit_test(some_fail_and_some_are_never_answered),
        cmocka_unit_test(the_answer_says_how_it_went),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
