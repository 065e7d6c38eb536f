// An HTTP request and its response as plain memory: what handlers see. Sockets are exchange.c's.

#ifndef PUSH_HTTP_H
#define PUSH_HTTP_H

#include "base/err.h"
#include "base/memory.h"
#include "twin/input.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_BODY_MAX (1u << 20)
#define HTTP_QUERY_MAX 16

struct later;
struct stream;

enum http_method { // bits, so that a set of them is one number
    HTTP_GET = 1,
    HTTP_POST = 2,
    HTTP_PUT = 4,
    HTTP_PATCH = 8,
    HTTP_DELETE = 16,
    HTTP_OTHER = 0,
};

struct http_request { // texts are the exchange's
    enum http_method method;
    bool is_head;     // GET without a body in the answer
    const char *path; // decoded, starts with '/'
    struct http_parameter {
        const char *name, *value;
    } query[HTTP_QUERY_MAX]; // decoded
    int query_count;
    const char *host, *origin, *if_match, *if_none_match, *last_event; // "" when missing
    bool accepts_gzip;
    bool accepts_csv; // where there is a table
    const char *body;
    size_t body_length;
    struct actor actor;
};

struct http_response {
    int status;
    const char *type;     // of the body
    const char *cache;    // Cache-Control
    const char *encoding; // Content-Encoding, NULL = none
    bool varies;          // by Accept-Encoding
    unsigned allow;       // methods, for 405
    char etag[40];        // with its quotes, "" = none
    char location[112];
    struct buffer body;
    uint64_t wait_rev;     // not sent before this rev is on disk
    struct later *later;   // not sent before it is answered, and its answer is the body
    struct stream *stream; // the body comes from it, and the connection ends with it
};

// The value of a query parameter, "" when it is given without one; NULL when it is not given.
const char *http_query(const struct http_request *request, const char *name);

// `limit` of a list: 1 to `most`, `usual` when it is not given.
bool http_limit(const struct http_request *request, uint32_t usual, uint32_t most, uint32_t *limit,
                struct err *err);
// Where a list goes on: a number that an earlier page gave.
bool http_cursor(const struct http_request *request, uint32_t *cursor, struct err *err);

// Makes the response problem+json (RFC 9457) with the error's sentence. Throws away what is in it.
void http_problem(struct http_response *response, const struct err *err);
int http_status(enum err_code code);
const char *http_title(int status); // "Not Found"

void http_problem_write(int status, const char *detail, struct buffer *out); // the object alone

// ETag of a revision: "81234". Then, when the request knows it already, 304 and true.
bool http_is_known(const struct http_request *request, struct http_response *response,
                   const char *etag);

// True when `method` changes nothing on the server.
bool http_is_safe(enum http_method method);

// A page of another site may not write here: its Origin must be the Host that was asked.
bool http_is_same_origin(const char *origin, const char *host);

#endif
