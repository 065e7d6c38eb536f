// A device takes up what is newly desired, once, and asks again when it may have been forgotten.

#include "sim/observe.h"
#include "test.h"

#define SECOND 1000000

struct datagram {
    uint8_t bytes[256];
    struct message message;
};

// A notification; `sequence` -1 leaves out Observe, `max_age` -1 Max-Age.
static const struct message *notification(struct datagram *datagram, uint8_t code, int sequence,
                                          int max_age, const char *payload) {
    uint16_t last = 0;
    uint8_t *at = message_write_header(datagram->bytes, MESSAGE_CON, code, 7, NULL, 0);
    if (sequence >= 0) at = option_write_uint(at, &last, OPTION_OBSERVE, (uint32_t)sequence);
    if (max_age >= 0) at = option_write_uint(at, &last, OPTION_MAX_AGE, (uint32_t)max_age);
    at = payload_write(at, payload, strlen(payload));
    assert_true(message_parse(datagram->bytes, (size_t)(at - datagram->bytes), &datagram->message));
    return &datagram->message;
}

static bool heard(struct observe *observe, int sequence, const char *payload, int64_t now,
                  double *value) {
    struct datagram datagram;
    const struct message *message = notification(&datagram, COAP_CODE(2, 5), sequence, -1, payload);
    return observe_read(observe, message, now) && observe_value(message, "speed", value);
}

static void the_value_is_found_with_and_without_base_names(void **state) {
    (void)state;
    const char *packs[] = {
        "[{\"n\":\"speed\",\"v\":725}]",
        "[{\"bn\":\"pump-1/\",\"bt\":1,\"n\":\"speed\",\"u\":\"1/min\",\"v\":725}]",
        "[{\"n\":\"pump-1/valve\",\"v\":1},{\"n\":\"pump-1/speed\",\"v\":725}]",
        "[{\"bn\":\"pump-1/speed\",\"v\":725}]",
    };
    for (size_t i = 0; i < sizeof packs / sizeof packs[0]; i++) {
        struct observe observe = {0};
        double value = 0;
        assert_true(heard(&observe, 1, packs[i], 0, &value));
        assert_true(value == 725);
    }
}

static void what_says_nothing_of_the_property_changes_nothing(void **state) {
    (void)state;
    const char *packs[] = {"",
                           "[]",
                           "[{\"n\":\"valve\",\"v\":1}]",
                           "[{\"n\":\"speed\",\"vs\":\"x\"}]",
                           "[{\"n\":",
                           "5",
                           "{\"speed\":null}"};
    for (size_t i = 0; i < sizeof packs / sizeof packs[0]; i++) {
        struct observe observe = {0};
        double value;
        assert_false(heard(&observe, 1, packs[i], 0, &value));
    }
}

static void an_older_notification_is_ignored(void **state) {
    (void)state;
    const char *pack = "[{\"n\":\"speed\",\"v\":725}]";
    struct observe observe = {0};
    double value;
    assert_true(heard(&observe, 10, pack, 0, &value));
    assert_false(heard(&observe, 9, pack, SECOND, &value));
    assert_false(heard(&observe, 10, pack, SECOND, &value));
    assert_true(heard(&observe, 11, pack, SECOND, &value));
    assert_true(heard(&observe, 3, pack, 200 * (int64_t)SECOND, &value)); // a lapse of 128 s
}

static void numbers_of_notifications_wrap(void **state) {
    (void)state;
    const char *pack = "[{\"n\":\"speed\",\"v\":725}]";
    struct observe observe = {0};
    double value;
    assert_true(heard(&observe, 0xfffffe, pack, 0, &value));
    assert_true(heard(&observe, 1, pack, 0, &value));
    assert_false(heard(&observe, 0xffffff, pack, 0, &value));
}

static void a_registration_is_renewed_after_max_age(void **state) {
    (void)state;
    struct observe observe = {0};
    struct datagram datagram;
    assert_true(observe_is_due(&observe, 0));
    observe_read(&observe, notification(&datagram, COAP_CODE(2, 5), 1, 20, "[]"), 0);
    assert_false(observe_is_due(&observe, 20 * SECOND));
    assert_true(observe_is_due(&observe, 26 * SECOND));
    observe_forget(&observe);
    assert_true(observe_is_due(&observe, 1));
}

static void a_refusal_is_not_asked_again_at_once(void **state) {
    (void)state;
    struct observe observe = {0};
    struct datagram datagram;
    assert_false(observe_read(&observe,
                              notification(&datagram, COAP_CODE(4, 4), -1, -1, "no such twin"), 0));
    assert_false(observe_is_due(&observe, SECOND));
    assert_true(observe_is_due(&observe, 60 * SECOND));
}

static void a_token_names_its_device_and_no_other_run_s(void **state) {
    (void)state;
    uint8_t token[8];
    observe_token_write(token, 1, 70000);
    assert_int_equal(observe_token_read(token, 1), 70000);
    assert_int_equal(observe_token_read(token, 2), UINT32_MAX);
}

static void the_request_is_a_get_that_observes_desired(void **state) {
    (void)state;
    struct datagram datagram;
    uint8_t *at = message_write_header(datagram.bytes, MESSAGE_CON, COAP_CODE(0, 1), 7, NULL, 0);
    at = observe_request_write(at, "pump-1");
    assert_true(message_parse(datagram.bytes, (size_t)(at - datagram.bytes), &datagram.message));
    const uint16_t numbers[] = {6, 11, 11, 11, 17};
    const char *values[] = {"", "t", "pump-1", "desired", "n"};
    const uint8_t *next = datagram.message.options;
    struct option option = {0};
    for (int i = 0; i < 5; i++) {
        assert_true(option_next(&datagram.message, &next, &option));
        assert_int_equal(option.number, numbers[i]);
        assert_int_equal(option.length, strlen(values[i]));
        assert_memory_equal(option.value, values[i], option.length); // 110 is 'n'
    }
    assert_false(option_next(&datagram.message, &next, &option));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_value_is_found_with_and_without_base_names),
        cmocka_unit_test(what_says_nothing_of_the_property_changes_nothing),
        cmocka_unit_test(an_older_notification_is_ignored),
        cmocka_unit_test(numbers_of_notifications_wrap),
        cmocka_unit_test(a_registration_is_renewed_after_max_age),
        cmocka_unit_test(a_refusal_is_not_asked_again_at_once),
        cmocka_unit_test(a_token_names_its_device_and_no_other_run_s),
        cmocka_unit_test(the_request_is_a_get_that_observes_desired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
