// Options are found wherever they stand, and what is not understood is said.

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "test.h"

struct taken {
    const char *model;
    bool is_dry;
    int argc;
    char *argv[8];
    struct err err;
};

static bool take(struct taken *taken, const char *const *words, int count) {
    memset(taken, 0, sizeof *taken);
    const struct argument arguments[] = {
        {.name = "--model", .value = &taken->model},
        {.name = "--dry-run", .is_given = &taken->is_dry},
    };
    for (int i = 0; i < count; i++)
        taken->argv[taken->argc++] = (char *)words[i];
    return arguments_take(arguments, ARRAY_LEN(arguments), &taken->argc, taken->argv, &taken->err);
}
#define TAKE(taken, ...)                                                                           \
    take(taken, (const char *[]){__VA_ARGS__}, ARRAY_LEN(((const char *[]){__VA_ARGS__})))

static void options_are_taken_from_between_the_words(void **state) {
    (void)state;
    struct taken taken;
    assert_true(TAKE(&taken, "pump-1", "--model", "pump", "speed=3", "--dry-run"));
    assert_string_equal(taken.model, "pump");
    assert_true(taken.is_dry);
    assert_int_equal(taken.argc, 2);
    assert_string_equal(taken.argv[0], "pump-1");
    assert_string_equal(taken.argv[1], "speed=3");
    assert_true(arguments_end(&taken.argc, taken.argv, 2, 2, &taken.err));
}

static void a_value_may_follow_an_equals_sign(void **state) {
    (void)state;
    struct taken taken;
    assert_true(TAKE(&taken, "--model=pump", "--modelling"));
    assert_string_equal(taken.model, "pump");
    assert_int_equal(taken.argc, 1); // a longer name is another option
}

static void an_option_without_its_value_is_refused(void **state) {
    (void)state;
    struct taken taken;
    assert_false(TAKE(&taken, "pump-1", "--model"));
    assert_string_equal(taken.err.text, "--model wants a value");
    assert_false(TAKE(&taken, "--dry-run=yes"));
    assert_string_equal(taken.err.text, "--dry-run takes no value");
}

static void an_unknown_option_is_named(void **state) {
    (void)state;
    struct taken taken;
    assert_true(TAKE(&taken, "pump-1", "--modle", "pump"));
    assert_false(arguments_end(&taken.argc, taken.argv, 1, 9, &taken.err));
    assert_string_equal(taken.err.text, "there is no option --modle here");
}

static void behind_two_dashes_everything_is_a_word(void **state) {
    (void)state;
    struct taken taken;
    assert_true(TAKE(&taken, "--dry-run", "--", "--model", "-5"));
    assert_null(taken.model);
    assert_true(arguments_end(&taken.argc, taken.argv, 2, 2, &taken.err));
    assert_string_equal(taken.argv[0], "--model");
    assert_string_equal(taken.argv[1], "-5");
}

static void words_too_few_or_too_many_are_refused(void **state) {
    (void)state;
    struct taken taken;
    assert_true(TAKE(&taken, "a", "b"));
    assert_false(arguments_end(&taken.argc, taken.argv, 0, 1, &taken.err));
    assert_string_equal(taken.err.text, "'b' is one word too many");
    assert_false(arguments_end(&taken.argc, taken.argv, 3, 3, &taken.err));
    assert_string_equal(taken.err.text, "something is missing");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_taken_from_between_the_words),
        cmocka_unit_test(a_value_may_follow_an_equals_sign),
        cmocka_unit_test(an_option_without_its_value_is_refused),
        cmocka_unit_test(an_unknown_option_is_named),
        cmocka_unit_test(behind_two_dashes_everything_is_a_word),
        cmocka_unit_test(words_too_few_or_too_many_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
