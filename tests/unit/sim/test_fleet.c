// Devices send in their time, wait for their answers, watch what is desired, obey it and report it.

#include "server.h"
#include "sim/fleet.h"

#define SECOND 1000000
#define CHANGED COAP_CODE(2, 4)
#define CONTENT COAP_CODE(2, 5)

static double speed_of(const struct server *server) {
    const char *at = strstr(server_text(server), "\"n\":\"speed\",\"u\":\"1/min\",\"v\":");
    return at ? strtod(strrchr(at, ':') + 1, NULL) : -1;
}

// Lets a single pump register its watch: its first sample is answered, then its GET.
static struct server *watching(void) {
    struct server *server = server_new(&fleet_mode, "--model pump --count 1 --rate 1");
    fleet_mode.tick(&server->run, server->run.began + SECOND);
    assert_true(server_take(server));
    assert_string_equal(server->path, "t/pump-1");
    assert_int_equal(server->message.code, COAP_CODE(0, 2));
    assert_true(speed_of(server) == 1450);
    server_answer(server, CHANGED);
    assert_true(server_take(server));
    assert_string_equal(server->path, "t/pump-1/desired");
    assert_int_equal(server->message.code, COAP_CODE(0, 1));
    server_send(server, MESSAGE_ACK, CONTENT, 1, "[]");
    return server;
}

static void devices_are_spread_over_the_period(void **state) {
    (void)state;
    struct server *server = server_new(&fleet_mode, "--model tank --count 4 --rate 1");
    int64_t now = server->run.began;
    for (uint64_t sent = 0, i = 0; i < 8; i++) {
        now += SECOND / 4;
        fleet_mode.tick(&server->run, now);
        assert_in_range(server->run.tally.sent, sent, sent + 2);
        sent = server->run.tally.sent;
        while (server_take(server))
            server_answer(server, CHANGED);
    }
    assert_in_range(server->run.tally.sent, 8, 9);
    server_free(server);
}

static void what_is_desired_is_ramped_to_and_reported(void **state) {
    (void)state;
    struct server *server = watching();
    server->message.id = 500;
    server_send(server, MESSAGE_CON, CONTENT, 2, "[{\"n\":\"speed\",\"v\":1200}]");
    assert_true(server_take(server));
    assert_int_equal(server->message.type, MESSAGE_ACK);
    assert_int_equal(server->message.id, 500);
    assert_int_equal(server->run.tally.desired, 1);
    const double expected[] = {1350, 1250, 1200, 1200};
    for (int i = 0; i < 4; i++) {
        fleet_mode.tick(&server->run, server->run.began + (2 + i) * SECOND);
        assert_true(server_take(server));
        assert_true(speed_of(server) == expected[i]);
        server_answer(server, CHANGED);
        assert_false(server_take(server)); // it is registered and does not ask again
    }
    server_free(server);
}

static void a_command_is_obeyed_and_its_end_reported(void **state) {
    (void)state;
    struct server *server = watching();
    static const char told[] = "[{\"n\":\"commands/3/flush\",\"vb\":true},"
                               "{\"n\":\"commands/3/flush/seconds\",\"u\":\"s\",\"v\":2}]";
    server_send(server, MESSAGE_CON, CONTENT, 2, told);
    assert_true(server_take(server));
    assert_int_equal(server->message.type, MESSAGE_ACK);
    for (int i = 0; i < 3; i++) { // it begins with a sample and flushes for two
        fleet_mode.tick(&server->run, server->run.began + (2 + i) * SECOND);
        assert_true(server_take(server));
        assert_string_equal(server->path, "t/pump-1");
        server_answer(server, CHANGED);
    }
    assert_true(server_take(server));
    assert_string_equal(server->path, "t/pump-1/commands/3");
    assert_non_null(strstr(server_text(server), "\"state\":\"done\""));
    server_answer(server, CHANGED);
    fleet_mode.tick(&server->run, server->run.began + 5 * SECOND);
    assert_true(server_take(server));
    server_answer(server, CHANGED);
    assert_true(server_take(server)); // asks anew, for what it was told while it was busy
    assert_string_equal(server->path, "t/pump-1/desired");
    server_free(server);
}

static void a_device_that_waits_sends_nothing_more(void **state) {
    (void)state;
    struct server *server = server_new(&fleet_mode, "--model tank --count 1 --rate 1");
    // A microsecond early, for the fleet may have begun in the same one as the run, or later.
    for (int i = 1; i <= 5; i++)
        fleet_mode.tick(&server->run, server->run.began + i * SECOND - 1);
    assert_int_equal(server->run.tally.sent, 1);
    assert_int_equal(server->run.tally.held, 4);
    assert_true(server_take(server));
    server_answer(server, CHANGED);
    fleet_mode.tick(&server->run, server->run.began + 6 * SECOND);
    assert_int_equal(server->run.tally.sent, 2);
    server_free(server);
}

static void after_a_repetition_it_registers_anew(void **state) {
    (void)state;
    struct server *server = watching();
    fleet_mode.tick(&server->run, server->run.began + 2 * SECOND);
    assert_true(server_take(server)); // and is lost
    transport_sweep(server->run.transport, server->run.began + 10 * SECOND);
    assert_true(server_take(server));
    assert_string_equal(server->path, "t/pump-1");
    server_answer(server, CHANGED);
    assert_true(server_take(server));
    assert_string_equal(server->path, "t/pump-1/desired");
    server_free(server);
}

static void a_stranger_s_notification_is_reset(void **state) {
    (void)state;
    struct server *server = watching();
    uint8_t token[8] = {9, 9, 9, 9, 9, 9, 9, 9};
    server->message.token = token;
    server->message.id = 600;
    server_send(server, MESSAGE_CON, CONTENT, 2, "[{\"n\":\"speed\",\"v\":1200}]");
    assert_true(server_take(server));
    assert_int_equal(server->message.type, MESSAGE_RST);
    assert_int_equal(server->run.tally.desired, 0);
    server_free(server);
}

static void a_tank_watches_nothing(void **state) {
    (void)state;
    struct server *server = server_new(&fleet_mode, "--model tank --count 1 --rate 1");
    fleet_mode.tick(&server->run, server->run.began + SECOND);
    assert_true(server_take(server));
    server_answer(server, CHANGED);
    assert_false(server_take(server));
    server_free(server);
}

static void a_long_sleep_is_not_made_up_for(void **state) {
    (void)state;
    struct server *server = server_new(&fleet_mode, "--model tank --count 1 --rate 10");
    fleet_mode.tick(&server->run, server->run.began + SECOND / 10);
    fleet_mode.tick(&server->run, server->run.began + 3600 * (int64_t)SECOND);
    assert_true(server->run.tally.sent + server->run.tally.held < 5);
    server_free(server);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(devices_are_spread_over_the_period),
        cmocka_unit_test(what_is_desired_is_ramped_to_and_reported),
        cmocka_unit_test(a_command_is_obeyed_and_its_end_reported),
        cmocka_unit_test(a_device_that_waits_sends_nothing_more),
        cmocka_unit_test(after_a_repetition_it_registers_anew),
        cmocka_unit_test(a_stranger_s_notification_is_reset),
        cmocka_unit_test(a_tank_watches_nothing),
        cmocka_unit_test(a_long_sleep_is_not_made_up_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
