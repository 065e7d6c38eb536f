// Recovery: the world that comes back is the one that was durable, whenever the process died.

#include "store/fleet.h"
#include "store/journal.h"

#include <signal.h>

#define GENERATIONS 10
#define REVS_SKIPPED 1000 // after a crash, as the engine does

struct report { // what a child says whenever everything is durable
    uint64_t rev, hash;
    uint64_t event_rev; // sent, not consumed
};

struct unconsumed {
    int count;
    uint64_t rev;
    uint16_t index;
    uint32_t from, target;
    double number;
    char text[8];
};

static void on_unconsumed(void *context, uint64_t rev, uint16_t index, uint32_t from_twin,
                          const struct change *event) {
    struct unconsumed *unconsumed = context;
    assert_int_equal(event->event.argument_count, 2);
    unconsumed->count++;
    unconsumed->rev = rev;
    unconsumed->index = index;
    unconsumed->from = from_twin;
    unconsumed->target = event->other;
    unconsumed->number = event->event.arguments[0].number;
    snprintf(unconsumed->text, sizeof unconsumed->text, "%s", event->event.arguments[1].text);
}

static void say(struct fleet *fleet, int pipe_end) {
    struct report report = {log_durable(fleet->fixture->log), world_hash(fleet->world),
                            fleet->event.target ? fleet->event.rev : 0};
    if (write(pipe_end, &report, sizeof report) != sizeof report) _exit(3);
}

// One life: recovers, says what it found, turns, commits and checkpoints at random, dies.
static void live_and_die(struct fixture *fixture, uint64_t seed, bool is_trimmed, int pipe_end) {
    struct fleet fleet;
    struct unconsumed unconsumed = {0};
    struct recovery_options options = {.on_unconsumed_event = on_unconsumed,
                                       .context = &unconsumed};
    if (is_trimmed) fixture->options.quota_bytes = 150000;
    struct recovery recovery = fleet_recover(&fleet, fixture, &options);
    if (unconsumed.count > 1) _exit(4);
    fleet.event.rev = unconsumed.rev;
    fleet.event.index = unconsumed.index;
    fleet.event.target = unconsumed.count ? unconsumed.target : 0;
    say(&fleet, pipe_end);
    if (!recovery.was_clean) fleet.world->rev += REVS_SKIPPED;
    fleet.random = seed * 2654435761u + 1;
    int turns = 200 + (int)draw(&fleet, 600);
    for (int i = 0; i < turns; i++) {
        fleet_turn(&fleet);
        if (draw(&fleet, 4) == 0) {
            fleet_commit(&fleet);
            say(&fleet, pipe_end);
        }
        if (draw(&fleet, 3) == 0 && fleet.event.target == 0)
            checkpoint_slice(fleet.checkpoint, fleet.world, 1 + (int)draw(&fleet, 5));
        log_release(fixture->log, checkpoint_covered(fleet.checkpoint));
    }
    kill(getpid(), SIGKILL);
}

static void lives(struct fixture *fixture, uint64_t seed, bool is_trimmed) {
    struct report last = {0}, report;
    bool is_first = true;
    for (uint64_t generation = 0; generation < GENERATIONS; generation++) {
        int ends[2], status;
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0) live_and_die(fixture, seed + generation, is_trimmed, ends[1]);
        close(ends[1]);
        bool is_found = false;
        while (read(ends[0], &report, sizeof report) == sizeof report) {
            if (!is_found && !is_first) {
                assert_int_equal(report.rev, last.rev);
                assert_true(report.hash == last.hash);
                assert_int_equal(report.event_rev, last.event_rev);
            }
            is_found = true;
            is_first = false;
            last = report;
        }
        assert_true(is_found);
        close(ends[0]);
        waitpid(child, &status, 0);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }
}

static void every_life_begins_where_the_last_was_durable(void **state) {
    for (uint64_t seed = 1; seed <= 2; seed++)
        lives(*state, seed * 1000, false);
}

static void also_when_the_log_forgets_what_checkpoints_cover(void **state) {
    struct fixture *fixture = *state;
    for (uint64_t seed = 1; seed <= 2; seed++)
        lives(fixture, seed * 7000, true);
    fixture_open(fixture);
    assert_true(log_first_rev(fixture->log) > 1); // it did forget
}

