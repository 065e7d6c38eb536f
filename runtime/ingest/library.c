// One context, one endpoint, one handler for every path and method.
//
// libcoap reads one datagram for each event it is shown, so it is shown its own socket's event as
// often as there are datagrams: the session list is then walked once a batch. Its event is learnt
// at start from epoll_wait on its descriptor.
//
// An answer that waits for the disk keeps the session, message id and token, and goes out as a
// piggybacked acknowledgement made later. The handler leaves a response of type NON and code 0.00,
// which libcoap drops without a word.

#include "ingest/library.h"

#include "base/err.h"
#include "base/memory.h"
#include "ingest/answer.h"
#include "ingest/endpoint.h"
#include "ingest/exchange.h"
#include "ingest/message.h"
#include "ingest/observe.h"
#include "ingest/request.h"
#include "ingest/shim.h"
#include "ingest/wire.h"

#include <assert.h>
#include <coap3/coap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define IDLE_SESSIONS_MAX 128 // libcoap walks all of them at every call
#define SESSION_IDLE_S 60
#define HANDSHAKES_MAX 20000 // the default of 100 can be filled with 27 kB
#define PROOF_WAIT_MS 1000

struct late { // an answer that waits for the disk
    struct late *next;
    uint64_t rev;
    coap_session_t *session;
    coap_mid_t id;
    bool is_confirmable;
    bool is_unwanted; // No-Response: only acknowledge
    uint8_t token_length;
    uint8_t token[8];
    struct answer answer; // its payload is behind the struct
};

struct library {
    coap_context_t *context;
    struct shim shim;
    struct peer bound;
    struct exchange *exchange;
    struct observers *observers;
    struct epoll_event events[INBOX_BATCH]; // all the same: libcoap's socket is readable
    struct datagram queue[INBOX_BATCH];
    uint64_t keys[INBOX_BATCH];
    int queued;
    int64_t received;
    struct late *first_late, **last_late; // in the order of revisions
};

static void on_request(coap_resource_t *resource, coap_session_t *session, const coap_pdu_t *pdu,
                       const coap_string_t *query, coap_pdu_t *response);
static void on_nack(coap_session_t *session, const coap_pdu_t *sent,
                    const coap_nack_reason_t reason, const coap_mid_t id);
static bool prove(struct library *library, struct wire *wire, struct err *err);
static struct observe_sender make_sender(struct library *library);

static void be_silent(coap_log_t level, const char *text) {
    (void)level, (void)text; // what it logs is malformed datagrams, and those we count
}

// ---- opening ----

static void add_resources(struct library *library) {
    coap_resource_t *unknown = coap_resource_unknown_init2(on_request, 0);
    coap_resource_t *core = coap_resource_init(coap_make_str_const(".well-known/core"), 0);
    for (int method = METHOD_GET; method <= METHOD_IPATCH; method++) {
        coap_register_request_handler(unknown, (coap_request_t)method, on_request);
        coap_register_request_handler(core, (coap_request_t)method, on_request);
    }
    coap_add_resource(library->context, unknown);
    coap_add_resource(library->context, core);
}

static void set_limits(coap_context_t *context) {
    coap_context_set_block_mode(context, 0); // its own assembly crashes and discloses memory
    coap_context_set_max_idle_sessions(context, IDLE_SESSIONS_MAX);
    coap_context_set_session_timeout(context, SESSION_IDLE_S);
    coap_context_set_max_handshake_sessions(context, HANDSHAKES_MAX);
    coap_register_nack_handler(context, on_nack);
}

