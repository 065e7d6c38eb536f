// Checkpoints: never newer than the log, complete up to what they say they cover.

#include "store/broken_disk.h"
#include "store/fleet.h"
#include "store/state_file.h"

// A world of `count` twins made by hand, without a log: twin n is at rev n.
struct bench {
    struct fixture *fixture;
    struct checkpoint *checkpoint;
    struct world *world;
    const struct model *model;
};

static void bench_open(struct bench *bench, struct fixture *fixture) {
    struct err err = {0};
    struct checkpoint_options options = {.dir = fixture->dir, .metrics = fixture->metrics};
    bench->fixture = fixture;
    bench->checkpoint = checkpoint_open(&options, &err);
    if (!bench->checkpoint) fail_msg("%s", err.text);
    bench->world = world_new();
    bench->model = world_adopt_model(bench->world, fleet_model(false));
}

static void bench_close(struct bench *bench) {
    checkpoint_close(bench->checkpoint);
    world_free(bench->world);
    fixture_close(bench->fixture);
}

static void touch(struct bench *bench, struct twin *twin) {
    twin->rev = ++bench->world->rev;
    slot_set(&twin->slots[0], value_number((double)twin->rev), 1, QUALITY_GOOD, twin->rev);
    world_mark_dirty(bench->world, twin);
}

static struct twin *add(struct bench *bench) {
    char id[32];
    snprintf(id, sizeof id, "t-%u", bench->world->next_number);
    struct twin *twin = twin_new(bench->world->next_number, id, bench->model);
    world_add(bench->world, twin);
    touch(bench, twin);
    return twin;
}

static void add_many(struct bench *bench, int count) {
    while (count-- > 0)
        add(bench);
}

// What is on disk, in a world of its own.
static struct world *load(struct bench *bench) {
    struct world *world = world_new();
    struct err err = {0};
    world_adopt_model(world, fleet_model(false));
    struct buffer damaged = {0};
    if (!checkpoint_load(bench->checkpoint, world, &damaged, &err)) fail_msg("%s", err.text);
    assert_int_equal(damaged.length, 0);
    return world;
}

static uint32_t stored_twins(struct bench *bench) {
    struct world *world = load(bench);
    uint32_t count = world->twin_count;
    world_free(world);
    return count;
}

static void what_is_handed_over_waits_for_the_log(void **state) {
    struct bench bench;
    bench_open(&bench, *state);
    add_many(&bench, 10);
    assert_int_equal(checkpoint_slice(bench.checkpoint, bench.world, 4), 4);
    assert_int_equal(checkpoint_slice(bench.checkpoint, bench.world, 4), 4);
    checkpoint_on_durable(bench.checkpoint, 6); // twins are taken from the newest: 10 to 7, 6 to 3
    checkpoint_on_durable(bench.checkpoint, 9);
    assert_int_equal(stored_twins(&bench), 0);
    assert_int_equal(checkpoint_covered(bench.checkpoint), 0);
    checkpoint_on_durable(bench.checkpoint, 10);
    assert_int_equal(checkpoint_slice(bench.checkpoint, bench.world, 4), 2);
    WAIT_UNTIL(checkpoint_covered(bench.checkpoint) == 10);
    struct world *world = load(&bench);
    assert_true(world_hash(world) == world_hash(bench.world));
    assert_int_equal(world->next_number, 11);
    world_free(world);
    bench_close(&bench);
}

static void what_is_handed_over_and_durable_is_written_at_the_close(void **state) {
    struct bench bench;
    bench_open(&bench, *state);
    add_many(&bench, 10);
    checkpoint_slice(bench.checkpoint, bench.world, 10);
    checkpoint_on_durable(bench.checkpoint, 10);
    add_many(&bench, 3);
    checkpoint_slice(bench.checkpoint, bench.world, 10); // not durable
    bench_close(&bench);
    bench_open(&bench, *state);
    assert_int_equal(stored_twins(&bench), 10);
    assert_int_equal(checkpoint_covered(bench.checkpoint), 10);
    bench_close(&bench);
}