static void the_log_alone_gives_the_same_world(void **state) {
    struct fixture *fixture = *state;
    struct fleet fleet;
    fleet_recover(&fleet, fixture, NULL);
    fleet.random = 99;
    for (int i = 0; i < 3000; i++) {
        fleet_turn(&fleet);
        if (i % 50 == 0) fleet_commit(&fleet);
        if (i % 7 == 0 && !fleet.event.target) checkpoint_slice(fleet.checkpoint, fleet.world, 3);
    }
    uint64_t hash = world_hash(fleet.world), rev = fleet.world->rev;
    int64_t clock = fleet.world->clock;
    uint32_t next_number = fleet.world->next_number;
    fleet_close(&fleet);
    for (int i = 0; i < 2; i++) {
        struct recovery_options options = {.ignore_checkpoints = i == 1};
        struct recovery recovery = fleet_recover(&fleet, fixture, &options);
        assert_true(recovery.was_clean);
        assert_int_equal(recovery.rev, rev);
        assert_int_equal(fleet.world->rev, rev);
        assert_int_equal(fleet.world->clock, clock);
        assert_int_equal(fleet.world->next_number, next_number);
        assert_true(world_hash(fleet.world) == hash);
        if (i == 0) assert_true(recovery.revisions < 3000);
        if (i == 1) assert_true(recovery.revisions == rev);
        fleet_close(&fleet);
    }
}

static void a_covered_log_leaves_nothing_to_apply(void **state) {
    struct fixture *fixture = *state;
    struct fleet fleet;
    fleet_recover(&fleet, fixture, NULL);
    for (int i = 0; i < 500 || fleet.event.target; i++)
        fleet_turn(&fleet);
    fleet_checkpoint(&fleet);
    uint64_t hash = world_hash(fleet.world), rev = fleet.world->rev;
    int64_t clock = fleet.world->clock;
    fleet_close(&fleet);
    struct recovery recovery = fleet_recover(&fleet, fixture, NULL);
    assert_int_equal(recovery.revisions, 0);
    assert_int_equal(recovery.rev, rev);
    assert_int_equal(fleet.world->clock, clock);
    assert_true(world_hash(fleet.world) == hash);
    assert_null(fleet.world->dirty);
    fleet_close(&fleet);
}

static void a_twin_that_retired_does_not_come_back(void **state) {
    struct fixture *fixture = *state;
    struct fleet fleet;
    fleet_recover(&fleet, fixture, NULL);
    struct twin *twin = fleet_create(&fleet), *other = fleet_create(&fleet);
    uint32_t number = twin->number;
    fleet_checkpoint(&fleet);
    struct checkpoint *kept = fleet.checkpoint;
    fleet.checkpoint = NULL; // the process dies before the checkpoint hears of it
    fleet_retire(&fleet, twin);
    fleet.checkpoint = kept;
    fleet_commit(&fleet);
    fleet_close(&fleet);
    for (int i = 0; i < 3; i++) {
        struct recovery recovery = fleet_recover(&fleet, fixture, NULL);
        assert_int_equal(recovery.revisions, i == 0 ? 1 : 0);
        assert_null(world_twin(fleet.world, number));
        assert_int_equal(fleet.world->twin_count, 1);
        assert_true(fleet.world->next_number > number + 1);
        if (i == 0) fleet_checkpoint(&fleet);
        fleet_close(&fleet);
    }
    (void)other;
}

static void numbers_are_not_used_twice(void **state) {
    struct fixture *fixture = *state;
    struct fleet fleet;
    fleet_recover(&fleet, fixture, NULL);
    struct twin *twin = fleet_create(&fleet);
    uint32_t number = twin->number;
    fleet_retire(&fleet, twin);
    fleet_checkpoint(&fleet);
    fleet_close(&fleet);
    fleet_recover(&fleet, fixture, NULL);
    assert_true(fleet_create(&fleet)->number > number);
    fleet_close(&fleet);
}

