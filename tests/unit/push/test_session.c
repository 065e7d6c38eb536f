// One WebSocket client without a socket: every op, its answer and its refusals.

#include "base/json.h"
#include "base/loop.h"
#include "base/metrics.h"
#include "plant.h"
#include "push/frame.h"
#include "push/service.h"
#include "push/session.h"
#include "valve.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

struct fixture {
    struct plant plant;
    struct service service;
    struct session *session;
    struct buffer out;
    bool wants_write, is_reading;
};

static void on_change(void *context, const struct twin *twin, const struct change *changes,
                      int count) {
    struct fixture *fixture = context;
    watch_on_change(&fixture->service.watch, twin, changes, count);
}

static void on_durable(void *context, uint64_t rev) {
    struct fixture *fixture = context;
    durable_advance(&fixture->service.durable, rev);
}

static void want_write(void *context) {
    ((struct fixture *)context)->wants_write = true;
}

static void set_reading(void *context, bool is_on) {
    ((struct fixture *)context)->is_reading = is_on;
}

// The next message to the client, "" when there is none.
static const char *next(struct fixture *fixture) {
    fixture->out.length = 0;
    bool is_there = session_write(fixture->session, &fixture->out);
    assert_int_equal(is_there, fixture->out.length > 0);
    assert_true(fixture->out.length <= FRAME_MAX);
    buffer_byte(&fixture->out, 0);
    return (const char *)fixture->out.bytes;
}

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct service *service = &fixture->service;
    plant_init(&fixture->plant);
    fixture->plant.on_change = on_change;
    fixture->plant.on_durable = on_durable;
    fixture->plant.context = fixture;
    service->world = fixture->plant.world;
    service->options = (struct push_options){
        .door = &fixture->plant.door, .epoch = 0xabcdef0123456789, .metrics = metrics_new()};
    service->pace = (struct pace){.loop = loop_new(NULL), .on_ready = session_on_ready};
    service->frames = metrics_counter(service->options.metrics, "frames_total", NULL, "");
    service->rows = metrics_counter(service->options.metrics, "rows_total", NULL, "");
    service->messages = metrics_counter(service->options.metrics, "messages_total", NULL, "");
    watch_init(&service->watch, service->world);
    struct session_port port = {want_write, set_reading, fixture};
    struct actor actor = {.kind = ACTOR_WEBSOCKET, .length = 11, .bytes = "127.0.0.1:9"};
    fixture->is_reading = true;
    fixture->session = session_new(service, &port, &actor);
    *state = fixture;
    return 0;
}

static int setup_greeted(void **state) {
    setup(state);
    next(*state);
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    session_free(fixture->session);
    assert_int_equal(fixture->service.client_count, 0);
    assert_null(fixture->service.durable.first);
    watch_fini(&fixture->service.watch);
    pace_fini(&fixture->service.pace);
    loop_free(fixture->service.pace.loop);
    metrics_free(fixture->service.options.metrics);
    plant_fini(&fixture->plant);
    buffer_fini(&fixture->out);
    free(fixture);
    return 0;
}

static const char *say(struct fixture *fixture, const char *message) {
    session_receive(fixture->session, message, strlen(message), true, true);
    return next(fixture);
}

static void says(const char *text, const char *expected) {
    if (!strstr(text, expected)) fail_msg("'%s' does not say '%s'", text, expected);
}

static void refuses(struct fixture *fixture, const char *message, int status, const char *why) {
    char start[64];
    const char *answer = say(fixture, message);
    snprintf(start, sizeof start, "\"status\":%d,", status);
    says(answer, "\"ok\":false,\"error\":{\"type\":\"about:blank\",\"title\":\"");
    says(answer, start);
    says(answer, why);
}

static void it_says_hello_first(void **state) {
    struct fixture *fixture = *state;
    assert_true(fixture->wants_write);
    assert_string_equal(next(fixture), "{\"op\":\"hello\",\"v\":1,\"epoch\":\"abcdef0123456789\","
                                       "\"rev\":0,\"now\":1795370400}");
    assert_string_equal(next(fixture), "");
}

