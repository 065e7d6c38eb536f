// Reading what was committed: messages, layouts, full states, and what damage looks like.

#include "store/fixture.h"
#include "twin/model_codec.h"
#include "twin/twin.h"
#include "twin/twin_codec.h"

struct messages {
    uint64_t keys[8];
    int count, wanted;
};

static bool on_message(void *context, uint64_t message, int64_t received) {
    struct messages *messages = context;
    assert_int_equal(received, START_TIME + (int64_t)(message / 1000));
    messages->keys[messages->count++] = message;
    return messages->count < messages->wanted;
}

static void messages_come_newest_first_and_only_where_there_is_one(void **state) {
    struct fixture *fixture = *state;
    fixture_open(fixture);
    for (uint64_t rev = 1; rev <= 5; rev++)
        append_plain(fixture->log, rev); // 3 has none
    submit(fixture, 5);
    commit_plain(fixture, 6, 7); // 6 has none
    struct messages messages = {.wanted = 8};
    assert_true(log_read_messages(fixture->log, on_message, &messages, NULL));
    static const uint64_t expected[] = {7000, 5000, 4000, 2000, 1000};
    assert_int_equal(messages.count, 5);
    assert_memory_equal(messages.keys, expected, sizeof expected);
    messages = (struct messages){.wanted = 2};
    assert_true(log_read_messages(fixture->log, on_message, &messages, NULL));
    assert_int_equal(messages.count, 2);
}

static struct model *make_model(const char *name) {
    struct model *model = model_new(name);
    model_add_field(model, FIELD_TELEMETRY, "temperature");
    model_add_field(model, FIELD_DERIVED, "load");
    model_finish(model);
    return model;
}

static bool on_layout(void *context, struct model *owned) {
    uint64_t *sum = context;
    *sum += owned->layout;
    model_free(owned);
    return true;
}

static uint64_t layout_sum(struct fixture *fixture) {
    uint64_t sum = 0;
    assert_true(log_read_layouts(fixture->log, on_layout, &sum, NULL));
    return sum;
}

static void layouts_are_kept_once(void **state) {
    struct fixture *fixture = *state;
    struct model *pump = make_model("pump"), *tank = make_model("tank");
    fixture_open(fixture);
    log_append_layout(fixture->log, pump);
    log_append_layout(fixture->log, pump);
    append_plain(fixture->log, 1);
    submit(fixture, 1);
    log_append_layout(fixture->log, pump);
    assert_false(log_wants_submit(fixture->log));
    log_append_layout(fixture->log, tank);
    submit(fixture, 2);
    assert_true(layout_sum(fixture) == pump->layout + tank->layout);
    fixture_reopen(fixture);
    log_append_layout(fixture->log, tank);
    assert_false(log_wants_submit(fixture->log));
    assert_true(layout_sum(fixture) == pump->layout + tank->layout);
    model_free(pump);
    model_free(tank);
}

static void a_full_state_is_found_at_or_before_a_rev(void **state) {
    struct fixture *fixture = *state;
    struct model *model = make_model("pump");
    struct twin *twin = twin_new(1, "p-1", model);
    fixture_open(fixture);
    for (uint64_t rev = 1; rev <= 90; rev++) {
        append_plain(fixture->log, rev);
        twin->rev = rev;
        slot_set(&twin->slots[0], value_number((double)rev), 1, QUALITY_GOOD, rev);
        if (rev % 10 == 0) log_append_state(fixture->log, twin);
        if (rev % 15 == 0) submit(fixture, rev);
    }
    fixture_reopen(fixture);
    struct region region = {0};
    struct buffer expected = {0};
    struct err err;
    size_t length;
    static const struct {
        uint64_t asked, found;
    } cases[] = {{10, 10}, {11, 10}, {39, 30}, {40, 40}, {90, 90}, {5000, 90}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const uint8_t *bytes =
            log_find_state(fixture->log, 1, cases[i].asked, &region, &length, &err);
        assert_non_null(bytes);
        twin->rev = cases[i].found;
        slot_set(&twin->slots[0], value_number((double)twin->rev), 1, QUALITY_GOOD, twin->rev);
        expected.length = 0;
        twin_encode(twin, &expected);
        assert_int_equal(length, expected.length);
        assert_memory_equal(bytes, expected.bytes, length);
    }
    assert_null(log_find_state(fixture->log, 1, 9, &region, &length, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_null(log_find_state(fixture->log, 2, 50, &region, &length, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    region_fini(&region);
    buffer_fini(&expected);
    twin_free(twin);
    model_free(model);
}

static void a_flipped_bit_is_named_by_its_rev(void **state) {
    struct fixture *fixture = *state;
    fixture_open(fixture);
    for (uint64_t rev = 1; rev <= 100; rev++)
        append_plain(fixture->log, rev);
    submit(fixture, 1);
    commit_plain(fixture, 101, 102);
    fixture_close(fixture);
    double number = 50;
    flip_in_file(fixture, &number, sizeof number);
    fixture_open(fixture);
    struct seen seen = {0};
    struct err err = {0};
    assert_false(log_read(fixture->log, 0, see, &seen, &err));
    assert_non_null(strstr(err.text, "batch at rev 1 is damaged"));
    assert_int_equal(seen.count, 0);
    assert_int_equal(read_all(fixture, 101).count, 2); // what is whole can be read
}

int main(void) {
#define HISTORY_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        HISTORY_TEST(messages_come_newest_first_and_only_where_there_is_one),
        HISTORY_TEST(layouts_are_kept_once),
        HISTORY_TEST(a_full_state_is_found_at_or_before_a_rev),
        HISTORY_TEST(a_flipped_bit_is_named_by_its_rev),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
