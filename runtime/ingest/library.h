// libcoap behind the shim: for every request the fast path leaves alone, and for notifications.
//
// It gets its datagrams from us and leaves its own with us (shim.h). What it is trusted with is
// little: sessions, options it must understand, retransmission. Blocks, observations, duplicates,
// discovery and the answers are ours.

#ifndef INGEST_LIBRARY_H
#define INGEST_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct datagram;
struct err;
struct exchange;
struct library;
struct observers;
struct outbox;
struct wire;

struct sockaddr_storage;

// Binds the socket, proves that the shim works by a request to ourselves, and fails with a sentence
// if it does not. `wire` is filled in; what libcoap sends is added to `outbox`.
struct library *library_open(const struct sockaddr_storage *address, struct wire *wire,
                             struct exchange *exchange, struct outbox *outbox, struct err *err);
void library_close(struct library *library); // and the socket

struct observers *library_observers(const struct library *library);

// Queues a datagram until library_flush; its bytes and its peer stay valid until then. `key` is the
// message's, for duplicates.
void library_forward(struct library *library, const struct datagram *datagram, uint64_t key);
// Whether a message with this key is queued already: a retransmission in the same batch.
bool library_is_queued(const struct library *library, uint64_t key);
// Lets libcoap handle what is queued. `received` is UTC. Returns how many it answered by a reset.
int library_flush(struct library *library, int64_t received);

// Retransmissions and idle sessions.
void library_tick(struct library *library);
// Sends answers that waited for revisions up to `rev`.
void library_on_durable(struct library *library, uint64_t rev);

#endif
