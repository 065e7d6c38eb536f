// One look at the first bytes, then at the whole, then at the options.

#include "ingest/guard.h"

#include "base/memory.h"
#include "ingest/request.h"
#include "ingest/wire.h"

#include <string.h>

enum { OPTION_PROXY_URI = 35, OPTION_PROXY_SCHEME = 39 };

const char *guard_name(enum guard guard) {
    static const char *const names[GUARDS] = {"",          "short",    "version", "token",
                                              "malformed", "too_long", "option",  "proxy",
                                              "too_fast",  "method",   "stray",   "library"};
    return names[guard];
}

static void read_head(const struct datagram *datagram, struct message *message) {
    const uint8_t *bytes = datagram->bytes;
    *message = (struct message){.type = bytes[0] >> 4 & 3,
                                .code = bytes[1],
                                .id = (uint16_t)(bytes[2] << 8 | bytes[3]),
                                .token = bytes + 4};
    if (datagram->length >= 4u + (bytes[0] & 15)) message->token_length = bytes[0] & 15;
}

enum guard guard_check(const struct datagram *datagram, struct message *message) {
    if (datagram->length < 4) return GUARD_SHORT;
    if (datagram->bytes[0] >> 6 != 1) return GUARD_VERSION;
    if ((datagram->bytes[0] & 15) > 8) return GUARD_TOKEN;
    if (!datagram->is_cut && message_parse(datagram->bytes, datagram->length, message))
        return GUARD_GOOD;
    read_head(datagram, message);
    return datagram->is_cut ? GUARD_TOO_LONG : GUARD_MALFORMED;
}

enum guard guard_check_options(const struct message *message, uint16_t *number) {
    const uint8_t *at = message->options;
    struct option option = {0};
    struct request request;
    request_init(&request, message->code);
    while (option_next(message, &at, &option)) {
        *number = option.number;
        if (option.number == OPTION_PROXY_URI || option.number == OPTION_PROXY_SCHEME)
            return GUARD_PROXY;
        if (!request_option(&request, option.number, option.value, option.length))
            return GUARD_OPTION;
    }
    return GUARD_GOOD;
}

struct datagram guard_strip(const struct datagram *datagram, const struct message *message,
                            struct region *region) {
    const uint8_t *at = message->options;
    struct option option = {0};
    bool is_there = false;
    while (option_next(message, &at, &option))
        is_there |= option.number == OPTION_HOP_LIMIT;
    if (!is_there) return *datagram;
    // One option less saves two bytes at least and may cost the next one two more for its delta.
    uint8_t *bytes = region_alloc(region, datagram->length + 4), *out = bytes;
    size_t head = (size_t)(message->options - datagram->bytes);
    uint16_t last = 0;
    memcpy(out, datagram->bytes, head);
    out += head;
    option = (struct option){0};
    for (at = message->options; option_next(message, &at, &option);)
        if (option.number != OPTION_HOP_LIMIT)
            out = option_write(out, &last, option.number, option.value, option.length);
    out = payload_write(out, message->payload, message->payload_length);
    struct datagram stripped = *datagram;
    stripped.bytes = bytes;
    stripped.length = (size_t)(out - bytes);
    return stripped;
}