struct library *library_open(const struct sockaddr_storage *address, struct wire *wire,
                             struct exchange *exchange, struct outbox *outbox, struct err *err) {
    struct library *library = xcalloc(1, sizeof *library);
    struct observe_sender sender = make_sender(library);
    library->exchange = exchange;
    library->last_late = &library->first_late;
    library->observers = observers_new(exchange, &sender);
    library->shim = (struct shim){.fd = -1, .bound = &library->bound, .outgoing = outbox};
    coap_startup();
    coap_set_log_handler(be_silent);
    coap_set_log_level((coap_log_t)0);
    library->context = coap_new_context(NULL);
    if (!library->context) {
        err_set(err, ERR_INTERNAL, "libcoap could not be started");
        goto failed;
    }
    coap_set_app_data(library->context, library);
    set_limits(library->context);
    add_resources(library);
    int fd = endpoint_open(library->context, address, err);
    if (fd < 0 || !wire_init(wire, fd, err)) goto failed;
    library->shim.fd = fd;
    if (!shim_attach(&library->shim)) {
        err_set(err, ERR_INTERNAL, "more than four CoAP sockets in one process");
        goto failed;
    }
    if (prove(library, wire, err)) return library;
failed:
    library_close(library);
    return NULL;
}

void library_close(struct library *library) {
    if (!library) return;
    if (library->context) coap_register_nack_handler(library->context, NULL);
    observers_free(library->observers);
    while (library->first_late) {
        struct late *late = library->first_late;
        library->first_late = late->next;
        coap_session_release(late->session);
        free(late);
    }
    if (library->context) coap_free_context(library->context);
    shim_detach(&library->shim);
    free(library);
}

struct observers *library_observers(const struct library *library) {
    return library->observers;
}

// ---- the proof ----

static bool take_own_probe(struct library *library, const struct wire *wire, in_port_t port) {
    struct inbox *inbox = inbox_new(wire);
    bool is_answered = false;
    int count = inbox_receive(inbox);
    for (int i = 0; i < count; i++) {
        struct datagram datagram = inbox_datagram(inbox, i);
        struct outbox *outbox = library->shim.outgoing;
        if (datagram.peer->address.v4.sin_port != port)
            continue; // somebody is early; he will repeat
        library_forward(library, &datagram, 0);
        library_flush(library, 0);
        is_answered = outbox->count == 1 && outbox->letters[0].length >= 4 &&
                      memcmp(outbox->bytes.bytes, "\x60\x82\x50\x69", 4) == 0;
        outbox->count = 0;
        outbox->bytes.length = 0;
    }
    inbox_free(inbox);
    return is_answered;
}

