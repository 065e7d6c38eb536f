// Load is what was asked for: never more in flight than the window, in time, no two messages alike,
// and what was acknowledged is on file.

#include "server.h"
#include "sim/load.h"

#define SECOND 1000000
#define CHANGED COAP_CODE(2, 4)

static void as_many_as_the_window_are_in_flight(void **state) {
    (void)state;
    struct server *server = server_new(&load_mode, "--load --window 3 --count 10");
    int64_t now = server->run.began;
    for (int round = 0; round < 4; round++) {
        load_mode.tick(&server->run, now);
        assert_int_equal(transport_in_flight(server->run.transport), 3);
        int taken = 0;
        while (server_take(server)) {
            taken++;
            server_answer(server, CHANGED);
        }
        assert_int_equal(taken, 3);
    }
    assert_int_equal(server->run.tally.sent, 12);
    server_free(server);
}

static void twins_take_turns(void **state) {
    (void)state;
    struct server *server = server_new(&load_mode, "--load --window 1 --count 3 --prefix x-");
    const char *paths[] = {"t/x-0000000", "t/x-0000001", "t/x-0000002", "t/x-0000000"};
    for (int i = 0; i < 4; i++) {
        load_mode.tick(&server->run, server->run.began);
        assert_true(server_take(server));
        assert_string_equal(server->path, paths[i]);
        server_answer(server, CHANGED);
    }
    server_free(server);
}

static void a_rate_is_kept_whatever_the_server_does(void **state) {
    (void)state;
    struct server *server = server_new(&load_mode, "--load --rate 5 --count 2 --window 100");
    int64_t began = server->run.began;
    int64_t next = load_mode.tick(&server->run, began);
    assert_int_equal(server->run.tally.sent, 1);
    assert_int_equal(next, began + SECOND / 10);
    load_mode.tick(&server->run, began + SECOND);
    assert_int_equal(server->run.tally.sent, 11); // at 0, 0.1 ... 1 s, though none was answered
    server_free(server);
}

static void no_two_messages_are_alike_until_ids_have_come_round(void **state) {
    (void)state;
    struct server *server = server_new(&load_mode, "--load --window 1 --count 1");
    enum { BYTES = 128, WRAP = 65536 };
    uint8_t(*seen)[BYTES] = calloc(WRAP + 2, BYTES);
    for (int i = 0; i < WRAP + 2; i++) {
        load_mode.tick(&server->run, server->run.began);
        assert_true(server_take(server));
        assert_true(server->message.payload + server->message.payload_length <
                    server->bytes + BYTES);
        memcpy(seen[i], server->bytes, BYTES);
        server_answer(server, CHANGED);
    }
    // Only the two that came a wrap later have a message id that was there before.
    for (int i = 0; i < 2; i++) {
        assert_memory_equal(seen[i] + 2, seen[WRAP + i] + 2, 2);
        assert_memory_not_equal(seen[i], seen[WRAP + i], BYTES);
    }
    free(seen);
    server_free(server);
}

static void a_sequence_leaves_waiting_twins_out(void **state) {
    (void)state;
    struct server *server =
        server_new(&load_mode, "--load --window 2 --count 3 --values sequence --fields n");
    load_mode.tick(&server->run, server->run.began); // twins 0 and 1; only 1 is answered
    assert_true(server_take(server) && server_take(server));
    assert_string_equal(server->path, "t/m0000001");
    server_answer(server, CHANGED);
    const char *expected[][2] = {{"t/m0000002", "[{\"n\":\"n\",\"v\":0}]"},
                                 {"t/m0000001", "[{\"n\":\"n\",\"v\":1}]"},
                                 {"t/m0000002", "[{\"n\":\"n\",\"v\":1}]"}};
    for (int i = 0; i < 3; i++) {
        load_mode.tick(&server->run, server->run.began);
        assert_true(server_take(server));
        assert_string_equal(server->path, expected[i][0]);
        assert_string_equal(server_text(server), expected[i][1]);
        server_answer(server, CHANGED);
    }
    server_free(server);
}

static void a_pack_holds_whole_twins(void **state) {
    (void)state;
    struct server *server = server_new(
        &load_mode,
        "--load --window 1 --count 4 --prefix g --pack 4 --fields a:V,b --values sequence");
    load_mode.tick(&server->run, server->run.began);
    assert_true(server_take(server));
    server_answer(server, CHANGED);
    load_mode.tick(&server->run, server->run.began);
    assert_true(server_take(server));
    assert_string_equal(server->path, "senml");
    assert_string_equal(
        server_text(server),
        "[{\"bn\":\"g0000002/\",\"n\":\"a\",\"u\":\"V\",\"v\":0},{\"n\":\"b\",\"v\":0},"
        "{\"bn\":\"g0000003/\",\"n\":\"a\",\"u\":\"V\",\"v\":0},{\"n\":\"b\",\"v\":0}]");
    server_free(server);
}

static void only_what_was_accepted_is_on_file(void **state) {
    (void)state;
    char path[] = "/tmp/test_load.XXXXXX", text[200] = "";
    close(mkstemp(path));
    struct server *server =
        server_new(&load_mode, "--load --window 1 --count 2 --values sequence --fields n");
    server->run.acked = acked_open(path, NULL);
    const uint8_t codes[] = {CHANGED, COAP_CODE(5, 3), CHANGED};
    for (int i = 0; i < 3; i++) {
        load_mode.tick(&server->run, server->run.began);
        assert_true(server_take(server));
        server_answer(server, codes[i]);
        assert_true(acked_flush(server->run.acked, NULL));
    }
    FILE *file = fopen(path, "r");
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    unlink(path);
    assert_string_equal(text, "m0000000 n 0\nm0000000 n 1\n");
    server_free(server);
}

static void it_ends_after_its_messages(void **state) {
    (void)state;
    struct server *server = server_new(&load_mode, "--load --window 10 --count 2 --messages 5");
    assert_int_equal(load_mode.tick(&server->run, server->run.began), 0);
    assert_int_equal(server->run.tally.sent, 5);
    server_free(server);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_as_the_window_are_in_flight),
        cmocka_unit_test(twins_take_turns),
        cmocka_unit_test(a_rate_is_kept_whatever_the_server_does),
        cmocka_unit_test(no_two_messages_are_alike_until_ids_have_come_round),
        cmocka_unit_test(a_sequence_leaves_waiting_twins_out),
        cmocka_unit_test(a_pack_holds_whole_twins),
        cmocka_unit_test(only_what_was_accepted_is_on_file),
        cmocka_unit_test(it_ends_after_its_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
