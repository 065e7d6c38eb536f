// The quota: the oldest go first, never what checkpoints do not cover, and nothing leads to what is
// gone.

#include "store/batch.h"
#include "store/fixture.h"
#include "store/journal.h"
#include "twin/twin.h"

#define BATCH 200 // revisions a commit
#define QUOTA ((uint64_t)2 << 20)

struct pump {
    struct model *model;
    struct twin *twin;
};

static struct pump make_pump(void) {
    struct pump pump = {.model = model_new("pump")};
    model_add_field(pump.model, FIELD_TELEMETRY, "temperature");
    model_finish(pump.model);
    pump.twin = twin_new(1, "p-1", pump.model);
    return pump;
}

static void free_pump(struct pump *pump) {
    twin_free(pump->twin);
    model_free(pump->model);
}

// `commits` commits of BATCH revisions, each with one full state.
static uint64_t commit_many(struct fixture *fixture, struct pump *pump, uint64_t next,
                            int commits) {
    for (int i = 0; i < commits; i++) {
        for (int j = 0; j < BATCH; j++)
            append_plain(fixture->log, next++);
        pump->twin->rev = next - 1;
        log_append_state(fixture->log, pump->twin);
        submit(fixture, next - 1);
    }
    return next;
}

static uint64_t count_states(struct fixture *fixture) {
    struct journal *journal = log_journal(fixture->log);
    MDB_txn *txn;
    MDB_stat stat;
    assert_int_equal(mdb_txn_begin(journal->environment.env, NULL, MDB_RDONLY, &txn), 0);
    mdb_stat(txn, journal->databases[JOURNAL_STATES], &stat);
    mdb_txn_abort(txn);
    return stat.ms_entries;
}

static uint64_t file_bytes(struct fixture *fixture) {
    char path[96];
    struct stat stat_of;
    snprintf(path, sizeof path, "%s/log/data.mdb", fixture->dir);
    assert_int_equal(stat(path, &stat_of), 0);
    return (uint64_t)stat_of.st_size;
}

static void the_oldest_released_batches_leave_with_their_states(void **state) {
    struct fixture *fixture = *state;
    struct pump pump = make_pump();
    fixture->options.quota_bytes = QUOTA;
    fixture_open(fixture);
    uint64_t next = 1;
    for (int round = 0; round < 20; round++) {
        next = commit_many(fixture, &pump, next, 30);
        log_release(fixture->log, next - 1);
    }
    uint64_t first = log_first_rev(fixture->log);
    assert_true(first > 1 && first % BATCH == 1);
    assert_int_equal(log_dropped_rev(fixture->log), first - 1);
    assert_true(metric(fixture, "twind_log_used_bytes") <= (double)QUOTA + 100000);
    assert_true(metric(fixture, "twind_log_used_bytes") > (double)QUOTA * 0.8);
    assert_true(metric(fixture, "twind_log_dropped_batches_total") == (double)(first - 1) / BATCH);
    assert_true(file_bytes(fixture) < 2 * QUOTA + ((uint64_t)18 << 20)); // grown ahead by 16 MB
    assert_int_equal(count_states(fixture), (next - first) / BATCH);
    struct region region = {0};
    struct err err;
    size_t length;
    assert_null(log_find_state(fixture->log, 1, first - 1, &region, &length, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_non_null(log_find_state(fixture->log, 1, first + BATCH - 1, &region, &length, &err));
    fixture_reopen(fixture);
    assert_int_equal(log_first_rev(fixture->log), first);
    assert_int_equal(log_dropped_rev(fixture->log), first - 1);
    struct seen seen = read_all(fixture, 0);
    assert_int_equal(seen.first, first);
    assert_int_equal(seen.last, next - 1);
    assert_int_equal(seen.gaps, 0);
    region_fini(&region);
    free_pump(&pump);
}

static void what_checkpoints_do_not_cover_stays_and_is_counted(void **state) {
    struct fixture *fixture = *state;
    struct pump pump = make_pump();
    fixture->options.quota_bytes = QUOTA;
    fixture_open(fixture);
    uint64_t next = commit_many(fixture, &pump, 1, 400);
    assert_int_equal(log_first_rev(fixture->log), 1);
    assert_true(metric(fixture, "twind_log_over_quota_total") > 0);
    assert_true(metric(fixture, "twind_log_used_bytes") > (double)QUOTA);
    log_release(fixture->log, 10 * BATCH + 50); // in the middle of the eleventh batch
    next = commit_many(fixture, &pump, next, 30);
    assert_int_equal(log_first_rev(fixture->log), 10 * BATCH + 1);
    log_release(fixture->log, next - 1);
    next = commit_many(fixture, &pump, next, 40); // a few leave with each commit
    assert_true(metric(fixture, "twind_log_used_bytes") <= (double)QUOTA + 100000);
    assert_int_equal(read_all(fixture, 0).last, next - 1);
    free_pump(&pump);
}

int main(void) {
#define QUOTA_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        QUOTA_TEST(the_oldest_released_batches_leave_with_their_states),
        QUOTA_TEST(what_checkpoints_do_not_cover_stays_and_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
