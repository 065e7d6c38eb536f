// Records and their cells, as spreadsheets write them.

#include "base/cells.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

// The cells of `record`, each in brackets.
static void splits(const char *record, char separator, const char *expected) {
    struct cells cells = {0};
    char text[256] = "";
    cells_split(&cells, record, record + strlen(record), separator);
    for (int i = 0; i < cells.count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "[%s]", cells.list[i]);
    assert_string_equal(text, expected);
    cells_fini(&cells);
}

static void cells_are_split_and_unquoted(void **state) {
    (void)state;
    splits("a,b,c\r\n", ',', "[a][b][c]");
    splits("a; b ;c", ';', "[a][b][c]");
    splits("a,b;c", ',', "[a][b;c]");
    splits("\"a,b\",\"say \"\"x\"\"\",\" c \"", ',', "[a,b][say \"x\"][ c ]");
    splits("\"two\nlines\",x", ',', "[two\nlines][x]");
    splits("5\" pipe,x", ',', "[5\" pipe][x]");
    splits("\"\",", ',', "[][]");
    splits(",,", ',', "[][][]");
    splits("\"open,x", ',', "[open,x]");
    splits("\n", ',', "");
}

static void a_record_ends_outside_quotes(void **state) {
    (void)state;
    static const char *const records[] = {
        "a,b\n", "\"a\nb\",c\n", "\"\"\"\n\",c\n", "5\",6\"\n", "\"\",\"x\"\r\n", "last",
    };
    for (size_t i = 0; i < ARRAY_LEN(records); i++) {
        char text[64];
        size_t length = strlen(records[i]);
        snprintf(text, sizeof text, "%s%s", records[i],
                 records[i][length - 1] == '\n' ? "next,\"\n" : "");
        assert_int_equal(cells_record_end(text, text + strlen(text), ',') - text, length);
    }
}

static void the_first_line_tells_the_separator(void **state) {
    (void)state;
    const char *texts[] = {"id,a\n1;2", "id;a", "\"a;b\",c", "id"};
    const char separators[] = {',', ';', ',', ','};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        assert_int_equal(cells_separator(texts[i], texts[i] + strlen(texts[i])), separators[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_split_and_unquoted),
        cmocka_unit_test(a_record_ends_outside_quotes),
        cmocka_unit_test(the_first_line_tells_the_separator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
