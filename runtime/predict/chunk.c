#include "predict/chunk.h"

#include "base/memory.h"
#include "predict/pack.h"

#include <math.h>
#include <string.h>

#define GAP 3
#define DIGITS_MOST 9
#define INTEGER_MOST 9007199254740992.0 // 2^53: beyond it a double has no units

static const double powers[DIGITS_MOST + 1] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
static const int64_t units[] = {1000000, 1000, 1}; // microseconds

enum { FORM_XOR = 255 }; // else so many decimal digits

// ---- bits, the highest of a byte first

struct bit_writer {
    struct buffer *out;
    uint8_t byte;
    int used;
};

static void put_bits(struct bit_writer *writer, uint64_t bits, int count) {
    while (count-- > 0) {
        writer->byte = (uint8_t)(writer->byte << 1 | (bits >> count & 1));
        if (++writer->used < 8) continue;
        buffer_byte(writer->out, writer->byte);
        writer->used = 0;
    }
}

static void end_bits(struct bit_writer *writer) {
    if (writer->used) put_bits(writer, 0, 8 - writer->used);
}

struct bit_reader {
    struct reader *in;
    uint64_t bits; // the lowest `left` of them are still to be taken
    int left;
};

static void refill(struct bit_reader *reader) {
    uint32_t word;
    if (reader->in->end - reader->in->at < (ptrdiff_t)sizeof word) {
        reader->bits = reader->bits << 8 | read_byte(reader->in);
        reader->left += 8;
        return;
    }
    memcpy(&word, reader->in->at, sizeof word);
    reader->in->at += sizeof word;
    reader->bits = reader->bits << 32 | __builtin_bswap32(word);
    reader->left += 32;
}

static uint64_t take_bits(struct bit_reader *reader, int count) {
    if (count > 32) {
        uint64_t high = take_bits(reader, count - 32);
        return high << 32 | take_bits(reader, 32);
    }
    while (reader->left < count)
        refill(reader);
    reader->left -= count;
    return reader->bits >> reader->left & ((UINT64_C(1) << count) - 1);
}

// ---- values

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

// The integer that is the value at so many digits, when it is so exactly.
static bool as_decimal(double value, int digits, int64_t *integer) {
    double scaled = value * powers[digits];
    if (!(fabs(scaled) < INTEGER_MOST)) return false;
    *integer = llround(scaled);
    return bits_of((double)*integer / powers[digits]) == bits_of(value);
}

// Fewest digits at which all of them are integers; false when there is no such number.
static bool find_digits(const struct chunk_sample *samples, uint32_t count, int *digits) {
    int64_t integer;
    *digits = 0;
    for (uint32_t i = 0; i < count; i++)
        while (!as_decimal(samples[i].value, *digits, &integer))
            if (++*digits > DIGITS_MOST) return false;
    return true;
}

// With more digits an earlier one may be none any more: 0.1 + 0.2 is no decimal at one digit.
static bool to_integers(const struct chunk_sample *samples, uint32_t count, int digits,
                        int64_t *integers) {
    for (uint32_t i = 0; i < count; i++)
        if (!as_decimal(samples[i].value, digits, &integers[i])) return false;
    return true;
}

static void write_xor(const struct chunk_sample *samples, uint32_t count, struct buffer *out) {
    struct bit_writer writer = {.out = out};
    uint64_t before = 0;
    int leading = 65, trailing = 0; // no window yet
    for (uint32_t i = 0; i < count; i++) {
        uint64_t x = bits_of(samples[i].value) ^ before;
        before = bits_of(samples[i].value);
        put_bits(&writer, x != 0, 1);
        if (x == 0) continue;
        int lead = __builtin_clzll(x), trail = __builtin_ctzll(x);
        bool fits = leading <= 64 && lead >= leading && trail >= trailing;
        put_bits(&writer, !fits, 1);
        if (!fits) {
            leading = lead, trailing = trail;
            put_bits(&writer, (uint64_t)lead, 6);
            put_bits(&writer, (uint64_t)(63 - lead - trail), 6); // bits between, less one
        }
        put_bits(&writer, x >> trailing, 64 - leading - trailing);
    }
    end_bits(&writer);
}

static bool read_xor(struct reader *in, struct chunk_sample *samples, uint32_t count) {
    struct bit_reader reader = {.in = in};
    uint64_t before = 0;
    int trailing = 0, length = 0;
    for (uint32_t i = 0; i < count && !in->is_bad; i++) {
        if (take_bits(&reader, 1)) {
            if (take_bits(&reader, 1)) {
                int leading = (int)take_bits(&reader, 6);
                length = (int)take_bits(&reader, 6) + 1;
                trailing = 64 - leading - length;
                if (trailing < 0) return false;
            }
            if (length == 0) return false;
            before ^= take_bits(&reader, length) << trailing;
        }
        memcpy(&samples[i].value, &before, sizeof before);
    }
    return !in->is_bad;
}

static void write_values(const struct chunk_sample *samples, uint32_t count, struct buffer *out) {
    int64_t integers[CHUNK_SAMPLES];
    struct buffer packed = {0}, xored = {0};
    int digits;
    bool is_decimal =
        find_digits(samples, count, &digits) && to_integers(samples, count, digits, integers);
    write_xor(samples, count, &xored);
    if (is_decimal) pack_encode(integers, count, &packed);
    is_decimal = is_decimal && packed.length <= xored.length + 8;
    const struct buffer *best = is_decimal ? &packed : &xored;
    buffer_byte(out, is_decimal ? (uint8_t)digits : FORM_XOR);
    buffer_add(out, best->bytes, best->length);
    buffer_fini(&packed);
    buffer_fini(&xored);
}