static void a_busy_twin_does_not_keep_a_round_from_its_end(void **state) {
    struct bench bench;
    bench_open(&bench, *state);
    struct twin *busy = add(&bench);
    add_many(&bench, 200);
    uint64_t begin = bench.world->rev;
    for (int i = 0; i < 150 && checkpoint_covered(bench.checkpoint) < begin; i++) {
        touch(&bench, busy); // dirty again before each slice
        checkpoint_on_durable(bench.checkpoint, bench.world->rev);
        WAIT_UNTIL(checkpoint_slice(bench.checkpoint, bench.world, 2) > 0);
    }
    WAIT_UNTIL(checkpoint_covered(bench.checkpoint) >= begin);
    bench_close(&bench);
}

static void covered_is_the_rev_at_which_the_round_began(void **state) {
    struct bench bench;
    bench_open(&bench, *state);
    struct twin *first = add(&bench);
    add_many(&bench, 5);
    assert_false(checkpoint_is_under_way(bench.checkpoint));
    assert_int_equal(checkpoint_slice(bench.checkpoint, bench.world, 5), 5);
    assert_true(checkpoint_is_under_way(bench.checkpoint));
    add_many(&bench, 2);  // revs 7 and 8, of the next round
    touch(&bench, first); // rev 9, of a twin that this round still has to take
    checkpoint_on_durable(bench.checkpoint, 9);
    WAIT_UNTIL(checkpoint_slice(bench.checkpoint, bench.world, 5) == 1);
    assert_false(checkpoint_is_under_way(bench.checkpoint));
    WAIT_UNTIL(checkpoint_covered(bench.checkpoint) == 6);
    assert_int_equal(stored_twins(&bench), 6);
    WAIT_UNTIL(checkpoint_slice(bench.checkpoint, bench.world, 5) == 2);
    WAIT_UNTIL(checkpoint_covered(bench.checkpoint) == 9);
    assert_int_equal(checkpoint_slice(bench.checkpoint, bench.world, 5), 0); // nothing is new
    bench_close(&bench);
}

static void the_loop_is_held_back_when_the_thread_does_not_follow(void **state) {
    struct bench bench;
    bench_open(&bench, *state);
    add_many(&bench, 10);
    int taken = 0, slices = 0;
    for (int got; (got = checkpoint_slice(bench.checkpoint, bench.world, 1)) > 0; slices++)
        taken += got; // nothing is durable, so all wait
    assert_int_equal(slices, 3);
    assert_int_equal(taken, 3);
    bench_close(&bench);
}

static void a_removed_twin_leaves_the_round_and_the_disk(void **state) {
    struct bench bench;
    bench_open(&bench, *state);
    struct twin *first = add(&bench), *second = add(&bench);
    add_many(&bench, 3);
    uint32_t numbers[2] = {first->number, second->number};
    checkpoint_on_durable(bench.checkpoint, 100);
    assert_int_equal(checkpoint_slice(bench.checkpoint, bench.world, 5), 5);
    WAIT_UNTIL(checkpoint_covered(bench.checkpoint) == 5);
    touch(&bench, second);
    add_many(&bench, 2);
    assert_int_equal(checkpoint_slice(bench.checkpoint, bench.world, 1), 1);
    world_remove(bench.world, first); // on disk
    checkpoint_removed(bench.checkpoint, numbers[0], ++bench.world->rev);
    world_remove(bench.world, second); // on disk, and taken over by the round
    checkpoint_removed(bench.checkpoint, numbers[1], ++bench.world->rev);
    WAIT_UNTIL(checkpoint_slice(bench.checkpoint, bench.world, 5) == 1);
    WAIT_UNTIL(checkpoint_covered(bench.checkpoint) == 8);
    struct world *world = load(&bench);
    assert_int_equal(world->twin_count, 5);
    assert_null(world_twin(world, numbers[0]));
    assert_null(world_twin(world, numbers[1]));
    assert_int_equal(world->next_number, 8);
    world_free(world);
    bench_close(&bench);
}

