// What a resource answers, and its bytes behind the token. Both ways write the same options.

#ifndef INGEST_ANSWER_H
#define INGEST_ANSWER_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct region;

enum { // codes as they are on the wire
    CODE_EMPTY = 0,
    CODE_CHANGED = 68,         // 2.04
    CODE_CONTENT = 69,         // 2.05
    CODE_CONTINUE = 95,        // 2.31
    CODE_BAD_REQUEST = 128,    // 4.00
    CODE_BAD_OPTION = 130,     // 4.02
    CODE_NOT_FOUND = 132,      // 4.04
    CODE_METHOD = 133,         // 4.05
    CODE_NOT_ACCEPTABLE = 134, // 4.06
    CODE_INCOMPLETE = 136,     // 4.08
    CODE_CONFLICT = 137,       // 4.09
    CODE_TOO_LARGE = 141,      // 4.13
    CODE_FORMAT = 143,         // 4.15
    CODE_TOO_MANY = 157,       // 4.29
    CODE_INTERNAL = 160,       // 5.00
    CODE_PROXY = 165,          // 5.05
    CODE_UNAVAILABLE = 163,    // 5.03
};

#define DIAGNOSTIC_MAX 200 // bytes of the sentence in a refusal
#define RETRY_S 5          // Max-Age of 5.03: when to try again

struct answer {
    uint8_t code;
    int format; // FORMAT_NONE: no Content-Format, as in every refusal
    const uint8_t *payload;
    size_t length;
    uint64_t etag;                                   // 0: none
    int64_t max_age, observe, block1, block2, size1; // -1: none
    uint64_t rev;                                    // is sent when this one is durable; 0: at once
    uint32_t commands; // the newest open command that it tells of, 0: none
};

void answer_init(struct answer *answer, uint8_t code); // without payload

// A refusal with a sentence, copied to `region` and cut at DIAGNOSTIC_MAX bytes.
void answer_refuse(struct answer *answer, uint8_t code, struct region *region, const char *format,
                   ...) __attribute__((format(printf, 4, 5)));
void answer_error(struct answer *answer, const struct err *err, struct region *region);
uint8_t answer_code(const struct err *err); // of an error: ERR_NOT_FOUND is 4.04

#define ANSWER_OPTIONS_MAX 8
#define ANSWER_HEAD_MAX 48 // bytes that the options and the payload marker take at most
#define ANSWER_MAX 1400    // bytes of options and payload together; fits a datagram with its token

struct answer_option {
    uint16_t number;
    uint16_t length;
    uint8_t value[8];
};
// In ascending order; returns how many.
int answer_options(const struct answer *answer, struct answer_option options[ANSWER_OPTIONS_MAX]);

// Writes options and payload, what stands behind the token; `out` has room for ANSWER_HEAD_MAX and
// the payload. Returns the new end.
uint8_t *answer_write(uint8_t *out, const struct answer *answer);

// True when the sender said by No-Response (RFC 7967) that it does not want this class of answer.
int answer_is_unwanted(uint8_t code, uint32_t no_response);

#endif
