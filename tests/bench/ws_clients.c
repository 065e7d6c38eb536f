// A hundred dashboards in one process: each subscribes to some twins over the WebSocket and
// measures how old their values are. A value is the second at which it was sent (twinsim --values
// clock), so its age is known on arrival; both programs read the same monotonic clock.
//
//   ws_clients HOST:PORT CLIENTS TWINS_EACH TWINS SECONDS
//
// The twins are spread over m0000000 ... of TWINS. Counts for SECONDS after a second of warm-up,
// prints one line of JSON: rows, frames and the quantiles of their ages in microseconds.

#include "sim/load.h"
#include "sim/tally.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FIELD "temperature"
#define FRAME_BYTES (128 << 10) // a message is at most 64 KiB
#define WARMUP_US 1000000
#define OPCODE_TEXT 1
#define OPCODE_PING 9
#define OPCODE_PONG 10

struct client {
    int fd;
    bool is_open; // the upgrade is done
    size_t length;
    char bytes[FRAME_BYTES];
};

struct bench {
    struct client *clients;
    int count, twins_each, twins;
    int64_t counting, end; // monotonic microseconds
    uint64_t rows, frames;
    struct tally tally;
};

static int connect_to(const char *address);
static void upgrade(int fd, const char *address);
static void subscribe(const struct bench *bench, int index);
static void frame_write(int fd, int opcode, const char *payload, size_t length);
static bool client_read(struct bench *bench, int index);
static size_t frame_take(struct bench *bench, struct client *client, char *bytes, size_t length);
static void rows_measure(struct bench *bench, const char *text);
static int64_t now_us(void);
static _Noreturn void give_up(const char *what);

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: ws_clients HOST:PORT CLIENTS TWINS_EACH TWINS SECONDS\n");
        return 2;
    }
    struct bench *bench = calloc(1, sizeof *bench);
    bench->count = atoi(argv[2]);
    bench->twins_each = atoi(argv[3]);
    bench->twins = atoi(argv[4]);
    bench->clients = calloc((size_t)bench->count, sizeof *bench->clients);
    int epoll = epoll_create1(0);
    for (int i = 0; i < bench->count; i++) {
        bench->clients[i].fd = connect_to(argv[1]);
        upgrade(bench->clients[i].fd, argv[1]);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
        epoll_ctl(epoll, EPOLL_CTL_ADD, bench->clients[i].fd, &event);
    }
    bench->counting = now_us() + WARMUP_US;
    bench->end = bench->counting + (int64_t)(atof(argv[5]) * 1e6);
    while (now_us() < bench->end) {
        struct epoll_event events[64];
        int ready = epoll_wait(epoll, events, 64, 100);
        for (int i = 0; i < ready; i++)
            if (!client_read(bench, (int)events[i].data.u32)) give_up("twind closed a connection");
    }
    printf(
        "{\"clients\":%d,\"rows\":%llu,\"frames\":%llu,\"p50\":%lld,\"p99\":%lld,\"max\":%lld}\n",
        bench->count, (unsigned long long)bench->rows, (unsigned long long)bench->frames,
        (long long)tally_quantile(&bench->tally, 0.5),
        (long long)tally_quantile(&bench->tally, 0.99), (long long)bench->tally.latency_max);
    return bench->rows > 0 ? 0 : 1;
}

static int connect_to(const char *address) {
    char host[256], port[8];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    if (sscanf(address, "%255[^:]:%7[0-9]", host, port) != 2 ||
        getaddrinfo(host, port, &hints, &found) != 0)
        give_up(address);
    int fd = socket(found->ai_family, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) != 0) give_up(address);
    freeaddrinfo(found);
    return fd;
}

static void upgrade(int fd, const char *address) {
    char request[512];
    int length = snprintf(request, sizeof request,
                          "GET /ws HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                          "Sec-WebSocket-Protocol: twin.v1\r\n\r\n",
                          address);
    if (write(fd, request, (size_t)length) != length) give_up("the upgrade could not be sent");
}

