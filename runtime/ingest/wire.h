// Datagrams in batches: many are received in one system call, and many sent in one.

#ifndef INGEST_WIRE_H
#define INGEST_WIRE_H

#include "base/memory.h"
#include "ingest/peer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define DATAGRAM_MAX 1472 // bytes of UDP payload in an Ethernet frame; longer ones are not taken

// A UDP socket that is already bound, and what must be known to answer from the right address.
struct wire {
    int fd;
    struct sockaddr_storage bound;
    bool is_any;       // listens on every address: an answer must leave from the one that was asked
    bool has_segments; // the kernel takes many datagrams of one length in one message (Linux 4.18)
};

// Parses "127.0.0.1:5683" or "[::1]:5683".
bool wire_parse(const char *text, struct sockaddr_storage *address, struct err *err);
// Prepares a bound socket: large buffers, no blocking, packet information when it is needed.
bool wire_init(struct wire *wire, int fd, struct err *err);

#define INBOX_BATCH 64 // datagrams a call; 64 x 1.5 kB stay in the second-level cache

struct datagram {
    const uint8_t *bytes;
    size_t length;
    bool is_cut; // was longer than DATAGRAM_MAX
    const struct peer *peer;
};

struct inbox;
struct inbox *inbox_new(const struct wire *wire);
void inbox_free(struct inbox *inbox);
// Receives what is there, at most INBOX_BATCH, without waiting. They stay until the next call.
int inbox_receive(struct inbox *inbox);
struct datagram inbox_datagram(const struct inbox *inbox, int index);

struct letter {
    struct peer peer;
    uint32_t offset; // in the outbox's bytes
    uint32_t length;
};

struct outbox {
    const struct wire *wire;
    struct letter *letters;
    int count, capacity;
    struct buffer bytes;
};

// Room for one datagram to `peer`; outbox_close says where it ends.
uint8_t *outbox_open(struct outbox *outbox, const struct peer *peer);
void outbox_close(struct outbox *outbox, const uint8_t *end);
// Sends all and is empty. Returns how many the kernel would not take; their senders will ask again.
int outbox_send(struct outbox *outbox);
void outbox_fini(struct outbox *outbox);

#endif
