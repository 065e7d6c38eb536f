// HTTP on the wire: good requests, slow disks, and what must not get through.

#include "wire.h"

#define HOST "Host: 127.0.0.1\r\n"

static void a_response_carries_its_headers(void **state) {
    struct wire *wire = *state;
    on_loop(wire, make_pump, "pump-1");
    char *response =
        exchange(wire, "GET /api/v1/twins/pump-1 HTTP/1.1\r\nHost: 127.0.0.1:99\r\n\r\n");
    says(response, "HTTP/1.1 200 OK\r\n");
    says(response, "content-type: application/json\r\n");
    says(response, "etag: \"1\"\r\n");
    says(response, "cache-control: no-cache\r\n");
    says(response, "x-content-type-options: nosniff\r\n");
    says(response, "referrer-policy: no-referrer\r\n");
    says(response, "cross-origin-opener-policy: same-origin\r\n");
    says(response, "default-src 'none'; script-src 'self'; style-src 'self';");
    says(response, "connect-src 'self' ws://127.0.0.1:99 wss://127.0.0.1:99;");
    says(response, "\r\n\r\n{\"id\":\"pump-1\",");
    free(response);
    expect(wire, "GET /healthz HTTP/1.1\r\nHost: x; script-src *\r\n\r\n", "200",
           "connect-src 'self';");
    expect(wire, "HEAD /api/v1/twins/pump-1 HTTP/1.1\r\n" HOST "\r\n", "200", "etag: \"1\"\r\n");
    expect(wire, "GET /api/v1/twins/pump-1 HTTP/1.1\r\n" HOST "If-None-Match: \"1\"\r\n\r\n", "304",
           "etag: \"1\"\r\n");
    expect(wire, "POST /api/v1/twins HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", "405",
           "allow: GET, HEAD\r\n");
}

static void a_query_is_decoded(void **state) {
    struct wire *wire = *state;
    on_loop(wire, make_pump, "pump-1");
    on_loop(wire, measure, &(struct measured){"pump-1", "temperature", 85, false});
    expect(wire,
           "GET /api/v1/twins?where=temperature%3E80%20and+temperature%3C%3D90&fields=&limit=5 "
           "HTTP/1.1\r\n" HOST "\r\n",
           "200", "{\"twins\":[{\"id\":\"pump-1\",");
    expect(wire, "GET /api/v1/twins?where=temperature%3E90 HTTP/1.1\r\n" HOST "\r\n", "200",
           "{\"twins\":[]}");
    expect(wire, "GET /api/v1/twins?where=temperature%3E90%26x HTTP/1.1\r\n" HOST "\r\n", "400",
           "('&x')");
    expect(wire, "GET /api/v1/twins/pump%2D1 HTTP/1.1\r\n" HOST "\r\n", "200", "pump-1");
}

static void one_connection_serves_many_requests(void **state) {
    struct wire *wire = *state;
    struct buffer in = {0};
    int fd = dial(wire);
    for (int i = 0; i < 3; i++) {
        send_text(fd, "PUT /api/v1/twins/pump-1 HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}");
        char *response = read_response(fd, &in, true);
        says(response, i == 0 ? "HTTP/1.1 201 " : "HTTP/1.1 200 ");
        free(response);
        // two at once
        send_text(fd,
                  "GET /healthz HTTP/1.1\r\n" HOST "\r\nDELETE /healthz HTTP/1.1\r\n" HOST "\r\n");
        response = read_response(fd, &in, true);
        says(response, "HTTP/1.1 200 ");
        free(response);
        response = read_response(fd, &in, true);
        says(response, "HTTP/1.1 405 ");
        free(response);
    }
    buffer_fini(&in);
    close(fd);
}

