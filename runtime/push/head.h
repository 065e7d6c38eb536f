// The head of an HTTP response, with the headers that every response has.

#ifndef PUSH_HEAD_H
#define PUSH_HEAD_H

#include <stdbool.h>

struct exchange;
struct http_response;
struct lws;
struct service;

bool head_write(struct exchange *exchange);               // false when the socket is broken
bool head_has_body(const struct http_response *response); // not 204, not 304

// Answers a request that wants to be a WebSocket and may not; the connection is to be closed then.
void head_refuse(struct service *service, struct lws *wsi, int status, const char *extra_name,
                 const char *extra, const char *why);

#endif
