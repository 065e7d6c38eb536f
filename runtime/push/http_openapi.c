#include "push/http_openapi.h"

#include "base/json.h"
#include "base/memory.h"

#include <string.h>

static const char *method_name(enum http_method method) {
    switch (method) {
    case HTTP_GET:
        return "get";
    case HTTP_POST:
        return "post";
    case HTTP_PUT:
        return "put";
    case HTTP_PATCH:
        return "patch";
    case HTTP_DELETE:
        return "delete";
    case HTTP_OTHER:
        break;
    }
    return "head";
}

static void write_parameters(const char *pattern, struct buffer *json) {
    json_key(json, "parameters");
    json_open(json, '[');
    while ((pattern = strchr(pattern, '{'))) {
        size_t length = strcspn(++pattern, "}");
        json_open(json, '{');
        json_key(json, "name");
        json_text(json, pattern, length);
        json_member(json, "in", "path");
        json_key(json, "required");
        json_boolean(json, true);
        json_key(json, "schema");
        json_raw(json, "{\"type\":\"string\"}");
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void write_operation(const struct route *route, struct buffer *json) {
    json_key(json, method_name(route->method));
    json_open(json, '{');
    json_member(json, "summary", route->summary);
    if (route->method == HTTP_POST || route->method == HTTP_PUT || route->method == HTTP_PATCH) {
        json_key(json, "requestBody");
        json_raw(json, route->method == HTTP_PATCH
                           ? "{\"content\":{\"application/merge-patch+json\":{}}}"
                           : "{\"content\":{\"application/json\":{}}}");
    }
    json_key(json, "responses");
    json_raw(json, "{\"2XX\":{\"description\":\"done, or what was asked for\"},"
                   "\"default\":{\"$ref\":\"#/components/responses/problem\"}}");
    json_close(json, '}');
}

// Every operation of the path at `first`; nothing when it was written before.
static void write_path(int first, struct buffer *json) {
    const char *pattern = route_at(first)->pattern;
    for (int i = 0; i < first; i++)
        if (strcmp(route_at(i)->pattern, pattern) == 0) return;
    json_key(json, pattern);
    json_open(json, '{');
    write_parameters(pattern, json);
    for (int i = first; i < route_count(); i++)
        if (strcmp(route_at(i)->pattern, pattern) == 0) write_operation(route_at(i), json);
    json_close(json, '}');
}

bool http_openapi_get(struct service *service, const struct http_request *request,
                      const struct route_match *match, struct http_response *response,
                      struct err *err) {
    struct buffer *json = &response->body;
    (void)service, (void)request, (void)match, (void)err;
    json_open(json, '{');
    json_member(json, "openapi", "3.1.0");
    json_key(json, "info");
    json_raw(json, "{\"title\":\"twind\",\"version\":\"1\"}");
    json_key(json, "paths");
    json_open(json, '{');
    for (int i = 0; i < route_count(); i++)
        write_path(i, json);
    json_close(json, '}');
    json_key(json, "components");
    json_raw(json,
             "{\"responses\":{\"problem\":{\"description\":\"why not: RFC 9457\",\"content\":{"
             "\"application/problem+json\":{\"schema\":{\"type\":\"object\",\"properties\":{"
             "\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
             "\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"}}}}}}}}");
    json_close(json, '}');
    return true;
}
