// A virtual host of the loop's libwebsockets context. protocols[0] is HTTP and no WebSocket,
// because a client that asks for no subprotocol gets that one.

#include "push/push.h"

#include "base/err.h"
#include "base/loop.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "push/archive.h"
#include "push/autonomy.h"
#include "push/clinic.h"
#include "push/connection.h"
#include "push/events.h"
#include "push/news.h"
#include "push/service.h"
#include "push/session.h"
#include "push/vault.h"
#include "push/websocket.h"
#include "twin/input.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libwebsockets.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define KEEPALIVE_S 60 // an idle HTTP connection; TCP's own probes find dead WebSocket peers

struct push {
    struct service service;
    struct lws_vhost *vhost;
    bool has_left; // the log
};

static int on_http(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                   size_t length);
static int on_websocket(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                        size_t length);

static const struct lws_protocols protocols[] = {
    {.name = "http", .callback = on_http},
    {.name = WEBSOCKET_PROTOCOL, .callback = on_websocket},
    {0},
};

// No pings and no hanging up: a client that does not read costs nothing and may come back.
static const lws_retry_bo_t never_hang_up = {0};

struct listen_address {
    char host[48];
    int port;
    bool is_v6;
};

static bool refuse_address(const char *text, struct err *err) {
    return err_set(err, ERR_INVALID,
                   "http address '%.80s' must be like 127.0.0.1:8080 or [::1]:8080", text);
}

// "127.0.0.1:8080" or "[::1]:8080".
static bool parse_address(const char *text, struct listen_address *address, struct err *err) {
    const char *all = text, *colon = strrchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : 0;
    address->is_v6 = text[0] == '[';
    if (address->is_v6 && length > 2 && text[length - 1] == ']') {
        text++;
        length -= 2;
    }
    char *end = NULL;
    long port = colon && colon[1] >= '0' && colon[1] <= '9' ? strtol(colon + 1, &end, 10) : -1;
    if (length == 0 || length >= sizeof address->host || !end || *end || port < 0 || port > 65535)
        return refuse_address(all, err);
    memcpy(address->host, text, length);
    address->host[length] = 0;
    address->port = (int)port;
    return true;
}

// libwebsockets waits in silence for an interface that is not there; so the address is tried first.
static bool try_address(const struct listen_address *address, const char *text, struct err *err) {
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)address->port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
                               .sin6_port = htons((uint16_t)address->port)};
    bool is_number = address->is_v6 ? inet_pton(AF_INET6, address->host, &in6.sin6_addr) == 1
                                    : inet_pton(AF_INET, address->host, &in.sin_addr) == 1;
    if (!is_number) return refuse_address(text, err);
    int fd = socket(address->is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (address->is_v6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){1}, sizeof(int));
    bool is_free = fd >= 0 &&
                   (address->is_v6 ? bind(fd, (struct sockaddr *)&in6, sizeof in6)
                                   : bind(fd, (struct sockaddr *)&in, sizeof in)) == 0 &&
                   listen(fd, 1) == 0;
    if (!is_free)
        err_set(err, ERR_INVALID, "cannot listen on http address %s: %s", text, strerror(errno));
    if (fd >= 0) close(fd);
    return is_free;
}

static bool listen_on(struct push *push, const struct listen_address *address, struct err *err) {
    struct lws_context_creation_info info = {
        .port = address->port,
        .iface = address->host,
        .protocols = protocols,
        .vhost_name = "push",
        .user = push,
        .options = address->is_v6
                       ? LWS_SERVER_OPTION_IPV6_V6ONLY_MODIFY | LWS_SERVER_OPTION_IPV6_V6ONLY_VALUE
                       : LWS_SERVER_OPTION_DISABLE_IPV6,
        .keepalive_timeout = KEEPALIVE_S,
        .ka_time = 60,
        .ka_probes = 5,
        .ka_interval = 10,
        .retry_and_idle_policy = &never_hang_up,
        .gid = (gid_t)-1,
        .uid = (uid_t)-1,
    };
    push->vhost = lws_create_vhost(loop_lws(push->service.options.loop), &info);
    int port = push->vhost ? lws_get_vhost_listen_port(push->vhost) : 0;
    if (port <= 0)
        return err_set(err, ERR_INVALID,
                       "cannot listen on http address %s: libwebsockets refuses it",
                       push->service.options.address);
    snprintf(push->service.address, sizeof push->service.address,
             address->is_v6 ? "[%s]:%d" : "%s:%d", address->host, port);
    return true;
}

static double read_clients(void *context) {
    return ((struct push *)context)->service.client_count;
}

static double read_subscriptions(void *context) {
    return ((struct push *)context)->service.watch.subscription_count;
}

static void add_metrics(struct push *push) {
    struct metrics *metrics = push->service.options.metrics;
    struct service *service = &push->service;
    metrics_gauge(metrics, "twind_push_clients", "WebSocket clients", read_clients, push);
    metrics_gauge(metrics, "twind_push_subscriptions", "Subscriptions of WebSocket clients",
                  read_subscriptions, push);
    service->frames =
        metrics_counter(metrics, "twind_push_frames_total", NULL, "WebSocket messages sent");
    service->rows = metrics_counter(metrics, "twind_push_rows_total", NULL,
                                    "Values sent in WebSocket messages");
    service->messages =
        metrics_counter(metrics, "twind_push_messages_total", NULL, "WebSocket messages received");
    service->refused = metrics_counter(metrics, "twind_push_refused_total", NULL,
                                       "Connections and WebSocket upgrades refused");
}

