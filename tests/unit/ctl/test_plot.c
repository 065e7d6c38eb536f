// What a chart shows, and what it never leaves out.

#include "base/memory.h"
#include "ctl/plot.h"
#include "test.h"

#define WIDTH 40
#define ROWS 12
#define COUNT_MOST 2000

static struct plot_point sample(double seconds, double value) {
    return (struct plot_point){
        .seconds = seconds, .value = value, .min = value, .max = value, .has_value = true};
}

// The caller frees it.
static char *plotted(const char *unit, const struct plot_point *points, int count, int width) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    plot_write(out, unit, points, count, width);
    fclose(out);
    return text;
}

static const char *line_of(const char *text, int number) {
    while (number-- > 0)
        text = strchr(text, '\n') + 1;
    return text;
}

static int width_of(const char *line) {
    int width = 0;
    for (; *line && *line != '\n'; line++)
        width += ((unsigned char)*line & 0xc0) != 0x80;
    return width;
}

// Whether anything is drawn in a line: a braille character, all of which begin with e2 a0..a3.
static bool has_dots(const char *line) {
    for (; *line && *line != '\n'; line++)
        if ((unsigned char)line[0] == 0xe2 && ((unsigned char)line[1] & 0xfc) == 0xa0) return true;
    return false;
}

static void a_rise_goes_from_corner_to_corner(void **state) {
    (void)state;
    const struct plot_point points[] = {sample(0, 0), sample(60, 100)};
    char *text = plotted("Cel", points, 2, 20);
    assert_string_equal(text, "100 Cel ┤          ⡼\n"
                              "        │         ⣸⠁\n"
                              " 80 Cel ┤        ⣰⠃\n"
                              "        │       ⢰⠃\n"
                              " 60 Cel ┤      ⢠⠏\n"
                              "        │     ⢠⠏\n"
                              "        │    ⢀⡞\n"
                              " 40 Cel ┤   ⢀⡞\n"
                              "        │   ⡼\n"
                              " 20 Cel ┤  ⡼⠁\n"
                              "        │ ⣸⠁\n"
                              "  0 Cel ┤⣰⠃\n"
                              "        └───────────\n"
                              "         1970-01-01T00:00:00.000Z\n"
                              "         1970-01-01T00:01:00.000Z\n");
    free(text);
}

static void a_spike_among_many_samples_is_drawn(void **state) {
    (void)state;
    static struct plot_point points[COUNT_MOST];
    for (int i = 0; i < COUNT_MOST; i++)
        points[i] = sample(i, 10);
    points[777].value = points[777].min = points[777].max = 90;
    char *text = plotted("", points, COUNT_MOST, WIDTH);
    for (int row = 2; row < ROWS - 1; row++) // its foot stands on the line of the others
        assert_true(has_dots(line_of(text, row)));
    free(text);
}

static void a_point_of_many_samples_is_drawn_from_min_to_max(void **state) {
    (void)state;
    struct plot_point points[] = {sample(0, 50), sample(1, 50), sample(2, 50)};
    points[1].min = 0, points[1].max = 100;
    char *text = plotted("", points, 3, WIDTH);
    for (int row = 0; row < ROWS; row++)
        assert_true(has_dots(line_of(text, row)));
    free(text);
}

static void a_gap_stays_a_gap(void **state) {
    (void)state;
    struct plot_point points[40];
    for (int i = 0; i < 40; i++)
        points[i] = sample(i < 20 ? i : 1000 + i, i < 20 ? 0 : 100);
    char *text = plotted("", points, 40, WIDTH);
    assert_true(has_dots(line_of(text, 0)));
    for (int row = 1; row < ROWS - 1; row++)
        assert_false(has_dots(line_of(text, row)));
    assert_true(has_dots(line_of(text, ROWS - 1)));
    free(text);
}

static void samples_that_are_not_good_are_marked_below(void **state) {
    (void)state;
    struct plot_point points[] = {sample(0, 1), sample(1, 2), sample(2, 3)};
    points[0].mark = PLOT_UNSURE;
    points[2] = (struct plot_point){.seconds = 2, .mark = PLOT_BAD}; // without a value
    char *text = plotted("", points, 3, 20);
    const char *marks = line_of(text, ROWS);
    assert_int_equal(width_of(marks), 20);
    assert_non_null(strstr(marks, "│?             x\n"));
    free(text);
}

static void good_samples_have_no_row_of_marks(void **state) {
    (void)state;
    const struct plot_point points[] = {sample(0, 1), sample(1, 2)};
    char *text = plotted("", points, 2, WIDTH);
    assert_non_null(strstr(line_of(text, ROWS), "└──"));
    free(text);
}

static void times_stand_at_both_ends(void **state) {
    (void)state;
    const struct plot_point points[] = {sample(0, 1), sample(3600.5, 2)};
    char *text = plotted("", points, 2, 80);
    assert_non_null(strstr(text, "  1970-01-01T00:00:00.000Z  "));
    assert_non_null(strstr(text, "  1970-01-01T01:00:00.500Z\n"));
    free(text);
}

static void no_line_is_wider_than_the_terminal(void **state) {
    (void)state;
    struct plot_point points[300];
    for (int i = 0; i < 300; i++)
        points[i] = sample(i, i % 7 * 1234.5);
    points[299].mark = PLOT_BAD;
    for (int width = 40; width <= 200; width += 40) {
        char *text = plotted("l/min", points, 300, width);
        for (const char *line = text; *line; line = strchr(line, '\n') + 1)
            assert_true(width_of(line) <= width);
        assert_int_equal(width_of(line_of(text, ROWS)), width); // the bad one is the last
        free(text);
    }
}

static void what_stays_the_same_is_a_line_between_two_marks(void **state) {
    (void)state;
    static const double values[] = {0, 20, -3.5, 1e-9, 1e300};
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        const struct plot_point points[] = {sample(0, values[i]), sample(1, values[i])};
        char *text = plotted("", points, 2, WIDTH);
        int rows = 0;
        for (int row = 0; row < ROWS; row++)
            rows += has_dots(line_of(text, row));
        assert_int_equal(rows, 1);
        assert_false(has_dots(text) || has_dots(line_of(text, ROWS - 1)));
        free(text);
    }
}

static void numbers_at_the_edge_of_doubles_are_drawn(void **state) {
    (void)state;
    const struct plot_point points[] = {sample(0, -1.7e308), sample(1, 1.7e308), sample(1, 5e-324)};
    char *text = plotted("", points, 3, WIDTH);
    assert_true(has_dots(text) && has_dots(line_of(text, ROWS - 1)));
    free(text);
    text = plotted("", points + 2, 1, WIDTH);
    assert_non_null(strchr(text, '\n'));
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rise_goes_from_corner_to_corner),
        cmocka_unit_test(a_spike_among_many_samples_is_drawn),
        cmocka_unit_test(a_point_of_many_samples_is_drawn_from_min_to_max),
        cmocka_unit_test(a_gap_stays_a_gap),
        cmocka_unit_test(samples_that_are_not_good_are_marked_below),
        cmocka_unit_test(good_samples_have_no_row_of_marks),
        cmocka_unit_test(times_stand_at_both_ends),
        cmocka_unit_test(no_line_is_wider_than_the_terminal),
        cmocka_unit_test(what_stays_the_same_is_a_line_between_two_marks),
        cmocka_unit_test(numbers_at_the_edge_of_doubles_are_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
