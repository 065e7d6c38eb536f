// A push server on a real loop in a thread of its own, and clients on real sockets that speak byte
// by byte.
//
// The plant belongs to the loop's thread while that runs: a test touches it by on_loop.

#ifndef TESTS_UNIT_PUSH_WIRE_H
#define TESTS_UNIT_PUSH_WIRE_H

#include "base/logger.h"
#include "base/loop.h"
#include "base/metrics.h"
#include "plant.h"
#include "push/push.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

// clang-format off
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#define PATIENCE_MS 10000 // how long a test waits before it fails

struct wire {
    struct plant plant;
    struct loop *loop;
    struct metrics *metrics;
    struct logger logger;
    struct push *push;
    struct push_options options;
    pthread_t thread;
    int command_fd;
    pthread_mutex_t mutex;
    pthread_cond_t done;
    void (*command)(struct wire *wire, void *argument);
    void *argument;
};

static inline void wire_on_change(void *context, const struct twin *twin,
                                  const struct change *changes, int count) {
    struct wire *wire = context;
    if (wire->push) push_on_change(wire->push, twin, changes, count);
}

static inline void wire_on_durable(void *context, uint64_t rev) {
    struct wire *wire = context;
    if (wire->push) push_on_durable(wire->push, rev);
}

static inline void wire_on_command(void *context) {
    struct wire *wire = context;
    uint64_t count;
    assert_int_equal(read(wire->command_fd, &count, sizeof count), sizeof count);
    pthread_mutex_lock(&wire->mutex);
    wire->command(wire, wire->argument);
    wire->command = NULL;
    pthread_cond_signal(&wire->done);
    pthread_mutex_unlock(&wire->mutex);
}

// Runs `command` on the loop's thread and waits for it.
static inline void on_loop(struct wire *wire, void (*command)(struct wire *wire, void *argument),
                           void *argument) {
    pthread_mutex_lock(&wire->mutex);
    wire->command = command;
    wire->argument = argument;
    assert_int_equal(write(wire->command_fd, &(uint64_t){1}, sizeof(uint64_t)), sizeof(uint64_t));
    while (wire->command)
        pthread_cond_wait(&wire->done, &wire->mutex);
    pthread_mutex_unlock(&wire->mutex);
}

static inline void *wire_run(void *context) {
    loop_run(((struct wire *)context)->loop);
    return NULL;
}

static inline void wire_stop(struct wire *wire, void *argument) {
    (void)argument;
    loop_stop(wire->loop);
}

static inline struct wire *wire_open(const char *address) {
    struct wire *wire = calloc(1, sizeof *wire);
    struct err err = {0};
    plant_init(&wire->plant);
    wire->plant.on_change = wire_on_change;
    wire->plant.on_durable = wire_on_durable;
    wire->plant.context = wire;
    wire->loop = loop_new(&err);
    assert_non_null(wire->loop);
    wire->metrics = metrics_new();
    wire->command_fd = eventfd(0, EFD_CLOEXEC);
    pthread_mutex_init(&wire->mutex, NULL);
    pthread_cond_init(&wire->done, NULL);
    assert_true(loop_watch(wire->loop, wire->command_fd, wire_on_command, wire, &err));
    wire->options = (struct push_options){.address = address,
                                          .web_dir = "/nowhere",
                                          .coap_address = "127.0.0.1:5683",
                                          .epoch = 0xabcdef0123456789,
                                          .door = &wire->plant.door,
                                          .logger = &wire->logger,
                                          .metrics = wire->metrics,
                                          .loop = wire->loop};
    wire->push = push_open(&wire->options, &err);
    if (!wire->push) fail_msg("%s", err.text);
    pthread_create(&wire->thread, NULL, wire_run, wire);
    return wire;
}

static inline void wire_close(struct wire *wire) {
    on_loop(wire, wire_stop, NULL);
    pthread_join(wire->thread, NULL);
    push_close(wire->push);
    loop_free(wire->loop);
    plant_fini(&wire->plant);
    metrics_free(wire->metrics);
    close(wire->command_fd);
    pthread_mutex_destroy(&wire->mutex);
    pthread_cond_destroy(&wire->done);
    free(wire);
}

static inline int setup(void **state) {
    *state = wire_open("127.0.0.1:0");
    return 0;
}

static inline int teardown(void **state) {
    wire_close(*state);
    return 0;
}

