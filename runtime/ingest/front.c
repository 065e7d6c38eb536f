// Three passes over a batch. The first parses and starts loading what the table of seen messages
// and the twins hold of it, for at ten thousand twins waiting for memory costs more than the work;
// the second handles each; then libcoap gets what was forwarded, all at once.
//
// An answer to a NON carries the message id of its request, as libcoap's do: unique for as long as
// the sender's own ids are, whatever other peers do.

#include "ingest/front.h"

#include "base/hash.h"
#include "base/metrics.h"
#include "ingest/answer.h"
#include "ingest/block.h"
#include "ingest/duplicate.h"
#include "ingest/exchange.h"
#include "ingest/library.h"
#include "ingest/limit.h"
#include "ingest/message.h"
#include "ingest/observe.h"
#include "ingest/request.h"
#include "ingest/wire.h"
#include "twin/input.h"
#include "twin/world.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define SEGMENT_MAX 255 // bytes of one path segment, RFC 7252 5.10

struct parsed {
    struct message message;
    uint64_t key; // of peer and whole datagram
    bool is_good;
};

static void turn_away(struct front *front, const struct datagram *datagram,
                      const struct message *message, enum guard why, uint32_t number);
static void handle(struct front *front, const struct datagram *datagram,
                   const struct parsed *parsed, int64_t received);
static bool is_plain(const struct message *message, struct request *request);
static void reply(struct outbox *outbox, const struct peer *peer, const struct message *message,
                  uint8_t code, const uint8_t *rest, size_t length);

void front_init(struct front *front, struct metrics *metrics) {
    *front = (struct front){0};
    front->received =
        metrics_counter(metrics, "twind_coap_datagrams_total", NULL, "Datagrams received");
    for (int i = GUARD_GOOD + 1; i < GUARDS; i++) {
        char labels[40];
        snprintf(labels, sizeof labels, "reason=\"%s\"", guard_name((enum guard)i));
        front->guards[i] = metrics_counter(metrics, "twind_coap_dropped_total", labels,
                                           "Datagrams that were not handled");
    }
    front->fast = metrics_counter(metrics, "twind_coap_requests_total", "way=\"fast\"",
                                  "Requests by the way they took");
    front->forwarded = metrics_counter(metrics, "twind_coap_requests_total", "way=\"library\"",
                                       "Requests by the way they took");
    front->in_flight =
        metrics_counter(metrics, "twind_coap_duplicates_total", "state=\"in_flight\"",
                        "Retransmissions, dropped or answered alike");
    front->answered_again =
        metrics_counter(metrics, "twind_coap_duplicates_total", "state=\"answered\"",
                        "Retransmissions, dropped or answered alike");
}

void front_fini(struct front *front) {
    region_fini(&front->stripped);
}

// The twin that a message to /t/ID... is about; false when it is another path.
static bool find_twin(const struct message *message, const char **id, size_t *length) {
    const uint8_t *at = message->options;
    struct option option = {0};
    for (int segment = 0; option_next(message, &at, &option);) {
        if (option.number != OPTION_URI_PATH) continue;
        if (segment++ == 0) {
            if (option.length != 1 || option.value[0] != 't') return false;
            continue;
        }
        *id = (const char *)option.value;
        *length = option.length;
        return true;
    }
    return false;
}

void front_take(struct front *front, const struct datagram *datagrams, int count, int64_t received,
                int64_t now) {
    struct parsed parsed[INBOX_BATCH];
    const char *ids[INBOX_BATCH] = {0}; // gcc 14 does not see that only `twins` of them are read
    size_t lengths[INBOX_BATCH] = {0};
    int twins = 0;
    front->exchange->now = now;
    region_reset(&front->exchange->resources.region);
    *front->received += (uint64_t)count;
    for (int i = 0; i < count; i++) {
        enum guard guard = guard_check(&datagrams[i], &parsed[i].message);
        parsed[i].is_good = guard == GUARD_GOOD;
        if (!parsed[i].is_good) {
            turn_away(front, &datagrams[i], &parsed[i].message, guard, 0);
            continue;
        }
        parsed[i].key =
            hash64(peer_hash(datagrams[i].peer), datagrams[i].bytes, datagrams[i].length);
        duplicates_prefetch(front->exchange->duplicates, parsed[i].key);
        twins += find_twin(&parsed[i].message, &ids[twins], &lengths[twins]);
    }
    world_prefetch(front->exchange->door->world, ids, lengths, twins);
    for (int i = 0; i < count; i++)
        if (parsed[i].is_good) handle(front, &datagrams[i], &parsed[i], received);
    *front->guards[GUARD_LIBRARY] += (uint64_t)library_flush(front->library, received);
    region_reset(&front->stripped);
}

