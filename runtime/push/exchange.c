// libwebsockets 4.1 takes a negative Content-Length, two of them and no Host without a word, and
// waits for a body that nobody announced; so the head is checked here (RFC 9112 3.2, 6.3), and
// whoever sends what is in doubt is answered and then hung up on.

#include "push/exchange.h"

#include "base/metrics.h"
#include "push/head.h"
#include "push/later.h"
#include "push/route.h"
#include "push/service.h"
#include "push/stream.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CHUNK 32768
#define WRITE_TIMEOUT_S 60 // for a client that takes nothing of its response

const char *exchange_header(struct lws *wsi, int token, char *text, size_t size) {
    int length = lws_hdr_total_length(wsi, (enum lws_token_indexes)token);
    text[0] = 0;
    if (length <= 0 || (size_t)length >= size ||
        lws_hdr_copy(wsi, text, (int)size, (enum lws_token_indexes)token) < 0)
        text[0] = 0;
    return text;
}

static const char *keep_header(struct exchange *exchange, int token) {
    int length = lws_hdr_total_length(exchange->wsi, (enum lws_token_indexes)token);
    if (length <= 0) return "";
    size_t size = (size_t)length + 16; // it puts ", " between several headers of one name
    return exchange_header(exchange->wsi, token, region_alloc(&exchange->region, size), size);
}

static void read_method(struct exchange *exchange) {
    static const enum http_method methods[] = {
        [LWSHUMETH_GET] = HTTP_GET,       [LWSHUMETH_POST] = HTTP_POST,
        [LWSHUMETH_PUT] = HTTP_PUT,       [LWSHUMETH_PATCH] = HTTP_PATCH,
        [LWSHUMETH_DELETE] = HTTP_DELETE, [LWSHUMETH_HEAD] = HTTP_GET,
    };
    char *path;
    int length;
    int method = lws_http_get_uri_and_method(exchange->wsi, &path, &length);
    bool is_known = method >= 0 && method < (int)ARRAY_LEN(methods);
    exchange->request.method = is_known ? methods[method] : HTTP_OTHER;
    exchange->request.is_head = method == LWSHUMETH_HEAD;
    exchange->request.path = method < 0 ? "" : region_copy(&exchange->region, path, (size_t)length);
}

static void read_query(struct exchange *exchange) {
    struct http_request *request = &exchange->request;
    int total = lws_hdr_total_length(exchange->wsi, WSI_TOKEN_HTTP_URI_ARGS);
    for (int i = 0; total > 0 && i < HTTP_QUERY_MAX; i++) {
        char *text = region_alloc(&exchange->region, (size_t)total + 1);
        if (lws_hdr_copy_fragment(exchange->wsi, text, total + 1, WSI_TOKEN_HTTP_URI_ARGS, i) < 0)
            break;
        char *equals = strchr(text, '=');
        if (equals) *equals = 0;
        request->query[request->query_count++] =
            (struct http_parameter){text, equals ? equals + 1 : ""};
    }
}

static bool accepts_gzip(const char *header) {
    const char *at = strstr(header, "gzip");
    if (!at) return false;
    at += 4;
    at += strspn(at, " ");
    if (*at != ';') return true;
    at += 1 + strspn(at + 1, " ");
    return strncmp(at, "q=0", 3) != 0 || at[3] == '.';
}

// A header that libwebsockets has no number for; `name` in small letters, with its colon.
static const char *keep_other_header(struct exchange *exchange, const char *name) {
    int length = lws_hdr_custom_length(exchange->wsi, name, (int)strlen(name));
    if (length <= 0) return "";
    char *text = region_alloc(&exchange->region, (size_t)length + 1);
    bool is_there =
        lws_hdr_custom_copy(exchange->wsi, text, length + 1, name, (int)strlen(name)) >= 0;
    return is_there ? text : "";
}

static void read_head(struct exchange *exchange, const struct actor *actor) {
    struct http_request *request = &exchange->request;
    read_method(exchange);
    read_query(exchange);
    request->actor = *actor;
    request->host = keep_header(exchange, WSI_TOKEN_HOST);
    request->origin = keep_header(exchange, WSI_TOKEN_ORIGIN);
    request->if_match = keep_header(exchange, WSI_TOKEN_HTTP_IF_MATCH);
    request->if_none_match = keep_header(exchange, WSI_TOKEN_HTTP_IF_NONE_MATCH);
    request->last_event = keep_other_header(exchange, "last-event-id:");
    request->accepts_csv = strstr(keep_header(exchange, WSI_TOKEN_HTTP_ACCEPT), "text/csv") != NULL;
    request->accepts_gzip = accepts_gzip(keep_header(exchange, WSI_TOKEN_HTTP_ACCEPT_ENCODING));
}

