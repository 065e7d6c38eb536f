// A whole run against a server on another thread: it begins, goes on with each answer, and ends.

#include "base/err.h"
#include "sim/load.h"
#include "test.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

// Answers every message with 2.04, until a datagram without anything comes.
static void *serve(void *socket_fd) {
    int fd = *(int *)socket_fd;
    uint8_t bytes[2048];
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    ssize_t count;
    while ((count = recvfrom(fd, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &length)) > 0) {
        struct message message;
        assert_true(message_parse(bytes, (size_t)count, &message));
        uint8_t answer[16];
        uint8_t *end = message_write_header(answer, MESSAGE_ACK, COAP_CODE(2, 4), message.id,
                                            message.token, message.token_length);
        sendto(fd, answer, (size_t)(end - answer), 0, (struct sockaddr *)&from, length);
    }
    return NULL;
}

// Within its seconds a run that slept until its next sweep would not send the half of these.
static void an_answer_lets_a_run_go_on_at_once(void **state) {
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_DGRAM, 0), stop[2];
    assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    assert_int_equal(pipe(stop), 0);
    pthread_t server;
    assert_int_equal(pthread_create(&server, NULL, serve, &fd), 0);

    char coap[32];
    snprintf(coap, sizeof coap, "127.0.0.1:%d", ntohs(address.sin_port));
    char *argv[] = {"twinsim",    "--load", "--coap",    coap, "--window", "1",
                    "--messages", "200",    "--seconds", "10", "--quiet"};
    struct options options;
    struct err err = {0};
    bool is_help;
    assert_true(options_parse(&options, sizeof argv / sizeof argv[0], argv, &is_help, &err));
    struct run run = {.options = &options, .mode = &load_mode};
    assert_true(run_mode(&run, stop[0], &err));
    assert_int_equal(run.tally.sent, 200);
    assert_int_equal(run.tally.accepted, 200);
    assert_int_equal(transport_in_flight(run.transport), 0);

    transport_close(run.transport);
    sendto(fd, "", 0, 0, (struct sockaddr *)&address, length);
    pthread_join(server, NULL);
    close(fd), close(stop[0]), close(stop[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_lets_a_run_go_on_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
