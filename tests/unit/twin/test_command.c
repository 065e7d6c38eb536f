// Commands as state: they are encoded whole, and keep what they can when the model changes.

#include "base/err.h"
#include "base/memory.h"
#include "test.h"
#include "twin/command.h"
#include "twin/twin_codec.h"
#include "twin/world.h"

#include <stdlib.h>
#include <string.h>

#define NOW 1800000000000000

struct bench {
    struct world *world;
    struct region region;
    struct changes changes;
    struct twin *valve;
};

// flush with these arguments, in this order; a capital one is a text.
static const struct model *make(struct world *world, const char *names, bool has_hold) {
    struct model *model = model_new("valve");
    struct command_spec *flush = model_add_command(model, "flush");
    flush->timeout_us = 10000000;
    for (const char *at = names; *at; at++) {
        char name[] = {*at, 0};
        struct argument_spec *argument =
            model_add_argument(&flush->arguments, &flush->argument_count, name);
        argument->type = *at < 'a' ? VALUE_TEXT : VALUE_NUMBER;
    }
    if (has_hold) model_add_command(model, "hold")->timeout_us = 10000000;
    model_finish(model);
    return world_adopt_model(world, model);
}

static int set_up(void **state) {
    struct bench *bench = xcalloc(1, sizeof *bench);
    bench->world = world_new();
    changes_init(&bench->changes, bench->world, &bench->region);
    const struct model *model = make(bench->world, "aTz", true);
    bench->valve = twin_new(1, "valve-1", model);
    world_add(bench->world, bench->valve);
    *state = bench;
    return 0;
}

static int tear_down(void **state) {
    struct bench *bench = *state;
    changes_fini(&bench->changes);
    region_fini(&bench->region);
    world_free(bench->world);
    free(bench);
    return 0;
}

static void queue(struct bench *bench, const char *name) {
    const struct value arguments[] = {value_number(1), value_text("two", 3), value_number(3)};
    int command = model_command(bench->valve->model, name, strlen(name));
    int count = bench->valve->model->commands[command].argument_count;
    struct err err;
    uint32_t id;
    changes_begin(&bench->changes, bench->valve, ++bench->world->rev, NOW);
    assert_true(command_queue(&bench->changes, command, arguments, count, &id, &err));
}

static const struct model *find_model(void *context, uint64_t layout) {
    return world_layout(context, layout);
}

static void they_are_encoded_whole(void **state) {
    struct bench *bench = *state;
    struct buffer bytes = {0}, again = {0};
    struct err err;
    queue(bench, "flush");
    queue(bench, "hold");
    changes_begin(&bench->changes, bench->valve, ++bench->world->rev, NOW + 5);
    command_move(&bench->changes, 2, COMMAND_FAILED, "dry");
    twin_encode(bench->valve, &bytes);
    struct reader reader = {bytes.bytes, bytes.bytes + bytes.length, 0};
    struct twin *twin = twin_decode(&reader, find_model, bench->world, &err);
    assert_non_null(twin);
    twin_encode(twin, &again);
    assert_int_equal(bytes.length, again.length);
    assert_memory_equal(bytes.bytes, again.bytes, bytes.length);
    assert_string_equal(twin->commands[0].arguments[1].text, "two");
    assert_string_equal(twin->commands[1].result, "dry");
    assert_int_equal(twin->commands[1].rev, 3);
    assert_int_equal(twin->command_id, 2);
    twin_free(twin);
    buffer_fini(&bytes);
    buffer_fini(&again);
}

static void arguments_keep_their_names_in_another_layout(void **state) {
    struct bench *bench = *state;
    queue(bench, "flush");
    queue(bench, "hold");
    world_relayout(bench->world, bench->valve, make(bench->world, "znT", false));
    assert_int_equal(bench->valve->command_count, 1); // hold is no command any more
    const struct command *flush = &bench->valve->commands[0];
    assert_int_equal(flush->argument_count, 3);
    assert_true(flush->arguments[0].number == 3);
    assert_int_equal(flush->arguments[1].type, VALUE_NONE);
    assert_string_equal(flush->arguments[2].text, "two");
}

static void a_deadline_counts_from_the_queueing(void **state) {
    struct bench *bench = *state;
    queue(bench, "flush");
    changes_begin(&bench->changes, bench->valve, ++bench->world->rev, NOW + 9000000);
    command_move(&bench->changes, 1, COMMAND_SENT, "");
    assert_int_equal(command_deadline(bench->valve, &bench->valve->commands[0]), NOW + 10000000);
    commands_expire(&bench->changes);
    assert_int_equal(bench->valve->commands[0].state, COMMAND_SENT);
    changes_begin(&bench->changes, bench->valve, ++bench->world->rev, NOW + 10000000);
    commands_expire(&bench->changes);
    assert_int_equal(bench->valve->commands[0].state, COMMAND_TIMED_OUT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(they_are_encoded_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(arguments_keep_their_names_in_another_layout, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_deadline_counts_from_the_queueing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