static void ping_tells_the_time(void **state) {
    assert_string_equal(say(*state, "{\"id\":5,\"op\":\"ping\"}"),
                        "{\"id\":5,\"ok\":true,\"now\":1795370400}");
    assert_string_equal(say(*state, "{\"id\":\"a\\\"b\",\"op\":\"ping\",\"unknown\":[1]}"),
                        "{\"id\":\"a\\\"b\",\"ok\":true,\"now\":1795370400}");
    assert_string_equal(say(*state, "{\"op\":\"ping\"}"),
                        "{\"id\":null,\"ok\":true,\"now\":1795370400}");
}

static void what_is_not_understood_is_answered(void **state) {
    refuses(*state, "{\"id\":1,\"op\":\"dance\"}", 400, "{\"id\":1,\"ok\":false");
    refuses(*state, "{\"id\":1,\"op\":\"dance\"}", 400, "there is no op 'dance'; sub, unsub,");
    refuses(*state, "{\"id\":1}", 400, "'op' is missing");
    refuses(*state, "{\"id\":1,\"op\":7}", 400, "'op' must be text");
    refuses(*state, "{\"id\":[],\"op\":\"ping\"}", 400, "'id' must be a number or a text");
    refuses(*state, "{\"id\":1", 400, "{\"id\":null,\"ok\":false");
    refuses(*state, "hello", 400, "not well-formed JSON at byte 0");
    refuses(*state, "", 400, "not well-formed");
    refuses(*state, "[1]", 400, "must be a JSON object");
    refuses(*state, "{\"id\":1,\"op\":\"ping\"} x", 400, "not well-formed");
}

static void a_message_may_come_in_pieces_but_not_be_too_long(void **state) {
    struct fixture *fixture = *state;
    session_receive(fixture->session, "{\"id\":5,", 8, true, false);
    session_receive(fixture->session, "\"op\":", 5, false, false);
    assert_string_equal(next(fixture), "");
    session_receive(fixture->session, "\"ping\"}", 7, false, true);
    says(next(fixture), "{\"id\":5,\"ok\":true");
    char piece[SESSION_MESSAGE_MAX];
    memset(piece, ' ', sizeof piece);
    session_receive(fixture->session, piece, sizeof piece, true, false);
    session_receive(fixture->session, piece, sizeof piece, false, false);
    session_receive(fixture->session, "{\"id\":5,\"op\":\"ping\"}", 20, false, true);
    says(next(fixture), "\"status\":413,");
    assert_string_equal(next(fixture), "");
    says(say(fixture, "{\"id\":6,\"op\":\"ping\"}"), "{\"id\":6,\"ok\":true");
}

static void a_subscription_is_answered_then_filled(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    plant_sample(&fixture->plant, pump, "temperature", value_number(20.5));
    fixture->wants_write = false;
    assert_string_equal(
        say(fixture, "{\"id\":1,\"op\":\"sub\",\"sel\":{\"model\":\"pump\",\"ids\":[\"pump-*\"],"
                     "\"fields\":[\"temperature\"]},\"hz\":20,\"enc\":\"json\"}"),
        "{\"id\":1,\"ok\":true,\"sid\":1,\"dict\":{\"fields\":[{\"name\":\"temperature\",\"unit\":"
        "\"Cel\","
        "\"type\":\"number\",\"kind\":\"telemetry\"}],\"twins\":[\"pump-1\"]}}");
    assert_true(fixture->wants_write && session_has_more(fixture->session));
    assert_string_equal(next(fixture),
                        "{\"op\":\"data\",\"sid\":1,\"full\":true,\"rows\":["
                        "[0,0,20.5,1795370400.001,\"good\"]],\"rev\":2,\"done\":true}");
    assert_string_equal(next(fixture), "");
    assert_false(session_has_more(fixture->session));
    assert_int_equal(*fixture->service.rows, 1);
    says(say(fixture, "{\"id\":2,\"op\":\"unsub\",\"sid\":1}"), "{\"id\":2,\"ok\":true}");
    assert_false(pump->is_watched);
    refuses(fixture, "{\"id\":2,\"op\":\"unsub\",\"sid\":1}", 404, "no subscription 1");
}

