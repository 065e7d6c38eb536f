// A device is told of commands and answers them, by both ways alike.

#include "ingest/plant.h"
#include "twin/command.h"

static struct argument_spec *add_argument(struct command_spec *command, const char *name,
                                          enum value_type type) {
    struct argument_spec *argument =
        model_add_argument(&command->arguments, &command->argument_count, name);
    argument->type = type;
    return argument;
}

static void make_valve(struct plant *plant) {
    struct model *model = model_new("valve");
    model_add_field(model, FIELD_TELEMETRY, "flow");
    struct command_spec *flush = model_add_command(model, "flush");
    struct argument_spec *seconds = add_argument(flush, "seconds", VALUE_NUMBER);
    free(seconds->unit);
    seconds->unit = xstrdup("s");
    add_argument(flush, "why", VALUE_TEXT);
    add_argument(flush, "is_hot", VALUE_BOOLEAN);
    model_finish(model);
    const struct model *valve = world_adopt_model(plant->world, model);
    struct twin *twin = twin_new(plant->world->next_number, "valve-1", valve);
    world_add(plant->world, twin);
}

static struct twin *valve(struct plant *plant) {
    return world_find(plant->world, "valve-1", 7);
}

static void queue(struct plant *plant, double seconds, struct value why) {
    const struct value arguments[] = {value_number(seconds), why, value_none()};
    struct err err;
    uint32_t id;
    plant_begin_turn(plant, valve(plant));
    if (!command_queue(&plant->changes, 0, arguments, 3, &id, &err)) fail_msg("%s", err.text);
    plant_close_turn(plant);
}

static void queue_two(struct plant *plant) {
    queue(plant, 30, value_text("dirty", 5));
    queue(plant, 60, value_none());
}

static int open_plant(void **state, bool is_library_only) {
    static struct plant plant;
    plant_open(&plant, is_library_only, 0);
    plant_do(&plant, make_valve);
    *state = &plant;
    return 0;
}

static int set_up(void **state) {
    return open_plant(state, false);
}

static int set_up_library(void **state) {
    return open_plant(state, true);
}

static int tear_down(void **state) {
    plant_close(*state);
    return 0;
}

static void answers(struct plant *plant, const char *path, int format, const char *payload,
                    uint8_t code, const char *text) {
    struct wish post = wish_post(path, format, payload);
    struct got got;
    plant_ask(plant, &post, &got);
    if (got.message.code != code || !strstr(got.text, text))
        fail_msg("%s: %d.%02d \"%s\", not %d.%02d \"%s\"", payload, got.message.code >> 5,
                 got.message.code & 31, got.text, code >> 5, code & 31, text);
}

static void is(struct plant *plant, uint32_t id, enum command_state state, const char *result) {
    const struct command *command = twin_command(valve(plant), id);
    assert_non_null(command);
    assert_int_equal(command->state, state);
    assert_string_equal(command->result, result);
}

#define BOTH                                                                                       \
    "[{\"bn\":\"valve-1/\",\"bt\":1795370400,\"n\":\"commands/1/flush\",\"vb\":true},"             \
    "{\"n\":\"commands/1/flush/seconds\",\"u\":\"s\",\"v\":30},"                                   \
    "{\"n\":\"commands/1/flush/why\",\"vs\":\"dirty\"},"                                           \
    "{\"n\":\"commands/2/flush\",\"vb\":true},"                                                    \
    "{\"n\":\"commands/2/flush/seconds\",\"u\":\"s\",\"v\":60}]"

static void who_reads_desired_is_told_and_they_are_sent(void **state) {
    struct plant *plant = *state;
    struct wish get = wish(1, "t/valve-1/desired");
    struct got got;
    plant_do(plant, queue_two);
    int turns = plant->turns;
    plant_ask(plant, &get, &got);
    assert_string_equal(got.text, BOTH);
    is(plant, 1, COMMAND_SENT, "");
    is(plant, 2, COMMAND_SENT, "");
    assert_int_equal(plant->turns, turns + 1); // for both
    assert_non_null(strstr(plant->actor, "127.0.0.1:"));
    plant_ask(plant, &get, &got); // until they have ended
    assert_string_equal(got.text, BOTH);
    assert_int_equal(plant->turns, turns + 1);
    answers(plant, "t/valve-1/commands/1", -1, "", COAP_CODE(2, 4), "");
    answers(plant, "t/valve-1/commands/2", -1, "", COAP_CODE(2, 4), "");
    plant_ask(plant, &get, &got);
    assert_string_equal(got.text, "[]");
}

static void what_is_told_is_durable_first(void **state) {
    struct plant *plant = *state;
    struct wish get = wish(1, "t/valve-1/desired");
    struct got got;
    atomic_store(&plant->is_durable_at_once, false);
    plant_do(plant, queue_two);
    plant_wish(plant, &get);
    plant_expect_silence(plant);
    plant_do(plant, plant_make_durable);
    plant_receive(plant, &got);
    while (got.message.code == 0) // the acknowledgement before a late answer
        plant_receive(plant, &got);
    assert_string_equal(got.text, BOTH);
}

static void cbor_says_the_same(void **state) {
    struct plant *plant = *state;
    struct wish get = wish(1, "t/valve-1/desired");
    struct got got;
    plant_do(plant, queue_two);
    get.accept = 112;
    plant_ask(plant, &get, &got);
    assert_int_equal(got.message.payload[0], 0x85); // five records
    static const char name[] = "\x78\x18"
                               "commands/1/flush/seconds";
    assert_non_null(memmem(got.message.payload, got.message.payload_length, name, sizeof name - 1));
}

