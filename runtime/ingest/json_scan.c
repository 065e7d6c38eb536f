// Numbers that fit 53 bits with a small power of ten are exact by one division or multiplication
// (Clinger 1990, "How to read floating point numbers accurately", the fast case); the others go
// through strtod.

#include "ingest/json_scan.h"

#include "base/memory.h"
#include "ingest/utf8.h"

#include <stdlib.h>

#define DEPTH_MAX 16   // of values that are skipped
#define EXACT_POWER 22 // largest power of ten that is exact in a double

static const double powers[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                               1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static bool unescape(struct json_scan *json, const uint8_t *start, struct slice *text);
static bool number_by_library(struct json_scan *json, const uint8_t *start, double *number);

void json_scan_init(struct json_scan *json, const void *bytes, size_t length,
                    struct region *region) {
    *json = (struct json_scan){
        .start = bytes, .at = bytes, .end = (const uint8_t *)bytes + length, .region = region};
}

bool json_scan_fail(struct json_scan *json, const char *reason) {
    if (!json->reason) json->reason = reason;
    return false;
}

uint8_t json_scan_peek(struct json_scan *json) {
    while (json->at < json->end) {
        uint8_t byte = *json->at;
        if (byte != ' ' && byte != '\n' && byte != '\r' && byte != '\t') return byte;
        json->at++;
    }
    return 0;
}

bool json_scan_take(struct json_scan *json, char byte) {
    if (json_scan_peek(json) != (uint8_t)byte || json->at == json->end) return false;
    json->at++;
    return true;
}

bool json_scan_expect(struct json_scan *json, char byte, const char *reason) {
    return json_scan_take(json, byte) || json_scan_fail(json, reason);
}

bool json_scan_is_at_end(struct json_scan *json) {
    json_scan_peek(json);
    return json->at == json->end;
}

bool json_scan_string(struct json_scan *json, struct slice *text) {
    if (!json_scan_expect(json, '"', "a text was expected")) return false;
    const uint8_t *start = json->at;
    const uint8_t *at = start;
    while (at < json->end) {
        uint8_t byte = *at;
        if (byte == '"') {
            *text = (struct slice){(const char *)start, (uint32_t)(at - start)};
            json->at = at + 1;
            return true;
        }
        if (byte == '\\') return unescape(json, start, text);
        if (byte < 0x20) break;
        int size = byte < 0x80 ? 1 : utf8_size(at, json->end);
        if (size == 0) {
            json->at = at;
            return json_scan_fail(json, "a text is not UTF-8");
        }
        at += size;
    }
    json->at = at;
    return json_scan_fail(json, at == json->end ? "a text does not end"
                                                : "a control character in a text");
}

static int hex4(const uint8_t *at, const uint8_t *end) {
    int value = 0;
    if (end - at < 4) return -1;
    for (int i = 0; i < 4; i++) {
        uint8_t byte = at[i];
        int digit = byte >= '0' && byte <= '9'   ? byte - '0'
                    : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10
                    : byte >= 'A' && byte <= 'F' ? byte - 'A' + 10
                                                 : -1;
        if (digit < 0) return -1;
        value = value << 4 | digit;
    }
    return value;
}

// `\uXXXX`, with its second half when it is a surrogate; *at stands behind the u.
static bool unescape_code_point(const uint8_t **at, const uint8_t *end, uint8_t **out) {
    int code = hex4(*at, end);
    if (code <= 0) return false; // U+0000 would end a text early for others
    *at += 4;
    if (code >= 0xd800 && code <= 0xdbff) {
        if (end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u') return false;
        int low = hex4(*at + 2, end);
        if (low < 0xdc00 || low > 0xdfff) return false;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        *at += 6;
    } else if (code >= 0xdc00 && code <= 0xdfff) {
        return false;
    }
    *out = utf8_write(*out, (uint32_t)code);
    return true;
}

// From the start of a text that has an escape. What is unescaped is never longer.
static bool unescape(struct json_scan *json, const uint8_t *start, struct slice *text) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const uint8_t *at = start, *end = start;
    while (end < json->end && *end != '"')
        end += *end == '\\' && json->end - end > 1 ? 2 : 1;
    if (end == json->end) return json_scan_fail(json, "a text does not end");
    uint8_t *bytes = region_alloc(json->region, (size_t)(end - start)), *out = bytes;
    while (at < end) {
        json->at = at;
        if (*at == '\\') {
            const char *escape = at[1] ? strchr(from, at[1]) : NULL;
            at += 2;
            if (escape)
                *out++ = (uint8_t)to[escape - from];
            else if (at[-1] != 'u' || !unescape_code_point(&at, end, &out))
                return json_scan_fail(json, "an escape that does not exist");
            continue;
        }
        if (*at < 0x20) return json_scan_fail(json, "a control character in a text");
        int size = utf8_size(at, end);
        if (size == 0) return json_scan_fail(json, "a text is not UTF-8");
        while (size--)
            *out++ = *at++;
    }
    json->at = end + 1;
    *text = (struct slice){(const char *)bytes, (uint32_t)(out - bytes)};
    return true;
}

static bool is_digit(const struct json_scan *json) {
    return json->at < json->end && *json->at >= '0' && *json->at <= '9';
}

bool json_scan_number(struct json_scan *json, double *number) {
    json_scan_peek(json);
    const uint8_t *start = json->at;
    bool is_negative = json->at < json->end && *json->at == '-';
    json->at += is_negative;
    if (!is_digit(json)) return json_scan_fail(json, "a number was expected");
    uint64_t mantissa = 0;
    int digits = 0, exponent = 0;
    bool is_zero_first = *json->at == '0';
    for (; is_digit(json); digits++)
        mantissa = mantissa * 10 + (uint64_t)(*json->at++ - '0');
    if (is_zero_first && digits > 1) return json_scan_fail(json, "a number starts with 0");
    if (json->at < json->end && *json->at == '.') {
        json->at++;
        if (!is_digit(json)) return json_scan_fail(json, "a digit was expected behind the point");
        for (; is_digit(json); digits++, exponent--)
            mantissa = mantissa * 10 + (uint64_t)(*json->at++ - '0');
    }
    if (json->at < json->end && (*json->at | 0x20) == 'e') {
        json->at++;
        bool is_down = json->at < json->end && *json->at == '-';
        if (json->at < json->end && (*json->at == '-' || *json->at == '+')) json->at++;
        if (!is_digit(json)) return json_scan_fail(json, "a digit was expected in the exponent");
        int written = 0;
        for (; is_digit(json); json->at++)
            if (written < 10000) written = written * 10 + (*json->at - '0');
        exponent += is_down ? -written : written;
    }
    if (digits > 19 || mantissa > (1ull << 53) || exponent < -EXACT_POWER || exponent > EXACT_POWER)
        return number_by_library(json, start, number);
    double value = (double)mantissa;
    value = exponent < 0 ? value / powers[-exponent] : value * powers[exponent];
    *number = is_negative ? -value : value;
    return true;
}

static bool number_by_library(struct json_scan *json, const uint8_t *start, double *number) {
    *number = strtod(region_copy(json->region, start, (size_t)(json->at - start)), NULL);
    return true;
}

static bool take_word(struct json_scan *json, const char *word) {
    size_t length = strlen(word);
    if ((size_t)(json->end - json->at) < length || memcmp(json->at, word, length) != 0)
        return false;
    json->at += length;
    return true;
}

bool json_scan_boolean(struct json_scan *json, bool *boolean) {
    json_scan_peek(json);
    *boolean = take_word(json, "true");
    return *boolean || take_word(json, "false") ||
           json_scan_fail(json, "true or false was expected");
}

static bool skip_value(struct json_scan *json, int depth) {
    struct slice text;
    double number;
    bool boolean;
    uint8_t first = json_scan_peek(json);
    if (first == '"') return json_scan_string(json, &text);
    if (first == 't' || first == 'f') return json_scan_boolean(json, &boolean);
    if (first == 'n')
        return take_word(json, "null") || json_scan_fail(json, "a value was expected");
    if (first != '{' && first != '[') return json_scan_number(json, &number);
    if (depth == DEPTH_MAX) return json_scan_fail(json, "values are nested more than 16 deep");
    json->at++;
    char close = first == '{' ? '}' : ']';
    if (json_scan_take(json, close)) return true;
    do {
        if (first == '{' &&
            !(json_scan_string(json, &text) && json_scan_expect(json, ':', "a colon was expected")))
            return false;
        if (!skip_value(json, depth + 1)) return false;
    } while (json_scan_take(json, ','));
    return json_scan_expect(json, close, "a comma or a closing bracket was expected");
}

bool json_scan_skip(struct json_scan *json) {
    return skip_value(json, 0);
}
