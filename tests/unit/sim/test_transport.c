// Requests meet their answers over a real socket, are repeated as RFC 7252 says, and end once.

#include "base/err.h"
#include "sim/transport.h"
#include "test.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECOND 1000000

// A server made of one socket, what came to it last, and what the transport called back.
struct rig {
    int server;
    struct sockaddr_in address, client;
    uint8_t bytes[512];
    struct message message;
    struct transport *transport;
    int answers, silences, notifications;
    uint8_t code;
    uint64_t user;
    bool is_known; // what on_notification says
};

static void on_answer(void *context, const struct exchange *exchange, const struct message *answer,
                      int64_t now) {
    (void)now;
    struct rig *rig = context;
    rig->user = exchange->user;
    if (answer) rig->code = answer->code;
    if (answer)
        rig->answers++;
    else
        rig->silences++;
}

static bool on_notification(void *context, const struct message *message, int64_t now) {
    (void)message, (void)now;
    struct rig *rig = context;
    rig->notifications++;
    return rig->is_known;
}

static struct rig *rig_new(uint32_t slots, uint32_t peers, bool is_confirmable) {
    struct rig *rig = calloc(1, sizeof *rig);
    socklen_t length = sizeof rig->address;
    rig->is_known = true;
    rig->server = socket(AF_INET, SOCK_DGRAM, 0);
    rig->address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(bind(rig->server, (struct sockaddr *)&rig->address, length), 0);
    assert_int_equal(getsockname(rig->server, (struct sockaddr *)&rig->address, &length), 0);
    struct transport_options options = {
        .server = (const struct sockaddr *)&rig->address,
        .server_length = length,
        .peers = peers,
        .slots = slots,
        .datagram = 256,
        .is_confirmable = is_confirmable,
        .seed = 1,
        .context = rig,
        .on_answer = on_answer,
        .on_notification = on_notification,
    };
    struct err err;
    rig->transport = transport_open(&options, &err);
    assert_non_null(rig->transport);
    return rig;
}

static void rig_free(struct rig *rig) {
    transport_close(rig->transport);
    close(rig->server);
    free(rig);
}

static struct exchange *request(struct rig *rig, uint32_t peer, uint64_t user, int64_t now) {
    struct exchange *exchange = transport_begin(rig->transport, peer);
    assert_non_null(exchange);
    exchange->user = user;
    uint8_t *end = transport_header(rig->transport, exchange, COAP_CODE(0, 2));
    transport_send(rig->transport, exchange, end, now);
    transport_receive(rig->transport);
    return exchange;
}

static bool server_has_one(struct rig *rig) {
    socklen_t length = sizeof rig->client;
    ssize_t count = recvfrom(rig->server, rig->bytes, sizeof rig->bytes, MSG_DONTWAIT,
                             (struct sockaddr *)&rig->client, &length);
    return count > 0 && message_parse(rig->bytes, (size_t)count, &rig->message);
}

static void server_says(struct rig *rig, enum message_type type, uint8_t code, uint16_t id,
                        const uint8_t *token, uint8_t token_length) {
    uint8_t bytes[64];
    uint8_t *end = message_write_header(bytes, type, code, id, token, token_length);
    assert_true(sendto(rig->server, bytes, (size_t)(end - bytes), 0,
                       (struct sockaddr *)&rig->client, sizeof rig->client) > 0);
    transport_receive(rig->transport);
}

static void an_answer_meets_its_request(void **state) {
    (void)state;
    struct rig *rig = rig_new(4, 1, true);
    request(rig, 0, 11, 0);
    request(rig, 0, 22, 0);
    assert_true(server_has_one(rig));
    assert_true(server_has_one(rig)); // the second
    assert_int_equal(rig->message.type, MESSAGE_CON);
    server_says(rig, MESSAGE_ACK, COAP_CODE(2, 4), rig->message.id, rig->message.token, 4);
    assert_int_equal(rig->answers, 1);
    assert_int_equal(rig->user, 22);
    assert_int_equal(rig->code, COAP_CODE(2, 4));
    assert_int_equal(transport_in_flight(rig->transport), 1);
    rig_free(rig);
}

