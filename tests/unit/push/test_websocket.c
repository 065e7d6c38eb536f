// WebSocket on the wire: who may, what a client sees, and that a slow one harms nobody.

#include "talk.h"

#include <malloc.h>
#include <sys/resource.h>

static void only_twin_v1_at_ws_is_upgraded(void **state) {
    struct wire *wire = *state;
    expect(wire, UPGRADE "\r\n", "400", "send Sec-WebSocket-Protocol: twin.v1");
    expect(wire, UPGRADE "Sec-WebSocket-Protocol: http\r\n\r\n", "400", "subprotocol twin.v1");
    expect(wire, UPGRADE "Sec-WebSocket-Protocol: twin.v2, twin.v10\r\n\r\n", "400", "twin.v1");
    expect(wire,
           "GET /wss HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Protocol: twin.v1\r\n\r\n",
           "404", "the only WebSocket there is here is GET /ws");
    expect(wire,
           "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n"
           "Sec-WebSocket-Protocol: twin.v1\r\n\r\n",
           "426", "sec-websocket-version: 13\r\n");
    expect(wire,
           "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n"
           "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
           "400", "the only upgrade there is here is websocket");
    expect(wire, "GET /ws HTTP/1.1\r\nHost: x\r\n\r\n", "404", "nothing at /ws");
    struct talk talk = {.fd = dial(wire)};
    send_text(talk.fd, UPGRADE "Sec-WebSocket-Protocol: other, twin.v1\r\n\r\n");
    char *response = read_response(talk.fd, &talk.in, false);
    says(response, "HTTP/1.1 101 ");
    says(response, "Sec-WebSocket-Protocol: twin.v1\r\n");
    assert_null(strcasestr(response, "extensions"));
    free(response);
    talk_end(&talk);
}

static void no_extension_is_agreed_to(void **state) {
    struct wire *wire = *state;
    char *response = exchange(wire, UPGRADE "Sec-WebSocket-Protocol: twin.v1\r\n"
                                            "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
    says(response, "HTTP/1.1 101 ");
    assert_null(strcasestr(response, "Sec-WebSocket-Extensions"));
    free(response);
}

static void a_foreign_page_is_refused(void **state) {
    struct wire *wire = *state;
    const char *foreign[] = {"http://evil.example", "null", "http://127.0.0.1:2",
                             "http://127.0.0.1"};
    for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
        char request[512];
        snprintf(request, sizeof request, "%sSec-WebSocket-Protocol: twin.v1\r\nOrigin: %s\r\n\r\n",
                 UPGRADE, foreign[i]);
        expect(wire, request, "403", "another site");
    }
    char long_origin[600];
    memset(long_origin, 'a', sizeof long_origin);
    memcpy(long_origin, "http://", 7);
    long_origin[sizeof long_origin - 1] = 0;
    char request[1200];
    snprintf(request, sizeof request, "%sSec-WebSocket-Protocol: twin.v1\r\nOrigin: %s\r\n\r\n",
             UPGRADE, long_origin);
    expect(wire, request, "403", "another site");
    expect(wire, UPGRADE "Sec-WebSocket-Protocol: twin.v1\r\nOrigin: http://127.0.0.1:1\r\n\r\n",
           "101", "Switching");
}

