// A recording is played row by row in its own time, mapped to the twin's fields, and loses no row.

#include "server.h"
#include "sim/play.h"

#define SECOND 1000000
#define CHANGED COAP_CODE(2, 4)

static struct server *playing(const char *text, const char *options) {
    char path[] = "/tmp/test_play.XXXXXX", line[400];
    int fd = mkstemp(path);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    snprintf(line, sizeof line, "--play %s --twin pump-1 %s", path, options);
    struct server *server = server_new(&play_mode, line);
    unlink(path);
    return server;
}

static void rows_come_when_they_are_due(void **state) {
    (void)state;
    struct server *server = playing("t;a;b\n"
                                    "2020-03-09 10:00:00;1;x\n"
                                    "2020-03-09 10:00:20;2;5\n"
                                    "2020-03-09 10:01:00;;\n"
                                    "2020-03-09 10:02:00;3;\n",
                                    "--time t --map a=flow --map b=power --speed 10");
    int64_t began = transport_now();
    const struct {
        int64_t at, next;
        const char *text;
    } steps[] = {{0, 0, "[{\"n\":\"flow\",\"v\":1}]"},
                 {2, 0, "[{\"n\":\"flow\",\"v\":2},{\"n\":\"power\",\"v\":5}]"},
                 {12, 0, "[{\"n\":\"flow\",\"v\":3}]"}};
    for (int i = 0; i < 3; i++) {
        int64_t at = began + steps[i].at * SECOND;
        if (i > 0) { // not a moment earlier
            assert_true(play_mode.tick(&server->run, at - SECOND) <= at);
            assert_false(server_take(server));
        }
        int64_t next = play_mode.tick(&server->run, at);
        assert_int_equal(next == 0, i == 2);
        assert_true(server_take(server));
        assert_string_equal(server->path, "t/pump-1");
        assert_string_equal(server_text(server), steps[i].text);
        server_answer(server, CHANGED);
    }
    server_free(server);
}

static void a_row_waits_for_the_answer_before_it(void **state) {
    (void)state;
    struct server *server = playing("a\n1\n2\n", "--map a=flow");
    int64_t began = transport_now();
    play_mode.tick(&server->run, began);
    assert_true(server_take(server));
    assert_int_equal(play_mode.tick(&server->run, began + 10 * SECOND), INT64_MAX);
    assert_false(server_take(server));
    server_answer(server, CHANGED);
    play_mode.tick(&server->run, began + 10 * SECOND);
    assert_true(server_take(server));
    assert_string_equal(server_text(server), "[{\"n\":\"flow\",\"v\":2}]");
    server_free(server);
}

static void a_loop_begins_again(void **state) {
    (void)state;
    struct server *server = playing("a\n1\n2\n", "--map a=flow --loop");
    int64_t now = transport_now();
    const char *expected[] = {"[{\"n\":\"flow\",\"v\":1}]", "[{\"n\":\"flow\",\"v\":2}]",
                              "[{\"n\":\"flow\",\"v\":1}]"};
    for (int i = 0; i < 3; i++, now += SECOND) {
        assert_int_not_equal(play_mode.tick(&server->run, now), 0);
        assert_true(server_take(server));
        assert_string_equal(server_text(server), expected[i]);
        server_answer(server, CHANGED);
    }
    server_free(server);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_when_they_are_due),
        cmocka_unit_test(a_row_waits_for_the_answer_before_it),
        cmocka_unit_test(a_loop_begins_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