static void counts_towards_the_next_full_state_go_on(void **state) {
    struct fixture *fixture = *state;
    struct fleet fleet;
    fleet_recover(&fleet, fixture, NULL);
    struct twin *twin = fleet_create(&fleet); // 1 revision; a full state comes with every 12th
    for (int i = 0; i < 15; i++)
        fleet_set(&fleet, twin);
    assert_int_equal(twin->revs_since_state, 4);
    int64_t logged = twin->state_logged_at;
    fleet_checkpoint(&fleet);
    fleet_set(&fleet, twin);
    fleet_close(&fleet);
    for (int i = 0; i < 2; i++) {
        struct recovery_options options = {.ignore_checkpoints = i == 1};
        fleet_recover(&fleet, fixture, &options);
        assert_int_equal(world_twin(fleet.world, 1)->revs_since_state, 5);
        assert_int_equal(world_twin(fleet.world, 1)->state_logged_at, logged);
        fleet_close(&fleet);
    }
}

static void only_events_not_consumed_are_turned_again(void **state) {
    struct fixture *fixture = *state;
    struct fleet fleet;
    fleet_recover(&fleet, fixture, NULL);
    struct twin *twin = fleet_create(&fleet), *other = fleet_create(&fleet);
    struct twin *gone = fleet_create(&fleet);
    fleet_send(&fleet, twin, other);
    fleet_consume(&fleet);
    fleet_send(&fleet, twin, gone); // its target retires: nobody will consume it
    fleet_retire(&fleet, gone);
    fleet_checkpoint(&fleet);
    fleet_send(&fleet, other, twin);
    uint64_t rev = fleet.world->rev;
    fleet_sample(&fleet, other);
    uint32_t from = other->number, target = twin->number;
    fleet_close(&fleet);
    for (int i = 0; i < 2; i++) {
        struct unconsumed unconsumed = {0};
        struct recovery_options options = {.on_unconsumed_event = on_unconsumed,
                                           .context = &unconsumed,
                                           .ignore_checkpoints = i == 1};
        fleet_recover(&fleet, fixture, &options);
        assert_int_equal(unconsumed.count, 1);
        assert_int_equal(unconsumed.rev, rev);
        assert_int_equal(unconsumed.from, from);
        assert_int_equal(unconsumed.target, target);
        assert_string_equal(unconsumed.text, "hard");
        fleet_close(&fleet);
    }
}

static struct err refusal(struct fixture *fixture) {
    struct err err = {0};
    struct recovery recovery;
    struct recovery_options options = {0};
    struct world *world = world_new();
    fixture_open(fixture);
    struct checkpoint_options where = {.dir = fixture->dir, .metrics = fixture->metrics};
    struct checkpoint *checkpoint = checkpoint_open(&where, &err);
    assert_non_null(checkpoint);
    assert_false(recovery_run(fixture->log, checkpoint, world, &options, &recovery, &err));
    checkpoint_close(checkpoint);
    world_free(world);
    return err;
}

static void make_a_store(struct fixture *fixture) {
    struct fleet fleet;
    fleet_recover(&fleet, fixture, NULL);
    for (int i = 0; i < 300; i++) {
        fleet_turn(&fleet);
        if (fleet.event.target) continue;
        fleet_checkpoint(&fleet);
        log_release(fixture->log, checkpoint_covered(fleet.checkpoint));
    }
    fleet_close(&fleet);
}

static void a_lost_state_is_noticed(void **state) {
    struct fixture *fixture = *state;
    char path[96];
    fixture->options.quota_bytes = 50000;
    make_a_store(fixture);
    snprintf(path, sizeof path, "%s/state", fixture->dir);
    remove_tree(path);
    assert_non_null(strstr(refusal(fixture).text, "state and log are not of one store"));
}

static void a_lost_log_is_noticed(void **state) {
    struct fixture *fixture = *state;
    char path[96];
    make_a_store(fixture);
    snprintf(path, sizeof path, "%s/log", fixture->dir);
    remove_tree(path);
    assert_non_null(strstr(refusal(fixture).text, "layout")); // layouts are in the log
}

static void a_missing_revision_is_noticed(void **state) {
    struct fixture *fixture = *state;
    struct fleet fleet;
    fleet_recover(&fleet, fixture, NULL);
    struct twin *twin = fleet_create(&fleet);
    fleet_set(&fleet, twin);
    twin->rev += 5; // the next one names a predecessor that was never written
    fleet.world->rev += 10;
    fleet_set(&fleet, twin);
    fleet_close(&fleet);
    assert_non_null(strstr(refusal(fixture).text, "a revision between is missing"));
}

