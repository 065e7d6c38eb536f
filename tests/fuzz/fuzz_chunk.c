// Chunks: any bytes are refused or read within bounds, and any samples come back as they were.
//
// Input: the first byte says which. Bytes of a chunk; or ten bytes a sample: how far it is after
// the one before, u8 and a shift, then its value, whose last byte is the quality too.

#include "base/memory.h"
#include "fuzz.h"
#include "predict/chunk.h"

#include <stdlib.h>
#include <string.h>

static void there_and_back(const uint8_t *bytes, size_t size) {
    static struct chunk_sample samples[CHUNK_SAMPLES], back[CHUNK_SAMPLES];
    struct buffer out = {0};
    int64_t at = 0;
    uint32_t count = 0, found;
    for (; size >= 10 && count < CHUNK_SAMPLES; bytes += 10, size -= 10, count++) {
        at += (int64_t)bytes[0] << bytes[1] % 40;
        samples[count] = (struct chunk_sample){.at = at, .quality = bytes[9] & 3};
        memcpy(&samples[count].value, bytes + 2, sizeof(double));
        if (bytes[1] & 128) samples[count].value = (double)bytes[2] / 10; // as sensors send them
    }
    if (count == 0) return;
    chunk_encode(samples, count, &out);
    if (!chunk_decode(out.bytes, out.length, back, &found) || found != count) abort();
    for (uint32_t i = 0; i < count; i++)
        if (back[i].at != samples[i].at || back[i].quality != samples[i].quality ||
            memcmp(&back[i].value, &samples[i].value, sizeof(double)) != 0)
            abort();
    buffer_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static struct chunk_sample samples[CHUNK_SAMPLES];
    struct chunk_head head;
    uint32_t count;
    if (size == 0) return 0;
    if (bytes[0] & 1) {
        there_and_back(bytes + 1, size - 1);
    } else {
        chunk_head(bytes + 1, size - 1, &head);
        if (chunk_decode(bytes + 1, size - 1, samples, &count) && count > CHUNK_SAMPLES) abort();
    }
    return 0;
}

// What sensors send and what is computed, as a chunk and as samples.
void fuzz_seeds(fuzz_add *add) {
    struct chunk_sample samples[200];
    for (int form = 0; form < 2; form++) {
        struct buffer chunk = {0}, raw = {0};
        buffer_byte(&chunk, 0);
        buffer_byte(&raw, 1);
        for (int i = 0; i < 200; i++) {
            double value = form ? 1.0 / (i + 3) : (700 + i * 7 % 31) / 10.0;
            samples[i] = (struct chunk_sample){i * 1000003, value, i % 50 == 49};
            buffer_byte(&raw, (uint8_t)i);
            buffer_byte(&raw, 20);
            buffer_double(&raw, value);
        }
        chunk_encode(samples, 200, &chunk);
        add(chunk.bytes, chunk.length);
        add(raw.bytes, raw.length);
        buffer_fini(&chunk);
        buffer_fini(&raw);
    }
}
