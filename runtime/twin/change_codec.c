// Kind, then what that kind has. Most of the log is samples, sets and estimates: 15 to 20 bytes
// each.

#include "twin/change_codec.h"

#include "base/memory.h"
#include "twin/change.h"

enum { // flags of a sample, above the two bits of its quality
    FLAG_LATE = 4,
    FLAG_RAW = 8,
    FLAG_RECEIVED = 16,
};

void location_encode(const struct location *location, struct buffer *out) {
    buffer_double(out, location->lat);
    buffer_double(out, location->lon);
    buffer_double(out, location->alt);
    buffer_byte(out, location->has_alt);
}

struct location location_decode(struct reader *in) {
    struct location location = {0};
    location.lat = read_double(in);
    location.lon = read_double(in);
    location.alt = read_double(in);
    location.has_alt = read_byte(in);
    return location;
}

void value_encode(struct value value, struct buffer *out) {
    buffer_byte(out, (uint8_t)value.type);
    if (value.type == VALUE_NUMBER) buffer_double(out, value.number);
    if (value.type == VALUE_BOOLEAN) buffer_byte(out, value.boolean);
    if (value.type == VALUE_TEXT) buffer_text(out, value.text, value.length);
    if (value.type == VALUE_LOCATION) location_encode(value.location, out);
}

struct value value_decode(struct reader *in, struct region *region) {
    size_t length;
    const char *text;
    struct location location;
    switch (read_byte(in)) {
    case VALUE_NONE:
        return value_none();
    case VALUE_NUMBER:
        return value_number(read_double(in));
    case VALUE_BOOLEAN:
        return value_boolean(read_byte(in));
    case VALUE_TEXT:
        text = read_text(in, &length);
        return value_text(text, (uint32_t)length);
    case VALUE_LOCATION:
        location = location_decode(in);
        return value_location((void *)region_copy(region, &location, sizeof location));
    }
    in->is_bad = 1;
    return value_none();
}

static void sample_encode(const struct change *change, struct buffer *out) {
    bool has_raw = change->value.type == VALUE_NUMBER && change->raw != change->value.number;
    bool has_received = change->received != change->at;
    buffer_byte(out, (uint8_t)(change->quality | (change->is_late ? FLAG_LATE : 0) |
                               (has_raw ? FLAG_RAW : 0) | (has_received ? FLAG_RECEIVED : 0)));
    value_encode(change->value, out);
    if (has_raw) buffer_double(out, change->raw);
    if (has_received) buffer_zigzag(out, change->received - change->at);
}

static void sample_decode(struct reader *in, struct region *region, struct change *change) {
    uint8_t flags = read_byte(in);
    change->quality = flags & 3;
    change->is_late = flags & FLAG_LATE;
    change->value = value_decode(in, region);
    change->raw = flags & FLAG_RAW ? read_double(in) : change->value.number;
    uint64_t delay = flags & FLAG_RECEIVED ? (uint64_t)read_zigzag(in) : 0;
    change->received = (int64_t)((uint64_t)change->at + delay); // any bytes may come
}

static void arguments_decode(struct reader *in, struct region *region, struct change *change) {
    uint64_t count = read_varint(in);
    if (count > EVENT_ARGUMENTS_MAX) in->is_bad = 1;
    if (in->is_bad) return;
    struct value *arguments = region_alloc(region, sizeof *arguments * (count + 1));
    for (uint64_t i = 0; i < count; i++)
        arguments[i] = value_decode(in, region);
    change->event.arguments = arguments;
    change->event.argument_count = (uint32_t)count;
}

static void arguments_encode(const struct change *change, struct buffer *out) {
    buffer_varint(out, change->event.argument_count);
    for (uint32_t i = 0; i < change->event.argument_count; i++)
        value_encode(change->event.arguments[i], out);
}

