// CoAP datagrams: parsing one and walking its options.

#include "base/memory.h"
#include "fuzz.h"
#include "ingest/message.h"

void fuzz_seeds(fuzz_add *add) {
    static const uint8_t put[] = "\x44\x03\x11\x11\xde\xad\xbe\xef\xb1t\x03m-1\x05"
                                 "count\x10\xff"
                                 "8";
    static const uint8_t observe[] = "\x41\x01\x12\x34\x01\x60\x51t\x06pump-1\x61\x06";
    static const uint8_t block[] = "\x42\x02\x00\x01"
                                   "ab\xb5senml\x11\x6e\xd1\x02\x0e\xff"
                                   "[{\"n\":1}]";
    static const uint8_t extended[] = "\x40\x01\x00\x02\xbd\x02twinsim-of-1234\xe0\x01\x00";
    static const uint8_t ping[] = {0x40, 0x00, 0xab, 0xcd};
    add(put, sizeof put - 1);
    add(observe, sizeof observe - 1);
    add(block, sizeof block - 1);
    add(extended, sizeof extended - 1);
    add(ping, sizeof ping);
}

void fuzz_one(const uint8_t *bytes, size_t length) {
    struct message message;
    if (!message_parse(bytes, length, &message)) return;
    const uint8_t *at = message.options;
    struct option option = {0};
    volatile uint32_t sum = 0;
    while (option_next(&message, &at, &option)) {
        for (uint16_t i = 0; i < option.length; i++)
            sum += option.value[i];
        if (option.length <= 4) sum += option_uint(&option);
    }
    for (size_t i = 0; i < message.payload_length; i++)
        sum += message.payload[i];
    for (uint8_t i = 0; i < message.token_length; i++)
        sum += message.token[i];
}