// How many bytes of body come. False with a reason when that cannot be told, or is too much.
static bool read_length(struct exchange *exchange, struct err *err) {
    const char *text = keep_header(exchange, WSI_TOKEN_HTTP_CONTENT_LENGTH);
    const char *version = keep_header(exchange, WSI_TOKEN_HTTP);
    exchange->expected = 0;
    if (lws_hdr_total_length(exchange->wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0)
        return err_set(err, ERR_INVALID,
                       "Transfer-Encoding is not taken: send the body with its Content-Length");
    if (!exchange->request.host[0] && strcmp(version, "HTTP/1.1") == 0)
        return err_set(err, ERR_INVALID, "an HTTP/1.1 request must have a Host header");
    if (lws_hdr_total_length(exchange->wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) <= 0) return true;
    if (text[0] == 0 || strspn(text, "0123456789") != strlen(text))
        return err_set(err, ERR_INVALID, "Content-Length '%.40s' is not one whole number", text);
    unsigned long long length = strtoull(text, NULL, 10);
    if (length > HTTP_BODY_MAX || strlen(text) > 18)
        return err_set(err, ERR_TOO_LARGE, "the body has %.20s bytes; %u is the limit", text,
                       HTTP_BODY_MAX);
    exchange->expected = (size_t)length;
    return true;
}

static void reset(struct exchange *exchange) {
    region_fini(&exchange->region);
    buffer_fini(&exchange->body);
    buffer_fini(&exchange->response.body);
    *exchange = (struct exchange){.wsi = exchange->wsi, .service = exchange->service};
}

static void on_durable(struct durable_wait *wait) {
    struct exchange *exchange = lws_container_of(wait, struct exchange, wait);
    exchange->is_ready = true;
    lws_set_timeout(exchange->wsi, PENDING_TIMEOUT_HTTP_CONTENT, WRITE_TIMEOUT_S);
    lws_callback_on_writable(exchange->wsi);
}

static void on_answered(struct later *later, const struct err *why, const struct buffer *json) {
    struct exchange *exchange = later->context;
    exchange->later = NULL;
    if (why)
        http_problem(&exchange->response, why);
    else
        buffer_add(&exchange->response.body, json->bytes, json->length);
    exchange->is_ready = true;
    lws_set_timeout(exchange->wsi, PENDING_TIMEOUT_HTTP_CONTENT, WRITE_TIMEOUT_S);
    lws_callback_on_writable(exchange->wsi);
}

static int wait_for_later(struct exchange *exchange) {
    struct later *later = exchange->later = exchange->response.later;
    exchange->response.later = NULL;
    later->context = exchange;
    later->on_done = on_answered;
    lws_set_timeout(exchange->wsi, NO_PENDING_TIMEOUT, 0); // who does it has a limit of its own
    later->start(later);
    return 0;
}

static void on_more(struct stream *stream) {
    struct exchange *exchange = stream->context;
    exchange->is_ready = true;
    lws_set_timeout(exchange->wsi, PENDING_TIMEOUT_HTTP_CONTENT, WRITE_TIMEOUT_S);
    lws_callback_on_writable(exchange->wsi);
}

static int wait_for_stream(struct exchange *exchange) {
    struct stream *stream = exchange->stream = exchange->response.stream;
    exchange->response.stream = NULL;
    exchange->is_closing = true; // nothing else tells where it ends
    stream->context = exchange;
    stream->on_more = on_more;
    lws_set_timeout(exchange->wsi, NO_PENDING_TIMEOUT, 0);
    return 0;
}

static void leave_stream(struct exchange *exchange) {
    struct stream *stream = exchange->stream;
    exchange->stream = NULL;
    if (stream) stream->leave(stream);
}

// What need not wait for the disk is written at once: libwebsockets 4.3 hangs up on a second
// request that comes while it thinks that the first goes on.
static int answer(struct exchange *exchange) {
    struct durable *durable = &exchange->service->durable;
    route_dispatch(exchange->service, &exchange->request, &exchange->response);
    if (exchange->response.later) return wait_for_later(exchange);
    if (exchange->response.stream) return wait_for_stream(exchange);
    if (exchange->response.wait_rev <= durable->rev) {
        exchange->is_ready = true;
        return exchange_write(exchange);
    }
    lws_set_timeout(exchange->wsi, NO_PENDING_TIMEOUT, 0); // the disk takes its time
    durable_add(durable, &exchange->wait, exchange->response.wait_rev, on_durable);
    return 0;
}

static int answer_problem(struct exchange *exchange, const struct err *err) {
    exchange->is_ready = true;
    exchange->is_closing = true; // what follows on the connection may be anything
    http_problem(&exchange->response, err);
    return exchange_write(exchange);
}

int exchange_begin(struct exchange *exchange, struct service *service, struct lws *wsi,
                   const struct actor *actor) {
    struct err err;
    if (exchange->is_closing) return -1; // what comes behind the last answer is nobody's request
    exchange->wsi = wsi;
    exchange->service = service;
    reset(exchange);
    read_head(exchange, actor);
    bool takes_body = (exchange->request.method & (HTTP_POST | HTTP_PUT | HTTP_PATCH)) != 0;
    bool has_length = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) > 0;
    if (!read_length(exchange, &err)) return answer_problem(exchange, &err);
    if (takes_body && exchange->expected > 0) return 0;
    // libwebsockets would wait for 100 MB now, or take a body for the next request.
    exchange->is_closing = takes_body ? !has_length : exchange->expected > 0;
    return answer(exchange);
}

