// The unified difference, as diff -u has it.

#include "base/memory.h"
#include "ctl/lines.h"
#include "test.h"

#include <string.h>

static void differs(const char *old, const char *new, const char *wanted) {
    struct buffer out = {0};
    lines_diff("a", old, "b", new, &out);
    buffer_byte(&out, 0);
    assert_string_equal((char *)out.bytes, wanted);
    buffer_fini(&out);
}

static void equal_texts_have_no_difference(void **state) {
    (void)state;
    differs("x\ny\n", "x\ny\n", "");
    differs("", "", "");
}

static void a_changed_line_stands_between_three_that_did_not(void **state) {
    (void)state;
    differs("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
            "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

static void changes_far_apart_are_two_hunks(void **state) {
    (void)state;
    differs("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", "one\n2\n3\n4\n5\n6\n7\n8\n9\n10\nten\n",
            "--- a\n+++ b\n@@ -1,4 +1,4 @@\n-1\n+one\n 2\n 3\n 4\n"
            "@@ -8,3 +8,4 @@\n 8\n 9\n 10\n+ten\n");
}

static void a_new_file_is_all_added_and_a_gone_one_all_removed(void **state) {
    (void)state;
    differs(NULL, "x\ny\n", "--- a\n+++ b\n@@ -0,0 +1,2 @@\n+x\n+y\n");
    differs("x\n", NULL, "--- a\n+++ b\n@@ -1 +0,0 @@\n-x\n");
}

static void a_moved_line_is_found_by_what_stays_in_order(void **state) {
    (void)state;
    differs("a\nb\nc\n", "b\nc\na\n", "--- a\n+++ b\n@@ -1,3 +1,3 @@\n-a\n b\n c\n+a\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_texts_have_no_difference),
        cmocka_unit_test(a_changed_line_stands_between_three_that_did_not),
        cmocka_unit_test(changes_far_apart_are_two_hunks),
        cmocka_unit_test(a_new_file_is_all_added_and_a_gone_one_all_removed),
        cmocka_unit_test(a_moved_line_is_found_by_what_stays_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
