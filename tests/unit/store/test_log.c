// The log: what was committed is there, in order, whatever happens to the process.

#include "base/hash.h"
#include "store/fixture.h"
#include "store/journal.h"

#include <signal.h>

static void committed_revisions_are_read_back_in_order(void **state) {
    struct fixture *fixture = *state;
    fixture_open(fixture);
    for (uint64_t rev = 1; rev <= 1000; rev++)
        append_plain(fixture->log, rev);
    submit(fixture, 1000);
    commit_plain(fixture, 1001, 1010);
    assert_int_equal(log_durable(fixture->log), 1010);
    assert_int_equal(fixture->answered, 1010);
    struct seen seen = read_all(fixture, 0);
    assert_int_equal(seen.first, 1);
    assert_int_equal(seen.count, 1010);
    assert_int_equal(seen.gaps, 0);
    seen = read_all(fixture, 997);
    assert_int_equal(seen.first, 997);
    assert_int_equal(seen.last, 1010);
    assert_int_equal(read_all(fixture, 1011).count, 0);
}

static void reading_stops_when_the_callback_says_so(void **state) {
    struct fixture *fixture = *state;
    fixture_open(fixture);
    commit_plain(fixture, 1, 20);
    struct seen seen = {.stop_at = 7};
    assert_true(log_read(fixture->log, 3, see, &seen, NULL));
    assert_int_equal(seen.last, 7);
    assert_int_equal(seen.count, 5);
}

static void a_batch_that_is_open_at_the_close_is_stored(void **state) {
    struct fixture *fixture = *state;
    fixture_open(fixture);
    for (uint64_t rev = 1; rev <= 5; rev++)
        append_plain(fixture->log, rev);
    log_submit(fixture->log, NULL);
    for (uint64_t rev = 6; rev <= 9; rev++)
        append_plain(fixture->log, rev);
    fixture_reopen(fixture);
    assert_int_equal(log_durable(fixture->log), 9);
    assert_int_equal(read_all(fixture, 0).count, 9);
    assert_true(log_was_clean(fixture->log));
}

static void commits_are_counted_and_measured(void **state) {
    struct fixture *fixture = *state;
    fixture_open(fixture);
    commit_plain(fixture, 1, 5);
    assert_true(metric(fixture, "twind_log_commits_total") == 5);
    assert_true(metric(fixture, "twind_log_revisions_total") == 5);
    assert_true(metric(fixture, "twind_log_commit_seconds_count") == 5);
    assert_true(metric(fixture, "twind_log_commit_seconds_sum") == 0.005); // 1 ms a reading
    assert_true(metric(fixture, "twind_log_bytes_total") > 5 * 40);
}

static void a_gap_in_revs_starts_a_batch_of_its_own(void **state) {
    struct fixture *fixture = *state;
    fixture_open(fixture);
    for (uint64_t rev = 1; rev <= 5; rev++)
        append_plain(fixture->log, rev);
    for (uint64_t rev = 1000000; rev <= 1000005; rev++)
        append_plain(fixture->log, rev);
    submit(fixture, 1);
    commit_plain(fixture, 2000000, 2000000);
    fixture_reopen(fixture);
    struct seen seen = read_all(fixture, 0);
    assert_int_equal(seen.count, 12);
    assert_int_equal(seen.gaps, 2);
    assert_int_equal(read_all(fixture, 6).first, 1000000);
    assert_int_equal(read_all(fixture, 1000006).first, 2000000);
    assert_int_equal(log_first_rev(fixture->log), 1);
}

static void nothing_is_wanted_while_the_committer_is_busy_or_nothing_is_open(void **state) {
    struct fixture *fixture = *state;
    fixture_open(fixture);
    assert_false(log_wants_submit(fixture->log));
    assert_int_equal(log_open_bytes(fixture->log), 0);
    append_plain(fixture->log, 1);
    assert_true(log_wants_submit(fixture->log));
    assert_true(log_open_bytes(fixture->log) > 0);
    submit(fixture, 1);
    assert_false(log_wants_submit(fixture->log));
}

