#include "store/stretch.h"

#include "base/memory.h"
#include "twin/change_codec.h"

#include <stdlib.h>
#include <string.h>

#define HEADER_BYTES 9   // through u64, type u8
#define FIRST_CAPACITY 4 // most fields of a large fleet have few

static bool is_chunk(enum value_type type) {
    return type == VALUE_NUMBER || type == VALUE_BOOLEAN;
}

void stretch_fini(struct stretch *stretch) {
    for (uint32_t i = 0; stretch->values && i < stretch->count; i++)
        value_drop(&stretch->values[i]);
    free(stretch->values);
    free(stretch->samples);
    *stretch = (struct stretch){0};
}

size_t stretch_bytes(const struct stretch *stretch) {
    size_t each = sizeof *stretch->samples + (stretch->values ? sizeof *stretch->values : 0);
    return each * stretch->capacity;
}

static void grow(struct stretch *stretch, uint32_t capacity) {
    stretch->capacity = (uint16_t)capacity;
    stretch->samples = xrealloc(stretch->samples, capacity * sizeof *stretch->samples);
    if (!is_chunk(stretch->type))
        stretch->values = xrealloc(stretch->values, capacity * sizeof *stretch->values);
}

static double number_of(struct value value) {
    if (value.type == VALUE_BOOLEAN) return value.boolean;
    return value.type == VALUE_NUMBER ? value.number : 0;
}

// `count` when it is not there.
static uint32_t find(const struct stretch *stretch, int64_t at, struct value value) {
    for (uint32_t i = stretch->count; i > 0 && stretch->samples[i - 1].at >= at; i--) {
        if (stretch->samples[i - 1].at != at) continue;
        if (stretch->values ? value_equal(stretch->values[i - 1], value)
                            : stretch->samples[i - 1].value == number_of(value))
            return i - 1;
    }
    return stretch->count;
}

bool stretch_has(const struct stretch *stretch, int64_t at, struct value value) {
    return find(stretch, at, value) < stretch->count;
}

bool stretch_remove(struct stretch *stretch, int64_t at, struct value value) {
    uint32_t place = find(stretch, at, value);
    if (place == stretch->count) return false;
    stretch->count--;
    stretch->is_dirty = true;
    size_t behind = stretch->count - place;
    memmove(stretch->samples + place, stretch->samples + place + 1,
            behind * sizeof *stretch->samples);
    if (!stretch->values) return true;
    value_drop(&stretch->values[place]);
    memmove(stretch->values + place, stretch->values + place + 1, behind * sizeof *stretch->values);
    return true;
}

void stretch_add(struct stretch *stretch, int64_t at, struct value value, enum quality quality) {
    if (stretch->count == stretch->capacity)
        grow(stretch, stretch->capacity ? stretch->capacity * 2 : FIRST_CAPACITY);
    uint32_t place = stretch->count;
    while (place > 0 && stretch->samples[place - 1].at > at)
        place--;
    size_t behind = stretch->count - place;
    memmove(stretch->samples + place + 1, stretch->samples + place,
            behind * sizeof *stretch->samples);
    stretch->samples[place] =
        (struct chunk_sample){.at = at, .value = number_of(value), .quality = (uint8_t)quality};
    if (stretch->values) {
        memmove(stretch->values + place + 1, stretch->values + place,
                behind * sizeof *stretch->values);
        stretch->values[place] = value_keep(value);
    }
    stretch->count++;
    stretch->is_dirty = true;
}

void stretch_split(struct stretch *stretch, struct stretch *later) {
    uint16_t kept = stretch->count / 2;
    *later = (struct stretch){.key_at = stretch->samples[kept].at,
                              .through = stretch->through,
                              .type = stretch->type,
                              .count = (uint16_t)(stretch->count - kept),
                              .is_dirty = true};
    grow(later, later->count);
    memcpy(later->samples, stretch->samples + kept, later->count * sizeof *later->samples);
    if (later->values)
        memcpy(later->values, stretch->values + kept, later->count * sizeof *later->values);
    stretch->count = kept;
    stretch->is_dirty = true;
}

struct value stretch_value(const struct stretch *stretch, uint32_t index) {
    const struct chunk_sample *sample = &stretch->samples[index];
    if (stretch->values) return stretch->values[index];
    return stretch->type == VALUE_BOOLEAN ? value_boolean(sample->value != 0)
                                          : value_number(sample->value);
}

void stretch_encode(const struct stretch *stretch, struct buffer *out) {
    buffer_u64(out, stretch->through);
    buffer_byte(out, (uint8_t)stretch->type);
    if (is_chunk(stretch->type)) {
        chunk_encode(stretch->samples, stretch->count, out);
        return;
    }
    buffer_varint(out, stretch->count);
    int64_t before = 0;
    for (uint32_t i = 0; i < stretch->count; i++) {
        buffer_zigzag(out, (int64_t)((uint64_t)stretch->samples[i].at - (uint64_t)before));
        buffer_byte(out, stretch->samples[i].quality);
        value_encode(stretch->values[i], out);
        before = stretch->samples[i].at;
    }
}

static bool decode_values(struct reader *in, struct stretch *stretch) {
    struct region region = {0};
    uint64_t count = read_varint(in);
    int64_t at = 0;
    for (uint64_t i = 0; i < count && !in->is_bad && i < CHUNK_SAMPLES; i++) {
        at = (int64_t)((uint64_t)at + (uint64_t)read_zigzag(in));
        enum quality quality = read_byte(in) & 3;
        struct value value = value_decode(in, &region);
        if (!in->is_bad) stretch_add(stretch, at, value, quality);
    }
    region_fini(&region);
    return !in->is_bad && stretch->count == count;
}

bool stretch_decode(const uint8_t *bytes, size_t length, struct stretch *stretch) {
    struct reader in = {.at = bytes, .end = bytes + length};
    *stretch = (struct stretch){0};
    stretch->through = read_u64(&in);
    stretch->type = read_byte(&in);
    if (in.is_bad || stretch->type == VALUE_NONE || stretch->type > VALUE_LOCATION) return false;
    bool is_good;
    if (is_chunk(stretch->type)) {
        uint32_t count = 0;
        grow(stretch, CHUNK_SAMPLES);
        is_good = chunk_decode(in.at, (size_t)(in.end - in.at), stretch->samples, &count);
        stretch->count = (uint16_t)count;
    } else {
        is_good = decode_values(&in, stretch);
    }
    stretch->is_dirty = false;
    if (!is_good) stretch_fini(stretch);
    return is_good;
}

enum value_type stretch_type(const uint8_t *bytes) {
    return bytes[HEADER_BYTES - 1];
}

bool stretch_is_of_texts(const uint8_t *bytes, size_t length) {
    return length > HEADER_BYTES && value_has_bytes(bytes[HEADER_BYTES - 1]);
}

bool stretch_head(const uint8_t *bytes, size_t length, struct chunk_head *head) {
    return length > HEADER_BYTES && is_chunk(bytes[HEADER_BYTES - 1]) &&
           chunk_head(bytes + HEADER_BYTES, length - HEADER_BYTES, head);
}
