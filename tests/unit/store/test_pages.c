// The pages of a data file: all are accounted for, and what is wrong with one is found without
// LMDB.

#include "store/environment.h"
#include "store/fleet.h"
#include "store/pages.h"

#define PAGE 4096

static char *path_of(struct fixture *fixture, const char *name, char path[128]) {
    snprintf(path, 128, "%s/%s/data.mdb", fixture->dir, name);
    return path;
}

static void live(struct fixture *fixture) {
    struct fleet fleet;
    fixture->options.quota_bytes = 300000; // so that pages become free
    fleet_recover(&fleet, fixture, NULL);
    for (int i = 0; i < 6000; i++) {
        fleet_turn(&fleet);
        if (i % 10 == 0) fleet_commit(&fleet);
        if (i % 500 != 499 || fleet.event.target) continue;
        fleet_checkpoint(&fleet);
        log_release(fixture->log, checkpoint_covered(fleet.checkpoint));
    }
    fleet_close(&fleet);
}

// As LMDB counts them.
static uint64_t count_pages(struct fixture *fixture, const char *name) {
    struct environment environment;
    struct err err = {0};
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_val key;
    MDB_dbi databases[16] = {0, 1}; // the free pages, and the names of all others
    int count = 2;
    assert_true(environment_open(&environment, fixture->dir, name, NULL, &err));
    assert_int_equal(mdb_txn_begin(environment.env, NULL, MDB_RDONLY, &txn), 0);
    assert_int_equal(mdb_cursor_open(txn, 1, &cursor), 0);
    while (mdb_cursor_get(cursor, &key, NULL, MDB_NEXT) == 0) {
        char text[64] = "";
        memcpy(text, key.mv_data, key.mv_size);
        assert_int_equal(mdb_dbi_open(txn, text, 0, &databases[count++]), 0);
    }
    mdb_cursor_close(cursor);
    uint64_t pages = environment_used(txn, databases, count) / PAGE;
    mdb_txn_abort(txn);
    environment_close(&environment);
    return pages;
}

static void every_page_is_used_or_free(void **state) {
    static const char *const names[] = {"log", "state"};
    live(*state);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char path[128];
        struct pages pages;
        struct err err = {0};
        if (!pages_check(path_of(*state, names[i], path), &pages, &err)) fail_msg("%s", err.text);
        assert_int_equal(pages.used, count_pages(*state, names[i]));
        assert_true(pages.free_listed > 0);
        assert_int_equal(pages.used + pages.free_listed + 2, pages.all); // and two meta pages
    }
}

static uint64_t u64_at(const uint8_t *bytes) {
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

// A page that is in use, put in the place of one that is listed as free.
static bool corrupt_free_list(uint8_t *bytes, size_t length) {
    const uint8_t *meta = u64_at(bytes + 144) > u64_at(bytes + PAGE + 144) ? bytes : bytes + PAGE;
    uint64_t free_root = u64_at(meta + 40 + 40), main_root = u64_at(meta + 88 + 40);
    if (free_root == UINT64_MAX || (free_root + 1) * PAGE > length) return false;
    uint8_t *page = bytes + free_root * PAGE;
    uint16_t flags, offset;
    memcpy(&flags, page + 10, 2);
    if (!(flags & 2)) return false; // not one leaf alone
    memcpy(&offset, page + 16, 2);
    uint8_t *list = page + offset + 8 + 8; // behind the node's head and its key
    if (u64_at(list) == 0) return false;
    memcpy(list + 8, &main_root, sizeof main_root);
    return true;
}

static void what_is_wrong_with_a_page_is_found(void **state) {
    char path[128];
    struct pages pages;
    struct err err = {0};
    live(*state);
    path_of(*state, "state", path);
    assert_true(pages_check(path, &pages, &err));
    FILE *file = fopen(path, "r+b");
    size_t length = pages.all * PAGE;
    uint8_t *whole = xmalloc(length), *copy = xmalloc(length);
    assert_int_equal(fread(whole, 1, length, file), length);
    uint64_t found = 0;
    for (uint64_t page = 2; page < pages.all; page++) {
        struct pages ignored;
        memcpy(copy, whole, length);
        memset(copy + page * PAGE, 0, 16); // its head
        rewind(file);
        assert_int_equal(fwrite(copy, 1, length, file), length);
        fflush(file);
        found += !pages_check(path, &ignored, &err);
    }
    // Pages in use, but for the inner ones of a run, whose heads are data.
    assert_true(found > pages.used / 3 && found <= pages.used);
    memcpy(copy, whole, length);
    assert_true(corrupt_free_list(copy, length));
    rewind(file);
    assert_int_equal(fwrite(copy, 1, length, file), length);
    fflush(file);
    assert_false(pages_check(path, &pages, &err));
    assert_non_null(strstr(err.text, "is listed as free and is in use"));
    fclose(file);
    free(whole);
    free(copy);
}

static void any_bytes_are_borne(void **state) {
    char path[128];
    struct pages pages;
    struct err err = {0};
    live(*state);
    path_of(*state, "log", path);
    assert_true(pages_check(path, &pages, &err));
    int fd = open(path, O_RDWR);
    uint64_t random = 88172645463325252u;
    for (int round = 0; round < 3000; round++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        off_t at = (off_t)(random % (pages.all * PAGE));
        uint8_t was, is = (uint8_t)(random >> 40);
        struct pages ignored;
        assert_int_equal(pread(fd, &was, 1, at), 1);
        assert_int_equal(pwrite(fd, &is, 1, at), 1);
        pages_check(path, &ignored, &err);
        if (round % 3 == 0) assert_int_equal(pwrite(fd, &was, 1, at), 1); // the others stay
    }
    close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(every_page_is_used_or_free),
        TEST(what_is_wrong_with_a_page_is_found),
        TEST(any_bytes_are_borne),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
