// The archivist: follows the durable log on a thread of its own and keeps every field's history as
// compressed series in the state's file. The loop is not concerned.
//
// Telemetry, reported and derived values are kept, bad and late samples too, late ones in their
// place; a sensor that fell silent, and a derived value that was cleared, leave a gap mark. What it
// has not written yet is in the log: archivist_covered says how far the log may be dropped, and
// after a crash it reads on from there. Each stretch says up to which revision it has everything,
// so nothing is lost and nothing is there twice. A field's `keep` says how long.

#ifndef STORE_ARCHIVIST_H
#define STORE_ARCHIVIST_H

#include "predict/chunk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct archivist;
struct err;
struct log;
struct logger;
struct metrics;
struct state_file;
struct stretch;

struct archivist_options {
    struct log *log;
    struct state_file *file;
    const struct logger *logger;
    struct metrics *metrics;
    int64_t (*now)(void); // microseconds UTC, any thread
    size_t flush_bytes;   // of log that may wait for what is in memory; 0 = 256 MB
};

struct archivist *archivist_open(const struct archivist_options *options, struct err *err);
// Writes what it has; before the log is closed.
void archivist_close(struct archivist *archivist);

void archivist_wake(struct archivist *archivist); // loop: more is durable. Cheap
uint64_t archivist_covered(const struct archivist *archivist);

struct archive_query {
    uint32_t twin;
    uint8_t kind; // enum field_kind
    const char *name;
    int64_t from, to; // microseconds UTC, both ends included
    uint64_t rev;     // what is durable up to here is to be in it
};

struct archive_part {           // a stretch of the series; lives as long as the call
    const struct stretch *open; // in memory, else NULL:
    const uint8_t *bytes;       // for stretch_decode and stretch_head; NULL: it is damaged
    size_t length;
    int64_t key_at; // it begins here
};

// The stretches that have samples between `from` and `to`, in time order; the first and the last
// may have others. Not on the loop's thread.
bool archivist_read(struct archivist *archivist, const struct archive_query *query,
                    void (*on_part)(void *context, const struct archive_part *part), void *context,
                    struct err *err);

#endif