static void a_change_reaches_its_subscribers(void **state) {
    struct wire *wire = *state;
    on_loop(wire, make_pump, "pump-1");
    struct talk one = talk_begin(wire), two = talk_begin(wire);
    talk_say(&one,
             "{\"id\":1,\"op\":\"sub\",\"sel\":{\"ids\":[\"pump-1\"],\"fields\":[\"temperature\"]},"
             "\"hz\":1000}");
    talk_expect(&one, "{\"id\":1,\"ok\":true,\"sid\":1,");
    talk_expect(&one, "\"full\":true,\"rows\":[],\"rev\":1,\"done\":true}");
    talk_say(&two, "{\"id\":1,\"op\":\"sub\",\"sel\":{\"ids\":[\"pump-2\"]},\"hz\":1000}");
    talk_expect(&two, "{\"id\":1,\"ok\":true,\"sid\":2,");
    talk_expect(&two, "\"done\":true}");
    for (int i = 0; i < 20; i++) {
        char row[64];
        on_loop(wire, measure, &(struct measured){"pump-1", "temperature", i + 0.5, false});
        snprintf(row, sizeof row, "\"full\":false,\"rows\":[[0,0,%d.5,", i);
        talk_expect(&one, row);
    }
    talk_say(&two, "{\"id\":2,\"op\":\"ping\"}");
    talk_expect(&two, "{\"id\":2,\"ok\":true,\"now\":"); // nothing of pump-1 came before it
    talk_end(&one);
    talk_end(&two);
}

static void a_client_sets_and_sees_it(void **state) {
    struct wire *wire = *state;
    on_loop(wire, make_pump, "pump-1");
    struct talk talk = talk_begin(wire);
    const char *message =
        "{\"id\":\"x\",\"op\":\"set\",\"twin\":\"pump-1\",\"desired\":{\"speed\":1200}}";
    talk_send(&talk, 1, false, message, 20);
    talk_send(&talk, 0, true, message + 20, strlen(message) - 20);
    talk_expect(&talk, "{\"id\":\"x\",\"ok\":true,\"rev\":2}");
    expect(wire, "GET /api/v1/twins/pump-1 HTTP/1.1\r\nHost: x\r\n\r\n", "200", "\"desired\":1200");
    talk_say(&talk, "nonsense");
    talk_expect(&talk, "{\"id\":null,\"ok\":false,");
    char *long_message = xmalloc(60000);
    memset(long_message, ' ', 60000);
    talk_send(&talk, 1, true, long_message, 60000);
    free(long_message);
    talk_expect(&talk, "\"status\":413,");
    talk_say(&talk, "{\"id\":2,\"op\":\"ping\"}");
    talk_expect(&talk, "{\"id\":2,\"ok\":true,");
    talk_end(&talk);
}

static void who_asks_without_reading_is_read_again_later(void **state) {
    struct wire *wire = *state;
    on_loop(wire, make_pump, "pump-1");
    struct talk talk = talk_begin(wire);
    const char *get = "{\"id\":1,\"op\":\"get\",\"twin\":\"pump-1\"}";
    int asked = 0;
    for (struct pollfd out = {.fd = talk.fd, .events = POLLOUT}; poll(&out, 1, 200) > 0; asked++)
        talk_say(&talk, get); // until the kernel's buffers of both ways are full
    assert_true(asked > 1000);
    for (int i = 0; i < asked; i++)
        talk_expect(&talk, "{\"id\":1,\"ok\":true,\"twin\":{");
    talk_end(&talk);
}

static void make_tanks(struct wire *wire, void *argument) {
    char id[24];
    for (int i = 0; i < *(int *)argument; i++) {
        snprintf(id, sizeof id, "tank-%d", i);
        plant_sample(&wire->plant, plant_create(&wire->plant, "tank", id), "level",
                     value_number(0));
    }
}

static void fill_tanks(struct wire *wire, void *argument) {
    for (uint32_t n = 1; n < wire->plant.world->next_number; n++)
        plant_sample(&wire->plant, world_twin(wire->plant.world, n), "level",
                     value_number(*(int *)argument));
}

// Heap in use, all threads; what a sanitizer's allocator keeps back is not in it.
static size_t heap(void) {
    return mallinfo2().uordblks + mallinfo2().hblkhd;
}

