// The stretches of all series in the state's file, by twin, field and time; and what layout each
// twin has, for who follows the log.
//
// Each is a record with its checksum. A damaged one is told and passed over: it costs what is in
// it.

#ifndef STORE_SERIES_FILE_H
#define STORE_SERIES_FILE_H

#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct state_file;

#define SERIES_KEY_MAX 96

struct series_key { // of one field of one twin
    uint8_t bytes[SERIES_KEY_MAX];
    uint32_t length;
};

// `kind` is an enum field_kind.
void series_key(struct series_key *key, uint32_t twin, uint8_t kind, const char *name);

struct series_write { // gathered, then written in one transaction
    struct buffer records;
};
void series_write_put(struct series_write *write, const struct series_key *key, int64_t key_at,
                      const void *payload, size_t length);
void series_write_drop(struct series_write *write, const struct series_key *key, int64_t key_at);
void series_write_layout(struct series_write *write, uint32_t twin, uint64_t layout);
void series_write_covered(struct series_write *write, uint64_t rev);
size_t series_write_bytes(const struct series_write *write);
// Writes what was gathered and empties it. False when it is not on disk; it is all there still.
bool series_commit(struct state_file *file, struct series_write *write, struct err *err);

// The stretch that a sample at `at` belongs to: the last one kept at or before it, else the first.
// `payload` is a copy; false when there is none. `next_at` is the key of the one behind it,
// INT64_MAX for the newest. A damaged one is told of, and `is_damaged`.
struct series_found {
    int64_t key_at, next_at;
    bool is_damaged;
};
bool series_find(struct state_file *file, const struct series_key *key, int64_t at,
                 struct series_found *found, struct buffer *payload);
// From the one that `from` belongs to up to the last kept at or before `to`, one after the other.
// The callback returns false to stop; `payload` is NULL for a damaged one.
bool series_walk(struct state_file *file, const struct series_key *key, int64_t from, int64_t to,
                 bool (*on_stretch)(void *context, int64_t key_at, const uint8_t *payload,
                                    size_t length),
                 void *context, struct err *err);
// 0 = not known.
uint64_t series_layout(struct state_file *file, uint32_t twin);
uint64_t series_covered(struct state_file *file);

// Retention: the next stretch behind `key` in the whole database, for a walk over all of it. False
// at the end.
struct series_place {
    struct series_key key; // of the field
    uint32_t twin;
    uint8_t kind;
    char name[SERIES_KEY_MAX];
    int64_t key_at;
};
bool series_next(struct state_file *file, struct series_place *place, bool is_first);

#endif
