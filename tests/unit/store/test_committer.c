// The committer when the disk fails: nothing that was answered is lost, nothing is answered that is
// not stored.

#include "store/broken_disk.h"
#include "store/fixture.h"
#include "store/journal.h"

#include <signal.h>
#include <sys/resource.h>

static int teardown(void **state) {
    mend_disk();
    return fixture_teardown(state);
}

// Commits of 1, 100, 1, 100 ... revisions, so that small values and overflow pages both occur.
static uint64_t commit_some(struct fixture *fixture, uint64_t next, int commits) {
    for (int i = 0; i < commits; i++) {
        for (int j = 0; j < (i % 2 ? 100 : 1); j++)
            append_plain(fixture->log, next++);
        submit(fixture, next - 1);
    }
    return next;
}

static void one_failure_anywhere_loses_nothing_and_every_answer_comes(void **state) {
    struct fixture *fixture = *state;
    static const struct {
        enum call call;
        int code;
        int failures;
    } faults[] = {
        {CALL_WRITE, EIO, 1},      {CALL_WRITE, ENOSPC, 1}, {CALL_SHORT_WRITE, 0, 1},
        {CALL_LATE_WRITE, EIO, 1}, {CALL_META, EIO, 2},     {CALL_SYNC, EIO, 1},
        {CALL_ROOM, ENOSPC, 1},
    };
    uint64_t next = 1;
    int hits = 0;
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        bool is_met = true;
        for (int nth = 0; is_met; nth++) { // until no commit makes as many calls
            fixture_open(fixture);
            break_disk(faults[i].call, nth, faults[i].failures, faults[i].code);
            next = commit_some(fixture, next, 4);
            is_met = disk.failed > 0;
            hits += is_met;
            mend_disk();
            assert_int_equal(fixture->answered, next - 1);
            assert_int_equal(log_durable(fixture->log), next - 1);
            assert_false(log_is_stuck(fixture->log));
            fixture_reopen(fixture);
            struct seen seen = read_all(fixture, 0);
            assert_int_equal(seen.count, next - 1);
            assert_int_equal(seen.gaps, 0);
            fixture_close(fixture);
        }
    }
    assert_true(hits > 30); // the faults were really met
}

static void a_full_disk_is_said_and_survived(void **state) {
    struct fixture *fixture = *state;
    static const enum call calls[] = {CALL_WRITE, CALL_ROOM};
    uint64_t next = 1;
    for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
        fixture_open(fixture);
        next = commit_some(fixture, next, 2);
        break_disk(calls[i], 0, FOREVER, ENOSPC);
        uint64_t answered = fixture->answered;
        while (log_open_bytes(fixture->log) < (size_t)20 << 20)
            append_plain(fixture->log, next++);
        log_submit(fixture->log, (void *)(uintptr_t)(next - 1));
        WAIT_UNTIL(log_is_stuck(fixture->log));
        assert_non_null(strstr(log_stuck_reason(fixture->log), "the disk has no room"));
        WAIT_UNTIL(disk.failed >= 6); // it tries again and again
        assert_int_equal(fixture->answered, answered);
        assert_int_equal(read_all(fixture, 0).last, answered); // reading goes on
        append_plain(fixture->log, next);                      // and so does appending
        assert_false(log_wants_submit(fixture->log));
        mend_disk();
        wait_for_bell(fixture);
        assert_false(log_is_stuck(fixture->log));
        assert_string_equal(log_stuck_reason(fixture->log), "");
        assert_int_equal(fixture->answered, next - 1);
        submit(fixture, next++);
        assert_true(metric(fixture, "twind_log_retries_total") >= 2);
        fixture_reopen(fixture);
        assert_int_equal(read_all(fixture, 0).count, next - 1);
        fixture_close(fixture);
    }
}

static void a_write_cut_short_by_a_full_disk_is_no_io_error(void **state) {
    struct fixture *fixture = *state;
    fixture_open(fixture);
    uint64_t next = commit_some(fixture, 1, 2);
    break_disk(CALL_LAST_WRITE, 0, FOREVER, 0);
    for (int i = 0; i < 300; i++)
        append_plain(fixture->log, next++);
    log_submit(fixture->log, (void *)(uintptr_t)(next - 1));
    WAIT_UNTIL(log_is_stuck(fixture->log));
    mend_disk();
    wait_for_bell(fixture);
    assert_int_equal(fixture->answered, next - 1);
    assert_true(metric(fixture, "twind_log_reopenings_total") == 0);
    fixture_reopen(fixture);
    assert_int_equal(read_all(fixture, 0).count, next - 1);
}

