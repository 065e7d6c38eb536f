// Memory that cannot be refused, the turn's region, and a growable buffer.
//
// Out of memory aborts: only Lua's own allocator may say no.

#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t length);

// A region: allocations that die together. Reset keeps the largest block for the next use.
struct region {
    struct region_block *block;
};
void *region_alloc(struct region *region, size_t size); // aligned to 8, not zeroed
char *region_copy(struct region *region, const void *bytes, size_t size); // and a NUL behind
void region_reset(struct region *region);
void region_fini(struct region *region);

// A growable run of bytes. All zero is an empty buffer.
struct buffer {
    uint8_t *bytes;
    size_t length;
    size_t capacity;
};
uint8_t *buffer_reserve(struct buffer *buffer, size_t more); // room for `more`, length unchanged
void buffer_add(struct buffer *buffer, const void *bytes, size_t length);
void buffer_byte(struct buffer *buffer, uint8_t byte);
void buffer_u32(struct buffer *buffer, uint32_t value);    // little-endian
void buffer_u64(struct buffer *buffer, uint64_t value);    // little-endian
void buffer_varint(struct buffer *buffer, uint64_t value); // LEB128, 1 to 10 bytes
void buffer_zigzag(struct buffer *buffer, int64_t value);  // varint, small for small magnitudes
void buffer_double(struct buffer *buffer, double value);   // its 8 bytes
void buffer_text(struct buffer *buffer, const char *text, size_t length); // varint length, bytes
void buffer_printf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void buffer_fini(struct buffer *buffer);

// Reads what the buffer functions wrote. After a short read `is_bad` is set and every further read
// gives zero, so a decoder may check once at its end.
struct reader {
    const uint8_t *at;
    const uint8_t *end;
    int is_bad;
};
uint8_t read_byte(struct reader *reader);
uint32_t read_u32(struct reader *reader);
uint64_t read_u64(struct reader *reader);
uint64_t read_varint(struct reader *reader);
int64_t read_zigzag(struct reader *reader);
double read_double(struct reader *reader);
const char *read_text(struct reader *reader, size_t *length); // points into the input, no NUL
char *read_text_copy(struct reader *reader);                  // on the heap

#endif
