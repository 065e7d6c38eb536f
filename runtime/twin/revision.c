// The message key stands right behind the times, so that skimming for it skips the rest by the
// length.

#include "twin/revision.h"

#include "base/memory.h"
#include "twin/change_codec.h"

#include <string.h>

enum { // which optional parts follow
    HAS_MESSAGE = 1,
    HAS_FROM = 2,
    HAS_PRESENT = 4,
    HAS_CHANCE = 8,
    HAS_RUN_BEFORE = 16,
};

#define LENGTH_BYTES 4 // a fixed length in front lets it be filled in after the rest

static uint8_t find_flags(const struct revision *revision) {
    bool has_chance = revision->input_rev != revision->rev || revision->ordinal != 0;
    return (uint8_t)((revision->message ? HAS_MESSAGE : 0) | (revision->from_rev ? HAS_FROM : 0) |
                     (revision->present != revision->version ? HAS_PRESENT : 0) |
                     (has_chance ? HAS_CHANCE : 0) | (revision->run_before ? HAS_RUN_BEFORE : 0));
}

void revision_encode(const struct revision *revision, int64_t base, struct buffer *out) {
    size_t start = out->length;
    uint8_t flags = find_flags(revision);
    buffer_u32(out, 0);
    buffer_byte(out, flags);
    buffer_zigzag(out, revision->received - base);
    if (revision->message) buffer_u64(out, revision->message);
    buffer_varint(out, revision->twin);
    buffer_varint(out, revision->previous ? revision->rev - revision->previous : 0);
    buffer_byte(out, (uint8_t)revision->kind);
    buffer_byte(out, revision->actor.kind);
    buffer_text(out, (const char *)revision->actor.bytes, revision->actor.length);
    if (revision->from_rev) {
        buffer_varint(out, revision->from_rev);
        buffer_varint(out, revision->from_index);
    }
    buffer_u64(out, revision->version);
    if (flags & HAS_PRESENT) buffer_u64(out, revision->present);
    if (flags & HAS_CHANCE) {
        buffer_varint(out, revision->rev - revision->input_rev);
        buffer_varint(out, revision->ordinal);
    }
    if (flags & HAS_RUN_BEFORE) buffer_zigzag(out, revision->received - revision->run_before);
    buffer_varint(out, (uint64_t)revision->change_count);
    buffer_varint(out, (uint64_t)revision->input_count);
    for (int i = 0; i < revision->change_count; i++)
        change_encode(&revision->changes[i], base, out);
    uint32_t length = (uint32_t)(out->length - start - LENGTH_BYTES);
    memcpy(out->bytes + start, &length, sizeof length);
}

// A reader over one revision; `in` moves behind it.
static struct reader enter(struct reader *in) {
    uint32_t length = read_u32(in);
    if (length > (size_t)(in->end - in->at)) in->is_bad = 1;
    if (in->is_bad) return (struct reader){.is_bad = 1};
    struct reader one = {.at = in->at, .end = in->at + length};
    in->at += length;
    return one;
}

static void decode_actor(struct reader *one, struct actor *actor) {
    size_t length;
    actor->kind = read_byte(one);
    const char *bytes = read_text(one, &length);
    if (length > sizeof actor->bytes) length = 0, one->is_bad = 1;
    actor->length = (uint8_t)length;
    if (length) memcpy(actor->bytes, bytes, length);
}

bool revision_decode(struct reader *in, int64_t base, uint64_t rev, struct region *region,
                     struct revision *revision) {
    struct reader one = enter(in);
    *revision = (struct revision){.rev = rev, .input_rev = rev};
    uint8_t flags = read_byte(&one);
    revision->received = (int64_t)((uint64_t)base + (uint64_t)read_zigzag(&one));
    if (flags & HAS_MESSAGE) revision->message = read_u64(&one);
    revision->twin = (uint32_t)read_varint(&one);
    uint64_t distance = read_varint(&one);
    revision->previous = distance ? rev - distance : 0;
    revision->kind = read_byte(&one);
    decode_actor(&one, &revision->actor);
    if (flags & HAS_FROM) {
        revision->from_rev = read_varint(&one);
        revision->from_index = (uint16_t)read_varint(&one);
    }
    revision->version = revision->present = read_u64(&one);
    if (flags & HAS_PRESENT) revision->present = read_u64(&one);
    if (flags & HAS_CHANCE) {
        revision->input_rev = rev - read_varint(&one);
        revision->ordinal = (uint32_t)read_varint(&one);
    }
    if (flags & HAS_RUN_BEFORE)
        revision->run_before =
            (int64_t)((uint64_t)revision->received - (uint64_t)read_zigzag(&one));
    uint64_t count = read_varint(&one);
    if (count > (uint64_t)(one.end - one.at)) one.is_bad = 1; // a change takes a byte at least
    revision->input_count = (int)read_varint(&one);
    if (one.is_bad) return false;
    revision->changes = region_alloc(region, sizeof *revision->changes * (count + 1));
    for (; (uint64_t)revision->change_count < count; revision->change_count++)
        if (!change_decode(&one, base, region, &revision->changes[revision->change_count]))
            return false;
    return true;
}

bool revision_skim(struct reader *in, int64_t base, uint64_t *message, int64_t *received) {
    struct reader one = enter(in);
    uint8_t flags = read_byte(&one);
    *received = (int64_t)((uint64_t)base + (uint64_t)read_zigzag(&one));
    *message = flags & HAS_MESSAGE ? read_u64(&one) : 0;
    return !one.is_bad;
}

const char *input_kind_name(enum input_kind kind) {
    static const char *const names[] = {
        "",          "samples",   "desired", "timer", "event",   "prediction",
        "configure", "retire",    "version", "ack",   "command", "aggregate",
        "link",      "lifecycle", "replace", "retry", "amend",
    };
    return (size_t)kind < ARRAY_LEN(names) ? names[kind] : "";
}
