// Trees by hand, and texts that are none.

#include "predict/trees.h"
#include "test.h"

#include <math.h>

static void a_leaf_of_each_tree_is_added(void **state) {
    (void)state;
    struct trees *trees = trees_new(3, 10);
    assert_true(trees_add(trees, "0<0.5 =1 1<2 =-2 =4"));
    assert_true(trees_add(trees, "2<-1! =0.25 =0.5"));
    assert_true(trees_add(trees, "=0.125"));
    assert_int_equal(trees_count(trees), 3);
    assert_true(trees_value(trees, (double[]){0, 9, 0}) == 10 + 1 + 0.5 + 0.125);
    assert_true(trees_value(trees, (double[]){0.5, 1, -2}) == 10 - 2 + 0.25 + 0.125);
    assert_true(trees_value(trees, (double[]){1, 2, -1}) == 10 + 4 + 0.5 + 0.125);
    // missing: to the first, and where it says so to the second
    assert_true(trees_value(trees, (double[]){NAN, 9, NAN}) == 10 + 1 + 0.5 + 0.125);
    trees_free(trees);
}

static void what_is_no_tree_changes_nothing(void **state) {
    (void)state;
    struct trees *trees = trees_new(2, 1);
    static const char *const none[] = {
        "",           "x",           "0<",           "0<1 =2",      "2<1 =2 =3",
        "-1<1 =2 =3", "0<nan =2 =3", "0<1 =2 =3 =4", "0<1 =2 =inf", "0>1 =2 =3"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_false(trees_add(trees, none[i]));
    char deep[1000] = "";
    for (int i = 0; i < 100; i++)
        strcat(deep, "0<1 ");
    assert_false(trees_add(trees, deep));
    assert_int_equal(trees_count(trees), 0);
    assert_true(trees_add(trees, "0<1 =2 =3") && trees_value(trees, (double[]){0, 0}) == 3);
    trees_free(trees);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leaf_of_each_tree_is_added),
        cmocka_unit_test(what_is_no_tree_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