static bool is_request(const struct message *message) {
    return message->code > 0 && message->code < 32 && message->type <= MESSAGE_NON;
}

static void reset(struct front *front, const struct datagram *datagram,
                  const struct message *message) {
    struct message rst = {.type = MESSAGE_RST, .id = message->id};
    reply(front->outbox, datagram->peer, &rst, CODE_EMPTY, NULL, 0);
}

static void refuse(struct front *front, const struct datagram *datagram,
                   const struct message *message, struct answer *answer) {
    uint8_t rest[ANSWER_HEAD_MAX + DIAGNOSTIC_MAX];
    if (!is_request(message)) return;
    size_t length = (size_t)(answer_write(rest, answer) - rest);
    exchange_count(front->exchange, answer->code);
    reply(front->outbox, datagram->peer, message, answer->code, rest, length);
}

// Counts what is not to be handled and answers its sender, if that is worth a datagram. `number` is
// what the sentence names.
static void turn_away(struct front *front, const struct datagram *datagram,
                      const struct message *message, enum guard why, uint32_t number) {
    struct region *region = &front->exchange->resources.region;
    struct answer answer;
    ++*front->guards[why];
    switch (why) {
    case GUARD_MALFORMED:
    case GUARD_STRAY:
        if (message->type == MESSAGE_CON) reset(front, datagram, message); // RFC 7252 4.2
        return;
    case GUARD_TOO_LONG:
        answer_refuse(&answer, CODE_TOO_LARGE, region,
                      "the datagram is over %d bytes: send it block-wise", DATAGRAM_MAX);
        answer.size1 = BODY_MAX;
        break;
    case GUARD_OPTION:
    case GUARD_PROXY:
        if (message->type == MESSAGE_NON) { // RFC 7252 5.4.1
            reset(front, datagram, message);
            return;
        }
        answer_refuse(&answer, why == GUARD_PROXY ? CODE_PROXY : CODE_BAD_OPTION, region,
                      why == GUARD_PROXY ? "this is no proxy: leave option %u out"
                                         : "option %u has no meaning here",
                      number);
        break;
    case GUARD_TOO_FAST:
        answer_refuse(&answer, CODE_TOO_MANY, region, "too many messages: wait %u s", number);
        answer.max_age = number;
        break;
    case GUARD_METHOD:
        answer_refuse(&answer, CODE_METHOD, region, "there is no method 0.%02u", number);
        break;
    default:
        return;
    }
    refuse(front, datagram, message, &answer);
}

// Writes one datagram in answer to `message`: an acknowledgement if it was confirmable.
static void reply(struct outbox *outbox, const struct peer *peer, const struct message *message,
                  uint8_t code, const uint8_t *rest, size_t length) {
    enum message_type type = message->type == MESSAGE_CON ? MESSAGE_ACK : message->type;
    assert(length <= ANSWER_MAX);
    uint8_t *out = outbox_open(outbox, peer);
    out = message_write_header(out, type, code, message->id, message->token,
                               code == CODE_EMPTY ? 0 : message->token_length);
    if (length) memcpy(out, rest, length);
    outbox_close(outbox, out + length);
}

static uint32_t no_response_of(const struct message *message) {
    const uint8_t *at = message->options;
    struct option option = {0};
    while (option_next(message, &at, &option))
        if (option.number == OPTION_NO_RESPONSE) return option_uint(&option);
    return 0;
}

// True when the message came before: it is answered alike, or its answer is still to come.
static bool is_duplicate(struct front *front, const struct datagram *datagram,
                         const struct parsed *parsed) {
    const struct door *door = front->exchange->door;
    const struct message *message = &parsed->message;
    struct duplicate seen;
    if (!duplicates_find(front->exchange->duplicates, parsed->key, front->exchange->now, &seen))
        return false;
    if (seen.rev > door->durable(door->context)) {
        ++*front->in_flight;
        return true;
    }
    ++*front->answered_again;
    if (message->type != MESSAGE_CON) return true; // RFC 7252 4.5: ignored
    if (answer_is_unwanted(seen.code, no_response_of(message)))
        reply(front->outbox, datagram->peer, message, CODE_EMPTY, NULL, 0);
    else
        reply(front->outbox, datagram->peer, message, seen.code, seen.rest, seen.length);
    return true;
}