static void a_body_that_libwebsockets_mixes_up_is_not_believed(void **state) {
    struct wire *wire = *state;
    struct buffer in = {0};
    on_loop(wire, make_pump, "pump-1");
    on_loop(wire, measure, &(struct measured){"pump-1", "temperature", 95, false});
    int fd = dial(wire);
    send_text(fd,
              "GET /healthz HTTP/1.1\r\n" HOST "\r\n"
              "POST /api/v1/alarms/pump-1.overheating/ack HTTP/1.1\r\n" HOST
              "Content-Length: 2\r\n\r\n{}DELETE /api/v1/twins/pump-1 HTTP/1.1\r\n" HOST "\r\n");
    char *response = read_response(fd, &in, true);
    says(response, "HTTP/1.1 200 ");
    free(response);
    response = read_response(fd, &in, true); // or libwebsockets hangs up, as 4.3 does
    if (response[0]) says(response, "must wait for the response to the one before");
    free(response);
    response = read_response(fd, &in, true);
    assert_string_equal(response, "");
    free(response);
    expect(wire, "GET /api/v1/twins/pump-1 HTTP/1.1\r\n" HOST "\r\n", "200", "\"acked\":false");
    buffer_fini(&in);
    close(fd);
}

static void a_body_may_come_late_and_in_pieces(void **state) {
    struct wire *wire = *state;
    struct buffer in = {0};
    int fd = dial(wire);
    send_text(fd, "PUT /api/v1/twins/pump-1 HTTP/1.1\r\n" HOST "Content-Length: 25\r\n\r\n{\"para");
    assert_true(is_silent(fd));
    send_text(fd, "meters\":{\"hot\"");
    send_text(fd, ":99}}");
    char *response = read_response(fd, &in, true);
    says(response, "HTTP/1.1 201 ");
    says(response, "\"hot\":{\"value\":99,");
    says(response, "location: /api/v1/twins/pump-1\r\n");
    free(response);
    buffer_fini(&in);
    close(fd);
}

static void a_write_is_answered_when_it_is_on_disk(void **state) {
    struct wire *wire = *state;
    struct buffer in = {0};
    struct measured there = {"pump-1", NULL, 0, false};
    on_loop(wire, make_late, NULL);
    int fd = dial(wire), leaver = dial(wire);
    send_text(leaver, "PUT /api/v1/twins/pump-0 HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}");
    send_text(fd, "PUT /api/v1/twins/pump-1 HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}");
    while (!there.is_found) {
        on_loop(wire, measure, &there);
        sched_yield();
    }
    expect(wire, "GET /api/v1/twins/pump-1 HTTP/1.1\r\n" HOST "\r\n", "200", "pump-1");
    assert_true(is_silent(fd));
    close(leaver); // one who does not wait for its answer
    on_loop(wire, store_all, NULL);
    char *response = read_response(fd, &in, true);
    says(response, "HTTP/1.1 201 ");
    free(response);
    buffer_fini(&in);
    close(fd);
}

static void make_fleet(struct wire *wire, void *argument) {
    char id[16];
    for (int i = 0; i < *(int *)argument; i++) {
        snprintf(id, sizeof id, "pump-%d", i);
        plant_create(&wire->plant, "pump", id);
    }
}

static void a_long_response_comes_whole(void **state) {
    struct wire *wire = *state;
    int count = 1000;
    on_loop(wire, make_fleet, &count);
    char *response = exchange(wire, "GET /api/v1/twins?limit=1000 HTTP/1.1\r\n" HOST "\r\n");
    assert_true(strlen(response) > 500000);
    assert_string_equal(response + strlen(response) - 5, "{}}]}");
    free(response);
}

static void a_request_without_a_body_needs_no_length(void **state) {
    struct wire *wire = *state;
    on_loop(wire, make_pump, "pump-1");
    on_loop(wire, measure, &(struct measured){"pump-1", "temperature", 95, false});
    expect(wire, "POST /api/v1/alarms/pump-1.overheating/ack HTTP/1.1\r\n" HOST "\r\n", "200",
           "\"acked\":true");
    expect(wire, "DELETE /api/v1/twins/pump-1 HTTP/1.1\r\n" HOST "\r\n", "204", "HTTP/1.1 204");
}

