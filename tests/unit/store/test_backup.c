// A backup that is taken while everything goes on is a store, with all that was durable before; and
// what is not whole is not restored.

#include "base/backup_file.h"
#include "store/backup.h"
#include "store/fleet.h"
#include "store/restore.h"
#include "store/state_file.h"

#include <dirent.h>

#define SEEDS 8
#define TURNS 400

struct taking { // a fleet that turns each time that something is written
    struct fleet *fleet;
    struct buffer file;
    int turns;    // at each write
    bool is_late; // at the second write of batches only
    int late_writes;
    bool is_left;
};

static void turn_some(struct fleet *fleet, int turns) {
    for (int i = 0; i < turns; i++) {
        fleet_turn(fleet);
        if (draw(fleet, 8) == 0) fleet_commit(fleet);
        if (draw(fleet, 3) == 0 && fleet->event.target == 0)
            checkpoint_slice(fleet->checkpoint, fleet->world, 1 + (int)draw(fleet, 5));
        log_release(fleet->fixture->log, checkpoint_covered(fleet->checkpoint));
    }
    fleet_commit(fleet);
}

static bool take(void *context, const void *bytes, size_t length) {
    struct taking *taking = context;
    if (length > 0) buffer_add(&taking->file, bytes, length); // else it only asks
    bool has_batches = memmem(taking->file.bytes, taking->file.length - length, "batches", 7);
    taking->late_writes += has_batches;
    if (!taking->is_late || taking->late_writes == 1) turn_some(taking->fleet, taking->turns);
    return !taking->is_left;
}

static bool back_up(struct taking *taking, struct backup_end *end, struct err *err) {
    struct fleet *fleet = taking->fleet;
    struct backup_source source = {fleet->fixture->log, checkpoint_file(fleet->checkpoint),
                                   fleet->fixture->dir, fleet->world->twin_count};
    return backup_take(&source, take, taking, end, err);
}

static int file_of(const struct buffer *bytes) {
    FILE *file = tmpfile();
    int fd = dup(fileno(file));
    fclose(file);
    assert_int_equal(write(fd, bytes->bytes, bytes->length), bytes->length);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static bool restore(const struct buffer *file, const char *dir, struct backup_end *end,
                    struct err *err) {
    struct restore_options options = {.dir = dir, .fd = file_of(file)};
    bool is_restored = restore_run(&options, end, err);
    close(options.fd);
    return is_restored;
}

// The hash of what a fixture's folder recovers to, with the checkpoints and without.
static uint64_t recovered(struct fixture *fixture, bool ignore_checkpoints, uint64_t *rev) {
    struct fleet fleet;
    struct recovery_options options = {.ignore_checkpoints = ignore_checkpoints};
    struct recovery recovery = fleet_recover(&fleet, fixture, &options);
    uint64_t hash = world_hash(fleet.world);
    *rev = recovery.rev;
    fleet_close(&fleet);
    return hash;
}

static void what_was_durable_before_is_in_a_backup_under_load(void **state) {
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct fleet fleet;
        struct taking taking = {.fleet = &fleet, .turns = 20};
        struct backup_end end, again;
        struct err err = {0};
        fleet_recover(&fleet, *state, NULL);
        fleet.random = seed * 2654435761u + 1;
        turn_some(&fleet, TURNS);
        uint64_t before = log_durable(fleet.fixture->log);
        if (!back_up(&taking, &end, &err)) fail_msg("%s", err.text);
        assert_true(log_durable(fleet.fixture->log) > end.rev); // it did go on meanwhile
        assert_true(end.rev >= before);
        assert_int_equal(end.damaged, 0);
        fleet_close(&fleet);

        void *other;
        uint64_t rev, log_rev;
        fixture_setup(&other);
        struct fixture *copy = other;
        if (!restore(&taking.file, copy->dir, &again, &err)) fail_msg("%s", err.text);
        assert_int_equal(again.rev, end.rev);
        uint64_t hash = recovered(copy, false, &rev);
        assert_int_equal(recovered(copy, true, &log_rev), hash);
        assert_int_equal(rev, end.rev);
        assert_int_equal(log_rev, end.rev);
        fixture_teardown(&other);
        buffer_fini(&taking.file);
    }
}

static bool count_lost(void *context, enum backup_frame kind, struct reader *payload,
                       struct err *err) {
    (void)payload, (void)err;
    *(int *)context += kind == BACKUP_LOST;
    return true;
}

