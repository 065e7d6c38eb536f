// Browsers and operators: WebSocket twin.v1, the HTTP API and the page's files, by libwebsockets on
// the loop.
//
// Nothing is queued for a slow reader: each subscription keeps a dirty set, and a frame is built
// from it when the socket is writable, newest values only. Answers to writes wait for durability.

#ifndef PUSH_PUSH_H
#define PUSH_PUSH_H

#include <stdbool.h>
#include <stdint.h>

struct archivist;
struct change;
struct desk;
struct door;
struct err;
struct log;
struct logger;
struct loop;
struct metrics;
struct push;
struct state_file;
struct twin;
struct version_news;

struct push_options {
    const char *address;      // "127.0.0.1:8080", port 0 takes a free one
    const char *web_dir;      // the built page; may be missing
    const char *coap_address; // told by /api/v1/info
    uint64_t epoch;           // random, a new one at every start
    const struct door *door;
    const struct desk *desk;     // NULL: versions cannot be asked for
    struct log *log;             // NULL: the past cannot be asked for
    struct state_file *state;    // NULL: nothing can be run again, and no backup be taken
    const char *data_dir;        // of both
    struct archivist *archivist; // of the histories; with `log`
    int64_t call_us;             // CPU time of a call in a turn
    const struct logger *logger;
    struct metrics *metrics;
    struct loop *loop;
    bool (*is_ready)(void *context, char *why, int size); // for /readyz; `why` is one sentence
    void *context;
};

struct push *push_open(const struct push_options *options, struct err *err);
// Nobody is served any more and the log is not read: before it is closed.
void push_leave_log(struct push *push);
void push_close(struct push *push);
const char *push_address(const struct push *push);

// Loop thread. Every revision's changes, in order; the twin may be about to be removed
// (CHANGE_RETIRE).
void push_on_change(struct push *push, const struct twin *twin, const struct change *changes,
                    int count);
void push_on_durable(struct push *push, uint64_t rev);
void push_on_version(struct push *push, const struct version_news *news);

#endif
