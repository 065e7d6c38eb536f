// recvmmsg and sendmmsg. Packet information goes along only when the socket listens on every
// address, because a bound address is the source anyway and each control message costs 100 ns.

#include "ingest/wire.h"

#include "base/err.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STRIDE 1536            // of the receive buffers: DATAGRAM_MAX, one byte more, whole lines
#define BUFFER_BYTES (4 << 20) // of the socket each way; the kernel's limit may make it less
#define SEND_BATCH 64
#define FULL_WAIT_MS 10 // when the send buffer is full, before a datagram is given up

union control { // of one message
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

struct inbox {
    const struct wire *wire;
    struct mmsghdr headers[INBOX_BATCH];
    struct iovec vectors[INBOX_BATCH];
    struct peer peers[INBOX_BATCH];
    union control controls[INBOX_BATCH];
    uint8_t bytes[INBOX_BATCH][STRIDE];
};

static bool parse_port(const char *text, uint16_t *port) {
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    *port = (uint16_t)number;
    return *text >= '0' && *text <= '9' && *end == 0 && number <= UINT16_MAX;
}

bool wire_parse(const char *text, struct sockaddr_storage *address, struct err *err) {
    char host[INET6_ADDRSTRLEN + 2];
    uint16_t port;
    const char *colon = strrchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : 0;
    bool is_v6 = text[0] == '[' && length > 2 && colon[-1] == ']';
    *address = (struct sockaddr_storage){0};
    if (colon && length < sizeof host && parse_port(colon + 1, &port)) {
        memcpy(host, text + is_v6, length - 2 * is_v6);
        host[length - 2 * is_v6] = 0;
        struct sockaddr_in *v4 = (struct sockaddr_in *)address;
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
        if (!is_v6 && inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
            v4->sin_family = AF_INET;
            v4->sin_port = htons(port);
            return true;
        }
        if (is_v6 && inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
            v6->sin6_family = AF_INET6;
            v6->sin6_port = htons(port);
            return true;
        }
    }
    return err_set(err, ERR_INVALID,
                   "\"%s\" is no address: write it like 127.0.0.1:5683 or [::1]:5683", text);
}

static bool is_any_address(const struct sockaddr_storage *address) {
    if (address->ss_family == AF_INET)
        return ((const struct sockaddr_in *)address)->sin_addr.s_addr == INADDR_ANY;
    return IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

bool wire_init(struct wire *wire, int fd, struct err *err) {
    socklen_t size = sizeof wire->bound;
    int bytes = BUFFER_BYTES;
    wire->fd = fd;
    if (getsockname(fd, (struct sockaddr *)&wire->bound, &size) != 0 ||
        fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
        return err_set(err, ERR_INTERNAL, "the CoAP socket cannot be used: %s", strerror(errno));
    wire->is_any = is_any_address(&wire->bound);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) != 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    int is_wanted = wire->is_any;
    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &is_wanted, sizeof is_wanted);
    if (wire->bound.ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &is_wanted, sizeof is_wanted);
    return true;
}

struct inbox *inbox_new(const struct wire *wire) {
    struct inbox *inbox = xcalloc(1, sizeof *inbox);
    inbox->wire = wire;
    for (int i = 0; i < INBOX_BATCH; i++) {
        inbox->vectors[i] = (struct iovec){inbox->bytes[i], DATAGRAM_MAX + 1};
        inbox->headers[i].msg_hdr.msg_iov = &inbox->vectors[i];
        inbox->headers[i].msg_hdr.msg_iovlen = 1;
        inbox->headers[i].msg_hdr.msg_name = &inbox->peers[i].address;
        inbox->headers[i].msg_hdr.msg_control = wire->is_any ? &inbox->controls[i] : NULL;
    }
    return inbox;
}

void inbox_free(struct inbox *inbox) {
    free(inbox);
}

// Where a datagram came to. An IPv4 one on an IPv6 socket is kept as a mapped address.
static void read_local(struct msghdr *header, struct peer *peer) {
    for (struct cmsghdr *at = CMSG_FIRSTHDR(header); at; at = CMSG_NXTHDR(header, at)) {
        if (at->cmsg_level == IPPROTO_IPV6 && at->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(at), sizeof info);
            peer->local = info.ipi6_addr;
            peer->interface = info.ipi6_ifindex;
        } else if (at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(at), sizeof info);
            bool is_mapped = peer->address.any.sa_family == AF_INET6;
            memset(&peer->local, 0, sizeof peer->local);
            if (is_mapped) peer->local.s6_addr[10] = peer->local.s6_addr[11] = 0xff;
            memcpy(peer->local.s6_addr + (is_mapped ? 12 : 0), &info.ipi_addr,
                   sizeof info.ipi_addr);
            peer->interface = (uint32_t)info.ipi_ifindex;
        }
    }
}

