// GET /models says what a model's author declared, by the same keys.

#include "base/err.h"
#include "base/logger.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "push/model_json.h"
#include "script/script.h"
#include "test.h"
#include "twin/model.h"

#include <string.h>

static const char base[] =
    "return { model = 'base', match = 'base-*',\n"
    "  telemetry = {\n"
    "    t = { unit = 'Cel', range = { -20, 150 }, spike = { by = 10, window = 7 }, max_rate = 5,\n"
    "          stuck_after = '10m', stale_after = '30s', calibrate = { gain = 2, offset = -0.5 } "
    "},\n"
    "    litres = { unit = 'l', spike = 3 }, plain = {} },\n"
    "  derived = { volume = { counter = 'litres', wraps = 999, unit = 'l' },\n"
    "              hours = { run_time = 't', above = 100, unit = 'h' }, own = {} } }\n";
static const char pump[] =
    "return { model = 'pump', extends = 'base', match = 'pump-*',\n"
    "  telemetry = { litres = false }, derived = { volume = false },\n"
    "  events = { empty = { level = { unit = '%', range = { 0, 100 } } } },\n"
    "  relationships = { part_of = 'line' } }\n";
static const char line[] =
    "return { model = 'line', level = 'process', match = 'line-*',\n"
    "  relationships = { filler = 'base', packer = 'base', belt = 'base' },\n"
    "  derived = { heat = { unit = 'Cel', max = 'part_of.t' }, members = { count = 'part_of' },\n"
    "              worst = { worst = 'part_of' } },\n"
    "  process = { stages = { 'filler', 'packer' }, buffers = { 'belt' }, rate = 'plain', level = "
    "'t' } }\n";

// The JSON of one of the three.
static void write(const char *name, struct buffer *out) {
    struct script_files files = {0};
    struct script_limits limits = {
        .call_us = 50000, .predict_us = 200000, .soft_bytes = 8u << 20, .hard_bytes = 64u << 20};
    struct logger logger = {.level = LOG_LEVEL_ERROR};
    struct metrics *metrics = metrics_new();
    struct err err = {0};
    script_files_add(&files, "models/base.lua", base, strlen(base));
    script_files_add(&files, "models/pump.lua", pump, strlen(pump));
    script_files_add(&files, "models/line.lua", line, strlen(line));
    script_files_seal(&files);
    struct script *script = script_load(&files, &limits, &logger, metrics, &err);
    if (!script) fail_msg("%s", err.text);
    for (int i = 0; i < script_model_count(script); i++) {
        struct model *model = script_take_model(script, i);
        if (strcmp(model->name, name) == 0) model_json_write(model, 0, out);
        model_free(model);
    }
    buffer_byte(out, 0);
    script_free(script);
    script_files_fini(&files);
    metrics_free(metrics);
}

static void has(const char *name, const char *part) {
    struct buffer out = {0};
    write(name, &out);
    if (!strstr((char *)out.bytes, part)) fail_msg("no %s in %s", part, (char *)out.bytes);
    buffer_fini(&out);
}

static void has_not(const char *name, const char *part) {
    struct buffer out = {0};
    write(name, &out);
    if (strstr((char *)out.bytes, part)) fail_msg("%s in %s", part, (char *)out.bytes);
    buffer_fini(&out);
}

static void quality_and_calibration_are_told(void **state) {
    (void)state;
    has("base", "\"t\":{\"unit\":\"Cel\",\"type\":\"number\",\"range\":[-20,150],"
                "\"calibrate\":{\"gain\":2,\"offset\":-0.5},\"max_rate\":5,"
                "\"spike\":{\"by\":10,\"window\":7},\"stuck_after\":600,\"stale_after\":30}");
    has("base", "\"spike\":{\"by\":3,\"window\":5}}");
    has("base", "\"plain\":{\"unit\":\"\",\"type\":\"number\"}");
}

static void totals_are_told(void **state) {
    (void)state;
    has("base",
        "\"volume\":{\"unit\":\"l\",\"type\":\"number\",\"counter\":\"litres\",\"wraps\":999}");
    has("base", "\"hours\":{\"unit\":\"h\",\"type\":\"number\",\"run_time\":\"t\",\"above\":100}");
    has("base", "\"own\":{\"unit\":\"\",\"type\":\"number\"}");
}

static void a_model_that_extends_another_says_which_and_is_whole(void **state) {
    (void)state;
    has("pump", "\"extends\":\"base\"");
    has("pump", "\"stale_after\":30");
    has_not("pump", "litres");
    has_not("base", "extends");
}

static void aggregates_and_processes_are_told(void **state) {
    (void)state;
    has("line", "\"type\":\"number\",\"max\":\"part_of.t\"}");
    has("line", "\"count\":\"part_of\"}");
    has("line", "\"worst\":\"part_of\"}");
    has("line",
        "\"process\":{\"stages\":[\"filler\",\"packer\"],\"buffers\":[\"belt\"],\"rate\":\"plain\","
        "\"level\":\"t\",\"full\":95,\"empty\":5,\"window\":600}");
    has_not("base", "process");
}

static void events_are_told_with_their_arguments(void **state) {
    (void)state;
    has("pump", "\"events\":{\"empty\":{\"level\":{\"unit\":\"%\",\"type\":\"number\","
                "\"range\":[0,100]}}}");
    has("base", "\"events\":{}");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quality_and_calibration_are_told),
        cmocka_unit_test(totals_are_told),
        cmocka_unit_test(a_model_that_extends_another_says_which_and_is_whole),
        cmocka_unit_test(aggregates_and_processes_are_told),
        cmocka_unit_test(events_are_told_with_their_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
