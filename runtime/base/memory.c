// Allocation that aborts, regions as a chain of blocks, buffers that double.

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REGION_BLOCK 4096 // first block of a region; an ordinary turn fits

struct region_block {
    struct region_block *next;
    size_t used;
    size_t size;
    _Alignas(8) uint8_t bytes[];
};

static void *checked(void *memory, size_t size) {
    if (memory || size == 0) return memory;
    fprintf(stderr, "out of memory: %zu bytes were refused\n", size);
    abort();
}

void *xmalloc(size_t size) {
    return checked(malloc(size), size);
}

void *xcalloc(size_t count, size_t size) {
    return checked(calloc(count, size), count * size);
}

void *xrealloc(void *old, size_t size) {
    return checked(realloc(old, size), size);
}

char *xstrdup(const char *text) {
    return xstrndup(text, strlen(text));
}

char *xstrndup(const char *text, size_t length) {
    char *copy = xmalloc(length + 1);
    memcpy(copy, text, length);
    copy[length] = 0;
    return copy;
}

void *region_alloc(struct region *region, size_t size) {
    size = (size + 7) & ~(size_t)7;
    struct region_block *block = region->block;
    if (!block || block->size - block->used < size) {
        size_t room = block ? block->size * 2 : REGION_BLOCK;
        if (room < size) room = size;
        struct region_block *fresh = xmalloc(sizeof *fresh + room);
        fresh->next = block;
        fresh->used = 0;
        fresh->size = room;
        region->block = block = fresh;
    }
    void *memory = block->bytes + block->used;
    block->used += size;
    return memory;
}

char *region_copy(struct region *region, const void *bytes, size_t size) {
    char *copy = region_alloc(region, size + 1);
    memcpy(copy, bytes, size);
    copy[size] = 0;
    return copy;
}

void region_reset(struct region *region) {
    struct region_block *block = region->block;
    if (!block) return;
    while (block->next) { // the newest is the largest: keep that one
        struct region_block *older = block->next;
        block->next = older->next;
        free(older);
    }
    block->used = 0;
}

void region_fini(struct region *region) {
    region_reset(region);
    free(region->block);
    region->block = NULL;
}

uint8_t *buffer_reserve(struct buffer *buffer, size_t more) {
    if (buffer->capacity - buffer->length < more) {
        size_t capacity = buffer->capacity ? buffer->capacity * 2 : 256;
        while (capacity - buffer->length < more)
            capacity *= 2;
        buffer->bytes = xrealloc(buffer->bytes, capacity);
        buffer->capacity = capacity;
    }
    return buffer->bytes + buffer->length;
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t length) {
    if (length == 0) return;
    memcpy(buffer_reserve(buffer, length), bytes, length);
    buffer->length += length;
}

void buffer_byte(struct buffer *buffer, uint8_t byte) {
    *buffer_reserve(buffer, 1) = byte;
    buffer->length++;
}

void buffer_u32(struct buffer *buffer, uint32_t value) {
    memcpy(buffer_reserve(buffer, 4), &value, 4);
    buffer->length += 4;
}

void buffer_u64(struct buffer *buffer, uint64_t value) {
    memcpy(buffer_reserve(buffer, 8), &value, 8);
    buffer->length += 8;
}

void buffer_varint(struct buffer *buffer, uint64_t value) {
    uint8_t *out = buffer_reserve(buffer, 10);
    uint8_t *start = out;
    while (value >= 0x80) {
        *out++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *out++ = (uint8_t)value;
    buffer->length += (size_t)(out - start);
}

void buffer_zigzag(struct buffer *buffer, int64_t value) {
    buffer_varint(buffer, ((uint64_t)value << 1) ^ (uint64_t)(value >> 63));
}

void buffer_double(struct buffer *buffer, double value) {
    memcpy(buffer_reserve(buffer, 8), &value, 8);
    buffer->length += 8;
}

void buffer_text(struct buffer *buffer, const char *text, size_t length) {
    buffer_varint(buffer, length);
    buffer_add(buffer, text, length);
}

void buffer_printf(struct buffer *buffer, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments); // printing is not hot: measure, then print
    va_end(arguments);
    vsnprintf((char *)buffer_reserve(buffer, (size_t)length + 1), (size_t)length + 1, format,
              again);
    va_end(again);
    buffer->length += (size_t)length;
}

void buffer_fini(struct buffer *buffer) {
    free(buffer->bytes);
    *buffer = (struct buffer){0};
}

// True when `size` more bytes are there; else marks the reader and sends it to its end.
static int has(struct reader *reader, size_t size) {
    if ((size_t)(reader->end - reader->at) >= size) return 1;
    reader->is_bad = 1;
    reader->at = reader->end;
    return 0;
}

uint8_t read_byte(struct reader *reader) {
    return has(reader, 1) ? *reader->at++ : 0;
}

uint32_t read_u32(struct reader *reader) {
    uint32_t value = 0;
    if (!has(reader, 4)) return 0;
    memcpy(&value, reader->at, 4);
    reader->at += 4;
    return value;
}

uint64_t read_u64(struct reader *reader) {
    uint64_t value = 0;
    if (!has(reader, 8)) return 0;
    memcpy(&value, reader->at, 8);
    reader->at += 8;
    return value;
}

uint64_t read_varint(struct reader *reader) {
    uint64_t value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
        if (!has(reader, 1)) return 0;
        uint8_t byte = *reader->at++;
        if (shift < 64) value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) return value;
    }
    reader->is_bad = 1;
    return 0;
}

int64_t read_zigzag(struct reader *reader) {
    uint64_t value = read_varint(reader);
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

double read_double(struct reader *reader) {
    double value = 0;
    if (!has(reader, 8)) return 0;
    memcpy(&value, reader->at, 8);
    reader->at += 8;
    return value;
}

const char *read_text(struct reader *reader, size_t *length) {
    uint64_t size = read_varint(reader);
    if (size > SIZE_MAX / 2 || !has(reader, (size_t)size)) {
        reader->is_bad = 1;
        *length = 0;
        return "";
    }
    const char *text = (const char *)reader->at;
    reader->at += size;
    *length = (size_t)size;
    return text;
}

char *read_text_copy(struct reader *reader) {
    size_t length;
    const char *text = read_text(reader, &length);
    return xstrndup(text, length);
}