static void only_a_closed_log_is_clean(void **state) {
    struct fixture *fixture = *state;
    fixture_open(fixture);
    assert_true(log_was_clean(fixture->log)); // new: no rev was ever used
    commit_plain(fixture, 1, 3);
    fixture_reopen(fixture);
    assert_true(log_was_clean(fixture->log));
    fixture_close(fixture);
    pid_t child = fork();
    if (child == 0) { // opens it and dies before it commits: revs may have been shown
        struct log *log = log_open(&fixture->options, NULL);
        _exit(log && log_was_clean(log) ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    fixture_open(fixture);
    assert_false(log_was_clean(fixture->log));
    assert_int_equal(log_durable(fixture->log), 3);
    fixture_reopen(fixture); // having looked, and stored nothing
    assert_false(log_was_clean(fixture->log));
    commit_plain(fixture, 1000, 1000);
    fixture_reopen(fixture);
    assert_true(log_was_clean(fixture->log));
}

// The child commits and tells each durable rev through a pipe until it is killed.
static void commit_until_killed(struct fixture *fixture, uint64_t from, int pipe_end) {
    fixture_open(fixture);
    for (uint64_t rev = from;; rev += 7) {
        for (uint64_t i = 0; i < 7; i++)
            append_plain(fixture->log, rev + i);
        submit(fixture, rev);
        uint64_t durable = log_durable(fixture->log);
        if (write(pipe_end, &durable, sizeof durable) != sizeof durable) _exit(1);
    }
}

static void kill_9_loses_nothing_that_was_durable(void **state) {
    struct fixture *fixture = *state;
    uint64_t next = 1;
    for (int round = 0; round < 12; round++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0) commit_until_killed(fixture, next, ends[1]);
        close(ends[1]);
        uint64_t durable = 0, last = 0;
        for (int i = 0; i < 5 + round * 3; i++) {
            assert_int_equal(read(ends[0], &durable, sizeof durable), sizeof durable);
            last = durable;
        }
        kill(child, SIGKILL);
        while (read(ends[0], &durable, sizeof durable) == sizeof durable)
            last = durable;
        close(ends[0]);
        waitpid(child, NULL, 0);
        fixture_open(fixture);
        assert_false(log_was_clean(fixture->log));
        assert_true(log_durable(fixture->log) >= last);
        struct seen seen = read_all(fixture, 0);
        assert_int_equal(seen.last, log_durable(fixture->log));
        assert_int_equal(seen.count, log_durable(fixture->log));
        next = seen.last + 1;
        fixture_close(fixture);
    }
}

// Opens it and dies.
static void crash(struct fixture *fixture) {
    pid_t child = fork();
    if (child == 0) {
        struct err err;
        _exit(log_open(&fixture->options, &err) ? 0 : 1);
    }
    waitpid(child, NULL, 0);
}

static void a_damaged_newest_batch_refuses_to_open_after_a_crash(void **state) {
    struct fixture *fixture = *state;
    fixture_open(fixture);
    commit_plain(fixture, 1, 50);
    fixture_close(fixture);
    crash(fixture);
    double number = 50;
    flip_in_file(fixture, &number, sizeof number);
    struct err err = {0};
    assert_null(log_open(&fixture->options, &err));
    assert_non_null(strstr(err.text, "twind did not end cleanly"));
    assert_non_null(strstr(err.text, "batch at rev 50 is damaged"));
    assert_int_equal(err.code, ERR_INVALID);
}

static void after_a_clean_end_the_mark_says_how_far_a_log_with_a_damaged_end_went(void **state) {
    struct fixture *fixture = *state;
    fixture_open(fixture);
    commit_plain(fixture, 1, 50);
    fixture_close(fixture);
    double number = 50;
    flip_in_file(fixture, &number, sizeof number);
    crash(fixture); // the mark goes, and still it is known
    fixture_open(fixture);
    assert_int_equal(log_durable(fixture->log), 50);
    assert_false(log_was_clean(fixture->log));
    assert_int_equal(metric(fixture, "twind_log_damaged_batches"), 1);
    commit_plain(fixture, 60, 61);
    fixture_reopen(fixture);
    assert_int_equal(log_durable(fixture->log), 61);
}

static void a_cut_file_is_refused_with_a_sentence(void **state) {
    struct fixture *fixture = *state;
    char path[96];
    fixture_open(fixture);
    for (uint64_t rev = 1; rev <= 5000; rev++)
        append_plain(fixture->log, rev);
    submit(fixture, 1);
    fixture_close(fixture);
    snprintf(path, sizeof path, "%s/log/data.mdb", fixture->dir);
    static const off_t lengths[] = {100000, 8192, 5000, 4096, 100};
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        struct err err = {0};
        assert_int_equal(truncate(path, lengths[i]), 0);
        assert_null(log_open(&fixture->options, &err));
        bool is_named = strstr(err.text, "is cut short") || strstr(err.text, "is damaged");
        if (!is_named) fail_msg("%ld: %s", (long)lengths[i], err.text);
    }
}

