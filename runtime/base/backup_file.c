// Records are gathered into frames of a quarter of a megabyte; a larger one has a frame of its own.

#include "base/backup_file.h"

#include "base/err.h"
#include "base/hash.h"

#include <string.h>

#define MAGIC "twind backup 1\r\n" // the line end tells of a transfer that changed it
#define MAGIC_BYTES 16
#define FORMAT 1u
#define HEAD_BYTES 9 // of a frame
#define FRAME_MAX (256u << 20)
#define RECORDS_BYTES ((size_t)256 << 10)

static bool put(struct backup_writer *writer, const void *bytes, size_t length) {
    writer->crc = crc32c(writer->crc, bytes, length);
    writer->bytes += length;
    return writer->write(writer->context, bytes, length);
}

static bool put_frame(struct backup_writer *writer, enum backup_frame kind, const void *payload,
                      size_t length) {
    uint8_t byte = (uint8_t)kind;
    struct buffer *frame = &writer->frame;
    frame->length = 0;
    buffer_u32(frame, (uint32_t)length);
    buffer_u32(frame, crc32c(crc32c(0, &byte, 1), payload, length));
    buffer_byte(frame, byte);
    buffer_add(frame, payload, length);
    return put(writer, frame->bytes, frame->length);
}

static bool put_buffer(struct backup_writer *writer, enum backup_frame kind, struct buffer *owned) {
    bool is_good =
        backup_write_flush(writer) && put_frame(writer, kind, owned->bytes, owned->length);
    buffer_fini(owned);
    return is_good;
}

void backup_writer_fini(struct backup_writer *writer) {
    buffer_fini(&writer->records);
    buffer_fini(&writer->frame);
}

bool backup_write_begin(struct backup_writer *writer, uint64_t expected) {
    if (!put(writer, MAGIC, MAGIC_BYTES)) return false;
    struct buffer payload = {0};
    buffer_u32(&payload, FORMAT);
    buffer_u64(&payload, expected);
    return put_buffer(writer, BACKUP_BEGIN, &payload);
}

bool backup_write_place(struct backup_writer *writer, const char *environment, const char *database,
                        uint32_t flags) {
    struct buffer payload = {0};
    buffer_text(&payload, environment, strlen(environment));
    buffer_text(&payload, database, strlen(database));
    buffer_u32(&payload, flags);
    return put_buffer(writer, BACKUP_PLACE, &payload);
}

bool backup_write_record(struct backup_writer *writer, const void *key, size_t key_length,
                         const void *value, size_t length) {
    struct buffer *records = &writer->records;
    if (records->length > 0 && records->length + length > RECORDS_BYTES &&
        !backup_write_flush(writer))
        return false;
    buffer_text(records, key, key_length);
    buffer_text(records, value, length);
    return true;
}

bool backup_write_lost(struct backup_writer *writer, uint64_t rev) {
    struct buffer payload = {0};
    buffer_u64(&payload, rev);
    return put_buffer(writer, BACKUP_LOST, &payload);
}

bool backup_write_end(struct backup_writer *writer, const struct backup_end *end) {
    if (!backup_write_flush(writer)) return false;
    struct buffer payload = {0};
    buffer_u64(&payload, end->rev);
    buffer_u64(&payload, end->twins);
    buffer_u64(&payload, end->damaged);
    buffer_u32(&payload, writer->crc);
    return put_buffer(writer, BACKUP_END, &payload);
}

bool backup_write_failed(struct backup_writer *writer, const char *why) {
    struct buffer payload = {0};
    buffer_text(&payload, why, strlen(why));
    return put_buffer(writer, BACKUP_FAILED, &payload);
}

bool backup_write_frames(struct backup_writer *writer, const void *bytes, size_t length) {
    return put(writer, bytes, length);
}

bool backup_write_flush(struct backup_writer *writer) {
    struct buffer *records = &writer->records;
    bool is_good =
        records->length == 0 || put_frame(writer, BACKUP_RECORDS, records->bytes, records->length);
    records->length = 0;
    return is_good;
}

// ---- reading ----

void backup_reader_fini(struct backup_reader *reader) {
    buffer_fini(&reader->held);
}

static bool damaged(const struct backup_reader *reader, struct err *err) {
    return err_set(err, ERR_INVALID,
                   "the backup is damaged at byte %llu: a checksum is wrong; take another one",
                   (unsigned long long)reader->bytes);
}