static void a_log_that_lost_what_was_durable_is_not_gone_on_with(void **state) {
    struct fixture *fixture = *state;
    struct err err = {0};
    fixture_open(fixture);
    commit_some(fixture, 1, 4);
    struct journal *journal = log_journal(fixture->log);
    assert_true(journal_reopen(journal, 202, &err));
    assert_false(journal_reopen(journal, 203, &err));
    assert_non_null(strstr(err.text, "ends at rev 202, but rev 203 was synced before"));
}

static void a_file_size_limit_is_said_and_survived(void **state) {
    struct fixture *fixture = *state;
    struct rlimit before, small;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    fixture_open(fixture);
    commit_plain(fixture, 1, 3);
    small = before;
    small.rlim_cur = (rlim_t)18 << 20;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    uint64_t next = 4;
    while (log_open_bytes(fixture->log) < (size_t)20 << 20)
        append_plain(fixture->log, next++);
    log_submit(fixture->log, (void *)(uintptr_t)(next - 1));
    WAIT_UNTIL(log_is_stuck(fixture->log));
    assert_non_null(strstr(log_stuck_reason(fixture->log), "may not write files as long"));
    assert_int_equal(fixture->answered, 3);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    wait_for_bell(fixture);
    assert_int_equal(fixture->answered, next - 1);
    fixture_reopen(fixture);
    assert_int_equal(read_all(fixture, 0).count, next - 1);
}

static void closing_while_the_disk_is_full_ends_and_is_not_clean(void **state) {
    struct fixture *fixture = *state;
    fixture_open(fixture);
    commit_plain(fixture, 1, 3);
    break_disk(CALL_WRITE, 0, FOREVER, ENOSPC);
    append_plain(fixture->log, 4);
    log_submit(fixture->log, (void *)(uintptr_t)4);
    WAIT_UNTIL(log_is_stuck(fixture->log));
    append_plain(fixture->log, 5);
    fixture_close(fixture);
    assert_int_equal(fixture->answered, 3);
    mend_disk();
    fixture_open(fixture);
    assert_false(log_was_clean(fixture->log));
    assert_int_equal(log_durable(fixture->log), 3);
}

static void a_log_opens_on_a_full_disk(void **state) {
    struct fixture *fixture = *state;
    fixture_open(fixture);
    commit_some(fixture, 1, 20);
    fixture_close(fixture);
    break_disk(CALL_ROOM, 0, FOREVER, ENOSPC);
    fixture_open(fixture);
    assert_int_equal(read_all(fixture, 0).count, 1010);
}

// A child, because it ends itself. It tells what was answered through a pipe.
static void answer_until_dead(struct fixture *fixture, enum call call, int nth, int pipe_end) {
    fixture_open(fixture);
    break_disk(call, nth, FOREVER, EIO);
    for (uint64_t next = log_durable(fixture->log) + 1;;) {
        next = commit_some(fixture, next, 2);
        uint64_t answered = fixture->answered;
        if (write(pipe_end, &answered, 8) != 8) _exit(3);
    }
}

static void a_second_io_error_ends_the_process_without_a_false_answer(void **state) {
    struct fixture *fixture = *state;
    static const enum call calls[] = {CALL_WRITE, CALL_LATE_WRITE, CALL_SYNC};
    for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
        for (int nth = 0; nth < 6; nth++) {
            int ends[2], status;
            uint64_t answered = 0, last = 0;
            assert_int_equal(pipe(ends), 0);
            pid_t child = fork();
            if (child == 0) answer_until_dead(fixture, calls[i], nth, ends[1]);
            close(ends[1]);
            while (read(ends[0], &answered, 8) == 8)
                last = answered;
            close(ends[0]);
            waitpid(child, &status, 0);
            assert_true(WIFEXITED(status));
            assert_int_equal(WEXITSTATUS(status), 1);
            fixture_open(fixture);
            struct seen seen = read_all(fixture, 0);
            assert_true(seen.last >= last);
            assert_int_equal(seen.count, seen.last);
            fixture_close(fixture);
        }
    }
}

int main(void) {
#define DISK_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, teardown)
    const struct CMUnitTest tests[] = {
        DISK_TEST(one_failure_anywhere_loses_nothing_and_every_answer_comes),
        DISK_TEST(a_full_disk_is_said_and_survived),
        DISK_TEST(a_write_cut_short_by_a_full_disk_is_no_io_error),
        DISK_TEST(a_log_that_lost_what_was_durable_is_not_gone_on_with),
        DISK_TEST(a_file_size_limit_is_said_and_survived),
        DISK_TEST(closing_while_the_disk_is_full_ends_and_is_not_clean),
        DISK_TEST(a_log_opens_on_a_full_disk),
        DISK_TEST(a_second_io_error_ends_the_process_without_a_false_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
