// The WebSocket side of libwebsockets: who may become one, and the session behind it.
//
// Only GET /ws with `Upgrade: websocket`, version 13 and the subprotocol twin.v1 does. A browser's
// page (it sends Origin) must come from here: WebSockets know no other rule against foreign pages.

#ifndef PUSH_WEBSOCKET_H
#define PUSH_WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>

struct lws;
struct service;

#define WEBSOCKET_PROTOCOL "twin.v1"
#define WEBSOCKET_CLIENTS_MAX 4096

// False, after an answer that says why, when this request may not be upgraded to `upgrade`.
bool websocket_is_allowed(struct service *service, struct lws *wsi, const char *upgrade);

// What the libwebsockets callback is to return.
int websocket_open(struct service *service, struct lws *wsi);
int websocket_receive(struct lws *wsi, const void *bytes, size_t length);
int websocket_write(struct service *service, struct lws *wsi);

#endif