void change_encode(const struct change *change, int64_t base, struct buffer *out) {
    buffer_byte(out, change->kind);
    buffer_varint(out, change->index);
    // A cancelled timer has no time; every other time lies near the base.
    buffer_zigzag(out, change->at ? change->at - base : INT64_MIN);
    switch ((enum change_kind)change->kind) {
    case CHANGE_CREATE:
        buffer_varint(out, change->other);
        buffer_u64(out, change->layout);
        buffer_text(out, change->text.text, change->text.length);
        break;
    case CHANGE_LAYOUT:
        buffer_u64(out, change->layout);
        break;
    case CHANGE_RETIRE:
    case CHANGE_RESET:
        break;
    case CHANGE_SAMPLE:
        sample_encode(change, out);
        break;
    case CHANGE_SET:
    case CHANGE_ESTIMATE:
        value_encode(change->value, out);
        break;
    case CHANGE_ALARM:
        buffer_byte(out, (uint8_t)(change->state | change->is_acked << 4));
        buffer_double(out, change->value.number);
        break;
    case CHANGE_FORECAST:
        value_encode(change->value, out);
        buffer_double(out, change->forecast.low);
        buffer_double(out, change->forecast.high);
        buffer_varint(out, change->forecast.of_rev);
        break;
    case CHANGE_EVENT:
        buffer_varint(out, change->other);
        arguments_encode(change, out);
        break;
    case CHANGE_COMMAND:
        buffer_byte(out, change->state);
        buffer_varint(out, change->other);
        if (change->state == COMMAND_QUEUED)
            arguments_encode(change, out);
        else
            buffer_text(out, change->text.text, change->text.length);
        break;
    case CHANGE_QUALITY:
        buffer_byte(out, change->quality);
        break;
    case CHANGE_LIFECYCLE:
        buffer_byte(out, change->state);
        break;
    case CHANGE_QUARANTINE:
        buffer_varint(out, change->other);
        break;
    case CHANGE_LINK:
        buffer_varint(out, change->other);
        buffer_byte(out, change->state);
        break;
    case CHANGE_FAILED:
        buffer_byte(out, change->state);
        buffer_u64(out, change->version);
        buffer_text(out, change->text.text, change->text.length);
        break;
    case CHANGE_HELD:
        buffer_u64(out, change->version);
        break;
    case CHANGE_AMEND:
        buffer_byte(out, change->state);
        buffer_byte(out, change->quality);
        value_encode(change->value, out);
        value_encode(change->amend.was, out);
        buffer_varint(out, change->amend.of_rev);
        break;
    case CHANGE_TIMER:
    case CHANGE_ATTRIBUTES:
    case CHANGE_MEMORY:
    case CHANGE_NOTE:
        buffer_text(out, change->text.text, change->text.length);
        break;
    }
}

static void text_decode(struct reader *in, struct change *change) {
    size_t length;
    change->text.text = read_text(in, &length);
    change->text.length = (uint32_t)length;
}

bool change_decode(struct reader *in, int64_t base, struct region *region, struct change *change) {
    *change = (struct change){.kind = read_byte(in)};
    change->index = (uint16_t)read_varint(in);
    int64_t at = read_zigzag(in);
    change->at =
        at == INT64_MIN ? 0 : (int64_t)((uint64_t)base + (uint64_t)at); // any bytes may come
    switch ((enum change_kind)change->kind) {
    case CHANGE_CREATE:
        change->other = (uint32_t)read_varint(in);
        change->layout = read_u64(in);
        text_decode(in, change);
        break;
    case CHANGE_LAYOUT:
        change->layout = read_u64(in);
        break;
    case CHANGE_RETIRE:
    case CHANGE_RESET:
        break;
    case CHANGE_SAMPLE:
        sample_decode(in, region, change);
        break;
    case CHANGE_SET:
    case CHANGE_ESTIMATE:
        change->value = value_decode(in, region);
        break;
    case CHANGE_ALARM: {
        uint8_t head = read_byte(in);
        change->state = head & 15;
        change->is_acked = head >> 4;
        change->value = value_number(read_double(in));
        break;
    }
    case CHANGE_FORECAST:
        change->value = value_decode(in, region);
        change->forecast.low = read_double(in);
        change->forecast.high = read_double(in);
        change->forecast.of_rev = read_varint(in);
        break;
    case CHANGE_EVENT:
        change->other = (uint32_t)read_varint(in);
        arguments_decode(in, region, change);
        break;
    case CHANGE_COMMAND:
        change->state = read_byte(in);
        if (change->state < COMMAND_QUEUED || change->state > COMMAND_TIMED_OUT) in->is_bad = 1;
        change->other = (uint32_t)read_varint(in);
        if (change->state == COMMAND_QUEUED)
            arguments_decode(in, region, change);
        else
            text_decode(in, change);
        break;
    case CHANGE_QUALITY:
        change->quality = read_byte(in) & 3;
        break;
    case CHANGE_LIFECYCLE:
        change->state = read_byte(in) & 3;
        break;
    case CHANGE_QUARANTINE:
        change->other = (uint32_t)read_varint(in);
        break;
    case CHANGE_LINK:
        change->other = (uint32_t)read_varint(in);
        change->state = read_byte(in);
        break;
    case CHANGE_FAILED:
        change->state = read_byte(in);
        change->version = read_u64(in);
        text_decode(in, change);
        break;
    case CHANGE_HELD:
        change->version = read_u64(in);
        break;
    case CHANGE_AMEND:
        change->state = read_byte(in);
        change->quality = read_byte(in) & 3;
        change->value = value_decode(in, region);
        change->amend.was = value_decode(in, region);
        change->amend.of_rev = read_varint(in);
        break;
    case CHANGE_TIMER:
    case CHANGE_ATTRIBUTES:
    case CHANGE_MEMORY:
    case CHANGE_NOTE:
        text_decode(in, change);
        break;
    default:
        in->is_bad = 1;
    }
    return !in->is_bad;
}
