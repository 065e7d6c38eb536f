// The author's API as text: nothing that is bound is missing in it, nor a key that a file may have.

#include "fixture.h"
#include "script/api.h"

static void every_binding_has_its_line_and_every_line_its_binding(void **state) {
    (void)state;
    struct buffer text = {0};
    struct err err;
    if (!api_write_luacats(&text, &err)) fail_msg("%s", err.text);
    buffer_byte(&text, 0);
    assert_non_null(strstr((char *)text.bytes, "---@field sample fun(self: twin, field: string)"));
    assert_non_null(strstr((char *)text.bytes, "---@field equal fun(self: t, got: any"));
    assert_null(strstr((char *)text.bytes, "---@field nothing"));
    buffer_fini(&text);
}

static void luacheck_knows_the_globals_of_the_sandbox(void **state) {
    (void)state;
    struct buffer text = {0};
    api_write_luacheck(&text);
    buffer_byte(&text, 0);
    assert_non_null(strstr((char *)text.bytes, "\"assert\", \"error\","));
    assert_non_null(strstr((char *)text.bytes, "clock = {"));
    assert_null(strstr((char *)text.bytes, "\"getmetatable\""));
    buffer_fini(&text);
}

// The loader is asked which keys it knows, by one that nobody would write.
static void knows(const char *class, const char *path, const char *text) {
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/pump.lua", "return { telemetry = { vibration = {} } }", NULL);
    if (strcmp(path, "models/pump.lua") == 0) script_files_fini(&bench.files);
    script_files_add(&bench.files, path, text, strlen(text));
    assert_false(bench_load(&bench));
    char *known = strstr(bench.err.text, "known are ");
    if (!known) fail_msg("%s", bench.err.text);
    int count = 0;
    for (char *rest = NULL, *key = strtok_r(known + 10, ", ", &rest); key;
         key = strtok_r(NULL, ", ", &rest), count++) {
        char optional[80];
        snprintf(optional, sizeof optional, "%s?", key);
        if (!api_find(class, key) && !api_find(class, optional))
            fail_msg("%s.%s has no line in runtime/script/api_entry.c", class, key);
    }
    assert_true(count > 1);
    bench_fini(&bench);
}

static void every_key_of_a_file_has_its_line(void **state) {
    (void)state;
    knows("model", "models/pump.lua", "return { zzzzzzzzzz = 1 }");
    knows("parameter", "models/pump.lua", "return { parameters = { a = { zzzzzzzzzz = 1 } } }");
    knows("telemetry", "models/pump.lua", "return { telemetry = { a = { zzzzzzzzzz = 1 } } }");
    knows("property", "models/pump.lua", "return { properties = { a = { zzzzzzzzzz = 1 } } }");
    knows("derived", "models/pump.lua", "return { derived = { a = { zzzzzzzzzz = 1 } } }");
    knows("argument", "models/pump.lua", "return { events = { a = { b = { zzzzzzzzzz = 1 } } } }");
    knows("alarm_rule", "models/pump.lua", "return { alarms = { a = { zzzzzzzzzz = 1 } } }");
    knows("behavior", "scripts/behavior/pump.lua", "return { zzzzzzzzzz = 1 }");
    knows("prediction", "scripts/prediction/wear.lua", "return { zzzzzzzzzz = 1 }");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_binding_has_its_line_and_every_line_its_binding),
        cmocka_unit_test(luacheck_knows_the_globals_of_the_sandbox),
        cmocka_unit_test(every_key_of_a_file_has_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
