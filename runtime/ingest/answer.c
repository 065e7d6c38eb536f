// One list of options, so that what libcoap sends and what we send cannot differ.

#include "ingest/answer.h"

#include "base/err.h"
#include "base/memory.h"
#include "ingest/message.h"
#include "ingest/pack.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void answer_init(struct answer *answer, uint8_t code) {
    *answer = (struct answer){.code = code,
                              .format = FORMAT_NONE,
                              .payload = (const uint8_t *)"", // never NULL
                              .max_age = -1,
                              .observe = -1,
                              .block1 = -1,
                              .block2 = -1,
                              .size1 = -1};
}

static void set_sentence(struct answer *answer, const char *text, struct region *region) {
    size_t length = strlen(text);
    if (length > DIAGNOSTIC_MAX) {
        length = DIAGNOSTIC_MAX;
        while (length > 0 && ((uint8_t)text[length] & 0xc0) == 0x80) // not within a character
            length--;
    }
    answer->payload = (const uint8_t *)region_copy(region, text, length);
    answer->length = length;
}

void answer_refuse(struct answer *answer, uint8_t code, struct region *region, const char *format,
                   ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    answer_init(answer, code);
    set_sentence(answer, text, region);
}

uint8_t answer_code(const struct err *err) {
    switch (err->code) {
    case ERR_INVALID:
        return CODE_BAD_REQUEST;
    case ERR_FORBIDDEN:
        return COAP_CODE(4, 3);
    case ERR_NOT_FOUND:
        return CODE_NOT_FOUND;
    case ERR_METHOD:
        return CODE_METHOD;
    case ERR_CONFLICT:
        return CODE_CONFLICT;
    case ERR_PRECONDITION:
        return COAP_CODE(4, 12);
    case ERR_TOO_LARGE:
        return CODE_TOO_LARGE;
    case ERR_FORMAT:
        return CODE_FORMAT;
    case ERR_TOO_FAST:
        return CODE_TOO_MANY;
    case ERR_UNAVAILABLE:
        return CODE_UNAVAILABLE;
    case ERR_NONE:
    case ERR_INTERNAL:
        break;
    }
    return CODE_INTERNAL;
}

void answer_error(struct answer *answer, const struct err *err, struct region *region) {
    answer_init(answer, answer_code(err));
    if (answer->code == CODE_UNAVAILABLE) answer->max_age = RETRY_S;
    set_sentence(answer, err->text, region);
}

static void add_uint(struct answer_option *options, int *count, uint16_t number, int64_t value) {
    if (value < 0) return;
    struct answer_option *option = &options[(*count)++];
    option->number = number;
    option->length = 0;
    for (int shift = 24; shift >= 0; shift -= 8)
        if (value >> shift) option->value[option->length++] = (uint8_t)(value >> shift);
}

int answer_options(const struct answer *answer, struct answer_option options[ANSWER_OPTIONS_MAX]) {
    int count = 0;
    if (answer->etag) {
        options[count] = (struct answer_option){.number = OPTION_ETAG, .length = 8};
        memcpy(options[count++].value, &answer->etag, 8);
    }
    add_uint(options, &count, OPTION_OBSERVE, answer->observe);
    add_uint(options, &count, OPTION_CONTENT_FORMAT, answer->format);
    add_uint(options, &count, OPTION_MAX_AGE, answer->max_age);
    add_uint(options, &count, OPTION_BLOCK2, answer->block2);
    add_uint(options, &count, OPTION_BLOCK1, answer->block1);
    add_uint(options, &count, OPTION_SIZE1, answer->size1);
    return count;
}

uint8_t *answer_write(uint8_t *out, const struct answer *answer) {
    struct answer_option options[ANSWER_OPTIONS_MAX];
    int count = answer_options(answer, options);
    uint16_t last = 0;
    for (int i = 0; i < count; i++)
        out = option_write(out, &last, options[i].number, options[i].value, options[i].length);
    return payload_write(out, answer->payload, answer->length);
}

int answer_is_unwanted(uint8_t code, uint32_t no_response) {
    return code >> 5 && (no_response >> ((code >> 5) - 1) & 1);
}