static void what_is_in_doubt_is_refused(void **state) {
    struct wire *wire = *state;
    const char *put = "PUT /api/v1/twins/pump-1 HTTP/1.1\r\n" HOST;
    struct {
        const char *headers, *status, *why;
    } bad[] = {
        {"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ", "400", "is not one whole number"},
        {"Content-Length: -2\r\n\r\n{}", "400", "'-2' is not one whole number"},
        {"Content-Length: +2\r\n\r\n{}", "400", "is not one whole number"},
        {"Content-Length: 2x\r\n\r\n{}", "400", "is not one whole number"},
        {"Content-Length: 1048577\r\n\r\n{}", "413", "1048576 is the limit"},
        {"Content-Length: 99999999999999999999\r\n\r\n{}", "413", "is the limit"},
        {"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "400",
         "Transfer-Encoding is not"},
        {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400",
         "Transfer-Encoding"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char request[256];
        snprintf(request, sizeof request, "%s%s", put, bad[i].headers);
        char *response = exchange(wire, request);
        says(response, bad[i].why);
        says(response, "connection: close\r\n");
        says(response, "content-type: application/problem+json\r\n");
        assert_memory_equal(response + 9, bad[i].status, 3);
        free(response);
    }
    expect(wire, "GET /healthz HTTP/1.1\r\n\r\n", "400", "must have a Host");
    expect(wire, "GET /healthz HTTP/1.0\r\n\r\n", "200", "alive");
    expect(wire, "GET /../../etc/passwd HTTP/1.1\r\n" HOST "\r\n", "404", "nothing at");
    expect(wire, "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n" HOST "\r\n", "404", "nothing at");
}

static void a_body_that_is_too_long_is_refused_while_it_comes(void **state) {
    struct wire *wire = *state;
    size_t size = 4 << 20;
    char *request = xcalloc(1, size);
    memset(request, 'x', size - 1);
    int length =
        snprintf(request, size,
                 "PUT /api/v1/twins/pump-1 HTTP/1.1\r\n" HOST "Content-Length: %zu\r\n\r\n", size);
    request[length] = 'x';
    expect(wire, request, "413", "is the limit");
    free(request);
}

// Nothing of these may crash it or stop it from serving; what libwebsockets answers itself is its
// own.
static void nonsense_does_no_harm(void **state) {
    struct wire *wire = *state;
    char long_line[9000];
    memset(long_line, 'a', sizeof long_line);
    memcpy(long_line, "GET /", 5);
    long_line[sizeof long_line - 1] = 0;
    const char *nonsense[] = {
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "FROB / HTTP/1.1\r\n" HOST "\r\n",
        "GET http://x/ HTTP/1.1\r\n" HOST "\r\n",
        "GET /%00 HTTP/1.1\r\n" HOST "\r\n",
        "GET / HTTP/9.9\r\n" HOST "\r\n",
        "\r\n\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        long_line,
    };
    for (size_t i = 0; i < ARRAY_LEN(nonsense); i++) {
        int fd = dial(wire);
        send_text(fd, nonsense[i]);
        expect(wire, "GET /healthz HTTP/1.1\r\n" HOST "\r\n", "200", "alive");
        close(fd);
    }
    int fd = dial(wire);
    send_text(fd, "GET /half HTTP/1.1\r\nHo");
    expect(wire, "GET /healthz HTTP/1.1\r\n" HOST "\r\n", "200", "alive");
    close(fd);
}

static void requests_are_counted_by_code(void **state) {
    struct wire *wire = *state;
    expect(wire, "GET /healthz HTTP/1.1\r\n" HOST "\r\n", "200", "alive");
    expect(wire, "GET /nothing HTTP/1.1\r\n" HOST "\r\n", "404", "nothing at");
    expect(wire, "GET /nothing HTTP/1.1\r\n" HOST "\r\n", "404", "nothing at");
    expect(wire, "GET /metrics HTTP/1.1\r\n" HOST "\r\n", "200",
           "twind_http_requests_total{code=\"404\"} 2\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_response_carries_its_headers, setup, teardown),
        cmocka_unit_test_setup_teardown(a_query_is_decoded, setup, teardown),
        cmocka_unit_test_setup_teardown(one_connection_serves_many_requests, setup, teardown),
        cmocka_unit_test_setup_teardown(a_body_that_libwebsockets_mixes_up_is_not_believed, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_body_may_come_late_and_in_pieces, setup, teardown),
        cmocka_unit_test_setup_teardown(a_write_is_answered_when_it_is_on_disk, setup, teardown),
        cmocka_unit_test_setup_teardown(a_long_response_comes_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(a_request_without_a_body_needs_no_length, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_in_doubt_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_body_that_is_too_long_is_refused_while_it_comes, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(nonsense_does_no_harm, setup, teardown),
        cmocka_unit_test_setup_teardown(requests_are_counted_by_code, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
