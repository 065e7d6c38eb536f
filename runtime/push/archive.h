// The archive: a worker that reads the log for requests, so that none of them stalls the loop.
//
// Who asks makes a `struct reading`: what is read on the worker, which sees the log and nothing
// live, and how it is written as JSON, back on the loop's thread.

#ifndef PUSH_ARCHIVE_H
#define PUSH_ARCHIVE_H

#include "base/err.h"
#include "base/worker.h"
#include "push/durable.h"
#include "push/later.h"
#include "store/past.h"
#include "twin/twin.h"

#include <stdbool.h>
#include <stdint.h>

struct archive;
struct buffer;
struct log;
struct service;

struct archive *archive_new(struct service *service, struct log *log, struct err *err);
void archive_free(struct archive *archive); // what still waits is answered with an error

// What comes of a reading on the loop's thread.
enum settled {
    SETTLED,       // it is answered
    SETTLED_NOT,   // with why not
    SETTLED_LATER, // once `newest` is on disk
    SETTLED_AGAIN, // it is read again, once `newest` is on disk
};

struct reading {        // in the struct of who asks, as its first member
    struct job job;     // first: the worker knows it by this
    struct later later; // the exchange by this
    struct durable_wait wait;
    struct archive *archive;
    char id[TWIN_ID_MAX + 1];
    uint32_t number;
    uint64_t newest; // revision of the twin: its past is followed back from there
    struct past past;
    struct err err;
    bool is_read;
    bool (*read)(struct reading *reading, struct log *log, struct err *err); // on the worker
    // What is done about it, on the loop, while somebody waits for the answer; may be NULL.
    enum settled (*settle)(struct reading *reading, struct err *err);
    // What was read, and then freed with all that holds the reading.
    void (*write)(struct reading *reading, const struct world *live, struct buffer *json);
    void (*free)(struct reading *reading);
};

// Of a twin, or NULL: of all that is on disk. It is read once the twin's newest revision is there.
struct later *archive_ask(struct archive *archive, const struct twin *twin, struct reading *owned);

#endif