static bool is_under_way(const struct exchange *exchange) { // its request is whole
    return exchange->is_ready || exchange->wait.is_waiting || exchange->later || exchange->stream;
}

int exchange_body(struct exchange *exchange, const void *bytes, size_t length) {
    if (is_under_way(exchange)) return 0;
    if (exchange->is_closing) return -1;
    if (exchange->body.length + length > exchange->expected) {
        exchange->is_closing = true; // libwebsockets mixes requests up: nothing that follows counts
        return -1;
    }
    buffer_add(&exchange->body, bytes, length);
    return 0;
}

// For a request that came in one piece with the one before, libwebsockets 4.1 gives the request's
// own first line for its body.
static bool is_own_head(const struct exchange *exchange) {
    static const char *const starts[] = {"PUT /", "POST /", "PATCH /"};
    const struct buffer *body = &exchange->body;
    for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
        size_t length = strlen(starts[i]) < body->length ? strlen(starts[i]) : body->length;
        if (length > 0 && memcmp(body->bytes, starts[i], length) == 0) return true;
    }
    return false;
}

int exchange_body_end(struct exchange *exchange) {
    struct err err;
    if (is_under_way(exchange)) return 0;
    if (exchange->is_closing) return -1;
    if (is_own_head(exchange)) {
        err_set(&err, ERR_INVALID,
                "a request with a body must wait for the response to the one before");
        return answer_problem(exchange, &err);
    }
    exchange->request.body = (const char *)exchange->body.bytes;
    exchange->request.body_length = exchange->body.length;
    return answer(exchange);
}

// ---- the response ----

// Writes the next piece of the body; false when the socket is broken.
static bool write_body(struct exchange *exchange, bool *is_done) {
    const struct buffer *body = &exchange->response.body;
    struct buffer *scratch = &exchange->service->scratch;
    size_t size = body->length - exchange->written;
    if (size > CHUNK) size = CHUNK;
    *is_done = exchange->written + size == body->length;
    scratch->length = 0;
    buffer_reserve(scratch, LWS_PRE + size);
    scratch->length = LWS_PRE;
    buffer_add(scratch, body->bytes + exchange->written, size);
    exchange->written += size;
    return lws_write(exchange->wsi, scratch->bytes + LWS_PRE, size,
                     *is_done ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) >= 0;
}

static int finish(struct exchange *exchange) {
    bool is_closing = exchange->is_closing;
    leave_stream(exchange);
    reset(exchange);
    exchange->is_closing = is_closing || lws_http_transaction_completed(exchange->wsi) != 0;
    return exchange->is_closing ? -1 : 0;
}

// The next piece of a stream, behind the head when that is not written yet.
static int write_stream(struct exchange *exchange) {
    struct buffer *scratch = &exchange->service->scratch;
    struct err err;
    size_t length;
    scratch->length = 0;
    buffer_reserve(scratch, LWS_PRE + CHUNK);
    enum stream_state state =
        exchange->stream->take(exchange->stream, scratch->bytes + LWS_PRE, CHUNK, &length, &err);
    if (state == STREAM_FAILED) {
        leave_stream(exchange);
        http_problem(&exchange->response, &err);
        return exchange_write(exchange);
    }
    if (length == 0 && state == STREAM_GOES_ON) {
        exchange->is_ready = false;
        lws_set_timeout(exchange->wsi, NO_PENDING_TIMEOUT, 0); // on_more ends it
        return 0;
    }
    if (!exchange->has_head && !head_write(exchange)) return -1;
    exchange->has_head = true;
    bool is_last = state == STREAM_ENDS;
    if (lws_write(exchange->wsi, scratch->bytes + LWS_PRE, length,
                  is_last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < 0)
        return -1;
    if (is_last) return finish(exchange);
    lws_set_timeout(exchange->wsi, PENDING_TIMEOUT_HTTP_CONTENT, WRITE_TIMEOUT_S);
    lws_callback_on_writable(exchange->wsi);
    return 0;
}

int exchange_write(struct exchange *exchange) {
    if (!exchange->is_ready) return 0;
    if (exchange->stream) return write_stream(exchange);
    bool is_done = exchange->request.is_head || !head_has_body(&exchange->response) ||
                   exchange->response.body.length == 0;
    if (!exchange->has_head) {
        if (!head_write(exchange)) return -1;
        exchange->has_head = true;
        if (is_done) return finish(exchange);
    }
    if (!write_body(exchange, &is_done)) return -1;
    if (is_done) return finish(exchange);
    lws_set_timeout(exchange->wsi, PENDING_TIMEOUT_HTTP_CONTENT, WRITE_TIMEOUT_S);
    lws_callback_on_writable(exchange->wsi);
    return 0;
}

void exchange_close(struct exchange *exchange, struct service *service) {
    durable_remove(&service->durable, &exchange->wait);
    if (exchange->later) exchange->later->context = NULL;
    leave_stream(exchange);
    reset(exchange);
}
