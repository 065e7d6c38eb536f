// Every file of tests/lua/sandbox is one attack. Its first line says what must become of it: `ok`,
// `stopped` (by the deadline or for its memory), `error TEXT` or `load TEXT`. Whatever it does, it
// may not take long, and the behaviour of another model in the same Lua state must work as before.

#include "fixture.h"

#include <dirent.h>
#include <time.h>

#define FOLDER "tests/lua/sandbox"
#ifdef __SANITIZE_ADDRESS__
#define IS_SLOW true   // the deadline may come before the limit that is expected
#define LIMIT_US 40000 // a step of the collector is charged to whoever allocates next
#else
#define IS_SLOW false
#define LIMIT_US 10000 // more than in life, for other instrumented builds
#endif
#define LONGEST_MS 100 // CPU time
#define LONGEST_LOAD_MS 4000

static const char victim_model[] =
    "return { model = 'victim', match = 'victim-*', telemetry = { x = {} }, derived = { y = {} },"
    " events = { poke = {} }, alarms = { a = { severity = 'info' } }, state = { note = 'text' } }";
static const char bystander_model[] =
    "return { model = 'bystander', match = 'b*', telemetry = { x = {} }, derived = { y = {} } }";
static const char bystander_behavior[] =
    "return { on = { x = function(twin, x)\n"
    "  local list = { 3, 1, 2 }\n"
    "  table.sort(list)\n"
    "  local text = ('%d%s'):format(list[1], ('x'):rep(2)) .. tostring(math.floor(1.5))\n"
    "  assert(text == '1xx1' and tonumber('2') == 2 and pcall(error) == false)\n"
    "  for _ in pairs(list) do twin.derived.y = (twin.derived.y or 0) + x end\n"
    "end } }";

static double thread_cpu_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void read_attack(const char *name, struct buffer *text) {
    char path[300];
    snprintf(path, sizeof path, FOLDER "/%s", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text->length = fread(buffer_reserve(text, 65536), 1, 65535, file);
    text->bytes[text->length] = 0;
    fclose(file);
}

static bool is_expected(enum outcome outcome, const char *said, const char *expected) {
    const char *names[] = {"ok", "error", "stopped", "memory"};
    if (strncmp(expected, "error ", 6) == 0 && strncmp(expected, "error or", 8) != 0)
        return (outcome == OUTCOME_ERROR && strstr(said, expected + 6)) ||
               (IS_SLOW && outcome == OUTCOME_KILLED);
    return strstr(expected, names[outcome]) ||
           (outcome == OUTCOME_MEMORY && strstr(expected, "stopped"));
}

static void run_attack(const char *name) {
    struct bench bench;
    bench_init(&bench);
    bench.limits.call_us = LIMIT_US;
    struct buffer text = {0};
    read_attack(name, &text);
    char expected[120] = "";
    const char *claim = strstr((char *)text.bytes, "expect: ");
    if (!claim || sscanf(claim, "expect: %119[^\n]", expected) != 1)
        fail_msg("%s does not say what to expect", name);
    if (!is_deadline_shown() && (strstr(expected, "stopped") || strstr(expected, "ran for"))) {
        buffer_fini(&text);
        bench_fini(&bench);
        return;
    }
    bench_files(&bench, "models/victim.lua", victim_model, "models/bystander.lua", bystander_model,
                "scripts/behavior/bystander.lua", bystander_behavior, NULL);
    script_files_add(&bench.files, "scripts/behavior/victim.lua", (char *)text.bytes, text.length);
    script_files_seal(&bench.files);

    double started = thread_cpu_ms();
    bool is_loaded = bench_load(&bench);
    if (strncmp(expected, "load ", 5) == 0) {
        if (is_loaded) fail_msg("%s was loaded", name);
        if (!strstr(bench.err.text, expected + 5) || !strstr(bench.err.text, "victim.lua"))
            fail_msg("%s says \"%s\"", name, bench.err.text);
        if (thread_cpu_ms() - started > LONGEST_LOAD_MS) fail_msg("%s loads too long", name);
    } else {
        if (!is_loaded) fail_msg("%s: %s", name, bench.err.text);
        struct twin *victim = bench_twin(&bench, "victim-1", "victim");
        struct twin *bystander = bench_twin(&bench, "b1", "bystander");
        started = thread_cpu_ms();
        enum outcome outcome = bench_sample(&bench, victim, "x", 1);
        double took = thread_cpu_ms() - started;
        if (!is_expected(outcome, bench.err.text, expected))
            fail_msg("%s: expected %s, got outcome %d: %s", name, expected, outcome,
                     bench.err.text);
        if (took > LONGEST_MS) fail_msg("%s took %.1f ms", name, took);
        if (outcome != OUTCOME_OK && !strstr(bench.err.text, "scripts/behavior/victim.lua"))
            fail_msg("%s: no place in \"%s\"", name, bench.err.text);
        for (int i = 1; i <= 3; i++) {
            assert_outcome(&bench, bench_sample(&bench, bystander, "x", 2), OUTCOME_OK);
            assert_float_equal(number_of(bystander, FIELD_DERIVED, "y"), 6 * i, 0);
        }
    }
    buffer_fini(&text);
    bench_fini(&bench);
}

static void every_attack_is_contained(void **state) {
    (void)state;
    struct dirent **entries;
    int count = scandir(FOLDER, &entries, NULL, alphasort), attacks = 0;
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        if (strstr(entries[i]->d_name, ".lua")) {
            run_attack(entries[i]->d_name);
            attacks++;
        }
        free(entries[i]);
    }
    free(entries);
    assert_true(attacks > 90);
}

// What a version keeps between calls is not measured in one call, but has its end all the same.
static void hoarding_over_many_calls_ends_at_the_cap(void **state) {
    (void)state;
    struct bench bench;
    bench_init(&bench);
    bench.limits.hard_bytes = 16u << 20;
    bench.limits.call_us = 100000;
    bench_files(&bench, "models/victim.lua", victim_model, "scripts/behavior/victim.lua",
                "local hoard = {}\n"
                "local function keep(victim, x)\n"
                "  local text = ('x'):rep(60000)\n"
                "  for i = 1, 10 do hoard[#hoard + 1] = text .. x .. i end\n"
                "  victim.derived.y = #hoard\n"
                "end\n"
                "return { on = { x = keep } }",
                NULL);
    assert_true(bench_load(&bench));
    struct twin *victim = bench_twin(&bench, "victim-1", "victim");
    enum outcome outcome = OUTCOME_OK;
    int calls = 0;
    double started = thread_cpu_ms();
    while (calls < 1000 && (outcome = bench_sample(&bench, victim, "x", calls)) == OUTCOME_OK)
        calls++;
    assert_outcome(&bench, outcome, OUTCOME_MEMORY);
    assert_in_range(calls, 15, 27); // 0.6 MB each
    for (int i = 0; i < 20; i++)
        assert_outcome(&bench, bench_sample(&bench, victim, "x", i), OUTCOME_MEMORY);
    assert_true(thread_cpu_ms() - started < 2000);
    bench_fini(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_attack_is_contained),
        cmocka_unit_test(hoarding_over_many_calls_ends_at_the_cap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