static bool read_values(struct reader *in, struct chunk_sample *samples, uint32_t count) {
    int64_t integers[CHUNK_SAMPLES];
    uint8_t form = read_byte(in);
    if (form == FORM_XOR) return read_xor(in, samples, count);
    if (form > DIGITS_MOST || !pack_decode(in, integers, count)) return false;
    for (uint32_t i = 0; i < count; i++)
        samples[i].value = (double)integers[i] / powers[form];
    return true;
}

// ---- times and quality

static int find_unit(const struct chunk_sample *samples, uint32_t count) {
    int unit = 0;
    for (uint32_t i = 1; i < count; i++)
        while ((samples[i].at - samples[0].at) % units[unit] != 0)
            unit++;
    return unit;
}

// Intervals to the one before; the first is 0.
static void write_times(const struct chunk_sample *samples, uint32_t count, struct buffer *out) {
    int64_t intervals[CHUNK_SAMPLES] = {0};
    int unit = find_unit(samples, count);
    for (uint32_t i = 1; i < count; i++)
        intervals[i - 1] = (samples[i].at - samples[i - 1].at) / units[unit];
    buffer_byte(out, (uint8_t)unit);
    if (count > 1) pack_encode(intervals, count - 1, out);
}

static bool read_times(struct reader *in, int64_t first_at, struct chunk_sample *samples,
                       uint32_t count) {
    int64_t intervals[CHUNK_SAMPLES];
    uint8_t unit = read_byte(in);
    if (unit >= sizeof units / sizeof units[0]) return false;
    if (count > 1 && !pack_decode(in, intervals, count - 1)) return false;
    uint64_t at = (uint64_t)first_at;
    for (uint32_t i = 0; i < count; i++) {
        samples[i].at = (int64_t)at;
        if (i + 1 < count) at += (uint64_t)intervals[i] * (uint64_t)units[unit];
    }
    return true;
}

static void write_quality(const struct chunk_sample *samples, uint32_t count, struct buffer *out) {
    for (uint32_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && samples[to].quality == samples[from].quality;)
            to++;
        buffer_varint(out, (uint64_t)(to - from) << 2 | (samples[from].quality & 3));
    }
}

static bool read_quality(struct reader *in, struct chunk_sample *samples, uint32_t count) {
    for (uint32_t from = 0; from < count;) {
        uint64_t run = read_varint(in);
        if (in->is_bad || run >> 2 == 0 || run >> 2 > count - from) return false;
        for (uint64_t i = 0; i < run >> 2; i++)
            samples[from++].quality = run & 3;
    }
    return true;
}

// ---- the chunk

static struct chunk_head sum_up(const struct chunk_sample *samples, uint32_t count) {
    struct chunk_head head = {.first_at = samples[0].at,
                              .last_at = samples[count - 1].at,
                              .count = count,
                              .min = INFINITY,
                              .max = -INFINITY};
    for (uint32_t i = 0; i < count; i++) {
        const struct chunk_sample *sample = &samples[i];
        if (sample->quality == GAP) {
            head.gaps++;
            continue;
        }
        if (sample->value < head.min) head.min = sample->value;
        if (sample->value > head.max) head.max = sample->value;
        head.sum += sample->value;
        head.last = sample->value;
        if (sample->quality > head.worst) head.worst = sample->quality;
    }
    return head;
}

void chunk_encode(const struct chunk_sample *samples, uint32_t count, struct buffer *out) {
    struct chunk_head head = sum_up(samples, count);
    buffer_varint(out, count);
    buffer_varint(out, head.gaps);
    buffer_byte(out, head.worst);
    buffer_zigzag(out, head.first_at);
    buffer_varint(out, (uint64_t)head.last_at - (uint64_t)head.first_at);
    buffer_double(out, head.min);
    buffer_double(out, head.max);
    buffer_double(out, head.sum);
    buffer_double(out, head.last);
    write_times(samples, count, out);
    write_quality(samples, count, out);
    write_values(samples, count, out);
}

static bool read_head(struct reader *in, struct chunk_head *head) {
    uint64_t count = read_varint(in), gaps = read_varint(in);
    head->worst = read_byte(in) & 3;
    head->first_at = read_zigzag(in);
    head->last_at = (int64_t)((uint64_t)head->first_at + read_varint(in));
    head->min = read_double(in);
    head->max = read_double(in);
    head->sum = read_double(in);
    head->last = read_double(in);
    if (in->is_bad || count == 0 || count > CHUNK_SAMPLES || gaps > count) return false;
    head->count = (uint32_t)count;
    head->gaps = (uint32_t)gaps;
    return true;
}

bool chunk_head(const uint8_t *bytes, size_t length, struct chunk_head *head) {
    struct reader in = {.at = bytes, .end = bytes + length};
    return read_head(&in, head);
}

bool chunk_decode(const uint8_t *bytes, size_t length, struct chunk_sample samples[CHUNK_SAMPLES],
                  uint32_t *count) {
    struct reader in = {.at = bytes, .end = bytes + length};
    struct chunk_head head;
    if (!read_head(&in, &head)) return false;
    *count = head.count;
    return read_times(&in, head.first_at, samples, head.count) &&
           read_quality(&in, samples, head.count) && read_values(&in, samples, head.count);
}
