// Numbers: almost every sensor value is a whole number over a power of ten, and that is found and
// proved with a few divisions; the rest goes through printf. Text: runs of plain bytes are copied
// whole.

#include "base/json.h"

#include "base/memory.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EXACT 9007199254740992.0 // 2^53: whole numbers up to here are exact
#define DECIMALS 15              // 10^15 is the largest power of ten below 2^53

static void comma(struct buffer *out) {
    if (out->length == 0) return;
    switch (out->bytes[out->length - 1]) {
    case '{':
    case '[':
    case ':':
    case 0:
        return;
    default:
        buffer_byte(out, ',');
    }
}

void json_open(struct buffer *out, char bracket) {
    comma(out);
    buffer_byte(out, (uint8_t)bracket);
}

void json_close(struct buffer *out, char bracket) {
    buffer_byte(out, (uint8_t)bracket);
}

void json_key(struct buffer *out, const char *key) {
    json_string(out, key);
    buffer_byte(out, ':');
}

void json_string(struct buffer *out, const char *text) {
    json_text(out, text, strlen(text));
}

// Bytes of the well-formed UTF-8 sequence that starts at `text` (Unicode table 3-7), 0 if it is
// none.
static size_t utf8_sequence(const uint8_t *text, size_t length) {
    uint8_t first = text[0];
    size_t size = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (size == 0 || first > 0xf4 || size > length) return 0;
    for (size_t i = 1; i < size; i++)
        if ((text[i] & 0xc0) != 0x80) return 0;
    if (first == 0xe0 && text[1] < 0xa0) return 0; // longer than need be
    if (first == 0xed && text[1] > 0x9f) return 0; // surrogates
    if (first == 0xf0 && text[1] < 0x90) return 0;
    if (first == 0xf4 && text[1] > 0x8f) return 0; // above U+10FFFF
    return size;
}

static void add_escape(struct buffer *out, uint8_t byte) {
    static const char names[] = "\bb\ff\nn\rr\tt\"\"\\\\";
    for (const char *name = names; *name; name += 2) {
        if ((uint8_t)name[0] != byte) continue;
        buffer_byte(out, '\\');
        buffer_byte(out, (uint8_t)name[1]);
        return;
    }
    buffer_printf(out, "\\u%04x", byte);
}

void json_text(struct buffer *out, const char *text, size_t length) {
    const uint8_t *bytes = (const uint8_t *)text;
    size_t plain = 0; // start of the run not yet copied
    comma(out);
    buffer_byte(out, '"');
    for (size_t i = 0; i < length;) {
        uint8_t byte = bytes[i];
        bool is_escaped = byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7f;
        size_t size = is_escaped ? 1 : utf8_sequence(bytes + i, length - i);
        if (is_escaped || size == 0) {
            buffer_add(out, bytes + plain, i - plain);
            if (is_escaped)
                add_escape(out, byte);
            else
                buffer_add(out, "\xef\xbf\xbd", 3);
            plain = i + 1;
        }
        i += size ? size : 1;
    }
    buffer_add(out, bytes + plain, length - plain);
    buffer_byte(out, '"');
}

void json_number(struct buffer *out, double number) {
    char text[JSON_NUMBER_SIZE];
    if (!isfinite(number)) {
        json_null(out);
        return;
    }
    comma(out);
    buffer_add(out, text, (size_t)json_format_number(number, text));
}

// Digits of `number` at the end of `text`; returns where they start.
static char *format_unsigned(char *end, uint64_t number) {
    do
        *--end = (char)('0' + number % 10);
    while (number /= 10);
    return end;
}

void json_unsigned(struct buffer *out, uint64_t number) {
    char text[20];
    char *start = format_unsigned(text + sizeof text, number);
    comma(out);
    buffer_add(out, start, (size_t)(text + sizeof text - start));
}

void json_integer(struct buffer *out, int64_t number) {
    char text[21];
    uint64_t magnitude = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    char *start = format_unsigned(text + sizeof text, magnitude);
    if (number < 0) *--start = '-';
    comma(out);
    buffer_add(out, start, (size_t)(text + sizeof text - start));
}

void json_boolean(struct buffer *out, bool boolean) {
    json_raw(out, boolean ? "true" : "false");
}

void json_null(struct buffer *out) {
    json_raw(out, "null");
}

void json_raw(struct buffer *out, const char *text) {
    comma(out);
    buffer_add(out, text, strlen(text));
}

