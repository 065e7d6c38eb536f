// Datagrams stay where they were written, in their slot, until they are answered: a batch is a list
// of pointers, and a repetition costs nothing more. A batch leaves before anything is received or
// swept, so no queued slot is ever written again. Slots are taken from a stack, so a small window
// stays in the cache however many slots there are.

#include "sim/transport.h"

#include "base/chance.h"
#include "base/err.h"
#include "base/memory.h"
#include "sim/udp.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// RFC 7252 4.8.
#define ACK_TIMEOUT_US 2000000
#define ACK_RANDOM_FACTOR 1.5
#define MAX_RETRANSMIT 4
#define SEPARATE_TIMEOUT_US 60000000 // after an empty ACK; the RFC leaves it open
#define NON_TIMEOUT_US 2000000

struct transport {
    struct transport_options options;
    struct udp *udp;
    struct chance chance;
    struct transport_counts counts;
    struct exchange *slots;
    uint8_t *bytes; // options.datagram for each slot
    uint32_t *free_slots;
    uint32_t free_count;
    int slot_bits;      // of a token; the rest is the slot's generation
    uint16_t *next_ids; // one a peer
};

static void on_datagram(void *context, uint32_t peer, const uint8_t *bytes, size_t length);
static void on_empty(struct transport *transport, uint32_t peer, const struct message *message,
                     int64_t now);
static void on_response(struct transport *transport, const struct message *message, int64_t now);
static void answer_empty(struct transport *transport, uint32_t peer, enum message_type type,
                         uint16_t id);
static void finish(struct transport *transport, struct exchange *exchange,
                   const struct message *answer, int64_t now);
static uint32_t slot_of(const struct transport *transport, const struct exchange *exchange);
static uint8_t *bytes_of(const struct transport *transport, const struct exchange *exchange);
static uint32_t token_of(const struct transport *transport, const struct exchange *exchange);

struct transport *transport_open(const struct transport_options *options, struct err *err) {
    assert(options->slots <= TRANSPORT_SLOTS);
    struct udp *udp = udp_open(options->server, options->server_length, options->peers, err);
    if (!udp) return NULL;
    struct transport *transport = xcalloc(1, sizeof *transport);
    transport->options = *options;
    transport->udp = udp;
    chance_init(&transport->chance, options->seed, UINT64_MAX);
    while (1u << transport->slot_bits < options->slots)
        transport->slot_bits++;
    transport->slots = xcalloc(options->slots, sizeof *transport->slots);
    transport->bytes = xmalloc(options->slots * options->datagram);
    transport->free_slots = xcalloc(options->slots, sizeof *transport->free_slots);
    transport->next_ids = xcalloc(options->peers, sizeof *transport->next_ids);
    // Tokens and ids start anywhere: a server remembers those of the run before.
    while (transport->free_count < options->slots) {
        uint32_t slot = options->slots - 1 - transport->free_count;
        transport->slots[slot].generation = (uint32_t)chance_next(&transport->chance);
        transport->free_slots[transport->free_count++] = slot;
    }
    for (uint32_t i = 0; i < options->peers; i++)
        transport->next_ids[i] = (uint16_t)chance_next(&transport->chance);
    return transport;
}

void transport_close(struct transport *transport) {
    if (!transport) return;
    udp_close(transport->udp);
    free(transport->slots);
    free(transport->bytes);
    free(transport->free_slots);
    free(transport->next_ids);
    free(transport);
}

struct exchange *transport_begin(struct transport *transport, uint32_t peer) {
    assert(peer < transport->options.peers);
    if (transport->free_count == 0) return NULL;
    struct exchange *exchange = &transport->slots[transport->free_slots[--transport->free_count]];
    exchange->generation++;
    exchange->peer = peer;
    exchange->id = transport->next_ids[peer]++;
    exchange->tries = 0;
    exchange->is_held = false;
    exchange->due = INT64_MAX;
    return exchange;
}

uint8_t *transport_header(struct transport *transport, struct exchange *exchange, uint8_t code) {
    uint32_t token = htonl(token_of(transport, exchange));
    return message_write_header(bytes_of(transport, exchange),
                                transport->options.is_confirmable ? MESSAGE_CON : MESSAGE_NON, code,
                                exchange->id, (const uint8_t *)&token, sizeof token);
}

uint8_t *transport_header_as(struct transport *transport, struct exchange *exchange, uint8_t code,
                             const uint8_t token[8]) {
    return message_write_header(bytes_of(transport, exchange), MESSAGE_CON, code, exchange->id,
                                token, 8);
}

void transport_send(struct transport *transport, struct exchange *exchange, const uint8_t *end,
                    int64_t now) {
    uint8_t *bytes = bytes_of(transport, exchange);
    assert((size_t)(end - bytes) <= transport->options.datagram);
    exchange->length = (uint16_t)(end - bytes);
    bool is_confirmable = (bytes[0] >> 4 & 3) == MESSAGE_CON;
    double spread = 1 + (ACK_RANDOM_FACTOR - 1) * chance_uniform(&transport->chance);
    exchange->timeout = is_confirmable ? (int64_t)(ACK_TIMEOUT_US * spread) : NON_TIMEOUT_US;
    exchange->due = now + exchange->timeout;
    udp_queue(transport->udp, exchange->peer, bytes, exchange->length);
}

