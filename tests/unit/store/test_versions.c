// The list of versions in memory and on disk.

#include "store/fleet.h"
#include "store/state_file.h"
#include "store/versions.h"

static const struct version_head first = {.version = 0x3f2a9c7100000001,
                                          .state = VERSION_STORED,
                                          .at = 100,
                                          .author = "ada",
                                          .reason = "begins"};
static const struct version_head second = {.version = 0x3f2bffff00000002,
                                           .state = VERSION_PROMOTED,
                                           .at = 200,
                                           .promoted_at = 250,
                                           .before = 0x3f2a9c7100000001,
                                           .turns = 7,
                                           .failures = 3,
                                           .why = "line 3"};

static void open_file(struct state_file *file, struct fixture *fixture) {
    struct err err = {0};
    if (!state_file_open(file, fixture->dir, NULL, &err)) fail_msg("%s", err.text);
}

static void store(struct state_file *file, const struct version_head *head, const char *text,
                  uint64_t promoted) {
    struct err err = {0};
    struct buffer files = {0};
    buffer_add(&files, text, strlen(text));
    struct version_write write = {{head}, 1, &files, promoted, 0, NULL};
    if (!versions_write(file, &write, &err)) fail_msg("%s", err.text);
    buffer_fini(&files);
}

static void what_is_stored_comes_back_in_order_of_time(void **state) {
    struct state_file file;
    struct versions versions;
    struct err err = {0};
    open_file(&file, *state);
    assert_true(versions_read(&file, &versions, &err));
    assert_int_equal(versions.count, 0);
    assert_true(versions.promoted == 0);
    store(&file, &second, "later", second.version);
    store(&file, &first, "earlier", 0);
    state_file_close(&file);

    struct buffer files = {0};
    open_file(&file, *state);
    assert_true(versions_read(&file, &versions, &err));
    assert_int_equal(versions.count, 2);
    assert_true(versions.promoted == second.version);
    assert_true(versions.heads[0].version == first.version);
    assert_string_equal(versions.heads[0].author, "ada");
    assert_string_equal(versions.heads[0].reason, "begins");
    const struct version_head *head = versions_find(&versions, second.version);
    assert_int_equal(head->state, VERSION_PROMOTED);
    assert_true(head->before == first.version && head->promoted_at == 250);
    assert_true(head->turns == 7 && head->failures == 3);
    assert_string_equal(head->why, "line 3");
    assert_true(versions_read_files(&file, first.version, &files, &err));
    assert_int_equal(files.length, 7);
    assert_memory_equal(files.bytes, "earlier", 7);
    buffer_fini(&files);
    versions_fini(&versions);
    state_file_close(&file);
}

static void a_head_is_rewritten_without_its_files(void **state) {
    struct state_file file;
    struct versions versions;
    struct err err = {0};
    struct buffer files = {0};
    open_file(&file, *state);
    store(&file, &first, "text", first.version);
    struct version_head changed = first;
    changed.state = VERSION_ROLLED_BACK;
    struct version_write write = {.heads = {&changed}, .head_count = 1};
    assert_true(versions_write(&file, &write, &err));
    assert_true(versions_read(&file, &versions, &err));
    assert_int_equal(versions.heads[0].state, VERSION_ROLLED_BACK);
    assert_true(versions.promoted == first.version);
    assert_true(versions_read_files(&file, first.version, &files, &err));
    buffer_fini(&files);
    versions_fini(&versions);
    state_file_close(&file);
}

static void a_dropped_version_is_gone_with_its_files(void **state) {
    struct state_file file;
    struct versions versions;
    struct err err = {0};
    struct buffer files = {0};
    open_file(&file, *state);
    store(&file, &first, "text", 0);
    struct version_write write = {.dropped = first.version};
    assert_true(versions_write(&file, &write, &err));
    assert_true(versions_write(&file, &write, &err)); // once more does no harm
    assert_true(versions_read(&file, &versions, &err));
    assert_int_equal(versions.count, 0);
    assert_false(versions_read_files(&file, first.version, &files, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    versions_fini(&versions);
    state_file_close(&file);
}

static void a_version_is_named_by_its_first_digits(void **state) {
    (void)state;
    struct versions versions = {0};
    struct err err = {0};
    uint64_t version;
    versions_put(&versions, &first);
    versions_put(&versions, &second);
    assert_true(versions_parse(&versions, "3f2a", &version, &err));
    assert_true(version == first.version);
    assert_true(versions_parse(&versions, "3f2bffff00000002", &version, &err));
    assert_true(version == second.version);
    assert_false(versions_parse(&versions, "3f2", &version, &err));
    assert_false(versions_parse(&versions, "pump", &version, &err));
    assert_false(versions_parse(&versions, "ffff", &version, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_false(versions_parse(&versions, "promoted", &version, &err));
    versions.promoted = second.version;
    assert_true(versions_parse(&versions, "promoted", &version, &err));
    struct version_head third = {.version = 0x3f2a000000000003, .at = 300};
    versions_put(&versions, &third);
    assert_true(versions_parse(&versions, "3f2a9", &version, &err));
    third.version = 0x3f2a9c7100000009;
    versions_put(&versions, &third);
    assert_false(versions_parse(&versions, "3f2a9", &version, &err));
    assert_non_null(strstr(err.text, "more of its digits"));
    versions_remove(&versions, third.version);
    assert_true(versions_parse(&versions, "3f2a9", &version, &err));
    versions_fini(&versions);
}

static bool is_in(const void *context, uint64_t version) {
    return *(const uint64_t *)context == version;
}

static void beyond_a_hundred_the_oldest_that_nothing_needs_goes(void **state) {
    (void)state;
    struct versions versions = {0};
    uint64_t needed = 0;
    for (uint64_t i = 1; i <= 100; i++)
        versions_put(&versions, &(struct version_head){.version = i, .at = (int64_t)i});
    versions.promoted = 100;
    assert_true(versions_superfluous(&versions, is_in, &needed) == 0);
    versions_put(&versions, &(struct version_head){.version = 101, .at = 101});
    assert_true(versions_superfluous(&versions, is_in, &needed) == 1);
    needed = 1; // some twin's
    assert_true(versions_superfluous(&versions, is_in, &needed) == 2);
    versions.promoted = 2; // in production for long
    assert_true(versions_superfluous(&versions, is_in, &needed) == 3);
    versions_find(&versions, 2)->before = 3; // where a rollback goes
    assert_true(versions_superfluous(&versions, is_in, &needed) == 4);
    versions_remove(&versions, 4);
    assert_true(versions_superfluous(&versions, is_in, &needed) == 0);
    versions_fini(&versions);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_is_stored_comes_back_in_order_of_time),
        TEST(a_head_is_rewritten_without_its_files),
        TEST(a_dropped_version_is_gone_with_its_files),
        TEST(beyond_a_hundred_the_oldest_that_nothing_needs_goes),
        TEST(a_version_is_named_by_its_first_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
