// Datagrams into the message codec. What must hold: nothing is read beyond the end, and a message
// that is written again from its parts parses into the same parts.

#include "ingest/message.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static uint8_t written[1 << 17];
    struct message message, again;
    if (size > 65535 || !message_parse(bytes, size, &message)) return 0;
    uint8_t *out = message_write_header(written, message.type, message.code, message.id,
                                        message.token, message.token_length);
    const uint8_t *at = message.options;
    struct option option = {0}, second = {0};
    uint16_t last = 0;
    int count = 0;
    for (; option_next(&message, &at, &option); count++)
        out = option_write(out, &last, option.number, option.value, option.length);
    if (at != message.options_end) abort();
    out = payload_write(out, message.payload, message.payload_length);
    if (!message_parse(written, (size_t)(out - written), &again)) abort();
    if (again.type != message.type || again.code != message.code || again.id != message.id ||
        again.token_length != message.token_length ||
        again.payload_length != message.payload_length ||
        memcmp(again.token, message.token, message.token_length) != 0)
        abort();
    at = message.options;
    const uint8_t *other = again.options;
    option = (struct option){0};
    while (count--) {
        if (!option_next(&message, &at, &option) || !option_next(&again, &other, &second)) abort();
        if (option.number != second.number || option.length != second.length ||
            memcmp(option.value, second.value, option.length) != 0)
            abort();
        (void)option_uint(&option);
    }
    return 0;
}
