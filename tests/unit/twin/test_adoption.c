// Who waits to be adopted: counted by id, bounded, the longest silent one out first.

#include "test.h"
#include "twin/adoption.h"

#include <stdio.h>
#include <stdlib.h>

static const struct actor peer = {.kind = ACTOR_COAP, .length = 4, .bytes = "peer"};

static void an_id_is_kept_once_and_counted(void **state) {
    (void)state;
    struct adoptions *adoptions = calloc(1, sizeof *adoptions);
    adoption_note(adoptions, "pump-11", 6, 10, &peer);
    adoption_note(adoptions, "pump-1", 6, 30, &peer);
    adoption_note(adoptions, "pump-11", 7, 40, &peer);
    assert_int_equal(adoptions->count, 2);
    assert_string_equal(adoptions->list[0].id, "pump-1");
    assert_int_equal(adoptions->list[0].count, 2);
    assert_int_equal(adoptions->list[0].first_at, 10);
    assert_int_equal(adoptions->list[0].at, 30);
    assert_string_equal(adoptions->list[1].id, "pump-11");
    free(adoptions);
}

static void what_cannot_be_an_id_is_not_kept(void **state) {
    (void)state;
    struct adoptions *adoptions = calloc(1, sizeof *adoptions);
    adoption_note(adoptions, "a/b", 3, 1, &peer);
    adoption_note(adoptions, "", 0, 1, &peer);
    assert_int_equal(adoptions->count, 0);
    free(adoptions);
}

static void the_adopted_one_goes(void **state) {
    (void)state;
    struct adoptions *adoptions = calloc(1, sizeof *adoptions);
    adoption_forget(adoptions, "a", 1);
    adoption_note(adoptions, "a", 1, 1, &peer);
    adoption_note(adoptions, "b", 1, 2, &peer);
    adoption_forget(adoptions, "a", 1);
    assert_int_equal(adoptions->count, 1);
    assert_string_equal(adoptions->list[0].id, "b");
    free(adoptions);
}

static void the_longest_silent_makes_room(void **state) {
    (void)state;
    struct adoptions *adoptions = calloc(1, sizeof *adoptions);
    char id[16];
    for (int i = 0; i <= ADOPTIONS_MAX; i++) {
        size_t length = (size_t)snprintf(id, sizeof id, "x-%d", i);
        adoption_note(adoptions, id, length, i, &peer);
        if (i == 500) adoption_note(adoptions, "x-0", 3, 500, &peer); // heard of again
    }
    assert_int_equal(adoptions->count, ADOPTIONS_MAX);
    assert_int_equal(adoptions->forgotten, 1);
    bool has_first = false, has_second = false;
    for (int i = 0; i < adoptions->count; i++) {
        has_first |= strcmp(adoptions->list[i].id, "x-0") == 0;
        has_second |= strcmp(adoptions->list[i].id, "x-1") == 0;
    }
    assert_true(has_first);
    assert_false(has_second);
    free(adoptions);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_kept_once_and_counted),
        cmocka_unit_test(what_cannot_be_an_id_is_not_kept),
        cmocka_unit_test(the_adopted_one_goes),
        cmocka_unit_test(the_longest_silent_makes_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
