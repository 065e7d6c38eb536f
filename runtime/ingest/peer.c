// IPv4 is written by hand because every message names its sender.

#include "ingest/peer.h"

#include "base/hash.h"
#include "twin/input.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

uint64_t peer_hash(const struct peer *peer) {
    if (peer->address.any.sa_family == AF_INET) {
        uint64_t whole =
            (uint64_t)peer->address.v4.sin_addr.s_addr << 16 | peer->address.v4.sin_port;
        return hash64(AF_INET, &whole, sizeof whole);
    }
    return hash64(peer->address.v6.sin6_port, &peer->address.v6.sin6_addr,
                  sizeof peer->address.v6.sin6_addr);
}

bool peer_equal(const struct peer *a, const struct peer *b) {
    if (a->address.any.sa_family != b->address.any.sa_family) return false;
    if (a->address.any.sa_family == AF_INET)
        return a->address.v4.sin_port == b->address.v4.sin_port &&
               a->address.v4.sin_addr.s_addr == b->address.v4.sin_addr.s_addr;
    return a->address.v6.sin6_port == b->address.v6.sin6_port &&
           a->address.v6.sin6_scope_id == b->address.v6.sin6_scope_id &&
           memcmp(&a->address.v6.sin6_addr, &b->address.v6.sin6_addr,
                  sizeof a->address.v6.sin6_addr) == 0;
}

static char *write_number(char *out, unsigned number) { // below 100,000
    unsigned scale = 1;
    while (scale * 10 <= number)
        scale *= 10;
    for (; scale > 0; scale /= 10)
        *out++ = (char)('0' + number / scale % 10);
    return out;
}

static int format_v4(const uint8_t address[4], in_port_t port, char *text) {
    char *out = text;
    for (int i = 0; i < 4; i++) {
        out = write_number(out, address[i]);
        *out++ = i < 3 ? '.' : ':';
    }
    out = write_number(out, ntohs(port));
    *out = 0;
    return (int)(out - text);
}

int peer_format(const struct peer *peer, char text[PEER_TEXT_MAX]) {
    if (peer->address.any.sa_family == AF_INET)
        return format_v4((const uint8_t *)&peer->address.v4.sin_addr, peer->address.v4.sin_port,
                         text);
    const struct in6_addr *address = &peer->address.v6.sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(address))
        return format_v4(address->s6_addr + 12, peer->address.v6.sin6_port, text);
    text[0] = '[';
    inet_ntop(AF_INET6, address, text + 1, PEER_TEXT_MAX - 1);
    int length = (int)strlen(text);
    return length + snprintf(text + length, (size_t)(PEER_TEXT_MAX - length), "]:%u",
                             ntohs(peer->address.v6.sin6_port));
}

void peer_actor(const struct peer *peer, struct actor *actor) {
    char text[PEER_TEXT_MAX];
    size_t length = (size_t)peer_format(peer, text);
    if (length > sizeof actor->bytes) length = sizeof actor->bytes;
    actor->kind = ACTOR_COAP;
    actor->length = (uint8_t)length;
    memcpy(actor->bytes, text, length);
}
