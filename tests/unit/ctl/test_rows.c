// The same rows for people and for programs.

#include "base/memory.h"
#include "ctl/rows.h"
#include "ctl/session.h"
#include "test.h"

static const struct column columns[] = {{.name = "twin"},
                                        {.name = "value", .is_number = true},
                                        {.name = "quality", .is_judgement = true}};

// Writes rows of three cells and gives what was written; the caller frees it.
static char *written(enum rows_format format, bool has_color, const char *const (*cells)[3],
                     int count) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    struct rows_options options = {.format = format, .has_color = has_color};
    struct rows *rows = rows_new(out, &options, columns, ARRAY_LEN(columns));
    for (int i = 0; i < count; i++)
        rows_add(rows, cells[i], "{\"twin\":1}");
    assert_true(rows_end(rows));
    rows_free(rows);
    fclose(out);
    return text;
}

static void expect(enum rows_format format, bool has_color, const char *const (*cells)[3],
                   int count, const char *expected) {
    char *text = written(format, has_color, cells, count);
    assert_string_equal(text, expected);
    free(text);
}

static void a_table_is_as_wide_as_its_widest_cells(void **state) {
    (void)state;
    const char *const cells[][3] = {{"pump-1", "8", "good"}, {"p", "12.5", NULL}};
    expect(ROWS_TABLE, false, cells, 2,
           "TWIN    VALUE  QUALITY\n"
           "pump-1      8  good\n"
           "p        12.5  \n");
}

static void widths_count_characters(void **state) {
    (void)state;
    const char *const cells[][3] = {{"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa9", "1", "good"}};
    expect(ROWS_TABLE, false, cells, 1,
           "TWIN   VALUE  QUALITY\n"
           "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa9      1  good\n");
}

static void a_device_cannot_steer_the_terminal(void **state) {
    (void)state;
    const char *const cells[][3] = {{"\033[2Ja\x7f\xc2\x9b", "1", "x"}};
    expect(ROWS_TABLE, false, cells, 1,
           "TWIN      VALUE  QUALITY\n"
           "?[2Ja???      1  x\n");
}

static void only_judgements_are_coloured(void **state) {
    (void)state;
    const char *const cells[][3] = {{"bad", "1", "bad"}};
    expect(ROWS_TABLE, true, cells, 1,
           "\033[1mTWIN\033[0m  \033[1mVALUE\033[0m  QUALITY\n"
           "bad       1  \033[31mbad\033[0m\n");
}

static void csv_quotes_what_needs_it(void **state) {
    (void)state;
    const char *const cells[][3] = {{"a,b", "say \"x\"", "two\nlines"}, {"plain", NULL, "bad"}};
    expect(ROWS_CSV, false, cells, 2,
           "twin,value,quality\n"
           "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\n"
           "plain,,bad\n");
}

static void json_is_one_line_a_row(void **state) {
    (void)state;
    const char *const cells[][3] = {{"a", "1", "x"}, {"b", "2", "y"}};
    expect(ROWS_JSON, false, cells, 2, "{\"twin\":1}\n{\"twin\":1}\n");
}

static void without_rows_a_header_remains(void **state) {
    (void)state;
    expect(ROWS_TABLE, false, NULL, 0, "TWIN  VALUE  QUALITY\n");
    expect(ROWS_CSV, false, NULL, 0, "twin,value,quality\n");
    expect(ROWS_JSON, false, NULL, 0, "");
}

static void an_output_that_is_full_is_told(void **state) {
    (void)state;
    FILE *out = fopen("/dev/full", "w");
    struct rows_options options = {.format = ROWS_JSON};
    struct rows *rows = rows_new(out, &options, columns, ARRAY_LEN(columns));
    rows_add(rows, NULL, "{}");
    assert_false(rows_end(rows));
    rows_free(rows);
    fclose(out);
}

static void cells_read_as_people_write(void **state) {
    (void)state;
    struct region region = {0};
    cJSON *json = cJSON_Parse("[0.1,1450,true,null,\"warm\",[\"a\",1]]");
    const char *const expected[] = {"0.1", "1450", "true", "", "warm", "[\"a\",1]"};
    for (int i = 0; i < (int)ARRAY_LEN(expected); i++)
        assert_string_equal(cell_of(&region, cJSON_GetArrayItem(json, i)), expected[i]);
    assert_string_equal(cell_of(&region, NULL), "");
    cJSON_Delete(json);
    region_fini(&region);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_as_wide_as_its_widest_cells),
        cmocka_unit_test(widths_count_characters),
        cmocka_unit_test(a_device_cannot_steer_the_terminal),
        cmocka_unit_test(only_judgements_are_coloured),
        cmocka_unit_test(csv_quotes_what_needs_it),
        cmocka_unit_test(json_is_one_line_a_row),
        cmocka_unit_test(without_rows_a_header_remains),
        cmocka_unit_test(an_output_that_is_full_is_told),
        cmocka_unit_test(cells_read_as_people_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
