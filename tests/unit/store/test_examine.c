// The examination finds what is wrong, says where, and finds nothing in a store that is whole.

#include "store/examine.h"
#include "store/fleet.h"
#include "store/journal.h"
#include "store/state_file.h"

struct findings {
    struct examine examine;
    char lines[40][600];
    int count;
};

static void on_finding(void *context, const char *line) {
    struct findings *findings = context;
    if (findings->count < 40) snprintf(findings->lines[findings->count++], 600, "%s", line);
}

static bool is_version(uint64_t version, const struct buffer *files, struct err *why) {
    (void)files;
    return version != 13 || err_set(why, ERR_INVALID, "they hash to 14");
}

static void examine_all(struct fixture *fixture, struct findings *findings) {
    struct environment environment;
    struct journal journal;
    *findings = (struct findings){.count = 0};
    struct examine *examine = &findings->examine;
    *examine =
        (struct examine){.on_finding = on_finding, .is_version = is_version, .context = findings};
    if (examine_open_state(examine, &environment, fixture->dir, NULL)) {
        examine_trees(examine, &environment, "state", NULL);
        environment_close(&environment);
    }
    if (!examine_open_journal(examine, &journal, fixture->dir, NULL)) return;
    examine_trees(examine, &journal.environment, "log", NULL);
    examine_log(examine, &journal, true);
    journal_close(&journal);
}

static void replay(struct fixture *fixture, struct findings *findings) {
    struct err err = {0};
    fixture_open(fixture);
    struct checkpoint_options where = {.dir = fixture->dir, .metrics = fixture->metrics};
    struct checkpoint *checkpoint = checkpoint_open(&where, &err);
    assert_non_null(checkpoint);
    *findings = (struct findings){.count = 0};
    findings->examine = (struct examine){.on_finding = on_finding, .context = findings};
    examine_replay(&findings->examine, fixture->log, checkpoint);
    log_close(fixture->log);
    fixture->log = NULL;
    checkpoint_close(checkpoint);
    fixture_close(fixture);
}

static void live(struct fixture *fixture, uint64_t seed, int turns) {
    struct fleet fleet;
    fleet_recover(&fleet, fixture, NULL);
    fleet.random = seed * 2654435761u + 1;
    for (int i = 0; i < turns; i++) {
        fleet_turn(&fleet);
        if (i % 7 == 0) fleet_commit(&fleet);
        if (i % 500 != 499 || fleet.event.target) continue;
        fleet_checkpoint(&fleet);
        log_release(fixture->log, checkpoint_covered(fleet.checkpoint));
    }
    while (fleet.event.target)
        fleet_turn(&fleet);
    fleet_checkpoint(&fleet);
    fleet_close(&fleet);
}

static void expect(const struct findings *findings, int count, const char *text) {
    if (findings->count != count)
        fail_msg("%d findings, not %d; the first: %s", findings->count, count, findings->lines[0]);
    for (int i = 0; i < count; i++)
        if (strstr(findings->lines[i], text)) return;
    if (count > 0) fail_msg("none has \"%s\"; the first: %s", text, findings->lines[0]);
}

// Writes into a database behind everybody's back.
static void meddle(struct fixture *fixture, const char *environment_name, const char *database,
                   void (*with)(MDB_txn *txn, MDB_dbi database)) {
    struct environment environment;
    struct err err = {0};
    MDB_txn *txn;
    MDB_dbi dbi;
    assert_true(environment_open(&environment, fixture->dir, environment_name, NULL, &err));
    assert_int_equal(environment_reserve(&environment, 100000, 0), 0);
    assert_int_equal(mdb_txn_begin(environment.env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, database, 0, &dbi), 0);
    with(txn, dbi);
    assert_int_equal(mdb_txn_commit(txn), 0);
    environment_close(&environment);
}

static void a_whole_store_has_no_findings(void **state) {
    struct findings findings;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        live(*state, seed, 700);
        examine_all(*state, &findings);
        expect(&findings, 0, "");
        replay(*state, &findings);
        expect(&findings, 0, "");
    }
    assert_true(findings.examine.findings == 0);
}

static void a_trimmed_store_has_no_findings(void **state) {
    struct fixture *fixture = *state;
    struct findings findings;
    fixture->options.quota_bytes = 150000;
    live(fixture, 3, 4000);
    live(fixture, 5, 4000);
    examine_all(fixture, &findings);
    expect(&findings, 0, "");
    assert_true(findings.examine.first_rev > 1);
    replay(fixture, &findings);
    expect(&findings, 0, "");
}

