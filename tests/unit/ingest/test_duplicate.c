// The table of seen messages: what it keeps, for how long, and what it lets go.

#include "base/hash.h"
#include "ingest/check.h"
#include "ingest/duplicate.h"

#include <string.h>

#define SECOND 1000000
#define START (1000000 * (int64_t)SECOND)

struct fixture {
    struct duplicates *table;
    uint64_t forgotten;
};

static int set_up(void **state) {
    static struct fixture fixture;
    fixture = (struct fixture){0};
    fixture.table = duplicates_new(64 << 20, &fixture.forgotten);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state) {
    duplicates_free(((struct fixture *)*state)->table);
    return 0;
}

static uint64_t key_of(uint64_t number) {
    return hash64(7, &number, sizeof number);
}

static void add(struct fixture *fixture, uint64_t number, int64_t now, uint64_t rev) {
    struct duplicate answer = {.rev = rev, .code = 68};
    duplicates_add(fixture->table, key_of(number), now, &answer);
}

static bool has(struct fixture *fixture, uint64_t number, int64_t now) {
    struct duplicate found;
    return duplicates_find(fixture->table, key_of(number), now, &found);
}

static void a_message_is_known_until_its_lifetime_ends(void **state) {
    struct fixture *fixture = *state;
    assert_false(has(fixture, 1, START));
    add(fixture, 1, START, 0x123456789abc);
    struct duplicate found;
    assert_true(duplicates_find(fixture->table, key_of(1), START + 246 * (int64_t)SECOND, &found));
    assert_int_equal(found.rev, 0x123456789abc);
    assert_int_equal(found.code, 68);
    assert_null(found.rest);
    assert_false(has(fixture, 1, START + 248 * (int64_t)SECOND));
    assert_false(has(fixture, 2, START));
}

static void an_answer_is_kept_with_its_payload(void **state) {
    struct fixture *fixture = *state;
    struct duplicate answer = {.code = 128, .rest = (const uint8_t *)"\xffwhy", .length = 4};
    duplicates_add(fixture->table, key_of(1), START, &answer);
    struct duplicate found;
    assert_true(duplicates_find(fixture->table, key_of(1), START, &found));
    assert_int_equal(found.length, 4);
    assert_memory_equal(found.rest, "\xffwhy", 4);
}

static void an_answer_written_over_leaves_its_code(void **state) {
    struct fixture *fixture = *state;
    uint8_t rest[1000];
    memset(rest, 'x', sizeof rest);
    struct duplicate answer = {.code = 128, .rest = rest, .length = sizeof rest};
    duplicates_add(fixture->table, key_of(0), START, &answer);
    struct duplicate found;
    for (int i = 1; i <= 9000; i++) { // 9 MB through a ring of 8
        memset(rest, i, sizeof rest);
        duplicates_add(fixture->table, key_of((uint64_t)i), START, &answer);
        assert_true(duplicates_find(fixture->table, key_of((uint64_t)i), START, &found));
        assert_memory_equal(found.rest, rest, sizeof rest);
    }
    assert_true(duplicates_find(fixture->table, key_of(0), START, &found));
    assert_int_equal(found.code, 128);
    assert_null(found.rest);
    assert_int_equal(found.length, 0);
}

static void none_is_forgotten_while_there_is_room(void **state) {
    struct fixture *fixture = *state;
    const uint64_t count = 500000;
    for (uint64_t i = 0; i < count; i++)
        add(fixture, i, START + (int64_t)i * 100, i);
    uint64_t missing = 0;
    for (uint64_t i = 0; i < count; i++)
        missing += !has(fixture, i, START + (int64_t)count * 100);
    assert_int_equal(missing, 0);
    assert_int_equal(fixture->forgotten, 0);
}

static void the_oldest_go_when_it_is_full_and_are_counted(void **state) {
    struct fixture *fixture = *state;
    const uint64_t count = 4000000; // beyond the 2.3 million that 64 MB hold
    for (uint64_t i = 0; i < count; i++)
        add(fixture, i, START + (int64_t)i, i);
    uint64_t missing = 0, missing_of_newest = 0;
    for (uint64_t i = 0; i < count; i++) {
        bool is_missing = !has(fixture, i, START + (int64_t)count);
        missing += is_missing;
        missing_of_newest += is_missing && i > count - count / 8;
    }
    assert_int_equal(missing, fixture->forgotten);
    assert_in_range(missing, count / 4, count / 4 * 3);
    assert_in_range(missing_of_newest, 0, count / 1000);
}

static void what_has_expired_makes_room(void **state) {
    struct fixture *fixture = *state;
    for (uint64_t i = 0; i < 400000; i++)
        add(fixture, i, START + (int64_t)i * 10000, i); // 100 a second for more than an hour
    assert_int_equal(fixture->forgotten, 0);
}

static void what_recovery_remembers_is_found_and_expires(void **state) {
    struct fixture *fixture = *state;
    for (int i = 0; i < 200; i++) // newest first, one a second into the past
        add(fixture, (uint64_t)i, START - i * (int64_t)SECOND, 0);
    for (int i = 0; i < 200; i++)
        assert_true(has(fixture, (uint64_t)i, START));
    assert_false(has(fixture, 199, START + 60 * (int64_t)SECOND));
    assert_true(has(fixture, 0, START + 60 * (int64_t)SECOND));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_message_is_known_until_its_lifetime_ends, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_answer_is_kept_with_its_payload, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_answer_written_over_leaves_its_code, set_up, tear_down),
        cmocka_unit_test_setup_teardown(none_is_forgotten_while_there_is_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_oldest_go_when_it_is_full_and_are_counted, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_has_expired_makes_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_recovery_remembers_is_found_and_expires, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
