// Recorded assets come as they come: either separator, quotes, short rows, times of several kinds.

#include "base/csv.h"
#include "base/err.h"
#include "test.h"

#include <stdio.h>
#include <unistd.h>

static struct csv *of(const char *text) {
    char path[] = "/tmp/test_csv.XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    struct csv *csv = csv_open(path, NULL);
    unlink(path);
    return csv;
}

static void either_separator_is_found(void **state) {
    (void)state;
    const char *texts[] = {"time;flow, l;t\n1;2,5;3\n", "time,flow,t\r\n1,2.5,3\r\n"};
    for (int i = 0; i < 2; i++) {
        struct csv *csv = of(texts[i]);
        assert_int_equal(csv_column(csv, "t"), 2);
        assert_int_equal(csv_column(csv, "T"), -1);
        assert_true(csv_next(csv));
        assert_string_equal(csv_cell(csv, 2), "3");
        assert_string_equal(csv_cell(csv, 1), i == 0 ? "2,5" : "2.5");
        assert_false(csv_next(csv));
        csv_close(csv);
    }
}

static void quotes_hold_separators_and_quotes(void **state) {
    (void)state;
    struct csv *csv = of("\"a, b\",\"c \"\"d\"\"\",e\n\"1,5\",\"\",2\n");
    assert_int_equal(csv_column(csv, "a, b"), 0);
    assert_int_equal(csv_column(csv, "c \"d\""), 1);
    assert_true(csv_next(csv));
    assert_string_equal(csv_cell(csv, 0), "1,5");
    assert_string_equal(csv_cell(csv, 1), "");
    assert_string_equal(csv_cell(csv, 2), "2");
    csv_close(csv);
}

static void a_short_row_has_empty_cells(void **state) {
    (void)state;
    struct csv *csv = of("a,b,c\n1,2,3\n4\n");
    assert_true(csv_next(csv));
    assert_true(csv_next(csv));
    assert_string_equal(csv_cell(csv, 0), "4");
    assert_string_equal(csv_cell(csv, 2), "");
    csv_rewind(csv);
    assert_true(csv_next(csv));
    assert_string_equal(csv_cell(csv, 2), "3");
    csv_close(csv);
}

static void an_empty_or_missing_file_is_a_sentence(void **state) {
    (void)state;
    struct err err = {0};
    assert_null(of(""));
    assert_null(csv_open("/nonexistent/asset.csv", &err));
    assert_non_null(strstr(err.text, "/nonexistent/asset.csv"));
}

static void numbers_and_booleans_are_numbers(void **state) {
    (void)state;
    double value;
    assert_true(csv_number("-1.5e3", &value) && value == -1500);
    assert_true(csv_number("True", &value) && value == 1);
    assert_true(csv_number("false", &value) && value == 0);
    assert_false(csv_number("", &value));
    assert_false(csv_number("1,5", &value));
    assert_false(csv_number("nan", &value));
}

static void times_are_utc_unless_they_say_otherwise(void **state) {
    (void)state;
    int64_t us;
    int64_t truth = 1583748873 * (int64_t)1000000;
    assert_true(csv_time("2020-03-09 10:14:33", 1e6, &us) && us == truth);
    assert_true(csv_time("2020-03-09T10:14:33.25Z", 1e6, &us) && us == truth + 250000);
    assert_true(csv_time("2020-03-09T11:44:33+01:30", 1e6, &us) && us == truth);
    assert_true(csv_time("2020-03-09T09:14:33-01:00", 1e6, &us) && us == truth);
    assert_true(csv_time("1583748873.5", 1e6, &us) && us == truth + 500000);
    assert_true(csv_time("2020-03-09 10:14", 1e6, &us) && us == truth - 33000000);
    assert_true(csv_time("2020-03-09", 1e6, &us) &&
                us == truth - (10 * 3600 + 14 * 60 + 33) * 1000000LL);
    assert_true(csv_time("1583748873000000123", 1e-3, &us) && us == truth); // nanoseconds
    assert_false(csv_time("yesterday", 1e6, &us));
    assert_false(csv_time("2020-03", 1e6, &us));
    assert_false(csv_time("2020-03-09 10:14:33 CET", 1e6, &us));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(either_separator_is_found),
        cmocka_unit_test(quotes_hold_separators_and_quotes),
        cmocka_unit_test(a_short_row_has_empty_cells),
        cmocka_unit_test(an_empty_or_missing_file_is_a_sentence),
        cmocka_unit_test(numbers_and_booleans_are_numbers),
        cmocka_unit_test(times_are_utc_unless_they_say_otherwise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