static void an_observer_is_told_of_new_ones_and_of_their_end(void **state) {
    struct plant *plant = *state;
    struct wish get = wish(1, "t/valve-1/desired");
    struct got got;
    get.observe = 0;
    plant_ask(plant, &get, &got);
    assert_string_equal(got.text, "[]");
    plant_do(plant, queue_two);
    plant_receive(plant, &got);
    assert_string_equal(got.text, BOTH);
    assert_int_equal(got.message.type, MESSAGE_CON);
    struct wish ack = {
        .type = MESSAGE_ACK, .code = 0, .id = got.message.id, .token = "", .path = ""};
    ack.format = ack.accept = ack.hop_limit = -1;
    ack.observe = ack.block1 = ack.block2 = ack.size1 = ack.no_response = -1;
    plant_wish(plant, &ack);
    is(plant, 2, COMMAND_SENT, "");
    struct wish result = wish_post("t/valve-1/commands/1", 0, "clean");
    plant_wish(plant, &result);
    for (int i = 0; i < 2; i++) { // the answer and the notification, in any order
        plant_receive(plant, &got);
        if (got.observe < 0)
            assert_int_equal(got.message.code, COAP_CODE(2, 4));
        else
            assert_null(strstr(got.text, "commands/1/"));
    }
}

static void a_result_is_text_json_or_cbor(void **state) {
    struct plant *plant = *state;
    plant_do(plant, queue_two);
    plant_do(plant, queue_two);
    answers(plant, "t/valve-1/commands/1", 0, "clean", COAP_CODE(2, 4), "");
    is(plant, 1, COMMAND_DONE, "clean");
    answers(plant, "t/valve-1/commands/2", 50, "{\"result\":\"dry\",\"state\":\"failed\"}",
            COAP_CODE(2, 4), "");
    is(plant, 2, COMMAND_FAILED, "dry");
    answers(plant, "t/valve-1/commands/3", 50, "{\"result\":12.5}", COAP_CODE(2, 4), "");
    is(plant, 3, COMMAND_DONE, "12.5");
    answers(plant, "t/valve-1/commands/4", 60,
            "\xa1\x65state\x66"
            "failed",
            COAP_CODE(2, 4), "");
    is(plant, 4, COMMAND_FAILED, "");
}

static void the_same_result_again_is_good_and_another_is_a_conflict(void **state) {
    struct plant *plant = *state;
    plant_do(plant, queue_two);
    answers(plant, "t/valve-1/commands/1", 0, "clean", COAP_CODE(2, 4), "");
    answers(plant, "t/valve-1/commands/1", 0, "clean", COAP_CODE(2, 4), "");
    answers(plant, "t/valve-1/commands/1", 0, "dirty", COAP_CODE(4, 9), "ended already");
    is(plant, 1, COMMAND_DONE, "clean");
}

static void what_is_no_result_is_refused(void **state) {
    struct plant *plant = *state;
    static const struct {
        const char *path;
        int format;
        const char *payload;
        uint8_t code;
        const char *why;
    } refused[] = {
        {"t/valve-1/commands/9", -1, "", COAP_CODE(4, 4), "there is no command 9"},
        {"t/valve-2/commands/1", -1, "", COAP_CODE(4, 4), "there is no twin valve-2"},
        {"t/valve-1/commands/x", -1, "", COAP_CODE(4, 0), "\"x\" is no command's id"},
        {"t/valve-1/commands/0", -1, "", COAP_CODE(4, 0), "is no command's id"},
        {"t/valve-1/commands/4294967297", -1, "", COAP_CODE(4, 0), "is no command's id"},
        {"t/valve-1/commands/1", 50, "{\"state\":\"sent\"}", COAP_CODE(4, 0), "\"done\" or"},
        {"t/valve-1/commands/1", 50, "{\"stat\":\"done\"}", COAP_CODE(4, 0), "not \"stat\""},
        {"t/valve-1/commands/1", 50, "{\"result\":true}", COAP_CODE(4, 0), "a text or a number"},
        {"t/valve-1/commands/1", 50, "{\"result\":", COAP_CODE(4, 0), "record 0"},
        {"t/valve-1/commands/1", 0, "\xff", COAP_CODE(4, 0), "not UTF-8"},
        {"t/valve-1/commands/1", 110, "[]", COAP_CODE(4, 15), "50 a JSON object"},
    };
    plant_do(plant, queue_two);
    for (size_t i = 0; i < ARRAY_LEN(refused); i++)
        answers(plant, refused[i].path, refused[i].format, refused[i].payload, refused[i].code,
                refused[i].why);
    char text[COMMAND_RESULT_MAX + 2];
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = 0;
    answers(plant, "t/valve-1/commands/1", 0, text, COAP_CODE(4, 13), "the limit is 240");
    is(plant, 1, COMMAND_QUEUED, "");
    plant->is_full = true;
    answers(plant, "t/valve-1/commands/1", -1, "", COAP_CODE(5, 3), "the disk is full");
    plant->is_full = false;
}

#define BOTH_WAYS(test)                                                                            \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down),                                      \
        cmocka_unit_test_setup_teardown(test, set_up_library, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH_WAYS(who_reads_desired_is_told_and_they_are_sent),
        BOTH_WAYS(what_is_told_is_durable_first),
        BOTH_WAYS(cbor_says_the_same),
        BOTH_WAYS(an_observer_is_told_of_new_ones_and_of_their_end),
        BOTH_WAYS(a_result_is_text_json_or_cbor),
        BOTH_WAYS(the_same_result_again_is_good_and_another_is_a_conflict),
        BOTH_WAYS(what_is_no_result_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