static void add_digits(char **at, int number, int digits) {
    for (int i = digits; i-- > 0; number /= 10)
        (*at)[i] = (char)('0' + number % 10);
    *at += digits;
}

void json_time(struct buffer *out, int64_t us) {
    int64_t seconds = us / 1000000, rest = us % 1000000;
    if (rest < 0) rest += 1000000, seconds--;
    struct tm tm;
    gmtime_r(&(time_t){seconds}, &tm);
    const int parts[] = {tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,      tm.tm_hour,
                         tm.tm_min,         tm.tm_sec,     (int)rest / 1000};
    static const int digits[] = {4, 2, 2, 2, 2, 2, 3};
    char text[32], *at = text;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        *at++ = "\"--T::."[i];
        add_digits(&at, parts[i], digits[i]);
    }
    *at++ = 'Z', *at++ = '"';
    comma(out);
    buffer_add(out, text, (size_t)(at - text));
}

// A whole number over 10^decimals as text, without zeros at its end.
static int format_scaled(bool is_negative, uint64_t digits, int decimals, char *text) {
    char room[24], *end = room + sizeof room;
    while (decimals > 0 && digits % 10 == 0)
        digits /= 10, decimals--;
    char *start = format_unsigned(end, digits);
    while (end - start <= decimals)
        *--start = '0'; // at least one digit before the point
    size_t whole = (size_t)(end - start) - (size_t)decimals;
    char *at = text;
    if (is_negative) *at++ = '-';
    memcpy(at, start, whole);
    at += whole;
    if (decimals > 0) {
        *at++ = '.';
        memcpy(at, start + whole, (size_t)decimals);
        at += decimals;
    }
    *at = 0;
    return (int)(at - text);
}

void json_seconds(struct buffer *out, int64_t us) {
    char text[JSON_NUMBER_SIZE];
    uint64_t magnitude = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
    comma(out);
    buffer_add(out, text, (size_t)format_scaled(us < 0, magnitude, 6, text));
}

// The digits of a decimal number laid out as ECMAScript does: 0.digits times 10^exponent.
static int lay_out(const char *digits, int count, int exponent, char *text) {
    char *at = text;
    if (exponent > 21 || exponent < -5) {
        for (int i = 0; i < count; i++) {
            if (i == 1) *at++ = '.';
            *at++ = digits[i];
        }
        return (int)(at - text) + sprintf(at, "e%+d", exponent - 1);
    }
    if (exponent <= 0) {
        *at++ = '0', *at++ = '.';
        memset(at, '0', (size_t)-exponent);
        at += -exponent;
        memcpy(at, digits, (size_t)count);
        at += count;
    } else {
        for (int i = 0; i < count || i < exponent; i++) {
            if (i == exponent) *at++ = '.';
            *at++ = i < count ? digits[i] : '0';
        }
    }
    *at = 0;
    return (int)(at - text);
}

// Every double is named by at most 17 digits, and 15 or fewer always survive the way there and
// back, so three tries find the shortest.
static int format_any(double number, char *text) {
    char room[JSON_NUMBER_SIZE], digits[18];
    int precision = number < DBL_MIN ? 1 : DBL_DIG;
    for (;; precision++) {
        snprintf(room, sizeof room, "%.*e", precision - 1, number);
        if (precision == 17 || strtod(room, NULL) == number) break;
    }
    char *exponent = strchr(room, 'e');
    int count = 0;
    for (const char *c = room; c < exponent; c++)
        if (*c != '.') digits[count++] = *c;
    while (count > 1 && digits[count - 1] == '0')
        count--;
    return lay_out(digits, count, atoi(exponent + 1) + 1, text);
}

int json_format_number(double number, char *text) {
    assert(isfinite(number));
    bool is_negative = number < 0;
    double size = fabs(number), power = 1;
    bool is_tiny = size > 0 && size < 1e-6; // wants an exponent
    for (int decimals = 0; !is_tiny && decimals <= DECIMALS; decimals++, power *= 10) {
        // Both are exact, and a division rounds as reading the text does: equal here, equal there.
        double scaled = rint(size * power);
        if (scaled >= EXACT) break;
        if (scaled / power == size)
            return format_scaled(is_negative, (uint64_t)scaled, decimals, text);
    }
    if (is_negative) *text = '-';
    return is_negative + format_any(size, text + is_negative);
}

void json_member(struct buffer *out, const char *key, const char *text) {
    json_key(out, key);
    json_string(out, text);
}

void json_member_time(struct buffer *out, const char *key, int64_t us) {
    json_key(out, key);
    json_time(out, us);
}