static void an_answer_counts_once(void **state) {
    (void)state;
    struct rig *rig = rig_new(1, 1, true);
    request(rig, 0, 1, 0);
    assert_true(server_has_one(rig));
    server_says(rig, MESSAGE_ACK, COAP_CODE(2, 4), rig->message.id, rig->message.token, 4);
    server_says(rig, MESSAGE_ACK, COAP_CODE(2, 4), rig->message.id, rig->message.token, 4);
    request(rig, 0, 2, 0); // takes the same slot
    server_says(rig, MESSAGE_ACK, COAP_CODE(2, 4), rig->message.id, rig->message.token, 4);
    assert_int_equal(rig->answers, 1);
    assert_int_equal(transport_counts(rig->transport)->duplicates, 2);
    rig_free(rig);
}

static void a_confirmable_request_is_repeated_four_times_and_given_up(void **state) {
    (void)state;
    struct rig *rig = rig_new(1, 1, true);
    request(rig, 0, 1, 0);
    assert_true(server_has_one(rig));
    uint16_t id = rig->message.id;
    int64_t now = 0, gap = 0, last = 0;
    for (int tries = 0; tries < 4; tries++) {
        do {
            now += SECOND / 10;
            transport_sweep(rig->transport, now);
        } while (!server_has_one(rig));
        assert_int_equal(rig->message.id, id);
        if (tries == 0) assert_in_range(now, 2 * SECOND, 3 * SECOND + SECOND / 10);
        if (tries > 0) assert_in_range(now - last, 2 * gap - SECOND / 4, 2 * gap + SECOND / 4);
        gap = now - last;
        last = now;
    }
    assert_int_equal(rig->silences, 0);
    while (rig->silences == 0 && now < 200 * (int64_t)SECOND) {
        now += SECOND / 10;
        transport_sweep(rig->transport, now);
    }
    assert_in_range(now, 60 * SECOND, 95 * SECOND); // RFC 7252 4.8.2: MAX_TRANSMIT_WAIT 93 s
    assert_int_equal(transport_in_flight(rig->transport), 0);
    assert_int_equal(transport_counts(rig->transport)->repeated, 4);
    rig_free(rig);
}

static void a_non_confirmable_one_is_forgotten(void **state) {
    (void)state;
    struct rig *rig = rig_new(1, 1, false);
    request(rig, 0, 1, 0);
    assert_true(server_has_one(rig));
    assert_int_equal(rig->message.type, MESSAGE_NON);
    transport_sweep(rig->transport, 3 * SECOND);
    assert_false(server_has_one(rig));
    assert_int_equal(rig->silences, 1);
    rig_free(rig);
}

static void a_separate_response_is_waited_for_and_acknowledged(void **state) {
    (void)state;
    struct rig *rig = rig_new(1, 1, true);
    request(rig, 0, 1, 0);
    assert_true(server_has_one(rig));
    uint8_t token[4];
    memcpy(token, rig->message.token, sizeof token);
    int64_t now = transport_now();
    server_says(rig, MESSAGE_ACK, 0, rig->message.id, NULL, 0);
    transport_sweep(rig->transport, now + 10 * SECOND);
    assert_false(server_has_one(rig));
    server_says(rig, MESSAGE_CON, COAP_CODE(2, 4), 77, token, 4);
    assert_int_equal(rig->answers, 1);
    assert_true(server_has_one(rig));
    assert_int_equal(rig->message.type, MESSAGE_ACK);
    assert_int_equal(rig->message.id, 77);
    rig_free(rig);
}

