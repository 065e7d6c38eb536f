// Every sentence of a load gets its line, and the caret stands under the mistake.

#include "script/fixture.h"
#include "script/mark.h"

static void refused(const char *path, const char *text, struct err *err, struct mark *mark) {
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/pump.lua",
                "return { model = 'pump', level = 'asset',\n  telemetry = { temperature = {} } }\n",
                NULL);
    if (path) bench_files(&bench, path, text, NULL);
    assert_false(bench_load(&bench));
    *err = bench.err;
    assert_true(mark_find(&bench.files, err, mark));
    bench_fini(&bench);
}

static void a_misspelt_key_gets_its_line_and_a_caret(void **state) {
    (void)state;
    struct err err;
    struct mark mark;
    refused("scripts/behavior/pump.lua",
            "-- temprature\nlocal function f() end\nreturn { on = {\n  temprature = f } }\n", &err,
            &mark);
    assert_string_equal(mark.file, "scripts/behavior/pump.lua");
    assert_int_equal(mark.line, 4);
    assert_int_equal(mark.column, 3);
    assert_non_null(strstr(err.text, "scripts/behavior/pump.lua:4: "));
    assert_non_null(strstr(err.text, "did you mean \"temperature\"?"));
    struct buffer out = {0};
    mark_write(&mark, &out);
    buffer_byte(&out, 0);
    assert_non_null(strstr((char *)out.bytes, "  4 |   temprature = f } }\n    |   ^\n"));
    buffer_fini(&out);
}

static void a_syntax_error_has_the_caret_under_what_lua_met(void **state) {
    (void)state;
    struct err err;
    struct mark mark;
    refused("scripts/behavior/pump.lua", "local x = 1\nlocal y = = 2\nreturn {}\n", &err, &mark);
    assert_int_equal(mark.line, 2);
    assert_string_equal(mark.text, "local y = = 2");
    assert_int_equal(mark.column, 11);
}

static void a_sentence_about_no_file_has_no_mark(void **state) {
    (void)state;
    struct script_files files = {0};
    struct mark mark;
    struct err err;
    err_set(&err, ERR_INVALID, "cannot read the folder models");
    assert_false(mark_find(&files, &err, &mark));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_misspelt_key_gets_its_line_and_a_caret),
        cmocka_unit_test(a_syntax_error_has_the_caret_under_what_lua_met),
        cmocka_unit_test(a_sentence_about_no_file_has_no_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
