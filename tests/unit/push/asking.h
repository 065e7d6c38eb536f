// The HTTP API without a socket: a plant, a web folder, and one request at a time.

#ifndef TESTS_UNIT_PUSH_ASKING_H
#define TESTS_UNIT_PUSH_ASKING_H

#include "base/metrics.h"
#include "plant.h"
#include "push/route.h"
#include "push/service.h"

#include <sys/stat.h>
#include <unistd.h>

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

struct fixture {
    struct plant plant;
    struct service service;
    struct http_request request;
    struct http_response response;
    char web_dir[32];
};

static inline bool is_ready(void *context, char *why, int size) {
    struct fixture *fixture = context;
    if (!fixture->plant.is_disk_full) return true;
    snprintf(why, (size_t)size, "the disk is full");
    return false;
}

static inline int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof *fixture);
    plant_init(&fixture->plant);
    strcpy(fixture->web_dir, "/tmp/twind-web-XXXXXX");
    assert_non_null(mkdtemp(fixture->web_dir));
    fixture->service.world = fixture->plant.world;
    fixture->service.options = (struct push_options){.door = &fixture->plant.door,
                                                     .web_dir = fixture->web_dir,
                                                     .coap_address = "127.0.0.1:5683",
                                                     .epoch = 0xabcdef0123456789,
                                                     .metrics = metrics_new(),
                                                     .is_ready = is_ready,
                                                     .context = fixture};
    strcpy(fixture->service.address, "127.0.0.1:8080");
    *state = fixture;
    return 0;
}

static inline int teardown(void **state) {
    struct fixture *fixture = *state;
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", fixture->web_dir);
    assert_int_equal(system(command), 0);
    metrics_free(fixture->service.options.metrics);
    buffer_fini(&fixture->response.body);
    plant_fini(&fixture->plant);
    free(fixture);
    return 0;
}

// Asks, and gives the body's text. `query` is "name=value" or NULL, not encoded.
static inline const char *ask(struct fixture *fixture, enum http_method method, const char *path,
                              const char *query, const char *body) {
    static const struct http_request fresh = {
        .host = "127.0.0.1:8080", .origin = "", .if_match = "", .if_none_match = ""};
    char text[256] = "";
    struct http_request *request = &fixture->request;
    struct http_request asked = *request;
    *request = fresh;
    if (asked.if_match) request->if_match = asked.if_match;
    if (asked.if_none_match) request->if_none_match = asked.if_none_match;
    if (asked.origin) request->origin = asked.origin;
    request->accepts_gzip = asked.accepts_gzip;
    request->method = method;
    request->path = path;
    if (query) {
        snprintf(text, sizeof text, "%s", query);
        char *equals = strchr(text, '=');
        *equals = 0;
        request->query[request->query_count++] = (struct http_parameter){text, equals + 1};
    }
    request->body = body;
    request->body_length = body ? strlen(body) : 0;
    buffer_fini(&fixture->response.body);
    fixture->response = (struct http_response){0};
    route_dispatch(&fixture->service, request, &fixture->response);
    *request = (struct http_request){0};
    buffer_byte(&fixture->response.body, 0);
    return (const char *)fixture->response.body.bytes;
}

static inline void answers(struct fixture *fixture, int status, const char *text,
                           const char *body) {
    if (fixture->response.status != status)
        fail_msg("status %d, not %d: %s", fixture->response.status, status, body);
    if (!strstr(body, text)) fail_msg("'%s' does not say '%s'", body, text);
}

static inline void refuses(struct fixture *fixture, int status, const char *why, const char *body) {
    answers(fixture, status, why, body);
    assert_string_equal(fixture->response.type, "application/problem+json");
    assert_int_equal(strncmp(body, "{\"type\":\"about:blank\",\"title\":\"", 31), 0);
}

#endif