static void a_subscription_that_is_malformed_is_refused(void **state) {
    refuses(*state, "{\"id\":1,\"op\":\"sub\",\"hz\":0}", 400,
            "'hz' must be a number from 1 to 1000");
    refuses(*state, "{\"id\":1,\"op\":\"sub\",\"hz\":1001}", 400, "from 1 to 1000");
    refuses(*state, "{\"id\":1,\"op\":\"sub\",\"hz\":\"fast\"}", 400, "from 1 to 1000");
    refuses(*state, "{\"id\":1,\"op\":\"sub\",\"enc\":\"bin\"}", 400, "'enc' must be");
    refuses(*state, "{\"id\":1,\"op\":\"sub\",\"since\":\"yesterday\"}", 400, "epoch:rev");
    refuses(*state, "{\"id\":1,\"op\":\"sub\",\"sel\":[]}", 400, "'sel' must be an object");
    refuses(*state, "{\"id\":1,\"op\":\"sub\",\"sel\":{\"ids\":\"pump-1\"}}", 400,
            "must be a list");
    refuses(*state, "{\"id\":1,\"op\":\"sub\",\"sel\":{\"ids\":[1]}}", 400, "must be a list");
    refuses(*state, "{\"id\":1,\"op\":\"sub\",\"sel\":{\"model\":\"pmup\"}}", 404,
            "did you mean 'pump'");
    struct fixture *fixture = *state;
    assert_int_equal(fixture->session->subscription_count, 0);
}

static void a_client_may_have_so_many_subscriptions(void **state) {
    struct fixture *fixture = *state;
    for (int i = 0; i < SESSION_SUBSCRIPTIONS_MAX; i++)
        says(say(fixture, "{\"id\":1,\"op\":\"sub\"}"), "\"ok\":true");
    refuses(fixture, "{\"id\":1,\"op\":\"sub\"}", 413, "a client may have 64");
}

static void since_of_this_epoch_resumes(void **state) {
    struct fixture *fixture = *state;
    plant_create(&fixture->plant, "pump", "pump-1");
    const char *old = "{\"id\":1,\"op\":\"sub\",\"since\":\"0000000000000001:1\"}";
    const char *future = "{\"id\":1,\"op\":\"sub\",\"since\":\"abcdef0123456789:2\"}";
    const char *now = "{\"id\":1,\"op\":\"sub\",\"since\":\"abcdef0123456789:1\"}";
    say(fixture, old);
    says(next(fixture), "\"full\":true");
    say(fixture, future);
    says(next(fixture), "\"full\":true");
    say(fixture, now);
    assert_string_equal(next(fixture),
                        "{\"op\":\"data\",\"sid\":3,\"full\":false,\"rows\":[],\"rev\":1}");
}

static void pace_pauses_and_goes_on_with_the_newest(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    say(fixture, "{\"id\":1,\"op\":\"sub\",\"sel\":{\"fields\":[\"temperature\"]}}");
    while (*next(fixture)) {
    }
    says(say(fixture, "{\"id\":2,\"op\":\"pace\",\"sid\":1,\"hz\":0}"), "{\"id\":2,\"ok\":true}");
    for (int i = 0; i < 10; i++)
        plant_sample(&fixture->plant, pump, "temperature", value_number(i));
    assert_string_equal(next(fixture), "");
    assert_false(session_has_more(fixture->session));
    says(say(fixture, "{\"id\":3,\"op\":\"pace\",\"sid\":1,\"hz\":50}"), "{\"id\":3,\"ok\":true}");
    says(next(fixture), "\"rows\":[[0,0,9,");
    assert_string_equal(next(fixture), "");
    refuses(fixture, "{\"id\":3,\"op\":\"pace\",\"sid\":1,\"hz\":0.5}", 400, "or 0 to pause");
    refuses(fixture, "{\"id\":3,\"op\":\"pace\",\"sid\":9,\"hz\":1}", 404, "no subscription 9");
}