static bool is_too_fast(struct front *front, const struct datagram *datagram,
                        const struct message *message) {
    uint32_t wait_s;
    if (!front->limits ||
        limits_take(front->limits, peer_hash(datagram->peer), front->exchange->now, &wait_s))
        return false;
    turn_away(front, datagram, message, GUARD_TOO_FAST, wait_s);
    return true;
}

static void answer_plain(struct front *front, const struct datagram *datagram,
                         const struct message *message, const struct request *request) {
    struct exchange *exchange = front->exchange;
    struct answer answer;
    uint8_t rest[DATAGRAM_MAX];
    ++*front->fast;
    exchange_answer(exchange, request, &answer);
    exchange_done(exchange, request, &answer);
    bool is_unwanted = answer_is_unwanted(answer.code, request->no_response);
    if (is_unwanted && message->type == MESSAGE_NON) return;
    struct outbox *outbox = exchange_must_wait(exchange, &answer) ? front->waiting : front->outbox;
    if (is_unwanted) {
        reply(outbox, datagram->peer, message, CODE_EMPTY, NULL, 0);
        return;
    }
    size_t length = (size_t)(answer_write(rest, &answer) - rest);
    reply(outbox, datagram->peer, message, answer.code, rest, length);
}

// An acknowledgement or a reset, for a notification if for anything.
static void handle_return(struct front *front, const struct datagram *datagram,
                          const struct parsed *parsed) {
    struct observers *observers = library_observers(front->library);
    const struct message *message = &parsed->message;
    if (!observers_are_told(observers, front->exchange->now)) {
        turn_away(front, datagram, message, GUARD_STRAY, 0);
        return;
    }
    library_forward(front->library, datagram, parsed->key);
    if (message->type == MESSAGE_ACK)
        observers_on_ack(observers, datagram->peer, message->id);
    else
        observers_on_reset(observers, datagram->peer, message->id);
}

// Neither a request nor an answer to something of ours.
static void handle_other(struct front *front, const struct datagram *datagram,
                         const struct message *message) {
    if (message->code == CODE_EMPTY && message->type == MESSAGE_CON)
        reset(front, datagram, message); // which is how a ping is answered
    else
        turn_away(front, datagram, message, GUARD_STRAY, 0);
}

static void handle_request(struct front *front, const struct datagram *datagram,
                           const struct parsed *parsed, int64_t received) {
    const struct message *message = &parsed->message;
    struct request request;
    request_init(&request, message->code);
    bool is_write = request_is_write(&request);
    if (is_write && is_duplicate(front, datagram, parsed)) return;
    if (is_too_fast(front, datagram, message)) return;
    if (message->code > METHOD_IPATCH) {
        turn_away(front, datagram, message, GUARD_METHOD, message->code);
        return;
    }
    if (is_write && !front->is_library_only && is_plain(message, &request)) {
        request.peer = datagram->peer;
        request.key = parsed->key;
        request.received = received;
        answer_plain(front, datagram, message, &request);
        return;
    }
    if (is_write && library_is_queued(front->library, parsed->key)) {
        ++*front->in_flight;
        return;
    }
    uint16_t number = 0;
    enum guard guard = guard_check_options(message, &number);
    if (guard != GUARD_GOOD) {
        turn_away(front, datagram, message, guard, number);
        return;
    }
    struct datagram forwarded = guard_strip(datagram, message, &front->stripped);
    library_forward(front->library, &forwarded, parsed->key);
    ++*front->forwarded;
}

static void handle(struct front *front, const struct datagram *datagram,
                   const struct parsed *parsed, int64_t received) {
    const struct message *message = &parsed->message;
    if (message->type >= MESSAGE_ACK)
        handle_return(front, datagram, parsed);
    else if (is_request(message))
        handle_request(front, datagram, parsed, received);
    else
        handle_other(front, datagram, message);
}

// Fills the request in if it has nothing that is libcoap's to judge.
static bool is_plain(const struct message *message, struct request *request) {
    if (message->code != METHOD_POST && message->code != METHOD_PUT) return false;
    const uint8_t *at = message->options;
    struct option option = {0};
    while (option_next(message, &at, &option)) {
        uint16_t limit = option.number == OPTION_URI_PATH         ? SEGMENT_MAX
                         : option.number == OPTION_CONTENT_FORMAT ? 2
                         : option.number == OPTION_NO_RESPONSE    ? 1
                                                                  : 0;
        if (limit == 0 || option.length > limit) return false;
        request_option(request, option.number, option.value, option.length);
    }
    if (message->payload) request->payload = message->payload;
    request->length = message->payload_length;
    return true;
}
