// Durations as authors write them.

#include "script/duration.h"
#include "test.h"

static void durations_have_a_number_and_a_unit(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t us;
    } good[] = {{"250ms", 250000},     {"30s", 30000000},    {"10m", 600000000},
                {"48h", 172800000000}, {"7d", 604800000000}, {"1.5s", 1500000},
                {"0.25h", 900000000},  {"1ms", 1000},        {"3653d", 315619200000000}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int64_t us = 0;
        assert_true(duration_parse(good[i].text, &us));
        assert_int_equal(us, good[i].us);
    }
}

static void everything_else_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"",
                                      "30",
                                      "s",
                                      "-1s",
                                      "+1s",
                                      "1 s",
                                      "1S",
                                      "1sec",
                                      "0s",
                                      "1us",
                                      "0ms",
                                      "0.5ms",
                                      "1e3s",
                                      "0x1s",
                                      "1..2s",
                                      "1s ",
                                      " 1s",
                                      ".5s",
                                      "3654d",
                                      "inf",
                                      "nan s",
                                      "1s1s",
                                      "99999999999999999999s"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t us = 0;
        if (duration_parse(bad[i], &us)) fail_msg("\"%s\" was taken", bad[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_have_a_number_and_a_unit),
        cmocka_unit_test(everything_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
