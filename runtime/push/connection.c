// One count an address, in a list: a twind talks to a few.

#include "push/connection.h"

#include "base/memory.h"
#include "push/service.h"
#include "push/session.h"

#include <arpa/inet.h>
#include <libwebsockets.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct connection_limit {
    struct connection_limit *next;
    char address[INET6_ADDRSTRLEN];
    int count;
};

// The peer's address as text; its port, 0 when it is not known.
static int read_peer(int fd, char *address, size_t size) {
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    address[0] = 0;
    if (getpeername(fd, (struct sockaddr *)&peer, &length) != 0) return 0;
    if (peer.ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)&peer;
        inet_ntop(AF_INET, &in->sin_addr, address, (socklen_t)size);
        return ntohs(in->sin_port);
    }
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&peer;
    inet_ntop(AF_INET6, &in6->sin6_addr, address, (socklen_t)size);
    return ntohs(in6->sin6_port);
}

static struct connection_limit *find(const struct service *service, const char *address) {
    struct connection_limit *limit = service->limits;
    while (limit && strcmp(limit->address, address) != 0)
        limit = limit->next;
    return limit;
}

bool connection_is_allowed(const struct service *service, int fd) {
    char address[INET6_ADDRSTRLEN];
    read_peer(fd, address, sizeof address);
    const struct connection_limit *limit = find(service, address);
    return !limit || limit->count < CONNECTIONS_PER_ADDRESS;
}

static struct connection_limit *take(struct service *service, const char *address) {
    struct connection_limit *limit = find(service, address);
    if (!limit) {
        limit = xcalloc(1, sizeof *limit);
        snprintf(limit->address, sizeof limit->address, "%s", address);
        limit->next = service->limits;
        service->limits = limit;
    }
    limit->count++;
    return limit;
}

static void give_back(struct service *service, struct connection_limit *limit) {
    if (--limit->count > 0) return;
    struct connection_limit **place = &service->limits;
    while (*place != limit)
        place = &(*place)->next;
    *place = limit->next;
    free(limit);
}

struct connection *connection_of(struct service *service, struct lws *wsi) {
    struct connection *connection = lws_get_opaque_user_data(wsi);
    if (connection) return connection;
    char address[INET6_ADDRSTRLEN];
    int port = read_peer(lws_get_socket_fd(wsi), address, sizeof address);
    connection = xcalloc(1, sizeof *connection);
    connection->service = service;
    connection->wsi = wsi;
    connection->limit = take(service, address);
    connection->next = service->connections;
    if (connection->next) connection->next->previous = connection;
    service->connections = connection;
    struct actor *actor = &connection->actor;
    bool is_v6 = strchr(address, ':') != NULL;
    int length = snprintf((char *)actor->bytes, sizeof actor->bytes, "%s%.39s%s:%d",
                          is_v6 ? "[" : "", address, is_v6 ? "]" : "", port);
    actor->kind = ACTOR_HTTP;
    actor->length =
        (uint8_t)(length < (int)sizeof actor->bytes ? length : (int)sizeof actor->bytes);
    lws_set_opaque_user_data(wsi, connection);
    return connection;
}

void connection_end(struct lws *wsi) {
    struct connection *connection = lws_get_opaque_user_data(wsi);
    if (!connection) return;
    lws_set_opaque_user_data(wsi, NULL);
    if (connection->next) connection->next->previous = connection->previous;
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        connection->service->connections = connection->next;
    session_free(connection->session);
    exchange_close(&connection->exchange, connection->service);
    give_back(connection->service, connection->limit);
    free(connection);
}

void connection_end_all(struct service *service) {
    while (service->connections)
        connection_end(service->connections->wsi);
}
