// A file in slices: no record cut, names with each slice of a table, line numbers of the file.

#include "base/err.h"
#include "ctl/import_file.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct import_file file_of(const struct buffer *text) {
    struct import_file file;
    struct err err;
    char path[] = "/tmp/twinctl-import-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, text->bytes, text->length), text->length);
    close(fd);
    assert_true(import_file_read(&file, path, &err));
    unlink(path);
    return file;
}

static void a_table_has_its_names_with_each_slice(void **state) {
    (void)state;
    struct buffer text = {0}, body = {0};
    int offset;
    buffer_printf(&text, "id;note\n");
    for (int i = 0; i < 700; i++)
        buffer_printf(&text, "pump-%d;\"two\nlines\"\n", i);
    struct import_file file = file_of(&text);
    assert_true(file.is_table);
    for (int round = 0; round < 2; round++) {
        assert_true(import_file_slice(&file, &body, &offset));
        assert_int_equal(offset, 0);
        assert_memory_equal(body.bytes, "id;note\npump-0;", 15);
        assert_true(import_file_slice(&file, &body, &offset));
        assert_memory_equal(body.bytes, "id;note\npump-500;", 17);
        assert_int_equal(offset, 1000); // pump-500 stands on lines 1002 and 1003 of the file
        assert_false(import_file_slice(&file, &body, &offset));
        import_file_rewind(&file);
    }
    import_file_fini(&file);
    buffer_fini(&text);
    buffer_fini(&body);
}

static void lines_of_objects_are_cut_between_lines(void **state) {
    (void)state;
    struct buffer text = {0}, body = {0};
    int offset;
    for (int i = 0; i < 501; i++)
        buffer_printf(&text, "{\"id\":\"a-%d\"}%s", i, i < 500 ? "\n" : "");
    struct import_file file = file_of(&text);
    assert_false(file.is_table);
    assert_true(import_file_slice(&file, &body, &offset));
    assert_true(import_file_slice(&file, &body, &offset));
    assert_string_equal((const char *)body.bytes, "{\"id\":\"a-500\"}");
    assert_int_equal(offset, 500);
    assert_false(import_file_slice(&file, &body, &offset));
    import_file_fini(&file);
    buffer_fini(&text);
    buffer_fini(&body);
}

static void what_is_no_text_is_refused(void **state) {
    (void)state;
    struct import_file file;
    struct err err;
    assert_false(import_file_read(&file, "/dev/null", &err));
    assert_string_equal(err.text, "/dev/null has no line in it");
    import_file_fini(&file);
    assert_false(import_file_read(&file, "/nonexistent/file", &err));
    assert_non_null(strstr(err.text, "cannot be opened: No such file"));
    import_file_fini(&file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_has_its_names_with_each_slice),
        cmocka_unit_test(lines_of_objects_are_cut_between_lines),
        cmocka_unit_test(what_is_no_text_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
