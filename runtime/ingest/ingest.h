// CoAP: devices and gateways. Owns the UDP socket, answers the plain case itself, hands the rest to
// libcoap on the same socket; both end in the same resource table, so an answer never depends on
// the way.

#ifndef INGEST_INGEST_H
#define INGEST_INGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct change;
struct door;
struct err;
struct ingest;
struct logger;
struct loop;
struct metrics;
struct twin;

struct ingest_options {
    const char *address; // "127.0.0.1:5683", "[::1]:5683", port 0 takes a free one
    const struct door *door;
    const struct logger *logger;
    struct metrics *metrics;
    struct loop *loop;
    double rate;          // messages a second and peer, 0 = no limit (the default)
    bool is_library_only; // for tests: every datagram takes libcoap's way
};

struct ingest *ingest_open(const struct ingest_options *options, struct err *err);
void ingest_close(struct ingest *ingest);
const char *ingest_address(const struct ingest *ingest); // "127.0.0.1:5683", the real port

// The loop may stop reading the socket while the log cannot keep up, and start again.
void ingest_pause(struct ingest *ingest, bool is_paused);

// Answers that wait for the batch that is being submitted. NULL when there are none. The committer
// sends them in batched calls and gives the struct back by itself (lock-free, two exist).
void *ingest_take_replies(struct ingest *ingest);
void ingest_send_replies(void *replies); // on the committer

// Loop thread. Every revision's changes, in order, for Observe; and what has become durable, for
// answers that go through libcoap and for notifications (sent when durable).
void ingest_on_change(struct ingest *ingest, const struct twin *twin, const struct change *changes,
                      int count);
void ingest_on_durable(struct ingest *ingest, uint64_t rev);

// Recovery: this message was answered 2.04 before the crash.
void ingest_remember(struct ingest *ingest, uint64_t message, int64_t received);

#endif
