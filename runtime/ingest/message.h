// A CoAP message (RFC 7252 section 3), parsed in place and written. No socket, no state; twinsim
// uses it too.

#ifndef INGEST_MESSAGE_H
#define INGEST_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum message_type { MESSAGE_CON, MESSAGE_NON, MESSAGE_ACK, MESSAGE_RST };

// Codes as they are on the wire: class << 5 | detail.
#define COAP_CODE(class, detail) ((class) << 5 | (detail))

enum {
    OPTION_IF_MATCH = 1,
    OPTION_URI_HOST = 3,
    OPTION_ETAG = 4,
    OPTION_IF_NONE_MATCH = 5,
    OPTION_OBSERVE = 6,
    OPTION_URI_PORT = 7,
    OPTION_URI_PATH = 11,
    OPTION_CONTENT_FORMAT = 12,
    OPTION_MAX_AGE = 14,
    OPTION_URI_QUERY = 15,
    OPTION_HOP_LIMIT = 16,
    OPTION_ACCEPT = 17,
    OPTION_BLOCK2 = 23,
    OPTION_BLOCK1 = 27,
    OPTION_SIZE2 = 28,
    OPTION_SIZE1 = 60,
    OPTION_NO_RESPONSE = 258,
};

struct message {
    enum message_type type;
    uint8_t code;
    uint16_t id;
    uint8_t token_length;
    const uint8_t *token;
    const uint8_t *options; // first option byte
    const uint8_t *options_end;
    const uint8_t *payload; // NULL when there is none
    size_t payload_length;
};

// False when the datagram is not a well-formed CoAP message: shorter than 4 bytes, version not 1,
// token longer than 8, an option that runs over the end, a payload marker with nothing behind.
bool message_parse(const uint8_t *bytes, size_t length, struct message *message);

struct option {
    uint16_t number;
    uint16_t length;
    const uint8_t *value;
};
// Walks the options of a parsed message. `at` starts as message->options, `number` as 0.
bool option_next(const struct message *message, const uint8_t **at, struct option *option);
uint32_t option_uint(const struct option *option); // RFC 7252 3.2, up to 4 bytes

// Writes into `out`, which must have room; each returns the new end. Options in ascending order;
// `last` is the previous option's number.
uint8_t *message_write_header(uint8_t *out, enum message_type type, uint8_t code, uint16_t id,
                              const uint8_t *token, uint8_t token_length);
uint8_t *option_write(uint8_t *out, uint16_t *last, uint16_t number, const void *value,
                      uint16_t length);
uint8_t *option_write_uint(uint8_t *out, uint16_t *last, uint16_t number, uint32_t value);
uint8_t *payload_write(uint8_t *out, const void *bytes, size_t length); // marker and bytes

#endif
