// Many peers are one socket bound to every address: each datagram says which 127.x.y.z it comes
// from (IP_PKTINFO), and each one that comes says where it came to.

#include "sim/udp.h"

#include "base/err.h"
#include "base/memory.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BATCH 128
#define SOCKET_BYTES (4 << 20)
#define RECEIVE_BYTES 2048
#define CONTROL_BYTES CMSG_SPACE(sizeof(struct in_pktinfo))
#define FIRST_PEER 0x7f010001u // 127.1.0.1

struct udp {
    int fd;
    uint32_t peers;
    struct sockaddr_storage server;
    socklen_t server_length;
    uint64_t unreachable;

    struct mmsghdr out[BATCH];
    struct iovec out_parts[BATCH];
    uint8_t out_control[BATCH][CONTROL_BYTES];
    uint8_t empties[BATCH][4];
    int out_count;

    struct mmsghdr in[BATCH];
    struct iovec in_parts[BATCH];
    uint8_t in_control[BATCH][CONTROL_BYTES];
    uint8_t in_bytes[BATCH][RECEIVE_BYTES];
};

static bool socket_prepare(struct udp *udp, struct err *err);
static void batches_prepare(struct udp *udp);
static uint32_t peer_of(const struct udp *udp, const struct mmsghdr *header);

struct udp *udp_open(const struct sockaddr *server, socklen_t server_length, uint32_t peers,
                     struct err *err) {
    struct udp *udp = xcalloc(1, sizeof *udp);
    udp->peers = peers;
    memcpy(&udp->server, server, server_length);
    udp->server_length = server_length;
    udp->fd = socket(server->sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (udp->fd < 0) {
        err_set(err, ERR_UNAVAILABLE, "no UDP socket: %s", strerror(errno));
        udp_close(udp);
        return NULL;
    }
    batches_prepare(udp);
    if (socket_prepare(udp, err)) return udp;
    udp_close(udp);
    return NULL;
}

void udp_close(struct udp *udp) {
    if (!udp) return;
    if (udp->fd >= 0) close(udp->fd);
    free(udp);
}

void udp_queue(struct udp *udp, uint32_t peer, const void *bytes, size_t length) {
    if (udp->out_count == BATCH) udp_flush(udp);
    int at = udp->out_count++;
    udp->out_parts[at] = (struct iovec){(void *)bytes, length};
    if (udp->peers == 1) return;
    struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(FIRST_PEER + peer)};
    memcpy(CMSG_DATA(CMSG_FIRSTHDR(&udp->out[at].msg_hdr)), &info, sizeof info);
}

void udp_queue_empty(struct udp *udp, uint32_t peer, const uint8_t header[4]) {
    if (udp->out_count == BATCH) udp_flush(udp);
    uint8_t *copy = udp->empties[udp->out_count];
    memcpy(copy, header, 4);
    udp_queue(udp, peer, copy, 4);
}

void udp_flush(struct udp *udp) {
    int sent = 0, refusals = 0;
    while (sent < udp->out_count) {
        int count =
            sendmmsg(udp->fd, udp->out + sent, (unsigned)(udp->out_count - sent), MSG_DONTWAIT);
        if (count > 0) {
            sent += count;
        } else if (errno == EAGAIN || errno == ENOBUFS) {
            struct pollfd room = {.fd = udp->fd, .events = POLLOUT};
            poll(&room, 1, 1);
        } else if (errno != EINTR) {
            // A connected socket tells of an earlier datagram's refusal once, and sends nothing.
            // What stays refused is lost, as any datagram may be.
            udp->unreachable++;
            if (++refusals % 3 == 0) sent++;
        }
    }
    udp->out_count = 0;
}

int udp_receive(struct udp *udp, udp_on_datagram *on_datagram, void *context) {
    if (udp->peers > 1)
        for (int i = 0; i < BATCH; i++)
            udp->in[i].msg_hdr.msg_controllen = CONTROL_BYTES;
    int count = recvmmsg(udp->fd, udp->in, BATCH, MSG_DONTWAIT, NULL);
    if (count < 0) {
        if (errno == ECONNREFUSED) udp->unreachable++;
        return 0;
    }
    for (int i = 0; i < count; i++)
        on_datagram(context, peer_of(udp, &udp->in[i]), udp->in_bytes[i], udp->in[i].msg_len);
    return count;
}

void udp_wait(struct udp *udp, int64_t us, int other_fd) {
    if (us <= 0) return;
    struct timespec time = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    struct pollfd fds[] = {{.fd = udp->fd, .events = POLLIN}, {.fd = other_fd, .events = POLLIN}};
    ppoll(fds, ARRAY_LEN(fds), &time, NULL);
}

uint64_t udp_unreachable(const struct udp *udp) {
    return udp->unreachable;
}

static bool socket_prepare(struct udp *udp, struct err *err) {
    int bytes = SOCKET_BYTES, on = 1;
    // FORCE needs a privilege; without it the system's limit holds.
    if (setsockopt(udp->fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        setsockopt(udp->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    setsockopt(udp->fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    if (udp->peers == 1) {
        if (connect(udp->fd, (const struct sockaddr *)&udp->server, udp->server_length) == 0)
            return true;
        return err_set(err, ERR_UNAVAILABLE, "the server cannot be reached: %s", strerror(errno));
    }
    struct sockaddr_in any = {.sin_family = AF_INET};
    if (setsockopt(udp->fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) == 0 &&
        bind(udp->fd, (const struct sockaddr *)&any, sizeof any) == 0)
        return true;
    return err_set(err, ERR_UNAVAILABLE, "no socket for %u source addresses: %s", udp->peers,
                   strerror(errno));
}

static void batches_prepare(struct udp *udp) {
    for (int i = 0; i < BATCH; i++) {
        struct msghdr *in = &udp->in[i].msg_hdr, *out = &udp->out[i].msg_hdr;
        udp->in_parts[i] = (struct iovec){udp->in_bytes[i], RECEIVE_BYTES};
        in->msg_iov = &udp->in_parts[i];
        in->msg_iovlen = 1;
        out->msg_iov = &udp->out_parts[i];
        out->msg_iovlen = 1;
        if (udp->peers == 1) continue;
        in->msg_control = udp->in_control[i];
        out->msg_name = &udp->server;
        out->msg_namelen = udp->server_length;
        out->msg_control = udp->out_control[i];
        out->msg_controllen = CONTROL_BYTES;
        struct cmsghdr *control = CMSG_FIRSTHDR(out);
        control->cmsg_level = IPPROTO_IP;
        control->cmsg_type = IP_PKTINFO;
        control->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
    }
}

// Which of our addresses a datagram came to.
static uint32_t peer_of(const struct udp *udp, const struct mmsghdr *header) {
    if (udp->peers == 1) return 0;
    const struct cmsghdr *control = CMSG_FIRSTHDR(&header->msg_hdr);
    if (!control || control->cmsg_type != IP_PKTINFO) return 0;
    struct in_pktinfo info;
    memcpy(&info, CMSG_DATA(control), sizeof info);
    uint32_t peer = ntohl(info.ipi_addr.s_addr) - FIRST_PEER;
    return peer < udp->peers ? peer : 0;
}
