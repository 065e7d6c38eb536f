// recvmmsg and sendmmsg. Packet information goes along only when the socket listens on every
// address, because a bound address is the source anyway and each control message costs 100 ns.

#include "ingest/wire.h"

#include "base/err.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STRIDE 1536            // of the receive buffers: DATAGRAM_MAX, one byte more, whole lines
#define BUFFER_BYTES (4 << 20) // of the socket each way; the kernel's limit may make it less
#define SEND_BATCH 64
#define FULL_WAIT_MS 10   // when the send buffer is full, before a datagram is given up
#define SEGMENTS 64       // of one message; kernels before 6.9 take no more
#define MESSAGE_MAX 60000 // bytes of all segments, below the 64 KiB of an IP packet

union control { // of one message
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(uint16_t))];
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
    int no_segments = 0;
    wire->has_segments =
        setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &no_segments, sizeof no_segments) == 0;
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

// Adds a control message behind those that are there.
static struct cmsghdr *add_control(struct msghdr *header, union control *control, int level,
                                   int type, size_t size) {
    header->msg_control = control;
    struct cmsghdr *at = (struct cmsghdr *)(control->bytes + header->msg_controllen);
    header->msg_controllen += CMSG_SPACE(size);
    at->cmsg_level = level;
    at->cmsg_type = type;
    at->cmsg_len = CMSG_LEN(size);
    return at;
}

// From which of our addresses an answer leaves.
static void write_local(const struct peer *peer, struct msghdr *header, union control *control) {
    bool is_v6 = peer->address.any.sa_family == AF_INET6;
    bool is_mapped = is_v6 && IN6_IS_ADDR_V4MAPPED(&peer->local);
    if (is_v6 && !is_mapped) {
        struct in6_pktinfo info = {.ipi6_addr = peer->local, .ipi6_ifindex = peer->interface};
        memcpy(CMSG_DATA(add_control(header, control, IPPROTO_IPV6, IPV6_PKTINFO, sizeof info)),
               &info, sizeof info);
        return;
    }
    struct in_pktinfo info = {.ipi_ifindex = (int)peer->interface};
    memcpy(&info.ipi_spec_dst, peer->local.s6_addr + (is_mapped ? 12 : 0),
           sizeof info.ipi_spec_dst);
    memcpy(CMSG_DATA(add_control(header, control, IPPROTO_IP, IP_PKTINFO, sizeof info)), &info,
           sizeof info);
}

// How many letters from `from` on can leave as segments of one message: one peer, one length, back
// to back. The kernel then walks its path once for all of them; on the wire they are the same
// datagrams.
static int run_of(const struct outbox *outbox, int from) {
    const struct letter *first = &outbox->letters[from];
    int run = 1;
    while (outbox->wire->has_segments && run < SEGMENTS && from + run < outbox->count) {
        const struct letter *next = &outbox->letters[from + run];
        if (next->length != first->length || next->offset != first->offset + run * first->length ||
            !peer_equal(&next->peer, &first->peer) ||
            memcmp(&next->peer.local, &first->peer.local, sizeof first->peer.local) != 0)
            break;
        run++;
    }
    return (size_t)run * first->length <= MESSAGE_MAX ? run : 1;
}

static void prepare(const struct outbox *outbox, int from, int run, struct mmsghdr *message,
                    struct iovec *vector, union control *control) {
    struct letter *letter = &outbox->letters[from];
    struct msghdr *header = &message->msg_hdr;
    *vector = (struct iovec){outbox->bytes.bytes + letter->offset, (size_t)run * letter->length};
    *header = (struct msghdr){.msg_name = &letter->peer.address,
                              .msg_namelen = peer_size(&letter->peer),
                              .msg_iov = vector,
                              .msg_iovlen = 1};
    if (outbox->wire->is_any) write_local(&letter->peer, header, control);
    if (run == 1) return;
    uint16_t size = (uint16_t)letter->length;
    memcpy(CMSG_DATA(add_control(header, control, IPPROTO_UDP, UDP_SEGMENT, sizeof size)), &size,
           sizeof size);
}

// A message the kernel refuses: its segments one by one, which some network devices need.
static int send_singly(const struct outbox *outbox, int from, int run) {
    int lost = 0;
    for (int i = 0; i < run; i++) {
        struct mmsghdr message;
        struct iovec vector;
        union control control;
        prepare(outbox, from + i, 1, &message, &vector, &control);
        // Not sendmsg, which is ours and would put it back into a queue (shim.c).
        lost += sendmmsg(outbox->wire->fd, &message, 1, MSG_DONTWAIT) != 1;
    }
    return lost;
}

struct sending { // one batch of messages, and which letters each carries
    struct mmsghdr messages[SEND_BATCH];
    struct iovec vectors[SEND_BATCH];
    union control controls[SEND_BATCH];
    int from[SEND_BATCH];
    int runs[SEND_BATCH];
    int count;
};

// A full buffer is waited for once; what is refused then, or for another reason, goes singly or is
// lost.
static int send_batch(const struct outbox *outbox, struct sending *sending) {
    int fd = outbox->wire->fd, lost = 0;
    bool has_waited = false;
    for (int at = 0; at < sending->count;) {
        int sent =
            sendmmsg(fd, sending->messages + at, (unsigned)(sending->count - at), MSG_DONTWAIT);
        if (sent > 0) {
            at += sent;
            has_waited = false;
        } else if (!has_waited && (errno == EAGAIN || errno == ENOBUFS)) {
            struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
            poll(&poll_fd, 1, FULL_WAIT_MS);
            has_waited = true;
        } else if (errno != EINTR) {
            lost += sending->runs[at] > 1
                        ? send_singly(outbox, sending->from[at], sending->runs[at])
                        : 1;
            at++;
            has_waited = false;
        }
    }
    return lost;
}

int outbox_send(struct outbox *outbox) {
    struct sending sending;
    int lost = 0;
    for (int from = 0; from < outbox->count;) {
        for (sending.count = 0; sending.count < SEND_BATCH && from < outbox->count;) {
            int i = sending.count++, run = run_of(outbox, from);
            sending.from[i] = from;
            sending.runs[i] = run;
            prepare(outbox, from, run, &sending.messages[i], &sending.vectors[i],
                    &sending.controls[i]);
            from += run;
        }
        lost += send_batch(outbox, &sending);
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