// ---- what tests do on the loop ----

static inline void make_pump(struct wire *wire, void *id) {
    plant_create(&wire->plant, "pump", id);
}

struct measured {
    const char *id, *field;
    double value;
    bool is_found; // out: the twin is there
};

static inline void measure(struct wire *wire, void *argument) {
    struct measured *measured = argument;
    struct twin *twin = world_find(wire->plant.world, measured->id, strlen(measured->id));
    measured->is_found = twin != NULL;
    if (twin && measured->field)
        plant_sample(&wire->plant, twin, measured->field, value_number(measured->value));
}

static inline void make_late(struct wire *wire, void *argument) {
    (void)argument;
    wire->plant.is_durable_late = true;
}

static inline void store_all(struct wire *wire, void *argument) {
    (void)argument;
    plant_store(&wire->plant, wire->plant.world->rev);
}

// ---- a socket ----

static inline int dial(const struct wire *wire) {
    const char *address = push_address(wire->push);
    int port = atoi(strrchr(address, ':') + 1);
    bool is_v6 = address[0] == '[';
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    in.sin_addr.s_addr =
        htonl(strncmp(address, "127.0.0.2:", 10) == 0 ? INADDR_LOOPBACK + 1 : INADDR_LOOPBACK);
    in6.sin6_addr = in6addr_loopback;
    int fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int result = is_v6 ? connect(fd, (struct sockaddr *)&in6, sizeof in6)
                       : connect(fd, (struct sockaddr *)&in, sizeof in);
    if (result != 0) fail_msg("cannot connect to %s: %s", address, strerror(errno));
    return fd;
}

static inline void send_all(int fd, const void *bytes, size_t length) {
    const char *at = bytes;
    while (length > 0) {
        ssize_t sent = send(fd, at, length, MSG_NOSIGNAL);
        if (sent <= 0) return; // the other end had enough: what it said tells why
        at += sent;
        length -= (size_t)sent;
    }
}

static inline void send_text(int fd, const char *text) {
    send_all(fd, text, strlen(text));
}

// Reads at least one byte more; false at the end of the stream.
static inline bool read_some(int fd, struct buffer *in) {
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    if (poll(&poll_fd, 1, PATIENCE_MS) <= 0) fail_msg("nothing came in %d ms", PATIENCE_MS);
    ssize_t got = read(fd, buffer_reserve(in, 65536), 65536);
    if (got <= 0) return false;
    in->length += (size_t)got;
    return true;
}

static inline bool is_silent(int fd) {
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    return poll(&poll_fd, 1, 0) == 0;
}

static inline void drop_front(struct buffer *in, size_t length) {
    memmove(in->bytes, in->bytes + length, in->length - length);
    in->length -= length;
}

// ---- HTTP ----

// The next response, its head and its body one after the other with a NUL behind; free it. "" when
// the connection ended instead.
static inline char *read_response(int fd, struct buffer *in, bool has_body) {
    char *end = NULL;
    while (in->length < 4 || !(end = memmem(in->bytes, in->length, "\r\n\r\n", 4)))
        if (!read_some(fd, in)) return xstrdup("");
    size_t size = (size_t)(end + 4 - (char *)in->bytes);
    char *head = xstrndup((char *)in->bytes, size);
    char *length = strcasestr(head, "\r\ncontent-length:");
    if (length && has_body) size += (size_t)atol(length + 17);
    free(head);
    while (in->length < size)
        assert_true(read_some(fd, in));
    char *response = xstrndup((char *)in->bytes, size);
    drop_front(in, size);
    return response;
}

// One request on a connection of its own; the whole response, or "" when there was none.
static inline char *exchange(struct wire *wire, const char *request) {
    struct buffer in = {0};
    int fd = dial(wire);
    send_text(fd, request);
    char *response = read_response(fd, &in, strncmp(request, "HEAD", 4) != 0);
    close(fd);
    buffer_fini(&in);
    return response;
}

static inline void says(const char *text, const char *expected) {
    if (!strstr(text, expected)) fail_msg("'%s' does not say '%s'", text, expected);
}

static inline void expect(struct wire *wire, const char *request, const char *status,
                          const char *text) {
    char *response = exchange(wire, request);
    if (strncmp(response + strlen("HTTP/1.1 "), status, strlen(status)) != 0)
        fail_msg("'%s' is not %s", response, status);
    says(response, text);
    free(response);
}

#endif