static void a_reset_ends_a_request(void **state) {
    (void)state;
    struct rig *rig = rig_new(1, 1, true);
    request(rig, 0, 1, 0);
    assert_true(server_has_one(rig));
    server_says(rig, MESSAGE_RST, 0, rig->message.id, NULL, 0);
    assert_int_equal(rig->silences, 1);
    assert_int_equal(transport_counts(rig->transport)->resets, 1);
    rig_free(rig);
}

static void a_notification_is_acknowledged_when_known_and_reset_when_not(void **state) {
    (void)state;
    struct rig *rig = rig_new(1, 1, true);
    request(rig, 0, 1, 0);
    assert_true(server_has_one(rig));
    for (int i = 0; i < 2; i++) {
        rig->is_known = i == 0;
        server_says(rig, MESSAGE_CON, COAP_CODE(2, 5), 90, (const uint8_t *)"12345678", 8);
        assert_int_equal(rig->notifications, i + 1);
        assert_true(server_has_one(rig));
        assert_int_equal(rig->message.type, i == 0 ? MESSAGE_ACK : MESSAGE_RST);
        assert_int_equal(rig->message.id, 90);
    }
    assert_int_equal(rig->answers, 0);
    rig_free(rig);
}

static void peers_have_addresses_and_message_ids_of_their_own(void **state) {
    (void)state;
    struct rig *rig = rig_new(8, 3, true);
    in_addr_t addresses[3];
    uint16_t ids[3];
    for (uint32_t peer = 0; peer < 3; peer++) {
        request(rig, peer, peer, 0);
        assert_true(server_has_one(rig));
        addresses[peer] = ntohl(rig->client.sin_addr.s_addr);
        ids[peer] = rig->message.id;
    }
    assert_int_equal(addresses[1], addresses[0] + 1);
    assert_int_equal(addresses[2], addresses[0] + 2);
    request(rig, 1, 9, 0);
    assert_true(server_has_one(rig));
    assert_int_equal(ntohl(rig->client.sin_addr.s_addr), addresses[1]);
    assert_int_equal(rig->message.id, (uint16_t)(ids[1] + 1));
    server_says(rig, MESSAGE_CON, COAP_CODE(2, 5), 5, (const uint8_t *)"12345678", 8);
    assert_true(server_has_one(rig));
    assert_int_equal(ntohl(rig->client.sin_addr.s_addr), addresses[1]); // its ACK
    rig_free(rig);
}

static void no_more_than_the_slots_are_in_flight(void **state) {
    (void)state;
    struct rig *rig = rig_new(3, 1, true);
    for (int i = 0; i < 3; i++)
        request(rig, 0, 1, 0);
    assert_null(transport_begin(rig->transport, 0));
    rig_free(rig);
}

static void garbage_is_counted_and_nothing_else(void **state) {
    (void)state;
    struct rig *rig = rig_new(1, 1, true);
    request(rig, 0, 1, 0);
    assert_true(server_has_one(rig));
    assert_int_equal(
        sendto(rig->server, "garbage", 7, 0, (struct sockaddr *)&rig->client, sizeof rig->client),
        7);
    transport_receive(rig->transport);
    assert_int_equal(transport_counts(rig->transport)->malformed, 1);
    assert_int_equal(transport_in_flight(rig->transport), 1);
    rig_free(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_meets_its_request),
        cmocka_unit_test(an_answer_counts_once),
        cmocka_unit_test(a_confirmable_request_is_repeated_four_times_and_given_up),
        cmocka_unit_test(a_non_confirmable_one_is_forgotten),
        cmocka_unit_test(a_separate_response_is_waited_for_and_acknowledged),
        cmocka_unit_test(a_reset_ends_a_request),
        cmocka_unit_test(a_notification_is_acknowledged_when_known_and_reset_when_not),
        cmocka_unit_test(peers_have_addresses_and_message_ids_of_their_own),
        cmocka_unit_test(no_more_than_the_slots_are_in_flight),
        cmocka_unit_test(garbage_is_counted_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