// Damages the newest batch but one.
static uint64_t damage_one(struct fixture *fixture) {
    struct journal *journal = log_journal(fixture->log);
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_val key, value;
    uint64_t rev;
    assert_int_equal(environment_reserve(&journal->environment, 1 << 20, 0), 0);
    assert_int_equal(mdb_txn_begin(journal->environment.env, NULL, 0, &txn), 0);
    mdb_cursor_open(txn, journal->databases[JOURNAL_BATCHES], &cursor);
    mdb_cursor_get(cursor, &key, &value, MDB_LAST);
    mdb_cursor_get(cursor, &key, &value, MDB_PREV);
    memcpy(&rev, key.mv_data, sizeof rev);
    uint8_t *copy = xmalloc(value.mv_size);
    memcpy(copy, value.mv_data, value.mv_size);
    copy[value.mv_size / 2] ^= 1;
    uint64_t same = rev;
    key.mv_data = &same;
    value.mv_data = copy;
    assert_int_equal(mdb_put(txn, journal->databases[JOURNAL_BATCHES], &key, &value, 0), 0);
    mdb_cursor_close(cursor);
    assert_int_equal(mdb_txn_commit(txn), 0);
    free(copy);
    return rev;
}

static void turn_and_commit(struct fleet *fleet, int turns) {
    for (int i = 0; i < turns; i++) {
        fleet_turn(fleet);
        fleet_commit(fleet);
    }
    while (fleet->event.target)
        fleet_turn(fleet);
    fleet_commit(fleet);
}

static void damage_that_the_checkpoints_cover_is_no_matter_for_a_start(void **state) {
    struct fleet fleet;
    fleet_recover(&fleet, *state, NULL);
    turn_and_commit(&fleet, 300);
    fleet_checkpoint(&fleet);
    damage_one(fleet.fixture);
    uint64_t hash = world_hash(fleet.world), rev = fleet.world->rev;
    fleet_close(&fleet);
    struct recovery recovery = fleet_recover(&fleet, *state, NULL);
    assert_int_equal(recovery.rev, rev);
    assert_true(world_hash(fleet.world) == hash);
    fleet_close(&fleet);
}

static void damage_that_a_start_needs_is_a_sentence_with_what_to_do(void **state) {
    struct fleet fleet;
    struct recovery recovery;
    struct recovery_options options = {0};
    struct err err = {0};
    char wanted[40];
    fleet_recover(&fleet, *state, NULL);
    turn_and_commit(&fleet, 300);
    uint64_t damaged = damage_one(fleet.fixture); // no checkpoint yet
    struct world *world = world_new();
    assert_false(
        recovery_run(fleet.fixture->log, fleet.checkpoint, world, &options, &recovery, &err));
    snprintf(wanted, sizeof wanted, "revs %llu to ", (unsigned long long)damaged);
    assert_non_null(strstr(err.text, wanted));
    assert_non_null(strstr(err.text, "restore a backup into another folder"));
    assert_int_equal(err.code, ERR_INVALID);
    world_free(world);
    fleet_close(&fleet);
}

int main(void) {
#define RECOVERY_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        RECOVERY_TEST(the_log_alone_gives_the_same_world),
        RECOVERY_TEST(a_covered_log_leaves_nothing_to_apply),
        RECOVERY_TEST(a_twin_that_retired_does_not_come_back),
        RECOVERY_TEST(numbers_are_not_used_twice),
        RECOVERY_TEST(counts_towards_the_next_full_state_go_on),
        RECOVERY_TEST(only_events_not_consumed_are_turned_again),
        RECOVERY_TEST(a_lost_state_is_noticed),
        RECOVERY_TEST(a_lost_log_is_noticed),
        RECOVERY_TEST(a_missing_revision_is_noticed),
        RECOVERY_TEST(damage_that_the_checkpoints_cover_is_no_matter_for_a_start),
        RECOVERY_TEST(damage_that_a_start_needs_is_a_sentence_with_what_to_do),
        RECOVERY_TEST(every_life_begins_where_the_last_was_durable),
        RECOVERY_TEST(also_when_the_log_forgets_what_checkpoints_cover),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
