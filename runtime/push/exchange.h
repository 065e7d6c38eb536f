// One HTTP request and its response on a socket: reads what libwebsockets parsed, refuses what it
// should have refused, gathers the body, lets route.c answer, and writes that.

#ifndef PUSH_EXCHANGE_H
#define PUSH_EXCHANGE_H

#include "push/durable.h"
#include "push/http.h"

#include <stdbool.h>

struct lws;
struct service;
struct stream;

struct exchange {
    struct lws *wsi;
    struct service *service;
    struct region region; // of the request's texts
    struct http_request request;
    struct http_response response;
    struct buffer body; // of the request
    size_t expected;    // bytes of it
    struct durable_wait wait;
    struct later *later;   // that is not answered yet
    struct stream *stream; // that the body comes from, until it is over
    bool is_ready;         // the response may be written
    bool has_head;         // its head is
    bool is_closing;       // the connection ends with it
    size_t written;        // of its body
};

// Each returns what the libwebsockets callback is to return: 0, or -1 to close.
int exchange_begin(struct exchange *exchange, struct service *service, struct lws *wsi,
                   const struct actor *actor);
int exchange_body(struct exchange *exchange, const void *bytes, size_t length);
int exchange_body_end(struct exchange *exchange);
int exchange_write(struct exchange *exchange);
void exchange_close(struct exchange *exchange, struct service *service);

// A header's text, "" when it is missing, or too long for `size`.
const char *exchange_header(struct lws *wsi, int token, char *text, size_t size);

#endif
