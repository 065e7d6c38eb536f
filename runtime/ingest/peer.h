// The other end of a datagram: who sent it, and to which of our addresses.

#ifndef INGEST_PEER_H
#define INGEST_PEER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct peer {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
    struct in6_addr local; // IPv4 in its first four bytes; only set when we listen on every address
    uint32_t interface;
};

static inline socklen_t peer_size(const struct peer *peer) {
    return peer->address.any.sa_family == AF_INET ? sizeof peer->address.v4
                                                  : sizeof peer->address.v6;
}

// Of address and port, the same in every process.
uint64_t peer_hash(const struct peer *peer);
bool peer_equal(const struct peer *a, const struct peer *b); // address and port

#define PEER_TEXT_MAX 60
// "127.0.0.1:40000" or "[::1]:40000" and a NUL; returns the length. An IPv4 peer of an IPv6 socket
// is written as IPv4.
int peer_format(const struct peer *peer, char text[PEER_TEXT_MAX]);

struct actor;
// Who an input's cause says it was.
void peer_actor(const struct peer *peer, struct actor *actor);

#endif