static void get_gives_the_twin(void **state) {
    struct fixture *fixture = *state;
    plant_create(&fixture->plant, "tank", "tank-1");
    says(say(fixture, "{\"id\":1,\"op\":\"get\",\"twin\":\"tank-1\"}"),
         "{\"id\":1,\"ok\":true,\"twin\":{\"id\":\"tank-1\",");
    refuses(fixture, "{\"id\":1,\"op\":\"get\",\"twin\":\"tank-2\"}", 404, "no twin 'tank-2'");
    refuses(fixture, "{\"id\":1,\"op\":\"get\"}", 400, "'twin' is missing");
}

static void set_is_answered_when_it_is_on_disk(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    fixture->plant.is_durable_late = true;
    assert_string_equal(
        say(fixture, "{\"id\":1,\"op\":\"set\",\"twin\":\"pump-1\",\"desired\":{\"speed\":1200}}"),
        "");
    int field = model_field(pump->model, FIELD_DESIRED, "speed", 5);
    assert_true(pump->slots[field].number == 1200);
    assert_int_equal(fixture->plant.last_actor_kind, ACTOR_WEBSOCKET);
    assert_string_equal(fixture->plant.last_actor, "127.0.0.1:9");
    plant_store(&fixture->plant, 1);
    assert_string_equal(next(fixture), "");
    plant_store(&fixture->plant, 2);
    assert_string_equal(next(fixture), "{\"id\":1,\"ok\":true,\"rev\":2}");
}

static void set_is_refused_at_once(void **state) {
    struct fixture *fixture = *state;
    plant_create(&fixture->plant, "pump", "pump-1");
    say(fixture, "{\"id\":1,\"op\":\"set\",\"twin\":\"pump-1\",\"desired\":{\"speed\":1}}");
    refuses(fixture,
            "{\"id\":2,\"op\":\"set\",\"twin\":\"pump-1\",\"desired\":{\"speed\":2},\"if_rev\":1}",
            412, "changed after rev 1");
    refuses(fixture,
            "{\"id\":2,\"op\":\"set\",\"twin\":\"pump-1\",\"desired\":{\"speed\":2},\"if_rev\":-1}",
            400, "'if_rev' must be a whole number");
    refuses(fixture, "{\"id\":2,\"op\":\"set\",\"twin\":\"pump-1\",\"desired\":{\"speed\":9999}}",
            400, "0 to 3600");
    refuses(fixture, "{\"id\":2,\"op\":\"set\",\"twin\":\"pump-1\"}", 400,
            "desired must be an object");
    refuses(fixture, "{\"id\":2,\"op\":\"set\",\"twin\":\"pump-2\",\"desired\":{}}", 404,
            "no twin");
    fixture->plant.is_disk_full = true;
    refuses(fixture, "{\"id\":2,\"op\":\"set\",\"twin\":\"pump-1\",\"desired\":{\"speed\":2}}", 503,
            "the disk is full");
}

static void ack_acknowledges(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    const char *ack = "{\"id\":1,\"op\":\"ack\",\"twin\":\"pump-1\",\"alarm\":\"overheating\"}";
    refuses(fixture, ack, 412, "is not active");
    plant_sample(&fixture->plant, pump, "temperature", value_number(95));
    assert_string_equal(say(fixture, ack), "{\"id\":1,\"ok\":true,\"rev\":3}");
    assert_true(pump->alarms[0].is_acked);
    refuses(fixture, "{\"id\":1,\"op\":\"ack\",\"twin\":\"pump-1\",\"alarm\":\"cold\"}", 404,
            "has no alarm 'cold'");
}