static void subscribe(const struct bench *bench, int index) {
    char text[4096];
    int stride = bench->twins / (bench->count * bench->twins_each);
    int length =
        snprintf(text, sizeof text, "{\"id\":1,\"op\":\"sub\",\"hz\":1000,\"sel\":{\"ids\":[");
    for (int i = 0; i < bench->twins_each; i++)
        length += snprintf(text + length, sizeof text - (size_t)length, "%s\"m%07d\"", i ? "," : "",
                           (i * bench->count + index) * stride);
    length +=
        snprintf(text + length, sizeof text - (size_t)length, "],\"fields\":[\"" FIELD "\"]}}");
    frame_write(bench->clients[index].fd, OPCODE_TEXT, text, (size_t)length);
}

// RFC 6455 5.2; a client's frames are masked, here with zeros, which change nothing.
static void frame_write(int fd, int opcode, const char *payload, size_t length) {
    uint8_t frame[8 + 4096];
    size_t at = 0;
    frame[at++] = (uint8_t)(0x80 | opcode);
    if (length < 126) {
        frame[at++] = (uint8_t)(0x80 | length);
    } else {
        frame[at++] = 0x80 | 126;
        frame[at++] = (uint8_t)(length >> 8);
        frame[at++] = (uint8_t)length;
    }
    memset(frame + at, 0, 4);
    at += 4;
    memcpy(frame + at, payload, length);
    if (write(fd, frame, at + length) != (ssize_t)(at + length)) give_up("a frame was not taken");
}

static bool client_read(struct bench *bench, int index) {
    struct client *client = &bench->clients[index];
    ssize_t count = recv(client->fd, client->bytes + client->length,
                         sizeof client->bytes - client->length - 1, MSG_DONTWAIT);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    if (count == 0) return false;
    client->length += (size_t)count;
    size_t taken = 0;
    if (!client->is_open) {
        client->bytes[client->length] = '\0';
        char *end = strstr(client->bytes, "\r\n\r\n");
        if (!end) return true;
        if (strncmp(client->bytes, "HTTP/1.1 101", 12) != 0) give_up(client->bytes);
        client->is_open = true;
        taken = (size_t)(end + 4 - client->bytes);
        subscribe(bench, index);
    }
    for (size_t more; taken < client->length; taken += more) {
        more = frame_take(bench, client, client->bytes + taken, client->length - taken);
        if (more == 0) break;
    }
    memmove(client->bytes, client->bytes + taken, client->length - taken);
    client->length -= taken;
    return true;
}

// The first frame's length, 0 when it is not yet there as a whole.
static size_t frame_take(struct bench *bench, struct client *client, char *bytes, size_t length) {
    const uint8_t *head = (const uint8_t *)bytes;
    if (length < 2) return 0;
    size_t start = 2, size = head[1] & 127;
    if (size == 126) {
        if (length < 4) return 0;
        size = (size_t)head[2] << 8 | head[3];
        start = 4;
    } else if (size == 127) {
        if (length < 10) return 0;
        size = (size_t)head[7] << 16 | (size_t)head[8] << 8 | head[9];
        start = 10;
    }
    if (length < start + size) return 0;
    char *payload = bytes + start, after = payload[size];
    payload[size] = '\0';
    if ((head[0] & 15) == OPCODE_PING) frame_write(client->fd, OPCODE_PONG, payload, size);
    if (strstr(payload, "\"op\":\"data\"") && !strstr(payload, "\"full\":true"))
        rows_measure(bench, payload);
    if (strstr(payload, "\"ok\":false") || strstr(payload, "\"op\":\"error\"")) give_up(payload);
    payload[size] = after;
    return start + size;
}

// "rows":[[twin,field,value,time,quality],...]
static void rows_measure(struct bench *bench, const char *text) {
    int64_t now = now_us();
    if (now < bench->counting) return;
    bench->frames++;
    const char *row = strstr(text, "\"rows\":[");
    if (!row) return;
    double clock = (double)(now % (LOAD_CLOCK_S * 1000000)) / 1e6;
    for (row = strchr(row + 8, '['); row; row = strchr(row + 1, '[')) {
        double sent;
        if (sscanf(row, "[%*d,%*d,%lf", &sent) != 1) continue;
        double age = clock - sent + (clock < sent ? LOAD_CLOCK_S : 0);
        tally_latency(&bench->tally, (int64_t)(age * 1e6));
        bench->rows++;
    }
}

static int64_t now_us(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static _Noreturn void give_up(const char *what) {
    fprintf(stderr, "ws_clients: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(1);
}
