// A server for a mode under test: one socket, what came to it last, and a run that is connected to
// it. The test is the loop: it ticks the mode at times of its own and answers what it likes.

#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include "base/err.h"
#include "sim/run.h"
#include "test.h"

#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

struct server {
    int fd;
    struct sockaddr_in client;
    uint8_t bytes[2048];
    struct message message;
    char path[200]; // of the message, "t/pump-1"
    struct options options;
    struct run run;
};

static void server_on_answer(void *context, const struct exchange *exchange,
                             const struct message *answer, int64_t now) {
    struct server *server = context;
    server->run.mode->on_answer(&server->run, exchange, answer, now);
}

static bool server_on_notification(void *context, const struct message *message, int64_t now) {
    struct server *server = context;
    return server->run.mode->on_notification(&server->run, message, now);
}

// `line` is twinsim's command line without --coap.
static inline struct server *server_new(const struct mode *mode, const char *line) {
    struct server *server = calloc(1, sizeof *server);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    struct err err = {0};
    server->fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(bind(server->fd, (struct sockaddr *)&address, length), 0);
    assert_int_equal(getsockname(server->fd, (struct sockaddr *)&address, &length), 0);

    static char words[500]; // options point into it
    char *argv[64] = {"twinsim"};
    int argc = 1;
    bool is_help;
    snprintf(words, sizeof words, "--coap 127.0.0.1:%d %s", ntohs(address.sin_port), line);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    if (!options_parse(&server->options, argc, argv, &is_help, &err)) fail_msg("%s", err.text);

    server->run = (struct run){.options = &server->options, .mode = mode};
    struct transport_options transport = {
        .server = (const struct sockaddr *)&server->options.server,
        .server_length = server->options.server_length,
        .peers = server->options.peers,
        .slots = mode->slots(&server->options),
        .datagram = mode->datagram(&server->options),
        .is_confirmable = true,
        .seed = 1,
        .context = server,
        .on_answer = server_on_answer,
        .on_notification = server_on_notification,
    };
    server->run.transport = transport_open(&transport, &err);
    assert_non_null(server->run.transport);
    server->run.began = transport_now();
    if (!mode->open(&server->run, &err)) fail_msg("%s", err.text);
    return server;
}

static inline void server_free(struct server *server) {
    server->run.mode->close(&server->run);
    transport_close(server->run.transport);
    acked_close(server->run.acked);
    close(server->fd);
    free(server);
}

// The next message that was sent, if any.
static inline bool server_take(struct server *server) {
    transport_receive(server->run.transport); // sends what is queued
    socklen_t length = sizeof server->client;
    ssize_t count = recvfrom(server->fd, server->bytes, sizeof server->bytes - 1, MSG_DONTWAIT,
                             (struct sockaddr *)&server->client, &length);
    if (count < 0) return false;
    server->bytes[count] = '\0';
    assert_true(message_parse(server->bytes, (size_t)count, &server->message));
    const uint8_t *at = server->message.options;
    struct option option = {0};
    int end = 0;
    server->path[0] = '\0';
    while (option_next(&server->message, &at, &option))
        if (option.number == OPTION_URI_PATH)
            end += sprintf(server->path + end, "%s%.*s", end ? "/" : "", option.length,
                           (const char *)option.value);
    return true;
}

// The payload of the message, a text.
static inline const char *server_text(const struct server *server) {
    return server->message.payload ? (const char *)server->message.payload : "";
}

static inline void server_send(struct server *server, enum message_type type, uint8_t code,
                               int observe, const char *payload) {
    uint8_t bytes[512];
    uint16_t last = 0;
    uint8_t *at = message_write_header(bytes, type, code, server->message.id, server->message.token,
                                       server->message.token_length);
    if (observe >= 0) at = option_write_uint(at, &last, OPTION_OBSERVE, (uint32_t)observe);
    at = payload_write(at, payload, strlen(payload));
    assert_true(sendto(server->fd, bytes, (size_t)(at - bytes), 0,
                       (struct sockaddr *)&server->client, sizeof server->client) > 0);
    transport_receive(server->run.transport);
}

static inline void server_answer(struct server *server, uint8_t code) {
    server_send(server, MESSAGE_ACK, code, -1, "");
}

#endif
