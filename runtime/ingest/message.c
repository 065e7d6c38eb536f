// Options are checked once, by message_parse; option_next walks what has been found sound.

#include "ingest/message.h"

#include <string.h>

#define PAYLOAD_MARKER 0xff
#define HEADER_BYTES 4
#define TOKEN_MAX 8

static bool option_read(const uint8_t **at, const uint8_t *end, struct option *option);

bool message_parse(const uint8_t *bytes, size_t length, struct message *message) {
    if (length < HEADER_BYTES || bytes[0] >> 6 != 1) return false;
    message->type = bytes[0] >> 4 & 3;
    message->token_length = bytes[0] & 15;
    message->code = bytes[1];
    message->id = (uint16_t)(bytes[2] << 8 | bytes[3]);
    if (message->token_length > TOKEN_MAX || length < (size_t)HEADER_BYTES + message->token_length)
        return false;
    if (message->code == 0 && length > HEADER_BYTES) return false; // RFC 7252 4.1
    const uint8_t *at = bytes + HEADER_BYTES;
    const uint8_t *end = bytes + length;
    message->token = at;
    message->options = at += message->token_length;
    struct option option = {0};
    while (at < end && *at != PAYLOAD_MARKER)
        if (!option_read(&at, end, &option)) return false;
    message->options_end = at;
    message->payload = NULL;
    message->payload_length = 0;
    if (at == end) return true;
    message->payload = at + 1;
    message->payload_length = (size_t)(end - at - 1);
    return message->payload_length > 0;
}

bool option_next(const struct message *message, const uint8_t **at, struct option *option) {
    return *at < message->options_end && option_read(at, message->options_end, option);
}

// The value of a 4-bit field with its extension bytes, RFC 7252 3.1.
static bool nibble_read(unsigned nibble, const uint8_t **at, const uint8_t *end, uint32_t *value) {
    if (nibble < 13) {
        *value = nibble;
        return true;
    }
    if (nibble == 15 || end - *at < (int)nibble - 12) return false;
    if (nibble == 13) {
        *value = 13u + (*at)[0];
        *at += 1;
    } else {
        *value = 269u + ((uint32_t)(*at)[0] << 8 | (*at)[1]);
        *at += 2;
    }
    return true;
}

static bool option_read(const uint8_t **at, const uint8_t *end, struct option *option) {
    unsigned first = *(*at)++;
    uint32_t delta, length;
    if (!nibble_read(first >> 4, at, end, &delta)) return false;
    if (!nibble_read(first & 15, at, end, &length)) return false;
    if (option->number + delta > UINT16_MAX || (size_t)(end - *at) < length) return false;
    option->number = (uint16_t)(option->number + delta);
    option->length = (uint16_t)length;
    option->value = *at;
    *at += length;
    return true;
}

uint32_t option_uint(const struct option *option) {
    uint32_t value = 0;
    for (uint16_t i = 0; i < option->length && i < 4; i++)
        value = value << 8 | option->value[i];
    return value;
}

uint8_t *message_write_header(uint8_t *out, enum message_type type, uint8_t code, uint16_t id,
                              const uint8_t *token, uint8_t token_length) {
    *out++ = (uint8_t)(1u << 6 | (unsigned)type << 4 | token_length);
    *out++ = code;
    *out++ = (uint8_t)(id >> 8);
    *out++ = (uint8_t)id;
    if (token_length) memcpy(out, token, token_length);
    return out + token_length;
}

// Gives the 4-bit field for `value`; its extension bytes go to `extension`, `size` is how many.
static uint8_t nibble_write(uint32_t value, uint8_t *extension, int *size) {
    *size = 0;
    if (value < 13) return (uint8_t)value;
    if (value < 269) {
        extension[0] = (uint8_t)(value - 13);
        *size = 1;
        return 13;
    }
    extension[0] = (uint8_t)((value - 269) >> 8);
    extension[1] = (uint8_t)(value - 269);
    *size = 2;
    return 14;
}

uint8_t *option_write(uint8_t *out, uint16_t *last, uint16_t number, const void *value,
                      uint16_t length) {
    uint8_t delta[2], size[2];
    int delta_size, size_size;
    uint8_t high = nibble_write((uint32_t)(number - *last), delta, &delta_size);
    uint8_t low = nibble_write(length, size, &size_size);
    *out++ = (uint8_t)(high << 4 | low);
    for (int i = 0; i < delta_size; i++)
        *out++ = delta[i];
    for (int i = 0; i < size_size; i++)
        *out++ = size[i];
    if (length) memcpy(out, value, length);
    *last = number;
    return out + length;
}

uint8_t *option_write_uint(uint8_t *out, uint16_t *last, uint16_t number, uint32_t value) {
    uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                        (uint8_t)value};
    int skip = value == 0 ? 4 : __builtin_clz(value) / 8; // leading zeros are left out, 3.2
    return option_write(out, last, number, bytes + skip, (uint16_t)(4 - skip));
}

uint8_t *payload_write(uint8_t *out, const void *bytes, size_t length) {
    if (length == 0) return out; // a marker with nothing behind is malformed
    *out++ = PAYLOAD_MARKER;
    memcpy(out, bytes, length);
    return out + length;
}
