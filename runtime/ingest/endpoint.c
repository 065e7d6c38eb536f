// libcoap does not say which descriptor it bound: it is the one that was not there before. And it
// binds with SO_REUSEADDR, by which a second program takes all datagrams of the first without a
// word; so the address is tried first without it.

#include "ingest/endpoint.h"

#include "base/err.h"
#include "ingest/wire.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define DESCRIPTORS_MAX 1024 // at start few are open

static socklen_t address_size(const struct sockaddr_storage *address) {
    return address->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

static bool is_free(const struct sockaddr_storage *address) {
    int fd = socket(address->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool is_bound =
        fd >= 0 && bind(fd, (const struct sockaddr *)address, address_size(address)) == 0;
    int reason = errno;
    if (fd >= 0) close(fd);
    errno = reason;
    return is_bound;
}

static bool is_bound_datagram_socket(int family, int fd) {
    struct sockaddr_storage bound;
    socklen_t size = sizeof bound, type_size = sizeof(int);
    int type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_size) != 0 || type != SOCK_DGRAM)
        return false;
    if (getsockname(fd, (struct sockaddr *)&bound, &size) != 0 || bound.ss_family != family)
        return false;
    return ((struct sockaddr_in *)&bound)->sin_port != 0; // at the same place in both families
}

static void mark_sockets(int family, bool marks[DESCRIPTORS_MAX]) {
    for (int fd = 0; fd < DESCRIPTORS_MAX; fd++)
        marks[fd] = is_bound_datagram_socket(family, fd);
}

int endpoint_open(coap_context_t *context, const struct sockaddr_storage *address,
                  struct err *err) {
    bool before[DESCRIPTORS_MAX], after[DESCRIPTORS_MAX];
    coap_address_t listen;
    coap_address_init(&listen);
    listen.size = address_size(address);
    memcpy(&listen.addr, address, listen.size);
    if (!is_free(address)) {
        err_set(err, ERR_INVALID, "the CoAP address cannot be bound: %s", strerror(errno));
        return -1;
    }
    mark_sockets(address->ss_family, before);
    coap_endpoint_t *endpoint = coap_new_endpoint(context, &listen, COAP_PROTO_UDP);
    if (endpoint) {
        coap_endpoint_set_default_mtu(endpoint, DATAGRAM_MAX);
        mark_sockets(address->ss_family, after);
        for (int fd = 0; fd < DESCRIPTORS_MAX; fd++)
            if (after[fd] && !before[fd]) return fd;
    }
    err_set(err, ERR_INTERNAL,
            "libcoap could not bind the CoAP address, or not below descriptor %d", DESCRIPTORS_MAX);
    return -1;
}
