// A socket that libwebsockets accepted: who is at the other end, the HTTP exchange under way on it,
// and the WebSocket session that it became.

#ifndef PUSH_CONNECTION_H
#define PUSH_CONNECTION_H

#include "push/exchange.h"
#include "twin/input.h"

#include <stdbool.h>

struct lws;
struct service;
struct session;

#define CONNECTIONS_PER_ADDRESS 1000

struct connection {
    struct connection *next, *previous; // in the service
    struct service *service;
    struct lws *wsi;
    struct connection_limit *limit;
    struct actor actor;
    struct exchange exchange;
    struct session *session;
};

// Whether the peer of `fd` may have one more; libwebsockets has no such limit in Debian's build.
bool connection_is_allowed(const struct service *service, int fd);

// The connection of `wsi`, made at its first asking; ended when the wsi is destroyed.
struct connection *connection_of(struct service *service, struct lws *wsi);
void connection_end(struct lws *wsi);
// All of them: libwebsockets destroys a virtual host's sockets when it pleases, maybe long after.
void connection_end_all(struct service *service);

#endif
