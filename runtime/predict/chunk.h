// A chunk: up to CHUNK_SAMPLES samples of one field, compressed without loss, with a roll-up in
// front.
//
// Times are differences of one interval to the next, or from the usual one, in the coarsest unit
// that is exact. Sensors send short decimals: where every value is an integer over a power of ten,
// those integers are packed, by differences or by distance from the usual one, in blocks of 64
// whose width is their own and whose few outliers stand apart (frame of reference with patches:
// Zukowski et al., "Super-Scalar RAM-CPU Cache Compression", ICDE 2006; decimals as integers:
// Afroozeh and Boncz, "ALP", SIGMOD 2024). Other values are XORed with the one before (Pelkonen et
// al., "Gorilla", VLDB 2015). Quality is runs. Which form, each chunk decides by size.

#ifndef PREDICT_CHUNK_H
#define PREDICT_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer;

#define CHUNK_SAMPLES 1024 // at most

struct chunk_sample {
    int64_t at; // microseconds UTC
    double value;
    uint8_t quality; // 0 good, 1 uncertain, 2 bad, 3: a gap begins, and the value is the last one's
};

struct chunk_head { // the roll-up: what a reduced reading needs
    int64_t first_at, last_at;
    uint32_t count, gaps; // gaps: samples of quality 3, which are in none of the figures below
    double min, max, sum, last;
    uint8_t worst; // quality of those that are no gaps
};

// Samples in time order, equal times allowed, at least one. Appends to `out`.
void chunk_encode(const struct chunk_sample *samples, uint32_t count, struct buffer *out);
// The head alone, cheaply. False when the bytes are damaged.
bool chunk_head(const uint8_t *bytes, size_t length, struct chunk_head *head);
bool chunk_decode(const uint8_t *bytes, size_t length, struct chunk_sample samples[CHUNK_SAMPLES],
                  uint32_t *count);

#endif
