// The first record carries the base name and its own time as base time; the others say how far
// from it they are.

#include "ingest/senml_write.h"

#include "base/json.h"
#include "base/memory.h"
#include "ingest/pack.h"

#include <string.h>

enum { // labels of RFC 8428 table 4
    LABEL_BASE_TIME = -3,
    LABEL_BASE_NAME = -2,
    LABEL_NAME = 0,
    LABEL_UNIT = 1,
    LABEL_VALUE = 2,
    LABEL_TEXT = 3,
    LABEL_BOOLEAN = 4,
    LABEL_TIME = 6,
};

enum {
    CBOR_HEAD_UNSIGNED = 0x00,
    CBOR_HEAD_NEGATIVE = 0x20,
    CBOR_HEAD_TEXT = 0x60,
    CBOR_HEAD_ARRAY = 0x80,
    CBOR_HEAD_MAP = 0xa0
};

static void put_head(struct buffer *out, uint8_t major, uint32_t argument) {
    if (argument < 24) {
        buffer_byte(out, (uint8_t)(major | argument));
    } else if (argument < 256) {
        buffer_byte(out, major | 24);
        buffer_byte(out, (uint8_t)argument);
    } else if (argument < 65536) {
        buffer_byte(out, major | 25);
        buffer_byte(out, (uint8_t)(argument >> 8));
        buffer_byte(out, (uint8_t)argument);
    } else {
        buffer_byte(out, major | 26);
        for (int shift = 24; shift >= 0; shift -= 8)
            buffer_byte(out, (uint8_t)(argument >> shift));
    }
}

static void put_text(struct buffer *out, const char *text, size_t length) {
    put_head(out, CBOR_HEAD_TEXT, (uint32_t)length);
    buffer_add(out, text, length);
}

// The shortest form that keeps the value: an integer, a single, a double.
static void put_number(struct buffer *out, double number) {
    if (number >= -0x1p31 && number <= 0x1p31 && number == (double)(int64_t)number) {
        if (number >= 0)
            put_head(out, CBOR_HEAD_UNSIGNED, (uint32_t)number);
        else
            put_head(out, CBOR_HEAD_NEGATIVE, (uint32_t)(-1 - number));
        return;
    }
    float single = (float)number;
    uint64_t bits = 0;
    uint32_t half;
    bool is_single = (double)single == number;
    if (is_single) {
        memcpy(&half, &single, sizeof half);
        bits = half;
    } else {
        memcpy(&bits, &number, sizeof bits);
    }
    buffer_byte(out, is_single ? 0xfa : 0xfb);
    for (int shift = is_single ? 24 : 56; shift >= 0; shift -= 8)
        buffer_byte(out, (uint8_t)(bits >> shift));
}

static void put_label(struct buffer *out, int label) {
    if (label >= 0)
        put_head(out, CBOR_HEAD_UNSIGNED, (uint32_t)label);
    else
        put_head(out, CBOR_HEAD_NEGATIVE, (uint32_t)(-1 - label));
}

void senml_write_begin(struct senml_write *write, struct buffer *out, int format, const char *id,
                       int count) {
    *write = (struct senml_write){
        .out = out, .is_cbor = format == FORMAT_SENML_CBOR, .id = id, .count = 0};
    if (write->is_cbor)
        put_head(out, CBOR_HEAD_ARRAY, (uint32_t)count);
    else
        json_open(out, '[');
}

static void write_cbor(struct senml_write *write, const char *name, const char *unit,
                       struct value value, int64_t at) {
    struct buffer *out = write->out;
    bool is_first = write->count == 0, has_time = !is_first && at != write->base_time;
    put_head(out, CBOR_HEAD_MAP, (is_first ? 4u : 2u) + (unit[0] != 0) + has_time);
    if (is_first) {
        size_t length = strlen(write->id);
        put_label(out, LABEL_BASE_NAME);
        put_head(out, CBOR_HEAD_TEXT, (uint32_t)length + 1);
        buffer_add(out, write->id, length);
        buffer_byte(out, '/');
        put_label(out, LABEL_BASE_TIME);
        put_number(out, (double)at / 1e6);
    }
    put_label(out, LABEL_NAME);
    put_text(out, name, strlen(name));
    if (unit[0]) {
        put_label(out, LABEL_UNIT);
        put_text(out, unit, strlen(unit));
    }
    if (value.type == VALUE_TEXT) {
        put_label(out, LABEL_TEXT);
        put_text(out, value.text, value.length);
    } else if (value.type == VALUE_BOOLEAN) {
        put_label(out, LABEL_BOOLEAN);
        buffer_byte(out, value.boolean ? 0xf5 : 0xf4);
    } else {
        put_label(out, LABEL_VALUE);
        put_number(out, value.number);
    }
    if (has_time) {
        put_label(out, LABEL_TIME);
        put_number(out, (double)(at - write->base_time) / 1e6);
    }
}

static void write_json(struct senml_write *write, const char *name, const char *unit,
                       struct value value, int64_t at) {
    struct buffer *out = write->out;
    json_open(out, '{');
    if (write->count == 0) {
        char base[80];
        size_t length = strnlen(write->id, sizeof base - 1);
        memcpy(base, write->id, length);
        base[length] = '/';
        json_key(out, "bn");
        json_text(out, base, length + 1);
        json_key(out, "bt");
        json_seconds(out, at);
    }
    json_key(out, "n");
    json_string(out, name);
    if (unit[0]) {
        json_key(out, "u");
        json_string(out, unit);
    }
    if (value.type == VALUE_TEXT) {
        json_key(out, "vs");
        json_text(out, value.text, value.length);
    } else if (value.type == VALUE_BOOLEAN) {
        json_key(out, "vb");
        json_boolean(out, value.boolean);
    } else {
        json_key(out, "v");
        json_number(out, value.number);
    }
    if (write->count > 0 && at != write->base_time) {
        json_key(out, "t");
        json_seconds(out, at - write->base_time);
    }
    json_close(out, '}');
}

int senml_write_count(struct value value) {
    return value.type == VALUE_LOCATION ? 2 + value.location->has_alt : 1;
}

static void write_location(struct senml_write *write, const char *name,
                           const struct location *location, int64_t at) {
    senml_write_record(write, name, "lat", value_number(location->lat), at);
    senml_write_record(write, name, "lon", value_number(location->lon), at);
    if (location->has_alt) senml_write_record(write, name, "m", value_number(location->alt), at);
}

void senml_write_record(struct senml_write *write, const char *name, const char *unit,
                        struct value value, int64_t at) {
    if (value.type == VALUE_LOCATION) {
        write_location(write, name, value.location, at);
        return;
    }
    if (write->count == 0) write->base_time = at;
    if (write->is_cbor)
        write_cbor(write, name, unit, value, at);
    else
        write_json(write, name, unit, value, at);
    write->count++;
}

void senml_write_end(struct senml_write *write) {
    if (!write->is_cbor) json_close(write->out, ']');
}