static bool read_begin(struct backup_reader *reader, struct reader *payload, struct err *err) {
    uint32_t format = read_u32(payload);
    reader->expected = read_u64(payload);
    reader->has_begun = true;
    return (!payload->is_bad && format == FORMAT) ||
           err_set(err, ERR_INVALID,
                   "the backup has format %u and this program knows format %u: use the program "
                   "that wrote it",
                   format, FORMAT);
}

static bool read_end(struct backup_reader *reader, struct reader *payload, struct err *err) {
    reader->end.rev = read_u64(payload);
    reader->end.twins = read_u64(payload);
    reader->end.damaged = read_u64(payload);
    uint32_t crc = read_u32(payload);
    if (payload->is_bad || crc != reader->crc) return damaged(reader, err);
    reader->has_ended = true;
    return true;
}

static bool read_failed(struct reader *payload, struct err *err) {
    size_t length;
    const char *why = read_text(payload, &length);
    return err_set(err, ERR_UNAVAILABLE, "the backup ended early: %.*s",
                   payload->is_bad ? 0 : (int)length, why ? why : "");
}

typedef bool frame_callback(void *context, enum backup_frame kind, struct reader *payload,
                            struct err *err);

static bool take_frame(struct backup_reader *reader, const uint8_t *frame, size_t length,
                       frame_callback *on_frame, void *context, struct err *err) {
    struct reader in = {frame + 4, frame + length, 0};
    uint32_t crc = read_u32(&in);
    if (crc != crc32c(0, in.at, (size_t)(in.end - in.at))) return damaged(reader, err);
    enum backup_frame kind = (enum backup_frame)read_byte(&in);
    if (reader->has_ended || reader->has_begun != (kind != BACKUP_BEGIN))
        return damaged(reader, err);
    bool is_good = kind == BACKUP_BEGIN    ? read_begin(reader, &in, err)
                   : kind == BACKUP_END    ? read_end(reader, &in, err)
                   : kind == BACKUP_FAILED ? read_failed(&in, err)
                                           : !on_frame || on_frame(context, kind, &in, err);
    reader->crc = crc32c(reader->crc, frame, length);
    reader->bytes += length;
    return is_good;
}

static bool take_magic(struct backup_reader *reader, struct err *err) {
    if (memcmp(reader->held.bytes, MAGIC, MAGIC_BYTES) != 0)
        return err_set(err, ERR_INVALID,
                       "this is no backup of twind: it does not begin like one; `twinctl backup "
                       "FILE` makes one");
    reader->crc = crc32c(0, MAGIC, MAGIC_BYTES);
    reader->bytes = MAGIC_BYTES;
    return true;
}

bool backup_read(struct backup_reader *reader, const void *bytes, size_t length,
                 frame_callback *on_frame, void *context, struct err *err) {
    struct buffer *held = &reader->held;
    size_t at = 0;
    bool is_good = true;
    buffer_add(held, bytes, length);
    if (reader->bytes == 0 && held->length >= MAGIC_BYTES) {
        is_good = take_magic(reader, err);
        at = MAGIC_BYTES;
    }
    while (is_good && reader->bytes > 0 && held->length - at >= HEAD_BYTES) {
        struct reader in = {held->bytes + at, held->bytes + held->length, 0};
        size_t payload = read_u32(&in);
        if (payload > FRAME_MAX) return damaged(reader, err);
        if (held->length - at < HEAD_BYTES + payload) break;
        is_good =
            take_frame(reader, held->bytes + at, HEAD_BYTES + payload, on_frame, context, err);
        at += HEAD_BYTES + payload;
    }
    if (at > 0) memmove(held->bytes, held->bytes + at, held->length - at);
    held->length -= at;
    return is_good;
}

bool backup_read_end(const struct backup_reader *reader, struct err *err) {
    if (reader->has_ended && reader->held.length == 0) return true;
    if (reader->has_ended)
        return err_set(err, ERR_INVALID, "the backup has %zu bytes behind its end: it is damaged",
                       reader->held.length);
    return err_set(err, ERR_INVALID,
                   "the backup is cut short: it breaks off after %llu bytes, without its end; take "
                   "another one",
                   (unsigned long long)(reader->bytes + reader->held.length));
}
