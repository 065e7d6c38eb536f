// Written by hand because the load generator writes hundreds of thousands of packs a second.

#include "sim/senml.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { // RFC 8428 table 4
    LABEL_BASE_NAME = -2,
    LABEL_NAME = 0,
    LABEL_UNIT = 1,
    LABEL_VALUE = 2,
    LABEL_TEXT = 3,
    LABEL_BOOLEAN = 4,
};

enum { CBOR_UNSIGNED = 0, CBOR_NEGATIVE = 1, CBOR_TEXT = 3, CBOR_ARRAY = 4, CBOR_MAP = 5 };
#define CBOR_DOUBLE 0xfb
#define CBOR_FALSE 0xf4
#define CBOR_TRUE 0xf5

#define NUMBER_BYTES 24
// What is around base name, name, unit and number in the longer format:
// {"bn":"","n":"","u":"","v":},
#define RECORD_BYTES 32

static uint8_t *record_json(uint8_t *out, const char *base, const struct reading *reading);
static uint8_t *record_cbor(uint8_t *out, const char *base, const struct reading *reading);
static uint8_t *cbor_head(uint8_t *out, int major, uint32_t value);
static char *digits_write(char *out, uint64_t value);

size_t senml_bound(const char *base, const struct reading *readings, int count) {
    size_t bytes = base ? strlen(base) : 0;
    for (int i = 0; i < count; i++)
        bytes += RECORD_BYTES + NUMBER_BYTES + strlen(readings[i].name) +
                 (readings[i].text ? strlen(readings[i].text) : 0) +
                 (readings[i].unit ? strlen(readings[i].unit) : 0);
    return bytes;
}

uint8_t *senml_begin(uint8_t *out, enum senml_format format, int records) {
    if (format == SENML_CBOR) return cbor_head(out, CBOR_ARRAY, (uint32_t)records);
    *out++ = '[';
    return out;
}

uint8_t *senml_group(uint8_t *out, enum senml_format format, const char *base,
                     const struct reading *readings, int count, int is_first) {
    for (int i = 0; i < count; i++) {
        const char *own_base = i == 0 ? base : NULL;
        if (format == SENML_CBOR) {
            out = record_cbor(out, own_base, &readings[i]);
            continue;
        }
        if (!is_first || i > 0) *out++ = ',';
        out = record_json(out, own_base, &readings[i]);
    }
    return out;
}

uint8_t *senml_end(uint8_t *out, enum senml_format format) {
    if (format == SENML_JSON) *out++ = ']';
    return out;
}

char *senml_number(char *out, double value) {
    double thousandths = value * 1000;
    bool is_whole = fabs(value) < 9e15 && value == rint(value);
    bool is_exact = fabs(thousandths) < 9e15 && fabs(thousandths - rint(thousandths)) < 1e-6;
    if (!is_whole && !is_exact) return out + snprintf(out, NUMBER_BYTES, "%.15g", value);
    if (value < 0) *out++ = '-';
    value = fabs(value);
    if (is_whole) return digits_write(out, (uint64_t)value);
    uint64_t magnitude = (uint64_t)rint(value * 1000);
    out = digits_write(out, magnitude / 1000);
    unsigned rest = (unsigned)(magnitude % 1000);
    if (rest == 0) return out;
    *out++ = '.';
    for (unsigned place = 100; rest > 0; rest %= place, place /= 10)
        *out++ = (char)('0' + rest / place);
    return out;
}

static uint8_t *text_copy(uint8_t *out, const char *text) {
    size_t length = strlen(text);
    memcpy(out, text, length);
    return out + length;
}

// Names and units come from tables and checked options: nothing in them needs an escape.
static uint8_t *record_json(uint8_t *out, const char *base, const struct reading *reading) {
    *out++ = '{';
    if (base) {
        out = text_copy(out, "\"bn\":\"");
        out = text_copy(out, base);
        out = text_copy(out, "\",");
    }
    out = text_copy(out, "\"n\":\"");
    out = text_copy(out, reading->name);
    if (reading->unit) {
        out = text_copy(out, "\",\"u\":\"");
        out = text_copy(out, reading->unit);
    }
    if (reading->text) {
        out = text_copy(out, "\",\"vs\":\"");
        out = text_copy(out, reading->text);
        out = text_copy(out, "\"");
    } else if (reading->is_boolean) {
        out = text_copy(out, reading->value != 0 ? "\",\"vb\":true" : "\",\"vb\":false");
    } else {
        out = text_copy(out, "\",\"v\":");
        out = (uint8_t *)senml_number((char *)out, reading->value);
    }
    *out++ = '}';
    return out;
}

static uint8_t *cbor_label(uint8_t *out, int label) {
    if (label >= 0) return cbor_head(out, CBOR_UNSIGNED, (uint32_t)label);
    return cbor_head(out, CBOR_NEGATIVE, (uint32_t)(-1 - label));
}

static uint8_t *cbor_text(uint8_t *out, int label, const char *text) {
    out = cbor_label(out, label);
    out = cbor_head(out, CBOR_TEXT, (uint32_t)strlen(text));
    return text_copy(out, text);
}

static uint8_t *record_cbor(uint8_t *out, const char *base, const struct reading *reading) {
    uint32_t pairs = 2u + (base != NULL) + (reading->unit != NULL);
    out = cbor_head(out, CBOR_MAP, pairs);
    if (base) out = cbor_text(out, LABEL_BASE_NAME, base);
    out = cbor_text(out, LABEL_NAME, reading->name);
    if (reading->unit) out = cbor_text(out, LABEL_UNIT, reading->unit);
    if (reading->text) return cbor_text(out, LABEL_TEXT, reading->text);
    if (reading->is_boolean) {
        out = cbor_label(out, LABEL_BOOLEAN);
        *out++ = reading->value != 0 ? CBOR_TRUE : CBOR_FALSE;
        return out;
    }
    out = cbor_label(out, LABEL_VALUE);
    *out++ = CBOR_DOUBLE;
    uint64_t bits;
    memcpy(&bits, &reading->value, sizeof bits);
    for (int shift = 56; shift >= 0; shift -= 8)
        *out++ = (uint8_t)(bits >> shift);
    return out;
}

// RFC 8949 section 3: major type and its argument.
static uint8_t *cbor_head(uint8_t *out, int major, uint32_t value) {
    uint8_t high = (uint8_t)(major << 5);
    if (value < 24) {
        *out++ = (uint8_t)(high | value);
    } else if (value < 256) {
        *out++ = high | 24;
        *out++ = (uint8_t)value;
    } else {
        *out++ = high | 25;
        *out++ = (uint8_t)(value >> 8);
        *out++ = (uint8_t)value;
    }
    return out;
}

static char *digits_write(char *out, uint64_t value) {
    char reversed[20];
    int count = 0;
    do {
        reversed[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    while (count > 0)
        *out++ = reversed[--count];
    return out;
}
