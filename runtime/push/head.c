// libwebsockets writes a header at a time into room that is large enough for all of ours.

#include "push/head.h"

#include "base/metrics.h"
#include "push/exchange.h"
#include "push/service.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <string.h>

#define HEAD_SIZE 2048

struct head {
    struct lws *wsi;
    unsigned char *at, *end;
    bool is_full;
};

static void add_header(struct head *head, const char *name, const char *value) {
    head->is_full |= lws_add_http_header_by_name(head->wsi, (const unsigned char *)name,
                                                 (const unsigned char *)value, (int)strlen(value),
                                                 &head->at, head->end) != 0;
}

// For every response: a page that was made to misbehave can load nothing and talk to nobody but
// here.
static void add_security(struct head *head, const char *host) {
    char policy[512];
    bool is_plain = host[0] && strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                            "0123456789.-:[]") == strlen(host);
    snprintf(policy, sizeof policy,
             "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
             "font-src 'self'; connect-src 'self'%s%.128s%s%.128s; frame-ancestors 'none'; "
             "base-uri 'none'; form-action 'self'",
             is_plain ? " ws://" : "", is_plain ? host : "", is_plain ? " wss://" : "",
             is_plain ? host : "");
    add_header(head, "content-security-policy:", policy);
    add_header(head, "x-content-type-options:", "nosniff");
    add_header(head, "referrer-policy:", "no-referrer");
    add_header(head, "cross-origin-opener-policy:", "same-origin");
}

static void add_allow(struct head *head, unsigned methods) {
    static const struct {
        enum http_method method;
        const char *name;
    } names[] = {{HTTP_GET, "GET, HEAD"},
                 {HTTP_POST, "POST"},
                 {HTTP_PUT, "PUT"},
                 {HTTP_PATCH, "PATCH"},
                 {HTTP_DELETE, "DELETE"}};
    char text[64] = "";
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (!(methods & names[i].method)) continue;
        if (text[0]) strcat(text, ", ");
        strcat(text, names[i].name);
    }
    add_header(head, "allow:", text);
}

bool head_has_body(const struct http_response *response) {
    return response->status != 204 && response->status != 304;
}

static void add_about_body(struct head *head, const struct exchange *exchange) {
    const struct http_response *response = &exchange->response;
    if (exchange->stream) {
        add_header(head, "content-type:", response->type);
    } else if (head_has_body(response)) {
        add_header(head, "content-type:", response->type);
        head->is_full |=
            lws_add_http_header_content_length(head->wsi, (lws_filepos_t)response->body.length,
                                               &head->at, head->end) != 0;
        if (response->encoding) add_header(head, "content-encoding:", response->encoding);
    }
    if (response->varies) add_header(head, "vary:", "accept-encoding");
    if (response->etag[0]) add_header(head, "etag:", response->etag);
    if (response->location[0]) add_header(head, "location:", response->location);
    if (response->status == 405) add_allow(head, response->allow);
    if (response->status == 503) add_header(head, "retry-after:", "1");
    if (response->cache) add_header(head, "cache-control:", response->cache);
}

static void count(struct service *service, int status) {
    char label[24];
    snprintf(label, sizeof label, "code=\"%d\"", status);
    ++*metrics_counter(service->options.metrics, "twind_http_requests_total", label,
                       "HTTP requests answered");
}

bool head_write(struct exchange *exchange) {
    unsigned char room[LWS_PRE + HEAD_SIZE];
    const struct http_response *response = &exchange->response;
    struct head head = {exchange->wsi, room + LWS_PRE, room + sizeof room, false};
    count(exchange->service, response->status);
    if (lws_add_http_header_status(head.wsi, (unsigned)response->status, &head.at, head.end))
        return false;
    add_about_body(&head, exchange);
    add_security(&head, exchange->request.host);
    if (exchange->is_closing) add_header(&head, "connection:", "close");
    if (head.is_full || lws_finalize_http_header(head.wsi, &head.at, head.end)) return false;
    return lws_write(head.wsi, room + LWS_PRE, (size_t)(head.at - room - LWS_PRE),
                     LWS_WRITE_HTTP_HEADERS) >= 0;
}

void head_refuse(struct service *service, struct lws *wsi, int status, const char *extra_name,
                 const char *extra, const char *why) {
    unsigned char room[LWS_PRE + HEAD_SIZE];
    char host[256];
    struct buffer body = {0};
    struct head head = {wsi, room + LWS_PRE, room + sizeof room, false};
    memset(buffer_reserve(&body, LWS_PRE), 0, LWS_PRE);
    body.length = LWS_PRE;
    http_problem_write(status, why, &body);
    count(service, status);
    bool is_full = lws_add_http_header_status(wsi, (unsigned)status, &head.at, head.end) != 0;
    add_header(&head, "content-type:", "application/problem+json");
    add_header(&head, "connection:", "close");
    if (extra_name) add_header(&head, extra_name, extra);
    add_security(&head, exchange_header(wsi, WSI_TOKEN_HOST, host, sizeof host));
    is_full = is_full || head.is_full ||
              lws_add_http_header_content_length(wsi, body.length - LWS_PRE, &head.at, head.end) ||
              lws_finalize_http_header(wsi, &head.at, head.end);
    if (!is_full && lws_write(wsi, room + LWS_PRE, (size_t)(head.at - room - LWS_PRE),
                              LWS_WRITE_HTTP_HEADERS) >= 0)
        lws_write(wsi, body.bytes + LWS_PRE, body.length - LWS_PRE, LWS_WRITE_HTTP_FINAL);
    buffer_fini(&body);
}