// The quota takes the oldest away in front of it: what is left is a store that begins later.
static void
a_log_that_is_trimmed_meanwhile_is_copied_from_where_it_begins_or_not_at_all(void **state) {
    int whole = 0, overtaken = 0, lost = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct fleet fleet;
        struct fixture *fixture = *state;
        struct taking taking = {
            .fleet = &fleet, .turns = (int)seed * 1000, .is_late = seed < SEEDS};
        struct backup_end end;
        struct err err = {0};
        fixture->options.quota_bytes = 800000;
        fleet_recover(&fleet, fixture, NULL);
        fleet.random = seed * 2654435761u + 1;
        turn_some(&fleet, 10000);
        bool is_taken = back_up(&taking, &end, &err);
        fleet_close(&fleet);
        struct backup_reader reader = {0};
        struct err ignored;
        if (is_taken)
            backup_read(&reader, taking.file.bytes, taking.file.length, count_lost, &lost,
                        &ignored);
        backup_reader_fini(&reader);
        void *other;
        fixture_setup(&other);
        struct fixture *copy = other;
        struct err refused = {0};
        bool is_restored = restore(&taking.file, copy->dir, &end, &refused);
        assert_int_equal(is_restored, is_taken);
        if (is_taken) {
            uint64_t rev;
            recovered(copy, false, &rev);
            assert_int_equal(rev, end.rev);
            whole++;
        } else {
            assert_non_null(strstr(err.text, "raise --log-quota"));
            assert_non_null(strstr(refused.text, "the backup ended early: the log has dropped"));
            overtaken++;
        }
        fixture_teardown(&other);
        buffer_fini(&taking.file);
    }
    assert_true(whole > 0 && overtaken > 0 && lost > 0);
}

static void small_backup(struct fixture *fixture, struct buffer *file) {
    struct fleet fleet;
    struct taking taking = {.fleet = &fleet};
    struct backup_end end;
    struct err err = {0};
    fleet_recover(&fleet, fixture, NULL);
    turn_some(&fleet, 100);
    fleet_checkpoint(&fleet);
    if (!back_up(&taking, &end, &err)) fail_msg("%s", err.text);
    fleet_close(&fleet);
    *file = taking.file;
}

static int entries(const char *dir) {
    struct dirent *entry;
    int count = 0;
    DIR *listing = opendir(dir);
    while ((entry = readdir(listing)))
        count++;
    closedir(listing);
    return count - 2;
}

static void what_is_damaged_or_cut_short_is_not_restored(void **state) {
    struct buffer file;
    struct backup_end end;
    void *other;
    small_backup(*state, &file);
    fixture_setup(&other);
    struct fixture *copy = other;
    for (size_t at = 0; at < file.length; at += 1 + at / 40) {
        struct err err = {0};
        file.bytes[at] ^= 0x20;
        assert_false(restore(&file, copy->dir, &end, &err));
        assert_int_equal(err.code, ERR_INVALID);
        file.bytes[at] ^= 0x20;
        struct buffer head = {file.bytes, at, at};
        assert_false(restore(&head, copy->dir, &end, &err));
        assert_int_equal(entries(copy->dir), 0);
    }
    struct err err = {0};
    buffer_byte(&file, 0);
    assert_false(restore(&file, copy->dir, &end, &err));
    fixture_teardown(&other);
    buffer_fini(&file);
}

static void a_pipe_that_breaks_off_leaves_nothing_behind(void **state) {
    struct buffer file;
    struct backup_end end;
    struct err err = {0};
    void *other;
    int ends[2];
    small_backup(*state, &file);
    fixture_setup(&other);
    struct fixture *copy = other;
    assert_int_equal(pipe(ends), 0);
    fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
    assert_int_equal(write(ends[1], file.bytes, file.length - 10), file.length - 10);
    close(ends[1]);
    struct restore_options options = {.dir = copy->dir, .fd = ends[0]};
    assert_false(restore_run(&options, &end, &err));
    assert_non_null(strstr(err.text, "cut short"));
    assert_int_equal(entries(copy->dir), 0);
    close(ends[0]);
    fixture_teardown(&other);
    buffer_fini(&file);
}

static void a_folder_that_holds_something_is_left_alone(void **state) {
    struct fixture *fixture = *state;
    struct buffer file;
    struct backup_end end;
    struct err err = {0};
    small_backup(fixture, &file);
    assert_false(restore(&file, fixture->dir, &end, &err));
    assert_int_equal(err.code, ERR_CONFLICT);
    assert_non_null(strstr(err.text, "is not empty"));
    buffer_fini(&file);
}

static void a_taker_who_leaves_ends_it(void **state) {
    struct fleet fleet;
    struct taking taking = {.fleet = &fleet, .is_left = true};
    struct backup_end end;
    struct err err = {0};
    fleet_recover(&fleet, *state, NULL);
    turn_some(&fleet, 50);
    assert_false(back_up(&taking, &end, &err));
    assert_int_equal(err.code, ERR_UNAVAILABLE);
    fleet_close(&fleet);
    buffer_fini(&taking.file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_was_durable_before_is_in_a_backup_under_load),
        TEST(a_log_that_is_trimmed_meanwhile_is_copied_from_where_it_begins_or_not_at_all),
        TEST(what_is_damaged_or_cut_short_is_not_restored),
        TEST(a_pipe_that_breaks_off_leaves_nothing_behind),
        TEST(a_folder_that_holds_something_is_left_alone),
        TEST(a_taker_who_leaves_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
