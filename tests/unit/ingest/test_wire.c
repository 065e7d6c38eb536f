// Datagrams in batches: what is received, from where an answer leaves, and addresses as text.

#include "base/err.h"
#include "ingest/check.h"
#include "ingest/wire.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct sockaddr_storage address;
static struct err err;

static int bound_socket(const char *text) {
    assert_true(wire_parse(text, &address, &err));
    socklen_t size =
        address.ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    int fd = socket(address.ss_family, SOCK_DGRAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    size = sizeof address;
    getsockname(fd, (struct sockaddr *)&address, &size);
    return fd;
}

// A client that asked at `host`; answers from another address do not reach it.
static int client_of(const char *host) {
    struct sockaddr_storage to;
    char text[60];
    struct timeval patience = {.tv_sec = 10};
    snprintf(text, sizeof text, "%s:%u", host, ntohs(((struct sockaddr_in *)&address)->sin_port));
    assert_true(wire_parse(text, &to, &err));
    int fd = socket(to.ss_family, SOCK_DGRAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(
        connect(fd, (struct sockaddr *)&to,
                to.ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6)),
        0);
    return fd;
}

// Receives everything that was sent and answers each datagram with `answer`.
static int answer_all(struct inbox *inbox, struct outbox *outbox, const char *answer) {
    int total = 0, count;
    while ((count = inbox_receive(inbox)) > 0) {
        for (int i = 0; i < count; i++) {
            uint8_t *out = outbox_open(outbox, inbox_datagram(inbox, i).peer);
            memcpy(out, answer, strlen(answer));
            outbox_close(outbox, out + strlen(answer));
        }
        total += count;
    }
    assert_int_equal(outbox_send(outbox), 0);
    return total;
}

static void answers_leave_from_the_address_that_was_asked(void **state) {
    (void)state;
    static const struct {
        const char *bound, *asked;
    } cases[] = {{"127.0.0.1:0", "127.0.0.1"}, {"127.0.0.2:0", "127.0.0.2"},
                 {"0.0.0.0:0", "127.0.0.1"},   {"0.0.0.0:0", "127.0.0.3"},
                 {"[::1]:0", "[::1]"},         {"[::]:0", "[::1]"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct wire wire;
        struct outbox outbox = {.wire = &wire};
        char bytes[20];
        int fd = bound_socket(cases[i].bound), client = client_of(cases[i].asked);
        assert_true(wire_init(&wire, fd, &err));
        assert_int_equal(wire.is_any, cases[i].bound[0] == '0' || cases[i].bound[3] == ']');
        struct inbox *inbox = inbox_new(&wire);
        assert_int_equal(inbox_receive(inbox), 0);
        assert_int_equal(send(client, "ask", 3, 0), 3);
        assert_int_equal(answer_all(inbox, &outbox, "answer"), 1);
        assert_int_equal(recv(client, bytes, sizeof bytes, 0), 6);
        assert_memory_equal(bytes, "answer", 6);
        inbox_free(inbox);
        outbox_fini(&outbox);
        close(fd);
        close(client);
    }
}

static void many_answers_to_one_peer_are_many_datagrams(void **state) {
    (void)state;
    struct wire wire;
    struct outbox outbox = {.wire = &wire};
    char bytes[2000];
    int fd = bound_socket("127.0.0.1:0"), client = client_of("127.0.0.1");
    assert_true(wire_init(&wire, fd, &err));
    struct inbox *inbox = inbox_new(&wire);
    for (int i = 0; i < 120; i++)
        assert_int_equal(send(client, &i, sizeof i, 0), sizeof i);
    int count;
    while ((count = inbox_receive(inbox)) > 0)
        for (int i = 0; i < count; i++) { // some of them of another length
            struct datagram datagram = inbox_datagram(inbox, i);
            uint8_t *out = outbox_open(&outbox, datagram.peer);
            memcpy(out, datagram.bytes, datagram.length);
            outbox_close(&outbox, out + (datagram.bytes[0] % 7 ? 8 : 1400));
        }
    assert_int_equal(outbox.count, 120);
    assert_int_equal(outbox_send(&outbox), 0);
    for (int i = 0; i < 120; i++) {
        assert_int_equal(recv(client, bytes, sizeof bytes, 0), (i & 255) % 7 ? 8 : 1400);
        assert_memory_equal(bytes, &i, sizeof i);
    }
    inbox_free(inbox);
    outbox_fini(&outbox);
    close(fd);
    close(client);
}

static void a_long_datagram_is_marked_as_cut(void **state) {
    (void)state;
    struct wire wire;
    static uint8_t bytes[9000];
    int fd = bound_socket("127.0.0.1:0"), client = client_of("127.0.0.1");
    assert_true(wire_init(&wire, fd, &err));
    struct inbox *inbox = inbox_new(&wire);
    static const size_t lengths[] = {0, 1, DATAGRAM_MAX, DATAGRAM_MAX + 1, sizeof bytes};
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++)
        send(client, bytes, lengths[i], 0);
    assert_int_equal(inbox_receive(inbox), 5);
    for (int i = 0; i < 5; i++) {
        struct datagram datagram = inbox_datagram(inbox, i);
        assert_int_equal(datagram.is_cut, i > 2);
        assert_int_equal(datagram.length, i > 2 ? DATAGRAM_MAX : lengths[i]);
    }
    inbox_free(inbox);
    close(fd);
    close(client);
}

static void addresses_are_read_or_refused(void **state) {
    (void)state;
    static const char *const good[] = {"127.0.0.1:5683", "0.0.0.0:0", "[::1]:5683", "[::]:65535"};
    static const char *const bad[] = {"",
                                      "127.0.0.1",
                                      "127.0.0.1:",
                                      ":5683",
                                      "::1:5683",
                                      "[::1]",
                                      "[127.0.0.1]:1",
                                      "[]:1",
                                      "1.2.3:4",
                                      "127.0.0.1:65536",
                                      "127.0.0.1:+1",
                                      "127.0.0.1:1x",
                                      "localhost:1",
                                      "[::1:5683"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_true(wire_parse(good[i], &address, &err));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (wire_parse(bad[i], &address, &err)) fail_msg("%s was taken", bad[i]);
        assert_non_null(strstr(err.text, "is no address"));
    }
}

static void peers_are_written_as_text(void **state) {
    (void)state;
    static const char *const texts[] = {"127.0.0.1:40000", "10.200.3.255:1", "[::1]:5683",
                                        "[2001:db8::17]:65535", "0.0.0.0:0"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct peer peer = {0};
        char text[PEER_TEXT_MAX];
        assert_true(wire_parse(texts[i], &address, &err));
        memcpy(&peer.address, &address, sizeof peer.address);
        assert_int_equal(peer_format(&peer, text), strlen(texts[i]));
        assert_string_equal(text, texts[i]);
        assert_true(peer_equal(&peer, &peer));
        struct peer other = peer;
        other.address.v4.sin_port ^= 1;
        assert_false(peer_equal(&peer, &other));
        assert_true(peer_hash(&peer) != peer_hash(&other));
    }
    struct peer mapped = {.address.v6 = {.sin6_family = AF_INET6, .sin6_port = htons(7)}};
    char text[PEER_TEXT_MAX];
    inet_pton(AF_INET6, "::ffff:10.1.2.3", &mapped.address.v6.sin6_addr);
    peer_format(&mapped, text);
    assert_string_equal(text, "10.1.2.3:7");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_leave_from_the_address_that_was_asked),
        cmocka_unit_test(many_answers_to_one_peer_are_many_datagrams),
        cmocka_unit_test(a_long_datagram_is_marked_as_cut),
        cmocka_unit_test(addresses_are_read_or_refused),
        cmocka_unit_test(peers_are_written_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
