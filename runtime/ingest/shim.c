// The one exception to "no globals": recvmsg and sendmsg have no argument of ours, so the attached
// shims stand in a static array. It is written while sockets are opened and closed, on the loop's
// thread; other threads that send on sockets of their own only compare descriptors.

#include "ingest/shim.h"

#include "base/memory.h"
#include "ingest/wire.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Atomic(struct shim *) attached[4];

bool shim_attach(struct shim *shim) {
    for (size_t i = 0; i < ARRAY_LEN(attached); i++) {
        struct shim *none = NULL;
        if (atomic_compare_exchange_strong(&attached[i], &none, shim)) return true;
    }
    return false;
}

void shim_detach(struct shim *shim) {
    for (size_t i = 0; i < ARRAY_LEN(attached); i++) {
        struct shim *own = shim;
        atomic_compare_exchange_strong(&attached[i], &own, NULL);
    }
}

static struct shim *shim_of(int fd) {
    for (size_t i = 0; i < ARRAY_LEN(attached); i++) {
        struct shim *shim = atomic_load_explicit(&attached[i], memory_order_acquire);
        if (shim && shim->fd == fd) return shim;
    }
    return NULL;
}

// Tells the library where the datagram came to, as the kernel would have.
static void put_local(const struct shim *shim, const struct peer *peer, struct msghdr *message) {
    bool is_v6 = peer->address.any.sa_family == AF_INET6;
    size_t size = is_v6 ? sizeof(struct in6_pktinfo) : sizeof(struct in_pktinfo);
    if (!message->msg_control || message->msg_controllen < CMSG_SPACE(size)) {
        message->msg_controllen = 0;
        return;
    }
    if (peer->interface == 0) peer = shim->bound;
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    header->cmsg_level = is_v6 ? IPPROTO_IPV6 : IPPROTO_IP;
    header->cmsg_type = is_v6 ? IPV6_PKTINFO : IP_PKTINFO;
    header->cmsg_len = CMSG_LEN(size);
    if (is_v6) {
        struct in6_pktinfo info = {.ipi6_addr = peer->local, .ipi6_ifindex = peer->interface};
        memcpy(CMSG_DATA(header), &info, sizeof info);
    } else {
        struct in_pktinfo info = {.ipi_ifindex = (int)peer->interface};
        memcpy(&info.ipi_addr, &peer->local, sizeof info.ipi_addr);
        memcpy(CMSG_DATA(header), &info, sizeof info);
    }
    message->msg_controllen = CMSG_SPACE(size);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
    struct shim *shim = shim_of(fd);
    if (!shim) return syscall(SYS_recvmsg, fd, message, flags);
    if (shim->taken == shim->incoming_count) {
        errno = EAGAIN;
        return -1;
    }
    const struct datagram *datagram = &shim->incoming[shim->taken++];
    size_t length = datagram->length;
    if (length > message->msg_iov[0].iov_len) length = message->msg_iov[0].iov_len;
    memcpy(message->msg_iov[0].iov_base, datagram->bytes, length);
    socklen_t size = peer_size(datagram->peer);
    if (message->msg_name && message->msg_namelen >= size)
        memcpy(message->msg_name, &datagram->peer->address, size);
    message->msg_namelen = size;
    message->msg_flags = 0;
    put_local(shim, datagram->peer, message);
    return (ssize_t)length;
}

static void get_local(const struct msghdr *message, struct peer *peer) {
    struct cmsghdr *header = message->msg_controllen ? CMSG_FIRSTHDR(message) : NULL;
    if (!header) return;
    if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
        struct in6_pktinfo info;
        memcpy(&info, CMSG_DATA(header), sizeof info);
        peer->local = info.ipi6_addr;
        peer->interface = info.ipi6_ifindex;
    } else if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
        struct in_pktinfo info;
        memcpy(&info, CMSG_DATA(header), sizeof info);
        bool is_mapped = peer->address.any.sa_family == AF_INET6;
        if (is_mapped) peer->local.s6_addr[10] = peer->local.s6_addr[11] = 0xff;
        memcpy(peer->local.s6_addr + (is_mapped ? 12 : 0), &info.ipi_spec_dst,
               sizeof info.ipi_spec_dst);
        peer->interface = (uint32_t)info.ipi_ifindex;
    }
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    struct shim *shim = shim_of(fd);
    if (!shim) return syscall(SYS_sendmsg, fd, message, flags);
    struct peer peer = {0};
    size_t length = 0;
    for (size_t i = 0; i < message->msg_iovlen; i++)
        length += message->msg_iov[i].iov_len;
    if (!message->msg_name || message->msg_namelen > sizeof peer.address || length > DATAGRAM_MAX) {
        errno = EMSGSIZE;
        return -1;
    }
    memcpy(&peer.address, message->msg_name, message->msg_namelen);
    get_local(message, &peer);
    uint8_t *out = outbox_open(shim->outgoing, &peer);
    for (size_t i = 0; i < message->msg_iovlen; i++) {
        memcpy(out, message->msg_iov[i].iov_base, message->msg_iov[i].iov_len);
        out += message->msg_iov[i].iov_len;
    }
    outbox_close(shim->outgoing, out);
    return (ssize_t)length;
}