// A request with an option nobody knows goes to our own socket. It proves that libcoap's event can
// be shown again, that it reads and writes through the shim, and that it answers: 4.02, by itself.
// (A ping would not do: resets are held back in the first quarter of each second of its clock's
// start.)
static bool prove(struct library *library, struct wire *wire, struct err *err) {
    struct sockaddr_storage to = wire->bound, from = {.ss_family = to.ss_family};
    socklen_t size =
        to.ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    struct epoll_event event = {0};
    bool is_proved = false;
    struct sockaddr_in *v4 = (struct sockaddr_in *)&to;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&to;
    library->bound.address.any.sa_family = to.ss_family;
    if (to.ss_family == AF_INET) {
        memcpy(&library->bound.local, &v4->sin_addr, sizeof v4->sin_addr);
        if (wire->is_any) v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    } else {
        library->bound.local = v6->sin6_addr;
        if (wire->is_any) v6->sin6_addr = in6addr_loopback;
    }
    int probe = socket(to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (probe >= 0 && connect(probe, (struct sockaddr *)&to, size) == 0 &&
        getsockname(probe, (struct sockaddr *)&from, &size) == 0 &&
        send(probe, "\x40\x01\x50\x69\x90", 5, 0) == 5 &&
        epoll_wait(coap_context_get_coap_fd(library->context), &event, 1, PROOF_WAIT_MS) == 1 &&
        event.data.ptr) {
        for (size_t i = 0; i < ARRAY_LEN(library->events); i++)
            library->events[i] = event;
        is_proved = take_own_probe(library, wire, ((struct sockaddr_in *)&from)->sin_port);
    }
    if (probe >= 0) close(probe);
    return is_proved || err_set(err, ERR_INTERNAL,
                                "libcoap %s does not read and write through our socket; this "
                                "program knows versions 4.3.1 to 4.3.4",
                                coap_package_version());
}

// ---- datagrams in ----

void library_forward(struct library *library, const struct datagram *datagram, uint64_t key) {
    assert(library->queued < INBOX_BATCH);
    library->queue[library->queued] = *datagram;
    library->keys[library->queued++] = key;
}

bool library_is_queued(const struct library *library, uint64_t key) {
    for (int i = 0; i < library->queued; i++)
        if (library->keys[i] == key) return true;
    return false;
}

static int count_resets(const struct outbox *outbox, int from) {
    int count = 0;
    for (int i = from; i < outbox->count; i++)
        count += (outbox->bytes.bytes[outbox->letters[i].offset] >> 4 & 3) == MESSAGE_RST;
    return count;
}

int library_flush(struct library *library, int64_t received) {
    if (library->queued == 0) return 0;
    int before = library->shim.outgoing->count;
    library->received = received;
    library->shim.incoming = library->queue;
    library->shim.incoming_count = library->queued;
    library->shim.taken = 0;
    coap_io_do_epoll(library->context, library->events, (size_t)library->queued);
    library->queued = 0;
    library->shim.incoming_count = library->shim.taken = 0;
    return count_resets(library->shim.outgoing, before);
}

void library_tick(struct library *library) {
    coap_io_do_epoll(library->context, library->events, 0);
}

// ---- requests ----

static void fill(const struct answer *answer, coap_pdu_t *pdu) {
    struct answer_option options[ANSWER_OPTIONS_MAX];
    int count = answer_options(answer, options);
    coap_pdu_set_code(pdu, (coap_pdu_code_t)answer->code);
    for (int i = 0; i < count; i++)
        coap_add_option(pdu, options[i].number, options[i].length, options[i].value);
    if (answer->length) coap_add_data(pdu, answer->length, answer->payload);
}

// False when an option that must be understood is not.
static bool read_request(const coap_pdu_t *pdu, struct request *request, uint16_t *bad_option) {
    coap_opt_iterator_t iterator;
    coap_opt_t *option;
    request_init(request, (uint8_t)coap_pdu_get_code(pdu));
    coap_option_iterator_init(pdu, &iterator, COAP_OPT_ALL);
    while ((option = coap_option_next(&iterator))) {
        *bad_option = (uint16_t)iterator.number;
        if (!request_option(request, *bad_option, coap_opt_value(option),
                            (uint16_t)coap_opt_length(option)))
            return false;
    }
    const uint8_t *payload;
    if (coap_get_data(pdu, &request->length, &payload)) request->payload = payload;
    return true;
}

static void keep_late(struct library *library, coap_session_t *session, const coap_pdu_t *pdu,
                      const struct request *request, const struct answer *answer) {
    coap_bin_const_t token = coap_pdu_get_token(pdu);
    struct late *late = xcalloc(1, sizeof *late + answer->length);
    late->rev = answer->rev;
    late->session = coap_session_reference(session);
    late->id = coap_pdu_get_mid(pdu);
    late->is_confirmable = coap_pdu_get_type(pdu) == COAP_MESSAGE_CON;
    late->is_unwanted = answer_is_unwanted(answer->code, request->no_response);
    late->token_length = (uint8_t)token.length;
    memcpy(late->token, token.s, token.length);
    late->answer = *answer;
    late->answer.payload = (uint8_t *)(late + 1);
    if (answer->length) memcpy(late + 1, answer->payload, answer->length);
    *library->last_late = late;
    library->last_late = &late->next;
}

static void observe(struct library *library, coap_session_t *session, const coap_pdu_t *pdu,
                    const struct request *request, struct answer *answer) {
    coap_bin_const_t token = coap_pdu_get_token(pdu);
    uint8_t length = (uint8_t)token.length;
    if (request->method != METHOD_GET || request->observe < 0) return;
    if (request->observe == 1) observers_remove(library->observers, request->peer, token.s, length);
    bool is_first_block = request->block2 < 0 || request->block2 >> 4 == 0;
    if (request->observe == 0 && answer->code == CODE_CONTENT && is_first_block &&
        slice_is(request->path[0], "t"))
        observers_add(library->observers, session, token.s, length, request, answer);
}

static void on_request(coap_resource_t *resource, coap_session_t *session, const coap_pdu_t *pdu,
                       const coap_string_t *query, coap_pdu_t *response) {
    (void)resource, (void)query;
    struct library *library = coap_get_app_data(coap_session_get_context(session));
    struct exchange *exchange = library->exchange;
    struct request request;
    struct answer answer;
    uint16_t bad_option = 0;
    int current = library->shim.taken - 1;
    bool is_understood = read_request(pdu, &request, &bad_option);
    request.peer = library->queue[current].peer;
    request.key = library->keys[current];
    request.received = library->received;
    if (is_understood)
        exchange_answer(exchange, &request, &answer);
    else
        answer_refuse(&answer, CODE_BAD_OPTION, &exchange->resources.region,
                      "option %u has no meaning here", bad_option);
    observe(library, session, pdu, &request, &answer);
    exchange_done(exchange, &request, &answer);
    if (exchange_must_wait(exchange, &answer)) {
        keep_late(library, session, pdu, &request, &answer);
        coap_pdu_set_type(response, COAP_MESSAGE_NON); // with code 0.00: dropped
        return;
    }
    fill(&answer, response);
}

static void send_late(const struct late *late) {
    coap_pdu_t *pdu;
    coap_pdu_type_t type = late->is_confirmable ? COAP_MESSAGE_ACK : COAP_MESSAGE_NON;
    if (late->is_unwanted && !late->is_confirmable) return;
    pdu = coap_pdu_init(type, COAP_EMPTY_CODE, late->id, coap_session_max_pdu_size(late->session));
    if (!pdu) return; // as if the datagram were lost
    if (!late->is_unwanted) {
        coap_add_token(pdu, late->token_length, late->token);
        fill(&late->answer, pdu);
    }
    coap_send(late->session, pdu);
}

void library_on_durable(struct library *library, uint64_t rev) {
    while (library->first_late && library->first_late->rev <= rev) {
        struct late *late = library->first_late;
        library->first_late = late->next;
        if (!library->first_late) library->last_late = &library->first_late;
        send_late(late);
        coap_session_release(late->session);
        free(late);
    }
}

// ---- notifications ----

static void hold_session(void *context, void *session) {
    (void)context;
    coap_session_reference(session);
}

static void release_session(void *context, void *session) {
    (void)context;
    coap_session_release(session);
}

static int send_notification(void *context, void *session, const uint8_t *token,
                             uint8_t token_length, bool is_confirmable,
                             const struct answer *answer) {
    (void)context;
    coap_pdu_t *pdu =
        coap_pdu_init(is_confirmable ? COAP_MESSAGE_CON : COAP_MESSAGE_NON, COAP_EMPTY_CODE,
                      coap_new_message_id(session), coap_session_max_pdu_size(session));
    if (!pdu) return -1;
    coap_add_token(pdu, token_length, token);
    fill(answer, pdu);
    return coap_send(session, pdu);
}

static struct observe_sender make_sender(struct library *library) {
    return (struct observe_sender){.context = library,
                                   .hold = hold_session,
                                   .release = release_session,
                                   .send = send_notification};
}

// A confirmable notification was not acknowledged, or was answered by a reset. From 4.3.2 on a
// reset that answers nothing comes here too, with nothing sent.
static void on_nack(coap_session_t *session, const coap_pdu_t *sent,
                    const coap_nack_reason_t reason, const coap_mid_t id) {
    (void)reason, (void)id;
    if (!sent) return;
    struct library *library = coap_get_app_data(coap_session_get_context(session));
    const coap_address_t *remote = coap_session_get_addr_remote(session);
    coap_bin_const_t token = coap_pdu_get_token(sent);
    struct peer peer = {0};
    memcpy(&peer.address, &remote->addr,
           remote->size < sizeof peer.address ? remote->size : sizeof peer.address);
    observers_remove(library->observers, &peer, token.s, (uint8_t)token.length);
}
