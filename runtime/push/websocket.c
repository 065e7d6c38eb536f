// One message a WRITEABLE callback: that comes only when the socket has taken the last one, so
// nothing piles up in the library (its own buffer has no bound).

#include "push/websocket.h"

#include "base/memory.h"
#include "push/connection.h"
#include "push/head.h"
#include "push/service.h"
#include "push/session.h"

#include <libwebsockets.h>
#include <string.h>
#include <strings.h>

static bool has_protocol(const char *list) {
    size_t length = strlen(WEBSOCKET_PROTOCOL);
    for (const char *at = list; *at; at += strcspn(at, ",")) {
        at += strspn(at, ", \t");
        size_t word = strcspn(at, ", \t");
        if (word == length && strncmp(at, WEBSOCKET_PROTOCOL, length) == 0) return true;
    }
    return false;
}

static bool refuse(struct service *service, struct lws *wsi, int status, const char *why) {
    ++*service->refused;
    head_refuse(service, wsi, status, NULL, NULL, why);
    return false;
}

static bool refuse_version(struct service *service, struct lws *wsi) {
    ++*service->refused;
    head_refuse(service, wsi, 426, "sec-websocket-version:", "13",
                "only version 13 of WebSocket (RFC 6455) is spoken");
    return false;
}

bool websocket_is_allowed(struct service *service, struct lws *wsi, const char *upgrade) {
    char path[16], protocols[256], origin[256], host[256], version[16];
    exchange_header(wsi, WSI_TOKEN_GET_URI, path, sizeof path);
    exchange_header(wsi, WSI_TOKEN_PROTOCOL, protocols, sizeof protocols);
    exchange_header(wsi, WSI_TOKEN_HOST, host, sizeof host);
    exchange_header(wsi, WSI_TOKEN_VERSION, version, sizeof version);
    bool has_origin = lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) > 0;
    exchange_header(wsi, WSI_TOKEN_ORIGIN, origin, sizeof origin);
    if (strcasecmp(upgrade, "websocket") != 0)
        return refuse(service, wsi, 400, "the only upgrade there is here is websocket");
    if (strcmp(path, "/ws") != 0)
        return refuse(service, wsi, 404, "the only WebSocket there is here is GET /ws");
    if (!has_protocol(protocols))
        return refuse(service, wsi, 400,
                      "the WebSocket at /ws speaks the subprotocol twin.v1: send "
                      "Sec-WebSocket-Protocol: twin.v1");
    if (strcmp(version, "13") != 0) return refuse_version(service, wsi);
    if (has_origin && !http_is_same_origin(origin, host))
        return refuse(service, wsi, 403, "a page of another site may not open this WebSocket");
    if (service->client_count >= WEBSOCKET_CLIENTS_MAX)
        return refuse(service, wsi, 503, "there are as many WebSocket clients as may be");
    return true;
}

static void want_write(void *context) {
    lws_callback_on_writable(context);
}

static void set_reading(void *context, bool is_on) {
    lws_rx_flow_control(context, is_on);
}

int websocket_open(struct service *service, struct lws *wsi) {
    struct connection *connection = connection_of(service, wsi);
    struct session_port port = {want_write, set_reading, wsi};
    connection->actor.kind = ACTOR_WEBSOCKET;
    connection->session = session_new(service, &port, &connection->actor);
    return 0;
}

int websocket_receive(struct lws *wsi, const void *bytes, size_t length) {
    struct connection *connection = lws_get_opaque_user_data(wsi);
    session_receive(connection->session, bytes, length, lws_is_first_fragment(wsi),
                    lws_is_final_fragment(wsi));
    return 0;
}

int websocket_write(struct service *service, struct lws *wsi) {
    struct connection *connection = lws_get_opaque_user_data(wsi);
    struct buffer *scratch = &service->scratch;
    scratch->length = 0;
    memset(buffer_reserve(scratch, LWS_PRE), 0, LWS_PRE);
    scratch->length = LWS_PRE;
    if (!session_write(connection->session, scratch)) return 0;
    size_t length = scratch->length - LWS_PRE;
    if (lws_write(wsi, scratch->bytes + LWS_PRE, length, LWS_WRITE_TEXT) < (int)length) return -1;
    if (session_has_more(connection->session)) lws_callback_on_writable(wsi);
    return 0;
}
