// Revisions and states grow in two buffers; the CRC is computed once over the finished value.

#include "store/batch.h"

#include "base/err.h"
#include "base/hash.h"
#include "twin/revision.h"
#include "twin/twin.h"
#include "twin/twin_codec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_MAGIC 0x48435442u // "BTCH"
#define BATCH_FORMAT 1
#define CRC_AT 4
#define CRC_FROM 8
#define HEADER_BYTES 40
#define ENTRY_BYTES 24
#define KEPT_BYTES ((size_t)4 << 20) // a buffer that one burst made larger is given back

static void clear(struct buffer *buffer) {
    buffer->length = 0;
    if (buffer->capacity > KEPT_BYTES) buffer_fini(buffer);
}

void batch_clear(struct batch *batch) {
    clear(&batch->revisions);
    clear(&batch->states);
    batch->count = 0;
    batch->state_count = 0;
}

void batch_fini(struct batch *batch) {
    buffer_fini(&batch->revisions);
    buffer_fini(&batch->states);
    free(batch->directory);
    *batch = (struct batch){0};
}

void batch_add(struct batch *batch, const struct revision *revision) {
    if (batch->count == 0) {
        batch->first_rev = revision->rev;
        batch->base = revision->received;
    }
    assert(revision->rev == batch->first_rev + batch->count);
    revision_encode(revision, batch->base, &batch->revisions);
    batch->count++;
}

void batch_add_state(struct batch *batch, const struct twin *twin) {
    assert(twin->rev >= batch->first_rev && twin->rev < batch->first_rev + batch->count);
    if (batch->state_count == batch->state_capacity) {
        batch->state_capacity = batch->state_capacity ? batch->state_capacity * 2 : 16;
        batch->directory =
            xrealloc(batch->directory, batch->state_capacity * sizeof *batch->directory);
    }
    size_t offset = batch->states.length;
    twin_encode(twin, &batch->states);
    batch->directory[batch->state_count++] = (struct batch_state){
        .twin = twin->number,
        .offset = (uint32_t)offset,
        .length = (uint32_t)(batch->states.length - offset),
        .rev = twin->rev,
    };
}

uint64_t batch_last_rev(const struct batch *batch) {
    return batch->first_rev + batch->count - 1;
}

size_t batch_bytes(const struct batch *batch) {
    return HEADER_BYTES + (size_t)batch->state_count * ENTRY_BYTES + batch->revisions.length +
           batch->states.length;
}

static uint8_t *put_u32(uint8_t *out, uint32_t value) {
    memcpy(out, &value, 4);
    return out + 4;
}

static uint8_t *put_u64(uint8_t *out, uint64_t value) {
    memcpy(out, &value, 8);
    return out + 8;
}

static uint8_t *put_bytes(uint8_t *out, const struct buffer *buffer) {
    if (buffer->length) memcpy(out, buffer->bytes, buffer->length);
    return out + buffer->length;
}

void batch_write(const struct batch *batch, uint8_t *out) {
    uint8_t *at = put_u32(out, BATCH_MAGIC);
    at = put_u32(at, 0); // the CRC, below
    at = put_u32(at, BATCH_FORMAT);
    at = put_u32(at, batch->count);
    at = put_u64(at, batch->first_rev);
    at = put_u64(at, (uint64_t)batch->base);
    at = put_u32(at, batch->state_count);
    at = put_u32(at, (uint32_t)batch->revisions.length);
    uint32_t states_at = (uint32_t)(batch_bytes(batch) - batch->states.length);
    for (uint32_t i = 0; i < batch->state_count; i++) {
        const struct batch_state *state = &batch->directory[i];
        at = put_u32(at, state->twin);
        at = put_u32(at, states_at + state->offset);
        at = put_u32(at, state->length);
        at = put_u32(at, crc32c(0, batch->states.bytes + state->offset, state->length));
        at = put_u64(at, state->rev);
    }
    at = put_bytes(at, &batch->revisions);
    at = put_bytes(at, &batch->states);
    put_u32(out + CRC_AT, crc32c(0, out + CRC_FROM, (size_t)(at - out) - CRC_FROM));
}

bool batch_read_header(struct batch_view *view, const void *bytes, size_t length) {
    struct reader in = {bytes, (const uint8_t *)bytes + length, 0};
    uint32_t magic = read_u32(&in);
    read_u32(&in);
    uint32_t format = read_u32(&in);
    view->count = read_u32(&in);
    view->first_rev = read_u64(&in);
    view->base = (int64_t)read_u64(&in);
    view->state_count = read_u32(&in);
    uint32_t revision_bytes = read_u32(&in);
    size_t directory_bytes = (size_t)view->state_count * ENTRY_BYTES;
    if (in.is_bad || magic != BATCH_MAGIC || format != BATCH_FORMAT || view->count == 0 ||
        directory_bytes + revision_bytes > (size_t)(in.end - in.at))
        return false;
    view->bytes = bytes;
    view->directory = in.at;
    in.at += directory_bytes;
    view->revisions = (struct reader){in.at, in.at + revision_bytes, 0};
    return true;
}

bool batch_read(struct batch_view *view, const void *bytes, size_t length, uint64_t key,
                struct err *err) {
    uint32_t crc = 0;
    if (length >= HEADER_BYTES) memcpy(&crc, (const uint8_t *)bytes + CRC_AT, 4);
    if (length < HEADER_BYTES ||
        crc != crc32c(0, (const uint8_t *)bytes + CRC_FROM, length - CRC_FROM))
        return err_set(err, ERR_INTERNAL,
                       "the log's batch at rev %llu is damaged: its checksum is wrong over %zu "
                       "bytes; a backup has it (twinctl restore)",
                       (unsigned long long)key, length);
    if (!batch_read_header(view, bytes, length) || view->first_rev != key)
        return err_set(err, ERR_INTERNAL,
                       "the log's batch at rev %llu has a format that this program does not know "
                       "(it knows %d): it was written by a newer one",
                       (unsigned long long)key, BATCH_FORMAT);
    return true;
}

struct batch_state batch_read_state(const struct batch_view *view, uint32_t index) {
    const uint8_t *at = view->directory + (size_t)index * ENTRY_BYTES;
    struct reader in = {at, at + ENTRY_BYTES, 0};
    struct batch_state state;
    state.twin = read_u32(&in);
    state.offset = read_u32(&in);
    state.length = read_u32(&in);
    state.crc = read_u32(&in);
    state.rev = read_u64(&in);
    return state;
}