struct push *push_open(const struct push_options *options, struct err *err) {
    struct listen_address address;
    if (!parse_address(options->address, &address, err)) return NULL;
    struct push *push = xcalloc(1, sizeof *push);
    struct service *service = &push->service;
    service->options = *options;
    service->world = options->door->world;
    service->durable.rev = options->door->durable(options->door->context);
    service->pace = (struct pace){.loop = options->loop, .on_ready = session_on_ready};
    watch_init(&service->watch, service->world);
    service->events = events_new(service);
    add_metrics(push);
    bool is_open = try_address(&address, options->address, err) && listen_on(push, &address, err);
    if (is_open && options->log) service->archive = archive_new(service, options->log, err);
    if (service->archive) service->foresight = archive_new(service, options->log, err);
    is_open = is_open && (service->foresight || !options->log);
    if (is_open && service->foresight) service->autonomy = autonomy_new(service);
    if (is_open && options->state) service->vault = vault_new(service, err);
    if (service->vault) service->clinic = clinic_new(service, err);
    if (is_open && (service->clinic || !options->state)) return push;
    push_close(push);
    return NULL;
}

void push_leave_log(struct push *push) {
    if (!push || push->has_left) return;
    push->has_left = true;
    connection_end_all(&push->service);
    studies_close(&push->service.studies);
    clinic_free(push->service.clinic);
    vault_free(push->service.vault);
    push->service.is_ending = true;
    autonomy_free(push->service.autonomy);
    archive_free(push->service.foresight);
    archive_free(push->service.archive);
}

void push_close(struct push *push) {
    if (!push) return;
    push_leave_log(push);
    if (push->vhost) lws_vhost_destroy(push->vhost);
    events_free(push->service.events);
    watch_fini(&push->service.watch);
    pace_fini(&push->service.pace);
    buffer_fini(&push->service.scratch);
    buffer_fini(&push->service.standing);
    free(push);
}

const char *push_address(const struct push *push) {
    return push->service.address;
}

void push_on_change(struct push *push, const struct twin *twin, const struct change *changes,
                    int count) {
    watch_on_change(&push->service.watch, twin, changes, count);
    events_on_change(push->service.events, twin, changes, count);
}

void push_on_durable(struct push *push, uint64_t rev) {
    durable_advance(&push->service.durable, rev);
    events_on_durable(push->service.events);
}

void push_on_version(struct push *push, const struct version_news *news) {
    news_tell(&push->service, news);
    events_on_version(push->service.events, news);
}

static struct service *service_of(struct lws *wsi) {
    struct push *push = lws_get_vhost_user(lws_get_vhost(wsi));
    return &push->service;
}

// libwebsockets 4.3 reads on in the memory of a connection that a callback for input ended, when
// more input waits: it is ended a moment later, and exchange.c takes nothing until then. 4.1 must
// be told at once, or it offers that input for ever.
static int end_soon(struct lws *wsi, int result) {
    if (result == 0 || LWS_LIBRARY_VERSION_NUMBER < 4003000) return result;
    shutdown(lws_get_socket_fd(wsi), SHUT_WR);
    lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, LWS_TO_KILL_ASYNC);
    return 0;
}

static int on_http(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                   size_t length) {
    (void)user;
    struct connection *connection;
    switch (reason) {
    case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
        if (connection_is_allowed(service_of(wsi), (int)(intptr_t)in)) return 0;
        ++*service_of(wsi)->refused;
        return -1;
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
        connection_of(service_of(wsi), wsi); // counted from now on
        return 0;
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return websocket_is_allowed(service_of(wsi), wsi, in) ? 0 : -1;
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION: // a WebSocket without a subprotocol
    case LWS_CALLBACK_ESTABLISHED:
        return -1;
    case LWS_CALLBACK_HTTP:
        connection = connection_of(service_of(wsi), wsi);
        return end_soon(wsi, exchange_begin(&connection->exchange, connection->service, wsi,
                                            &connection->actor));
    case LWS_CALLBACK_HTTP_BODY:
        connection = connection_of(service_of(wsi), wsi);
        return end_soon(wsi, exchange_body(&connection->exchange, in, length));
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        connection = connection_of(service_of(wsi), wsi);
        return end_soon(wsi, exchange_body_end(&connection->exchange));
    case LWS_CALLBACK_HTTP_WRITEABLE:
        connection = connection_of(service_of(wsi), wsi);
        return exchange_write(&connection->exchange);
    case LWS_CALLBACK_WSI_DESTROY:
        connection_end(wsi);
        return 0;
    default:
        return 0;
    }
}

static int on_websocket(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                        size_t length) {
    (void)user;
    switch (reason) {
    case LWS_CALLBACK_ESTABLISHED:
        return websocket_open(service_of(wsi), wsi);
    case LWS_CALLBACK_RECEIVE:
        return websocket_receive(wsi, in, length);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return websocket_write(service_of(wsi), wsi);
    case LWS_CALLBACK_CLOSED:
    case LWS_CALLBACK_WSI_DESTROY:
        connection_end(wsi);
        return 0;
    default:
        return 0;
    }
}