static void a_command_is_answered_when_it_is_on_disk(void **state) {
    struct fixture *fixture = *state;
    struct twin *valve = valve_add(&fixture->plant);
    const char *command = "{\"id\":4,\"op\":\"command\",\"twin\":\"valve-1\",\"name\":\"flush\","
                          "\"args\":{\"seconds\":30}}";
    fixture->plant.is_durable_late = true;
    assert_string_equal(say(fixture, command), "");
    plant_store(&fixture->plant, valve->rev);
    assert_string_equal(next(fixture), "{\"id\":4,\"ok\":true,\"command\":1,\"rev\":2}");
    assert_true(valve->commands[0].arguments[0].number == 30);
    refuses(fixture, "{\"id\":1,\"op\":\"command\",\"twin\":\"valve-1\",\"name\":\"flsh\"}", 404,
            "did you mean 'flush'?");
    refuses(fixture,
            "{\"id\":1,\"op\":\"command\",\"twin\":\"valve-1\",\"name\":\"flush\","
            "\"args\":{\"seconds\":601}}",
            400, "its range is 1 to 600 s");
    refuses(fixture, "{\"id\":1,\"op\":\"command\",\"twin\":\"valve-1\"}", 400, "'name'");
}

static void a_client_that_leaves_is_owed_nothing(void **state) {
    struct fixture *fixture = *state;
    plant_create(&fixture->plant, "pump", "pump-1");
    fixture->plant.is_durable_late = true;
    say(fixture, "{\"id\":1,\"op\":\"set\",\"twin\":\"pump-1\",\"desired\":{\"speed\":1}}");
    say(fixture, "{\"id\":1,\"op\":\"set\",\"twin\":\"pump-1\",\"desired\":{\"speed\":2}}");
    assert_int_equal(fixture->session->pending_count, 2);
} // teardown frees it and finds nothing waiting

static void who_takes_no_answers_is_not_read(void **state) {
    struct fixture *fixture = *state;
    plant_create(&fixture->plant, "pump", "pump-1");
    const char *get = "{\"id\":1,\"op\":\"get\",\"twin\":\"pump-1\"}";
    int asked = 0;
    for (; fixture->is_reading; asked++)
        session_receive(fixture->session, get, strlen(get), true, true);
    assert_in_range(fixture->session->answer_bytes, 65536, 2 * 65536);
    while (*next(fixture))
        asked--;
    assert_int_equal(asked, 0);
    assert_true(fixture->is_reading);
    fixture->plant.is_durable_late = true;
    char set[128];
    int i = 0;
    for (; fixture->is_reading; i++) {
        snprintf(set, sizeof set,
                 "{\"id\":1,\"op\":\"set\",\"twin\":\"pump-1\",\"desired\":{\"speed\":%d}}", i);
        session_receive(fixture->session, set, strlen(set), true, true);
    }
    assert_int_equal(i, 256);
    plant_store(&fixture->plant, fixture->plant.world->rev);
    assert_true(fixture->is_reading);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_says_hello_first, setup, teardown),
        cmocka_unit_test_setup_teardown(ping_tells_the_time, setup_greeted, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_understood_is_answered, setup_greeted,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_message_may_come_in_pieces_but_not_be_too_long,
                                        setup_greeted, teardown),
        cmocka_unit_test_setup_teardown(a_subscription_is_answered_then_filled, setup_greeted,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_subscription_that_is_malformed_is_refused, setup_greeted,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_client_may_have_so_many_subscriptions, setup_greeted,
                                        teardown),
        cmocka_unit_test_setup_teardown(since_of_this_epoch_resumes, setup_greeted, teardown),
        cmocka_unit_test_setup_teardown(pace_pauses_and_goes_on_with_the_newest, setup_greeted,
                                        teardown),
        cmocka_unit_test_setup_teardown(get_gives_the_twin, setup_greeted, teardown),
        cmocka_unit_test_setup_teardown(set_is_answered_when_it_is_on_disk, setup_greeted,
                                        teardown),
        cmocka_unit_test_setup_teardown(set_is_refused_at_once, setup_greeted, teardown),
        cmocka_unit_test_setup_teardown(a_command_is_answered_when_it_is_on_disk, setup_greeted,
                                        teardown),
        cmocka_unit_test_setup_teardown(ack_acknowledges, setup_greeted, teardown),
        cmocka_unit_test_setup_teardown(a_client_that_leaves_is_owed_nothing, setup_greeted,
                                        teardown),
        cmocka_unit_test_setup_teardown(who_takes_no_answers_is_not_read, setup_greeted, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