int inbox_receive(struct inbox *inbox) {
    bool is_any = inbox->wire->is_any;
    for (int i = 0; i < INBOX_BATCH; i++) {
        inbox->headers[i].msg_hdr.msg_namelen = sizeof inbox->peers[i].address;
        inbox->headers[i].msg_hdr.msg_controllen = is_any ? sizeof inbox->controls[i] : 0;
    }
    int count = recvmmsg(inbox->wire->fd, inbox->headers, INBOX_BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; is_any && i < count; i++)
        read_local(&inbox->headers[i].msg_hdr, &inbox->peers[i]);
    return count > 0 ? count : 0; // an error is that of one datagram of ours that was not delivered
}

struct datagram inbox_datagram(const struct inbox *inbox, int index) {
    size_t length = inbox->headers[index].msg_len;
    bool is_cut = length > DATAGRAM_MAX;
    return (struct datagram){.bytes = inbox->bytes[index],
                             .length = is_cut ? DATAGRAM_MAX : length,
                             .is_cut = is_cut,
                             .peer = &inbox->peers[index]};
}

uint8_t *outbox_open(struct outbox *outbox, const struct peer *peer) {
    if (outbox->count == outbox->capacity) {
        outbox->capacity = outbox->capacity ? outbox->capacity * 2 : 64;
        outbox->letters =
            xrealloc(outbox->letters, (size_t)outbox->capacity * sizeof *outbox->letters);
    }
    struct letter *letter = &outbox->letters[outbox->count];
    letter->peer = *peer;
    letter->offset = (uint32_t)outbox->bytes.length;
    return buffer_reserve(&outbox->bytes, DATAGRAM_MAX);
}

void outbox_close(struct outbox *outbox, const uint8_t *end) {
    struct letter *letter = &outbox->letters[outbox->count++];
    letter->length = (uint32_t)(end - outbox->bytes.bytes) - letter->offset;
    outbox->bytes.length += letter->length;
}

static size_t write_local(const struct peer *peer, union control *control) {
    bool is_v6 = peer->address.any.sa_family == AF_INET6;
    bool is_mapped = is_v6 && IN6_IS_ADDR_V4MAPPED(&peer->local);
    struct cmsghdr *header = &control->align;
    if (is_v6 && !is_mapped) {
        struct in6_pktinfo info = {.ipi6_addr = peer->local, .ipi6_ifindex = peer->interface};
        header->cmsg_level = IPPROTO_IPV6;
        header->cmsg_type = IPV6_PKTINFO;
        header->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(header), &info, sizeof info);
        return CMSG_SPACE(sizeof info);
    }
    struct in_pktinfo info = {.ipi_ifindex = (int)peer->interface};
    memcpy(&info.ipi_spec_dst, peer->local.s6_addr + (is_mapped ? 12 : 0),
           sizeof info.ipi_spec_dst);
    header->cmsg_level = IPPROTO_IP;
    header->cmsg_type = IP_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof info);
    memcpy(CMSG_DATA(header), &info, sizeof info);
    return CMSG_SPACE(sizeof info);
}

// Sends `count` prepared messages. One that fails is skipped, a full buffer is waited for once.
static int send_all(int fd, struct mmsghdr *headers, int count) {
    int lost = 0;
    bool has_waited = false;
    for (int at = 0; at < count;) {
        int sent = sendmmsg(fd, headers + at, (unsigned)(count - at), MSG_DONTWAIT);
        if (sent > 0) {
            at += sent;
            has_waited = false;
        } else if (!has_waited && (errno == EAGAIN || errno == ENOBUFS)) {
            struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
            poll(&poll_fd, 1, FULL_WAIT_MS);
            has_waited = true;
        } else if (errno != EINTR) {
            lost++;
            at++;
            has_waited = false;
        }
    }
    return lost;
}

int outbox_send(struct outbox *outbox) {
    struct mmsghdr headers[SEND_BATCH];
    struct iovec vectors[SEND_BATCH];
    union control controls[SEND_BATCH];
    int lost = 0;
    for (int from = 0; from < outbox->count; from += SEND_BATCH) {
        int count = outbox->count - from < SEND_BATCH ? outbox->count - from : SEND_BATCH;
        for (int i = 0; i < count; i++) {
            struct letter *letter = &outbox->letters[from + i];
            vectors[i] = (struct iovec){outbox->bytes.bytes + letter->offset, letter->length};
            headers[i].msg_hdr = (struct msghdr){.msg_name = &letter->peer.address,
                                                 .msg_namelen = peer_size(&letter->peer),
                                                 .msg_iov = &vectors[i],
                                                 .msg_iovlen = 1};
            if (!outbox->wire->is_any) continue;
            headers[i].msg_hdr.msg_control = &controls[i];
            headers[i].msg_hdr.msg_controllen = write_local(&letter->peer, &controls[i]);
        }
        lost += send_all(outbox->wire->fd, headers, count);
    }
    outbox->count = 0;
    outbox->bytes.length = 0;
    return lost;
}

void outbox_fini(struct outbox *outbox) {
    free(outbox->letters);
    buffer_fini(&outbox->bytes);
    *outbox = (struct outbox){0};
}
