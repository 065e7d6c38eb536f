// Arithmetic is of unsigned 64-bit numbers, which wrap, so every sequence goes both ways.

#include "predict/pack.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK 64
#define OUTLIER_BITS 24 // about what one costs: its place and its bytes
#define PADDING 8       // behind a block's bits, so that they can be read eight bytes at a time

enum form { FORM_DISTANCE, FORM_DIFFERENCE, FORM_SECOND, FORMS };

static uint64_t zigzag(int64_t number) {
    return (uint64_t)number << 1 ^ (uint64_t)(number >> 63);
}

static int64_t unzigzag(uint64_t number) {
    return (int64_t)(number >> 1 ^ (0 - (number & 1)));
}

static int bits_of(uint64_t number) {
    return number ? 64 - __builtin_clzll(number) : 0;
}

static int64_t minus(int64_t a, int64_t b) {
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

static int64_t plus(int64_t a, int64_t b) {
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int compare(const void *left, const void *right) {
    const int64_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

static int64_t middle(const int64_t *numbers, uint32_t count) {
    int64_t sorted[PACK_MOST];
    memcpy(sorted, numbers, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare);
    return sorted[count / 2];
}

static void transform(enum form form, const int64_t *numbers, uint32_t count, int64_t base,
                      uint64_t *out) {
    int64_t before = base, step = 0;
    for (uint32_t i = 0; i < count; i++) {
        int64_t difference = minus(numbers[i], before);
        out[i] = zigzag(form == FORM_SECOND ? minus(difference, step) : difference);
        step = difference;
        if (form != FORM_DISTANCE) before = numbers[i];
    }
}

// The width for which a block takes the fewest bits; those are added to `cost`.
static int choose_width(const uint64_t *block, uint32_t count, uint64_t *cost) {
    uint32_t of_bits[65] = {0}, beyond = 0;
    for (uint32_t i = 0; i < count; i++)
        of_bits[bits_of(block[i])]++;
    int best = 64;
    uint64_t least = UINT64_MAX;
    for (int width = 64; width >= 0; width--) {
        uint64_t bits = (uint64_t)width * count + (uint64_t)beyond * (OUTLIER_BITS + 8);
        if (bits < least) {
            least = bits;
            best = width;
        }
        beyond += of_bits[width];
    }
    *cost += least;
    return best;
}

static uint64_t cost_of(const uint64_t *numbers, uint32_t count) {
    uint64_t cost = 0;
    for (uint32_t i = 0; i < count; i += BLOCK)
        choose_width(numbers + i, count - i < BLOCK ? count - i : BLOCK, &cost);
    return cost;
}

static void write_bits(const uint64_t *block, uint32_t count, int width, struct buffer *out) {
    size_t bytes = ((size_t)width * count + 7) / 8;
    uint8_t *at = buffer_reserve(out, bytes + PADDING);
    memset(at, 0, bytes + PADDING);
    uint64_t mask = width == 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;
    for (uint32_t i = 0; i < count; i++) {
        size_t bit = (size_t)width * i;
        uint64_t number = block[i] & mask;
        for (int left = width, shift = (int)(bit % 8); left > 0;) { // a byte at a time
            at[bit / 8] |= (uint8_t)(number << shift);
            int taken = 8 - shift < left ? 8 - shift : left;
            number >>= taken;
            bit += (size_t)taken;
            left -= taken;
            shift = 0;
        }
    }
    out->length += bytes;
}

static void write_block(const uint64_t *block, uint32_t count, struct buffer *out) {
    uint64_t cost = 0;
    int width = choose_width(block, count, &cost);
    uint8_t outliers = 0;
    for (uint32_t i = 0; i < count; i++)
        outliers += bits_of(block[i]) > width;
    buffer_byte(out, (uint8_t)(width | (outliers ? 128 : 0)));
    if (outliers) buffer_byte(out, outliers);
    write_bits(block, count, width, out);
    for (uint32_t i = 0; outliers && i < count; i++) {
        if (bits_of(block[i]) <= width) continue;
        buffer_byte(out, (uint8_t)i);
        buffer_varint(out, block[i] >> width);
    }
}

void pack_encode(const int64_t *numbers, uint32_t count, struct buffer *out) {
    uint64_t forms[FORMS][PACK_MOST], least = UINT64_MAX;
    int64_t bases[FORMS] = {middle(numbers, count), numbers[0], numbers[0]};
    int best = 0;
    for (int form = 0; form < FORMS; form++) {
        transform((enum form)form, numbers, count, bases[form], forms[form]);
        uint64_t cost = cost_of(forms[form], count);
        if (cost >= least) continue;
        least = cost;
        best = form;
    }
    buffer_byte(out, (uint8_t)best);
    buffer_zigzag(out, bases[best]);
    for (uint32_t i = 0; i < count; i += BLOCK)
        write_block(forms[best] + i, count - i < BLOCK ? count - i : BLOCK, out);
    buffer_u64(out, 0); // so that the last block can be read eight bytes at a time
}

static void read_bits(const uint8_t *at, uint32_t count, int width, uint64_t *block) {
    uint64_t mask = width == 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;
    for (uint32_t i = 0; i < count; i++) {
        size_t bit = (size_t)width * i;
        uint64_t low;
        memcpy(&low, at + bit / 8, sizeof low);
        low >>= bit % 8;
        if (bit % 8 + (unsigned)width > 64) low |= (uint64_t)at[bit / 8 + 8] << (64 - bit % 8);
        block[i] = low & mask;
    }
}

static bool read_block(struct reader *in, uint64_t *block, uint32_t count) {
    uint8_t head = read_byte(in);
    int width = head & 127;
    uint32_t outliers = head & 128 ? read_byte(in) : 0;
    size_t bytes = ((size_t)width * count + 7) / 8;
    if (in->is_bad || width > 64 || bytes + PADDING > (size_t)(in->end - in->at)) return false;
    read_bits(in->at, count, width, block);
    in->at += bytes;
    for (; outliers > 0; outliers--) {
        uint8_t place = read_byte(in);
        uint64_t above = read_varint(in);
        if (in->is_bad || place >= count || width == 64) return false;
        block[place] |= above << width;
    }
    return true;
}

bool pack_decode(struct reader *in, int64_t *numbers, uint32_t count) {
    uint64_t block[BLOCK];
    uint8_t form = read_byte(in);
    int64_t before = read_zigzag(in), step = 0;
    if (form >= FORMS || in->is_bad) return false;
    for (uint32_t i = 0; i < count; i += BLOCK) {
        uint32_t length = count - i < BLOCK ? count - i : BLOCK;
        if (!read_block(in, block, length)) return false;
        for (uint32_t j = 0; j < length; j++) {
            int64_t difference = unzigzag(block[j]);
            if (form == FORM_SECOND) difference = step = plus(step, difference);
            numbers[i + j] = plus(before, difference);
            if (form != FORM_DISTANCE) before = numbers[i + j];
        }
    }
    read_u64(in);
    return !in->is_bad;
}
