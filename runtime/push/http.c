// Small parts of HTTP (RFC 9110) that handlers share.

#include "push/http.h"

#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *http_query(const struct http_request *request, const char *name) {
    for (int i = 0; i < request->query_count; i++)
        if (strcmp(request->query[i].name, name) == 0) return request->query[i].value;
    return NULL;
}

static bool parse_number(const char *text, uint64_t most, uint64_t *number) {
    char *end;
    if (text[0] < '0' || text[0] > '9' || strlen(text) > 10) return false;
    *number = strtoull(text, &end, 10);
    return *end == 0 && *number <= most;
}

bool http_limit(const struct http_request *request, uint32_t usual, uint32_t most, uint32_t *limit,
                struct err *err) {
    const char *text = http_query(request, "limit");
    uint64_t number = usual;
    if (text && (!parse_number(text, most, &number) || number == 0))
        return err_set(err, ERR_INVALID, "limit must be a whole number from 1 to %u, not '%.20s'",
                       most, text);
    *limit = (uint32_t)number;
    return true;
}

bool http_cursor(const struct http_request *request, uint32_t *cursor, struct err *err) {
    const char *text = http_query(request, "cursor");
    uint64_t number = 0;
    if (text && text[0] && !parse_number(text, UINT32_MAX, &number))
        return err_set(err, ERR_INVALID,
                       "cursor '%.20s' is not one that an earlier page of this list gave", text);
    *cursor = (uint32_t)number;
    return true;
}

int http_status(enum err_code code) {
    switch (code) {
    case ERR_INVALID:
        return 400;
    case ERR_FORBIDDEN:
        return 403;
    case ERR_NOT_FOUND:
        return 404;
    case ERR_METHOD:
        return 405;
    case ERR_CONFLICT:
        return 409;
    case ERR_PRECONDITION:
        return 412;
    case ERR_TOO_LARGE:
        return 413;
    case ERR_FORMAT:
        return 415;
    case ERR_TOO_FAST:
        return 429;
    case ERR_UNAVAILABLE:
        return 503;
    case ERR_NONE:
    case ERR_INTERNAL:
        break;
    }
    return 500;
}

const char *http_title(int status) {
    static const struct {
        int status;
        const char *title;
    } titles[] = {
        {400, "Bad Request"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {409, "Conflict"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {503, "Service Unavailable"},
    };
    for (size_t i = 0; i < ARRAY_LEN(titles); i++)
        if (titles[i].status == status) return titles[i].title;
    return "Internal Server Error";
}

void http_problem_write(int status, const char *detail, struct buffer *out) {
    json_open(out, '{');
    json_key(out, "type");
    json_string(out, "about:blank");
    json_key(out, "title");
    json_string(out, http_title(status));
    json_key(out, "status");
    json_integer(out, status);
    json_key(out, "detail");
    json_string(out, detail);
    json_close(out, '}');
}

void http_problem(struct http_response *response, const struct err *err) {
    response->status = http_status(err->code);
    response->type = "application/problem+json";
    response->cache = "no-store";
    response->encoding = NULL;
    response->varies = false;
    response->etag[0] = response->location[0] = 0;
    response->wait_rev = 0;
    response->body.length = 0;
    http_problem_write(response->status, err->text, &response->body);
}

// True when the list of entity tags `header` has `etag`, weakly compared (RFC 9110 8.8.3.2).
static bool has_tag(const char *header, const char *etag) {
    size_t length = strlen(etag);
    for (const char *at = header; *at;) {
        at += strspn(at, " \t,");
        if (*at == '*') return true;
        if (strncmp(at, "W/", 2) == 0) at += 2;
        if (strncmp(at, etag, length) == 0 && (at[length] == 0 || strchr(" \t,", at[length])))
            return true;
        at += strcspn(at, ",");
    }
    return false;
}

bool http_is_known(const struct http_request *request, struct http_response *response,
                   const char *etag) {
    snprintf(response->etag, sizeof response->etag, "%s", etag);
    if (!has_tag(request->if_none_match, etag)) return false;
    response->status = 304;
    return true;
}

bool http_is_safe(enum http_method method) {
    return method == HTTP_GET;
}

bool http_is_same_origin(const char *origin, const char *host) {
    const char *at = strstr(origin, "://");
    return at && host[0] && strcasecmp(at + 3, host) == 0;
}
