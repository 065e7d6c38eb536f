// CoAP for thousands of devices over one socket: requests and their answers.
//
// An exchange is a request that waits for its answer. It lives in one of a fixed number of slots,
// is written in place, and is named by a 4-byte token of slot and generation, so an answer finds it
// at once and a late one is known for what it is. Confirmable requests are repeated as RFC 7252 4.2
// says.

#ifndef SIM_TRANSPORT_H
#define SIM_TRANSPORT_H

#include "ingest/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct err;
struct transport;

struct exchange {
    // The sender's own:
    uint64_t user;
    int64_t started;  // what latency is counted from
    uint32_t records; // SenML records inside
    // The transport's:
    uint32_t peer;
    int64_t due; // when it is repeated or given up; 0 when the slot is free
    int64_t timeout;
    uint32_t generation;
    uint16_t id;
    uint16_t length;
    uint8_t tries;
    bool is_held; // answered by an empty ACK: the response comes by itself
};

struct transport_options {
    const struct sockaddr *server;
    socklen_t server_length;
    uint32_t peers;      // see udp.h
    uint32_t slots;      // exchanges at one time, at most TRANSPORT_SLOTS
    size_t datagram;     // the longest request in bytes
    bool is_confirmable; // else NON: not repeated, forgotten without an answer in 2 s
    uint64_t seed;       // of message ids and of the spread of repetitions
    void *context;       // of the two below
    // The end of an exchange; `answer` is NULL when none came. Its slot is free already.
    void (*on_answer)(void *context, const struct exchange *exchange, const struct message *answer,
                      int64_t now);
    // A message with a token of 8 bytes, which no exchange has by itself: a notification, or the
    // answer to a request under such a token (end it with transport_end). A CON one is acknowledged
    // when this gives true, and reset when false.
    bool (*on_notification)(void *context, const struct message *message, int64_t now);
};
#define TRANSPORT_SLOTS 65536

struct transport_counts {
    uint64_t repeated;   // requests sent again
    uint64_t duplicates; // answers to exchanges that were over
    uint64_t resets;     // RST received
    uint64_t malformed;  // datagrams that are no CoAP message
};

struct transport *transport_open(const struct transport_options *options, struct err *err);
void transport_close(struct transport *transport);

// A slot for a request, or NULL while all are in flight. The exchange stays with the transport and
// ends with on_answer or transport_end.
struct exchange *transport_begin(struct transport *transport, uint32_t peer);
// Writes its header with its own token, or with one of 8 bytes; options are to follow there.
uint8_t *transport_header(struct transport *transport, struct exchange *exchange, uint8_t code);
uint8_t *transport_header_as(struct transport *transport, struct exchange *exchange, uint8_t code,
                             const uint8_t token[8]);
// Queues it; `end` is behind its last byte. It leaves with the next receive, wait or sweep, or with
// a full batch.
void transport_send(struct transport *transport, struct exchange *exchange, const uint8_t *end,
                    int64_t now);
// Frees its slot without on_answer.
void transport_end(struct transport *transport, struct exchange *exchange);

// Takes up to a batch of datagrams and calls back for each; how many there were.
int transport_receive(struct transport *transport);
// Sleeps until a datagram, `until` (monotonic microseconds) or an event on `other_fd`.
void transport_wait(struct transport *transport, int64_t until, int other_fd);
// Repeats and gives up what is due. To be called some times a second; it looks at every slot.
void transport_sweep(struct transport *transport, int64_t now);

uint32_t transport_in_flight(const struct transport *transport);
struct transport_counts *transport_counts(struct transport *transport); // may be set to zero
uint64_t transport_unreachable(const struct transport *transport);      // ICMP errors

// Monotonic microseconds, the time of everything here. The same for all programs of a machine.
int64_t transport_now(void);

#endif