static void a_log_of_a_newer_format_is_refused(void **state) {
    struct fixture *fixture = *state;
    fixture_open(fixture);
    commit_plain(fixture, 1, 1);
    struct journal *journal = log_journal(fixture->log);
    MDB_txn *txn;
    uint32_t record[4] = {1, 0, 3, 0}; // format 3, under the checksum of the key, 1 and the payload
    uint32_t one = 1;
    record[1] = crc32c(crc32c(crc32c(0, "format", 6), &one, 4), record + 2, 8);
    MDB_val key = {6, "format"}, value = {sizeof record, record};
    assert_int_equal(mdb_txn_begin(journal->environment.env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_put(txn, journal->databases[JOURNAL_META], &key, &value, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    fixture_close(fixture);
    struct err err = {0};
    assert_null(log_open(&fixture->options, &err));
    assert_non_null(strstr(err.text, "has format 3, this program knows format 2"));
}

static void a_burst_larger_than_a_batch_becomes_several(void **state) {
    struct fixture *fixture = *state;
    fixture_open(fixture);
    uint64_t rev = 0;
    while (log_open_bytes(fixture->log) < (size_t)20 << 20)
        append_plain(fixture->log, ++rev);
    submit(fixture, rev);
    assert_int_equal(log_durable(fixture->log), rev);
    struct seen seen = read_all(fixture, 0);
    assert_int_equal(seen.count, rev);
    assert_int_equal(seen.gaps, 0);
    assert_true(metric(fixture, "twind_log_commits_total") == 1);
    assert_true(metric(fixture, "twind_log_revisions_total") == (double)rev);
}

int main(void) {
#define LOG_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        LOG_TEST(committed_revisions_are_read_back_in_order),
        LOG_TEST(reading_stops_when_the_callback_says_so),
        LOG_TEST(a_batch_that_is_open_at_the_close_is_stored),
        LOG_TEST(commits_are_counted_and_measured),
        LOG_TEST(a_gap_in_revs_starts_a_batch_of_its_own),
        LOG_TEST(nothing_is_wanted_while_the_committer_is_busy_or_nothing_is_open),
        LOG_TEST(only_a_closed_log_is_clean),
        LOG_TEST(kill_9_loses_nothing_that_was_durable),
        LOG_TEST(a_damaged_newest_batch_refuses_to_open_after_a_crash),
        LOG_TEST(after_a_clean_end_the_mark_says_how_far_a_log_with_a_damaged_end_went),
        LOG_TEST(a_cut_file_is_refused_with_a_sentence),
        LOG_TEST(a_log_of_a_newer_format_is_refused),
        LOG_TEST(a_burst_larger_than_a_batch_becomes_several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
