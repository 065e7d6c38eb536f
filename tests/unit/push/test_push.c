// Opening and closing: addresses, ports, and what is refused.

#include "talk.h"

static void opens(const char *address, const char *expected_start) {
    struct wire *wire = wire_open(address);
    const char *real = push_address(wire->push);
    assert_int_equal(strncmp(real, expected_start, strlen(expected_start)), 0);
    assert_true(atoi(strrchr(real, ':') + 1) > 0);
    expect(wire, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "200", "alive");
    wire_close(wire);
}

static void port_0_takes_a_free_one(void **state) {
    (void)state;
    opens("127.0.0.1:0", "127.0.0.1:");
    opens("0.0.0.0:0", "0.0.0.0:");
    opens("127.0.0.2:0", "127.0.0.2:");
    opens("[::]:0", "[::]:");
    opens("[::1]:0", "[::1]:");
}

static void an_actor_is_named_by_its_address(void **state) {
    (void)state;
    const char *addresses[] = {"127.0.0.1:0", "[::1]:0"}, *actors[] = {"127.0.0.1:", "[::1]:"};
    for (int i = 0; i < 2; i++) {
        struct wire *wire = wire_open(addresses[i]);
        expect(wire, "PUT /api/v1/twins/pump-1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
               "201", "pump-1");
        assert_int_equal(strncmp(wire->plant.last_actor, actors[i], strlen(actors[i])), 0);
        assert_int_equal(wire->plant.last_actor_kind, ACTOR_HTTP);
        wire_close(wire);
    }
}

static void a_bad_address_is_refused(void **state) {
    (void)state;
    struct wire *wire = wire_open("127.0.0.1:0");
    struct push_options options = wire->options;
    const char *bad[] = {"",
                         "localhost",
                         "127.0.0.1",
                         "127.0.0.1:",
                         ":8080",
                         "127.0.0.1:x",
                         "localhost:80",
                         "[127.0.0.1]:80",
                         "::1:80",
                         "127.0.0.1:65536",
                         "[::1:8080",
                         "[]:8080",
                         "127.0.0.1:80 ",
                         "127.0.0.1:-1",
                         "127.0.0.1:1x"};
    options.metrics = metrics_new();
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err err = {0};
        options.address = bad[i];
        struct push *push = push_open(&options, &err);
        if (push) fail_msg("'%s' is no address", bad[i]);
        says(err.text, "must be like 127.0.0.1:8080");
    }
    struct err err = {0};
    options.address = "192.0.2.1:8080"; // nobody has that one (RFC 5737)
    assert_null(push_open(&options, &err));
    says(err.text, "cannot listen on http address 192.0.2.1:8080: Cannot assign");
    metrics_free(options.metrics);
    wire_close(wire);
}

static void open_again(struct wire *wire, void *argument) {
    struct push_options options = wire->options;
    options.address = push_address(wire->push);
    options.metrics = metrics_new();
    assert_null(push_open(&options, argument));
    metrics_free(options.metrics);
}

static void a_port_in_use_is_refused(void **state) {
    (void)state;
    struct wire *wire = wire_open("127.0.0.1:0");
    struct err err = {0};
    on_loop(wire, open_again, &err);
    says(err.text, "cannot listen on http address 127.0.0.1:");
    expect(wire, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "200", "alive");
    wire_close(wire);
}

static void it_closes_while_clients_are_there(void **state) {
    (void)state;
    struct wire *wire = wire_open("127.0.0.1:0");
    struct talk talk = talk_begin(wire);
    on_loop(wire, make_pump, "pump-1");
    talk_say(&talk, "{\"id\":1,\"op\":\"sub\"}");
    talk_expect(&talk, "\"ok\":true");
    on_loop(wire, make_late, NULL);
    struct measured there = {"pump-9", NULL, 0, false};
    int waiting = dial(wire), silent = dial(wire), half = dial(wire);
    send_text(half, "GET /healthz HT");
    send_text(waiting,
              "PUT /api/v1/twins/pump-9 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}");
    while (!there.is_found) {
        on_loop(wire, measure, &there);
        sched_yield();
    }
    wire_close(wire);
    talk_end(&talk);
    close(waiting);
    close(silent);
    close(half);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(port_0_takes_a_free_one),
        cmocka_unit_test(an_actor_is_named_by_its_address),
        cmocka_unit_test(a_bad_address_is_refused),
        cmocka_unit_test(a_port_in_use_is_refused),
        cmocka_unit_test(it_closes_while_clients_are_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