static void a_damaged_twin_is_left_out_and_named(void **state) {
    struct fixture *fixture = *state;
    struct bench bench;
    bench_open(&bench, fixture);
    add_many(&bench, 3);
    checkpoint_on_durable(bench.checkpoint, 3);
    checkpoint_slice(bench.checkpoint, bench.world, 3);
    bench_close(&bench);
    struct state_file file;
    MDB_txn *txn;
    MDB_val value;
    uint32_t number = 2;
    MDB_val key = {sizeof number, &number};
    assert_true(state_file_open(&file, fixture->dir, NULL, NULL));
    assert_int_equal(mdb_txn_begin(file.environment.env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_get(txn, file.databases[STATE_TWINS], &key, &value), 0);
    uint8_t bytes[4096];
    memcpy(bytes, value.mv_data, value.mv_size);
    bytes[value.mv_size / 2] ^= 4;
    value.mv_data = bytes;
    assert_int_equal(mdb_put(txn, file.databases[STATE_TWINS], &key, &value, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    state_file_close(&file);
    bench_open(&bench, fixture);
    struct err err = {0};
    struct buffer damaged = {0};
    assert_true(checkpoint_load(bench.checkpoint, bench.world, &damaged, &err));
    assert_int_equal(damaged.length, sizeof number);
    assert_memory_equal(damaged.bytes, &number, sizeof number);
    assert_null(world_twin(bench.world, number));
    assert_int_equal(bench.world->twin_count, 2);
    buffer_fini(&damaged);
    bench_close(&bench);
}

static void a_slice_that_cannot_be_written_is_tried_again(void **state) {
    static const struct {
        enum call call;
        int code;
    } faults[] = {{CALL_WRITE, EIO}, {CALL_ROOM, ENOSPC}, {CALL_SYNC, EIO}};
    struct bench bench;
    bench_open(&bench, *state);
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        uint64_t covered = checkpoint_covered(bench.checkpoint);
        add_many(&bench, 50);
        break_disk(faults[i].call, 0, FOREVER, faults[i].code);
        checkpoint_on_durable(bench.checkpoint, bench.world->rev);
        checkpoint_slice(bench.checkpoint, bench.world, 50);
        WAIT_UNTIL(metric(bench.fixture, "twind_checkpoint_failures_total") > (double)i);
        assert_int_equal(checkpoint_covered(bench.checkpoint), covered);
        mend_disk();
        WAIT_UNTIL(checkpoint_covered(bench.checkpoint) == bench.world->rev); // within a second
        struct world *world = load(&bench);
        assert_true(world_hash(world) == world_hash(bench.world));
        world_free(world);
    }
    bench_close(&bench);
}

static void nothing_is_written_while_nothing_changes(void **state) {
    struct bench bench;
    bench_open(&bench, *state);
    add_many(&bench, 3);
    checkpoint_on_durable(bench.checkpoint, 3);
    checkpoint_slice(bench.checkpoint, bench.world, 5);
    WAIT_UNTIL(checkpoint_covered(bench.checkpoint) == 3);
    for (int i = 0; i < 10; i++)
        assert_int_equal(checkpoint_slice(bench.checkpoint, bench.world, 5), 0);
    assert_true(metric(bench.fixture, "twind_checkpoint_slices_total") == 1);
    bench_close(&bench);
}

int main(void) {
#define CHECKPOINT_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        CHECKPOINT_TEST(what_is_handed_over_waits_for_the_log),
        CHECKPOINT_TEST(what_is_handed_over_and_durable_is_written_at_the_close),
        CHECKPOINT_TEST(a_busy_twin_does_not_keep_a_round_from_its_end),
        CHECKPOINT_TEST(covered_is_the_rev_at_which_the_round_began),
        CHECKPOINT_TEST(the_loop_is_held_back_when_the_thread_does_not_follow),
        CHECKPOINT_TEST(a_removed_twin_leaves_the_round_and_the_disk),
        CHECKPOINT_TEST(a_damaged_twin_is_left_out_and_named),
        CHECKPOINT_TEST(a_slice_that_cannot_be_written_is_tried_again),
        CHECKPOINT_TEST(nothing_is_written_while_nothing_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