static uint64_t third_batch; // first rev

static void flip_third(MDB_txn *txn, MDB_dbi database) {
    MDB_cursor *cursor;
    MDB_val key, value;
    mdb_cursor_open(txn, database, &cursor);
    for (int i = 0; i < 3; i++)
        mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    memcpy(&third_batch, key.mv_data, sizeof third_batch);
    uint8_t *copy = xmalloc(value.mv_size);
    memcpy(copy, value.mv_data, value.mv_size);
    copy[value.mv_size / 2] ^= 1;
    value.mv_data = copy;
    uint64_t rev = third_batch;
    key.mv_data = &rev;
    assert_int_equal(mdb_put(txn, database, &key, &value, 0), 0);
    mdb_cursor_close(cursor);
    free(copy);
}

static void a_damaged_batch_is_one_finding_with_its_revs(void **state) {
    struct findings findings;
    live(*state, 1, 400);
    meddle(*state, "log", "batches", flip_third);
    examine_all(*state, &findings);
    char revs[40];
    snprintf(revs, sizeof revs, "revs %llu to ", (unsigned long long)third_batch);
    expect(&findings, 1, revs);
    expect(&findings, 1, "they cannot be read, all others can; restore a backup");
}

static void drop_third(MDB_txn *txn, MDB_dbi database) {
    MDB_cursor *cursor;
    MDB_val key, value;
    mdb_cursor_open(txn, database, &cursor);
    for (int i = 0; i < 3; i++)
        mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    mdb_cursor_del(cursor, 0);
    mdb_cursor_close(cursor);
}

static void a_batch_that_is_missing_is_found(void **state) {
    struct findings findings;
    live(*state, 1, 400);
    meddle(*state, "log", "batches", drop_third);
    examine_all(*state, &findings);
    assert_true(findings.count >= 1);
    assert_non_null(strstr(findings.lines[0], "are missing, and no crash explains it"));
}

static void an_index_that_does_not_lead_there_is_found(void **state) {
    struct findings findings;
    live(*state, 1, 400);
    meddle(*state, "log", "states", drop_third);
    examine_all(*state, &findings);
    expect(&findings, 2, "the index does not lead to it");
}

static uint32_t first_twin; // number

static void flip_first_twin(MDB_txn *txn, MDB_dbi database) {
    MDB_cursor *cursor;
    MDB_val key, value;
    uint8_t copy[8192];
    mdb_cursor_open(txn, database, &cursor);
    mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    memcpy(&first_twin, key.mv_data, sizeof first_twin);
    memcpy(copy, value.mv_data, value.mv_size);
    copy[value.mv_size / 2] ^= 1;
    key.mv_data = &first_twin;
    value.mv_data = copy;
    assert_int_equal(mdb_put(txn, database, &key, &value, 0), 0);
    mdb_cursor_close(cursor);
}

static void a_damaged_checkpoint_is_found(void **state) {
    struct findings findings;
    live(*state, 1, 400);
    meddle(*state, "state", "twins", flip_first_twin);
    examine_all(*state, &findings);
    char name[60];
    snprintf(name, sizeof name, "state/twins %u: its checksum is wrong", first_twin);
    expect(&findings, 1, name);
}

static void a_checkpoint_that_is_not_what_the_log_makes_is_found(void **state) {
    struct findings findings;
    live(*state, 1, 400);
    meddle(*state, "state", "twins", drop_third);
    examine_all(*state, &findings);
    expect(&findings, 0, "");
    replay(*state, &findings);
    expect(&findings, findings.count, "the checkpoints make nothing of it and the log another");
    assert_true(findings.count > 0); // and those that are linked to it
}

static void a_folder_without_a_store_is_one_finding_each(void **state) {
    struct findings findings;
    examine_all(*state, &findings);
    expect(&findings, 2, "holds no store");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_whole_store_has_no_findings),
        TEST(a_trimmed_store_has_no_findings),
        TEST(a_damaged_batch_is_one_finding_with_its_revs),
        TEST(a_batch_that_is_missing_is_found),
        TEST(an_index_that_does_not_lead_there_is_found),
        TEST(a_damaged_checkpoint_is_found),
        TEST(a_checkpoint_that_is_not_what_the_log_makes_is_found),
        TEST(a_folder_without_a_store_is_one_finding_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
