// A twin whose checkpoint is damaged comes back from the log as it was, or the start says what to
// do.

#include "store/fleet.h"
#include "store/state_file.h"

// Lives for a while and ends with all checkpointed; gives the hash.
static uint64_t live(struct fixture *fixture, int turns, uint64_t *twins) {
    struct fleet fleet;
    fleet_recover(&fleet, fixture, NULL);
    for (int i = 0; i < turns; i++) {
        fleet_turn(&fleet);
        if (i % 7 == 0) fleet_commit(&fleet);
        if (i % 300 != 299 || fleet.event.target) continue;
        fleet_checkpoint(&fleet);
        log_release(fixture->log, checkpoint_covered(fleet.checkpoint));
    }
    while (fleet.event.target)
        fleet_turn(&fleet);
    fleet_checkpoint(&fleet);
    uint64_t hash = world_hash(fleet.world);
    *twins = fleet.world->twin_count;
    fleet_close(&fleet);
    return hash;
}

// Flips a bit of the checkpoint of the `which`th twin; with a `number`, puts it under that one too.
static void damage(struct fixture *fixture, int which, uint32_t number) {
    struct state_file file;
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_val key, value;
    uint8_t bytes[8192];
    uint32_t real;
    assert_true(state_file_open(&file, fixture->dir, NULL, NULL));
    assert_int_equal(environment_reserve(&file.environment, 100000, 0), 0);
    assert_int_equal(mdb_txn_begin(file.environment.env, NULL, 0, &txn), 0);
    mdb_cursor_open(txn, file.databases[STATE_TWINS], &cursor);
    for (int i = 0; i <= which; i++)
        assert_int_equal(mdb_cursor_get(cursor, &key, &value, MDB_NEXT), 0);
    memcpy(&real, key.mv_data, sizeof real);
    memcpy(bytes, value.mv_data, value.mv_size);
    bytes[value.mv_size / 2] ^= number ? 0 : 4;
    size_t length = value.mv_size;
    if (number) assert_int_equal(mdb_cursor_del(cursor, 0), 0);
    mdb_cursor_close(cursor);
    if (!number) number = real;
    key = (MDB_val){sizeof number, &number};
    value = (MDB_val){length, bytes};
    assert_int_equal(mdb_put(txn, file.databases[STATE_TWINS], &key, &value, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    state_file_close(&file);
}

static void every_twin_is_made_anew_from_the_log(void **state) {
    uint64_t twins, hash = live(*state, 900, &twins);
    for (int which = 0; which < (int)twins; which++) {
        struct fleet fleet;
        damage(*state, which, 0);
        fleet_recover(&fleet, *state, NULL);
        assert_true(world_hash(fleet.world) == hash);
        fleet_turn(&fleet); // so that something is to be checkpointed
        while (fleet.event.target)
            fleet_turn(&fleet);
        fleet_checkpoint(&fleet);
        hash = world_hash(fleet.world);
        fleet_close(&fleet);
        fleet_recover(&fleet, *state, NULL); // and it has a checkpoint again
        assert_true(world_hash(fleet.world) == hash);
        twins = fleet.world->twin_count < twins ? fleet.world->twin_count : twins;
        fleet_close(&fleet);
    }
}

static bool starts(struct fixture *fixture, struct err *err) {
    struct recovery recovery;
    struct recovery_options options = {0};
    struct world *world = world_new();
    fixture_open(fixture);
    struct checkpoint_options where = {.dir = fixture->dir, .metrics = fixture->metrics};
    struct checkpoint *checkpoint = checkpoint_open(&where, err);
    assert_non_null(checkpoint);
    bool is_started = recovery_run(fixture->log, checkpoint, world, &options, &recovery, err);
    log_close(fixture->log);
    fixture->log = NULL;
    checkpoint_close(checkpoint);
    fixture_close(fixture);
    world_free(world);
    return is_started;
}

// Another one would be missing, and nobody would know.
static void a_checkpoint_under_the_number_of_a_twin_that_is_gone_is_refused(void **state) {
    struct fleet fleet;
    struct err err = {0};
    uint64_t twins;
    uint32_t gone = 0;
    live(*state, 900, &twins);
    fleet_recover(&fleet, *state, NULL);
    for (uint32_t number = 1; number < fleet.world->next_number && gone == 0; number++)
        if (!world_twin(fleet.world, number)) gone = number;
    fleet_close(&fleet);
    assert_true(gone != 0);
    damage(*state, 2, gone);
    assert_false(starts(*state, &err));
    assert_int_equal(err.code, ERR_INVALID);
    assert_non_null(strstr(err.text, "restore a backup into another folder"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(every_twin_is_made_anew_from_the_log),
        TEST(a_checkpoint_under_the_number_of_a_twin_that_is_gone_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