static void a_client_that_does_not_read_costs_nothing_and_stays(void **state) {
    struct wire *wire = *state;
    int count = 2000;
    on_loop(wire, make_tanks, &count);
    struct talk slow = talk_begin(wire), fast = talk_begin(wire);
    talk_say(&slow, "{\"id\":1,\"op\":\"sub\",\"hz\":1000}");
    talk_say(&fast,
             "{\"id\":1,\"op\":\"sub\",\"sel\":{\"ids\":[\"tank-7\"],\"fields\":[\"level\"]},"
             "\"hz\":1000}");
    talk_expect(&fast, "\"ok\":true");
    talk_expect(&fast, "\"done\":true}");
    size_t before = 0;
    for (int round = 1; round <= 300; round++) {
        char row[64];
        on_loop(wire, fill_tanks, &round);
        snprintf(row, sizeof row, "\"rows\":[[0,0,%d,", round);
        talk_expect(&fast, row); // the other is served all the while
        if (round == 50) before = heap();
    }
    assert_true(heap() < before + (1 << 18)); // 500,000 changes later
    talk_expect(&slow, "{\"id\":1,\"ok\":true,");
    // It has much of its snapshot before it; then every tank comes at its newest value.
    int newest = 0;
    for (int messages = 0; newest < count; messages++) {
        assert_true(messages < 300);
        char *text = talk_hear(&slow);
        assert_non_null(text);
        for (const char *row = text; (row = strstr(row, ",300,")); row++)
            newest++;
        free(text);
    }
    assert_int_equal(newest, count);
    talk_end(&slow);
    talk_end(&fast);
}

static void read_clients(struct wire *wire, void *argument) {
    struct buffer out = {0};
    metrics_write(wire->metrics, &out);
    buffer_byte(&out, 0);
    *(int *)argument = atoi(strstr((char *)out.bytes, "\ntwind_push_clients ") + 20) * 1000 +
                       atoi(strstr((char *)out.bytes, "\ntwind_push_subscriptions ") + 26);
    buffer_fini(&out);
}

static void clients_that_leave_leave_nothing(void **state) {
    struct wire *wire = *state;
    int left = -1;
    on_loop(wire, make_pump, "pump-1");
    for (int i = 0; i < 50; i++) {
        struct talk talk = talk_begin(wire);
        talk_say(&talk, "{\"id\":1,\"op\":\"sub\"}");
        if (i % 2) talk_expect(&talk, "\"ok\":true");
        talk_end(&talk);
    }
    while (left != 0) {
        on_loop(wire, read_clients, &left);
        sched_yield();
    }
    on_loop(wire, measure, &(struct measured){"pump-1", "temperature", 1, false});
}

static int setup_many_files(void **state) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max < 8192 ? limit.rlim_max : 8192;
    setrlimit(RLIMIT_NOFILE, &limit);
    return setup(state);
}

static void one_address_gets_so_many_connections(void **state) {
    struct wire *wire = *state;
    struct buffer in = {0};
    int fds[1000];
    for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
        fds[i] = dial(wire);
        send_text(fds[i], "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
        char *response = read_response(fds[i], &in, true);
        says(response, "200 OK");
        free(response);
    }
    int one_more = dial(wire);
    send_text(one_more, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    char *response = read_response(one_more, &in, true);
    assert_string_equal(response, "");
    free(response);
    close(one_more);
    for (size_t i = 0; i < ARRAY_LEN(fds); i++)
        close(fds[i]);
    buffer_fini(&in);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_twin_v1_at_ws_is_upgraded, setup, teardown),
        cmocka_unit_test_setup_teardown(no_extension_is_agreed_to, setup, teardown),
        cmocka_unit_test_setup_teardown(a_foreign_page_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_change_reaches_its_subscribers, setup, teardown),
        cmocka_unit_test_setup_teardown(a_client_sets_and_sees_it, setup, teardown),
        cmocka_unit_test_setup_teardown(who_asks_without_reading_is_read_again_later, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_client_that_does_not_read_costs_nothing_and_stays, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(clients_that_leave_leave_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(one_address_gets_so_many_connections, setup_many_files,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
