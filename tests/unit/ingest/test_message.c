// The CoAP message codec: what is written reads back, and what is malformed is refused.

#include "ingest/check.h"
#include "ingest/message.h"

#include <string.h>

static const uint8_t token[4] = {0xde, 0xad, 0xbe, 0xef};

static bool parses(const void *bytes, size_t length) {
    struct message message;
    return message_parse(bytes, length, &message);
}

static void what_is_written_is_read_back(void **state) {
    (void)state;
    uint8_t bytes[64];
    uint16_t last = 0;
    uint8_t *end = message_write_header(bytes, MESSAGE_CON, COAP_CODE(0, 2), 0x1234, token, 4);
    end = option_write(end, &last, OPTION_URI_PATH, "t", 1);
    end = option_write(end, &last, OPTION_URI_PATH, "pump-1", 6);
    end = option_write_uint(end, &last, OPTION_CONTENT_FORMAT, 110);
    end = option_write_uint(end, &last, OPTION_NO_RESPONSE, 2);
    end = payload_write(end, "[]", 2);

    struct message message;
    assert_true(message_parse(bytes, (size_t)(end - bytes), &message));
    assert_int_equal(message.type, MESSAGE_CON);
    assert_int_equal(message.code, COAP_CODE(0, 2));
    assert_int_equal(message.id, 0x1234);
    assert_int_equal(message.token_length, 4);
    assert_memory_equal(message.token, token, 4);
    assert_int_equal(message.payload_length, 2);
    assert_memory_equal(message.payload, "[]", 2);

    const uint8_t *at = message.options;
    struct option option = {0};
    assert_true(option_next(&message, &at, &option));
    assert_int_equal(option.number, OPTION_URI_PATH);
    assert_int_equal(option.length, 1);
    assert_true(option_next(&message, &at, &option));
    assert_memory_equal(option.value, "pump-1", 6);
    assert_true(option_next(&message, &at, &option));
    assert_int_equal(option.number, OPTION_CONTENT_FORMAT);
    assert_int_equal(option_uint(&option), 110);
    assert_true(option_next(&message, &at, &option));
    assert_int_equal(option.number, OPTION_NO_RESPONSE);
    assert_int_equal(option_uint(&option), 2);
    assert_false(option_next(&message, &at, &option));
}

static void long_options_use_the_extended_forms(void **state) {
    (void)state;
    static const uint16_t lengths[] = {0, 12, 13, 14, 268, 269, 270, 1000};
    uint8_t value[1000];
    memset(value, 'x', sizeof value);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        uint8_t bytes[2100];
        uint16_t last = 0;
        uint8_t *end = message_write_header(bytes, MESSAGE_NON, COAP_CODE(0, 1), 1, NULL, 0);
        end = option_write(end, &last, 11, value, lengths[i]);
        end = option_write(end, &last, 2000, value, lengths[i]);
        struct message message;
        assert_true(message_parse(bytes, (size_t)(end - bytes), &message));
        const uint8_t *at = message.options;
        struct option option = {0};
        assert_true(option_next(&message, &at, &option));
        assert_int_equal(option.number, 11);
        assert_int_equal(option.length, lengths[i]);
        assert_true(option_next(&message, &at, &option));
        assert_int_equal(option.number, 2000);
        assert_int_equal(option.length, lengths[i]);
        assert_false(option_next(&message, &at, &option));
        for (size_t cut = 4; cut < (size_t)(end - bytes); cut++) // no prefix reads beyond its end
            (void)parses(bytes, cut);
    }
}

static void integers_are_written_without_leading_zeros(void **state) {
    (void)state;
    static const struct {
        uint32_t value;
        uint16_t length;
    } cases[] = {{0, 0}, {1, 1}, {255, 1}, {256, 2}, {65535, 2}, {65536, 3}, {0xffffffff, 4}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[32];
        uint16_t last = 0;
        uint8_t *end = message_write_header(bytes, MESSAGE_NON, 1, 1, NULL, 0);
        end = option_write_uint(end, &last, OPTION_OBSERVE, cases[i].value);
        struct message message;
        assert_true(message_parse(bytes, (size_t)(end - bytes), &message));
        const uint8_t *at = message.options;
        struct option option = {0};
        assert_true(option_next(&message, &at, &option));
        assert_int_equal(option.length, cases[i].length);
        assert_int_equal(option_uint(&option), cases[i].value);
    }
}

static void an_empty_payload_leaves_no_marker(void **state) {
    (void)state;
    uint8_t bytes[8];
    uint8_t *end = message_write_header(bytes, MESSAGE_ACK, COAP_CODE(2, 4), 7, token, 4);
    assert_ptr_equal(payload_write(end, "", 0), end);
    assert_true(parses(bytes, 8));
}

static void malformed_datagrams_are_refused(void **state) {
    (void)state;
    assert_false(parses("\x40\x01\x00", 3));     // shorter than a header
    assert_false(parses("\x00\x01\x00\x00", 4)); // version 0
    assert_false(parses("\x80\x01\x00\x00", 4)); // version 2
    assert_false(parses("\x49\x01\x00\x00"
                        "123456789",
                        13)); // token of 9 bytes
    assert_false(parses("\x44\x01\x00\x00"
                        "123",
                        7));                                     // token over the end
    assert_false(parses("\x40\x01\x00\x00\xff", 5));             // marker with nothing behind
    assert_false(parses("\x40\x01\x00\x00\xb5t", 6));            // option over the end
    assert_false(parses("\x40\x01\x00\x00\xf0", 5));             // delta 15, not a marker
    assert_false(parses("\x40\x01\x00\x00\x0f", 5));             // length 15
    assert_false(parses("\x40\x01\x00\x00\xd0", 5));             // extension missing
    assert_false(parses("\x40\x01\x00\x00\xe0\x00", 6));         // half an extension
    assert_false(parses("\x40\x01\x00\x00\xe0\xff\xff\x10", 8)); // number beyond 65535
    assert_false(parses("\x40\x00\x00\x00\x00", 5));             // an empty message with more
    assert_false(parses("\x41\x00\x00\x00x", 5));                // an empty message with a token
}

static void a_ping_is_well_formed(void **state) {
    (void)state;
    assert_true(parses("\x40\x00\x00\x01", 4));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(long_options_use_the_extended_forms),
        cmocka_unit_test(integers_are_written_without_leading_zeros),
        cmocka_unit_test(an_empty_payload_leaves_no_marker),
        cmocka_unit_test(malformed_datagrams_are_refused),
        cmocka_unit_test(a_ping_is_well_formed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