void transport_end(struct transport *transport, struct exchange *exchange) {
    assert(exchange->due != 0);
    exchange->due = 0;
    transport->free_slots[transport->free_count++] = slot_of(transport, exchange);
}

int transport_receive(struct transport *transport) {
    udp_flush(transport->udp);
    int count = udp_receive(transport->udp, on_datagram, transport);
    udp_flush(transport->udp);
    return count;
}

void transport_wait(struct transport *transport, int64_t until, int other_fd) {
    udp_flush(transport->udp);
    udp_wait(transport->udp, until - transport_now(), other_fd);
}

void transport_sweep(struct transport *transport, int64_t now) {
    for (uint32_t slot = 0; slot < transport->options.slots; slot++) {
        struct exchange *exchange = &transport->slots[slot];
        if (exchange->due == 0 || exchange->due > now) continue;
        bool is_confirmable = (bytes_of(transport, exchange)[0] >> 4 & 3) == MESSAGE_CON;
        if (!is_confirmable || exchange->is_held || exchange->tries == MAX_RETRANSMIT) {
            udp_flush(transport->udp); // the callback may write into this slot
            finish(transport, exchange, NULL, now);
            continue;
        }
        exchange->tries++;
        exchange->timeout *= 2;
        exchange->due = now + exchange->timeout;
        transport->counts.repeated++;
        udp_queue(transport->udp, exchange->peer, bytes_of(transport, exchange), exchange->length);
    }
    udp_flush(transport->udp);
}

uint32_t transport_in_flight(const struct transport *transport) {
    return transport->options.slots - transport->free_count;
}

struct transport_counts *transport_counts(struct transport *transport) {
    return &transport->counts;
}

uint64_t transport_unreachable(const struct transport *transport) {
    return udp_unreachable(transport->udp);
}

int64_t transport_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void on_datagram(void *context, uint32_t peer, const uint8_t *bytes, size_t length) {
    struct transport *transport = context;
    int64_t now = transport_now();
    struct message message;
    if (!message_parse(bytes, length, &message)) {
        transport->counts.malformed++;
    } else if (message.code == 0) {
        on_empty(transport, peer, &message, now);
    } else if (message.token_length == 8) {
        bool is_known =
            transport->options.on_notification(transport->options.context, &message, now);
        if (message.type == MESSAGE_CON)
            answer_empty(transport, peer, is_known ? MESSAGE_ACK : MESSAGE_RST, message.id);
    } else {
        if (message.type == MESSAGE_CON) answer_empty(transport, peer, MESSAGE_ACK, message.id);
        on_response(transport, &message, now);
    }
}

// An empty ACK or a reset names its exchange by peer and id alone. Neither is usual: it is
// searched.
static void on_empty(struct transport *transport, uint32_t peer, const struct message *message,
                     int64_t now) {
    if (message->type == MESSAGE_CON) { // a ping, RFC 7252 4.3
        answer_empty(transport, peer, MESSAGE_RST, message->id);
        return;
    }
    if (message->type == MESSAGE_RST) transport->counts.resets++;
    for (uint32_t slot = 0; slot < transport->options.slots; slot++) {
        struct exchange *exchange = &transport->slots[slot];
        if (exchange->due == 0 || exchange->id != message->id || exchange->peer != peer) continue;
        if (message->type == MESSAGE_RST) {
            finish(transport, exchange, NULL, now);
        } else {
            exchange->is_held = true;
            exchange->due = now + SEPARATE_TIMEOUT_US;
        }
        return;
    }
}

static void on_response(struct transport *transport, const struct message *message, int64_t now) {
    uint32_t token = 0;
    if (message->token_length == sizeof token) memcpy(&token, message->token, sizeof token);
    token = ntohl(token);
    uint32_t slot = token & ((1u << transport->slot_bits) - 1);
    struct exchange *exchange = &transport->slots[slot < transport->options.slots ? slot : 0];
    if (exchange->due == 0 || token != token_of(transport, exchange))
        transport->counts.duplicates++;
    else
        finish(transport, exchange, message, now);
}

static void answer_empty(struct transport *transport, uint32_t peer, enum message_type type,
                         uint16_t id) {
    uint8_t header[4];
    message_write_header(header, type, 0, id, NULL, 0);
    udp_queue_empty(transport->udp, peer, header);
}

static void finish(struct transport *transport, struct exchange *exchange,
                   const struct message *answer, int64_t now) {
    // on_answer sees its exchange as it was, even when it begins the next one in the same slot.
    struct exchange over = *exchange;
    transport_end(transport, exchange);
    transport->options.on_answer(transport->options.context, &over, answer, now);
}

static uint32_t slot_of(const struct transport *transport, const struct exchange *exchange) {
    return (uint32_t)(exchange - transport->slots);
}

static uint8_t *bytes_of(const struct transport *transport, const struct exchange *exchange) {
    return transport->bytes + slot_of(transport, exchange) * transport->options.datagram;
}

static uint32_t token_of(const struct transport *transport, const struct exchange *exchange) {
    return exchange->generation << transport->slot_bits | slot_of(transport, exchange);
}
