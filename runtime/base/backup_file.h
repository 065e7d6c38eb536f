// A backup's file: what a store holds, as one stream of frames that can be checked while it passes.
//
// On disk, little-endian: 16 bytes of magic, then frames: { length u32, CRC32C u32 of kind and
// payload, kind u8, payload }. The first is BEGIN, the last END, which holds the CRC32C of every
// byte before it; a file without END was cut short. FAILED in its place says why there is no more.

#ifndef BASE_BACKUP_FILE_H
#define BASE_BACKUP_FILE_H

#include "base/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

enum backup_frame {     // numbers are on disk: append only
    BACKUP_BEGIN = 1,   // format u32, bytes that it may become u64
    BACKUP_PLACE = 2,   // where the records that follow go: environment, database, flags u32
    BACKUP_RECORDS = 3, // { key, value } *
    BACKUP_LOST = 4,    // rev u64: what came before it has left the log meanwhile; forget it
    BACKUP_END = 5,     // rev u64, twins u64, damaged batches u64, CRC32C u32
    BACKUP_FAILED = 6,  // one sentence
};

struct backup_end {   // what END tells
    uint64_t rev;     // newest
    uint64_t twins;   // that there were
    uint64_t damaged; // batches of the log that were copied as they are
};

struct backup_writer {
    bool (*write)(void *context, const void *bytes, size_t length); // false: nobody takes it
    void *context;
    uint32_t crc; // of all bytes so far
    uint64_t bytes;
    struct buffer records; // that are gathered into one frame
    struct buffer frame;
};
void backup_writer_fini(struct backup_writer *writer);

// Each false when `write` was.
bool backup_write_begin(struct backup_writer *writer, uint64_t expected);
bool backup_write_place(struct backup_writer *writer, const char *environment, const char *database,
                        uint32_t flags);
bool backup_write_record(struct backup_writer *writer, const void *key, size_t key_length,
                         const void *value, size_t length);
bool backup_write_lost(struct backup_writer *writer, uint64_t rev);
bool backup_write_end(struct backup_writer *writer, const struct backup_end *end);
bool backup_write_failed(struct backup_writer *writer, const char *why);
// Whole frames that another writer made (its write without begin and end).
bool backup_write_frames(struct backup_writer *writer, const void *bytes, size_t length);
bool backup_write_flush(struct backup_writer *writer); // records that are still gathered

struct backup_reader {  // all zero is before the first byte
    struct buffer held; // the beginning of a frame
    uint32_t crc;
    uint64_t bytes;
    uint64_t expected; // as BEGIN told
    bool has_begun, has_ended;
    struct backup_end end;
};
void backup_reader_fini(struct backup_reader *reader);

// The next bytes of the file, in pieces of any size. Calls `on_frame` (may be NULL) for each whole
// PLACE, RECORDS and LOST. False when they are no backup's, are damaged, or `on_frame` was false.
bool backup_read(struct backup_reader *reader, const void *bytes, size_t length,
                 bool (*on_frame)(void *context, enum backup_frame kind, struct reader *payload,
                                  struct err *err),
                 void *context, struct err *err);
// After the last byte: false when END is missing.
bool backup_read_end(const struct backup_reader *reader, struct err *err);

#endif
