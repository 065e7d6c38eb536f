// Tests of authors: how they load, what t claims, and that a claim which does not hold is told.

#include "fixture.h"
#include "script/lua_test.h"

static const char model[] =
    "return { match = 'pump-*', telemetry = { temperature = { unit = 'Cel' } },\n"
    "  properties = { speed = { range = { 0, 3600 }, writable = true } },\n"
    "  events = { serviced = { by = { type = 'text' } } }, relationships = { feeds = 'pump' },\n"
    "  alarms = { leak = { severity = 'info' } }, state = { hours = 'number' } }\n";

struct seen { // of the world: this room has no turn, so the bed only notes
    char said[100];
    int64_t advanced;
    const char *failure; // of the twin, until it is taken
    const char *fixture;
    int samples, events, settings;
    double value;
    int64_t now;
};

static bool on_samples(void *context, struct samples_input *input, uint64_t *rev, struct err *err) {
    struct seen *seen = context;
    seen->samples += input->count;
    seen->value = input->samples[input->count - 1].value.number;
    *rev = 1;
    (void)err;
    return true;
}

static bool on_desired(void *context, struct twin *twin, const struct setting *settings, int count,
                       uint64_t if_rev, const struct actor *actor, uint64_t *rev, struct err *err) {
    struct seen *seen = context;
    (void)twin, (void)settings, (void)if_rev, (void)actor, (void)rev;
    seen->settings += count;
    return err_set(err, ERR_INVALID, "speed: 9999 is above 3600");
}

static int64_t on_now(void *context) {
    return ((struct seen *)context)->now;
}

static void on_advance(void *context, int64_t us) {
    struct seen *seen = context;
    seen->advanced += us;
    seen->now += us;
}

static void on_event(void *context, struct twin *to, int event, const struct value *arguments,
                     int count, const struct twin *from) {
    (void)to, (void)event, (void)from;
    ((struct seen *)context)->events += count == 1 && arguments[0].type == VALUE_TEXT;
}

static bool on_failure(void *context, const struct twin *twin, const char *part, char id[65],
                       char text[420]) {
    struct seen *seen = context;
    if (!seen->failure || !strstr(seen->failure, part)) return false;
    snprintf(id, 65, "%s", twin->id);
    snprintf(text, 420, "%s", seen->failure);
    seen->failure = NULL;
    return true;
}

static bool on_read(void *context, const char *test, const char *name, struct buffer *out,
                    struct err *err) {
    struct seen *seen = context;
    if (!seen->fixture) return err_set(err, ERR_NOT_FOUND, "no %s beside %s", name, test);
    buffer_add(out, seen->fixture, strlen(seen->fixture));
    return true;
}

static void on_say(void *context, const char *text) {
    struct seen *seen = context;
    snprintf(seen->said, sizeof seen->said, "%s", text);
}

// Runs `body` as a test with a pump that is there; what it failed with, or "" when it passed.
static const char *run(struct seen *seen, const char *body) {
    static char sentence[500];
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/pump.lua", model, NULL);
    assert_true(bench_load(&bench));
    struct twin *pump = bench_twin(&bench, "pump-1", "pump");
    pump->alarms[0].state = ALARM_ACTIVE;
    char text[1000];
    snprintf(text, sizeof text,
             "return { it = function(t) local pump = t:other('pump-1')\n%s\nend }", body);
    struct script_files files = {0};
    script_files_add(&files, "scripts/behavior/pump_test.lua", text, strlen(text));
    struct lua_tests *tests = lua_test_load(bench.script, &files, &bench.err);
    if (!tests) fail_msg("%s", bench.err.text);
    if (!seen->now) seen->now = NOW;
    struct test_bed bed = {.door = {.context = seen,
                                    .world = bench.world,
                                    .samples = on_samples,
                                    .desired = on_desired,
                                    .now = on_now},
                           .context = seen,
                           .advance = on_advance,
                           .event = on_event,
                           .failure = on_failure,
                           .read = on_read,
                           .say = on_say};
    enum outcome outcome = lua_test_run(tests, 0, &bed, &bench.err);
    snprintf(sentence, sizeof sentence, "%s", outcome == OUTCOME_OK ? "" : bench.err.text);
    lua_test_free(tests);
    script_files_fini(&files);
    bench_fini(&bench);
    return sentence;
}

static void holds(const char *body) {
    struct seen seen = {0};
    assert_string_equal(run(&seen, body), "");
}

static void tells(const char *body, const char *expected) {
    struct seen seen = {0};
    const char *got = run(&seen, body);
    if (!strstr(got, expected)) fail_msg("\"%s\" does not say \"%s\"", got, expected);
}

static void a_claim_that_holds_says_nothing(void **state) {
    (void)state;
    holds("t:equal(2, 2.0) t:equal(1, 1.05, 0.1) t:equal(nil, nil) t:equal('a', 'a')");
    holds("t:equal({ 1, { x = 'y' } }, { 1, { x = 'y' } }) t:equal(pump, pump) t:is(1 < 2)");
    holds("t:raised(pump, 'leak') t:equal(pump:is_raised('leak'), true)");
    holds("t:equal(t:fails(function() error('no') end, 'no'):find('no', 1, true) ~= nil, true)");
}

static void one_that_does_not_says_where_what_was_wanted_and_what_was_there(void **state) {
    (void)state;
    tells("t:equal(1450, 725)", "pump_test.lua:2: expected 725, got 1450");
    tells("t:equal(1, 1.2, 0.1)", "expected 1.2 within 0.1, got 1");
    tells("t:equal('x', nil)", "expected nil, got \"x\"");
    tells("t:equal({ a = { 1 } }, { a = { 2 } })", "expected { a = { 1 = 2 } }, got { a = { 1 = 1");
    tells("t:equal({ 1, 2 }, { 1 })", "expected { 1 = 1 }, got { 1 = 1, 2 = 2 }");
    tells("t:is(nil, 'a tank')", "expected a tank, got nil");
    tells("t:clear(pump, 'leak')", "expected alarm leak of pump-1 to be clear, it is raised");
    tells("t:fails(function() end)", "expected an error, there was none");
    tells("t:fails(function() error('no') end, 'yes')", "with \"yes\", got \"");
    tells("t:failed(pump)", "expected the behavior of pump-1 to fail, it did not");
}

static void a_failure_is_compared_with_what_was_meant(void **state) {
    (void)state;
    struct seen seen = {.failure = "scripts/behavior/pump.lua:3: boiling"};
    assert_string_equal(run(&seen, "t:failed(pump, 'boiling')"), "");
    seen.failure = "scripts/behavior/pump.lua:3: boiling";
    assert_non_null(strstr(run(&seen, "t:failed(pump, 'frozen')"), "it failed with: scripts/"));
}

static void mistakes_name_what_was_meant(void **state) {
    (void)state;
    tells("t:sampel(pump, {})", "did you mean \"sample\"?");
    tells("t:sample(pump, { temprature = 1 })", "did you mean \"temperature\"?");
    tells("t:sample(pump, { temperature = 'hot' })", "takes a number, not a text");
    tells("t:desire(pump, { sped = 1 })", "did you mean \"speed\"?");
    tells("t:event(pump, 'servised')", "did you mean \"serviced\"?");
    tells("t:event(pump, 'serviced', { bye = 1 })", "did you mean \"by\"?");
    tells("t:command(pump, 'flush')", "has no command \"flush\"");
    tells("t:twin('pump-2', { reportd = {} })", "did you mean \"reported\"?");
    tells("t:twin('pump-2', { model = 'pumb' })", "did you mean \"pump\"?");
    tells("t:twin('pump 2')", "an id is");
    tells("t:sample('pump-9', {})", "there is no twin \"pump-9\" in this test");
    tells("t:advance('soon')", "is no duration");
    tells("t.pump = 1", "t keeps nothing");
}

static void a_test_reads_every_twin_and_writes_none(void **state) {
    (void)state;
    holds("t:equal(pump.id, 'pump-1') t:equal(pump.telemetry.temperature, nil)");
    tells("pump.desired.speed = 1", "a test only reads a twin");
    tells("pump:raise('leak')", "a test only reads a twin");
    tells("for p in pump:related('fed') do end", "has no relationship \"fed\"");
}

static void what_t_does_goes_through_the_bed(void **state) {
    (void)state;
    struct seen seen = {0};
    assert_string_equal(run(&seen, "t:sample(pump, { temperature = 95, speed = 3 })\n"
                                   "t:advance('31s') t:event(pump, 'serviced', { by = 'Ada' })\n"
                                   "print('now', clock.now() == 1800000031)"),
                        "");
    assert_int_equal(seen.samples, 2);
    assert_int_equal(seen.advanced, 31 * SECOND);
    assert_int_equal(seen.events, 1);
    assert_string_equal(seen.said, "now true");
}

static void a_refusal_is_raised_in_its_own_words(void **state) {
    (void)state;
    tells("t:desire(pump, { speed = 9999 })", "pump_test.lua:2: speed: 9999 is above 3600");
}

static void a_fixture_plays_at_its_own_pace(void **state) {
    (void)state;
    struct seen seen = {.fixture =
                            "{\"twin\":\"pump-1\",\"at\":100,\"values\":{\"temperature\":1}}\n"
                            "\n{\"twin\":\"pump-1\",\"at\":102.5,\"values\":{\"speed\":7}}"};
    assert_string_equal(run(&seen, "t:equal(t:play('x.ndjson'), 2)"), "");
    assert_int_equal(seen.advanced, 2500000);
    assert_true(seen.value == 7);
    seen.fixture = "{\"twin\":\"pump-1\",\"at\":2,\"values\":{\"speed\":7}}\n"
                   "{\"twin\":\"pump-1\",\"at\":1,\"values\":{\"speed\":7}}\n";
    assert_non_null(strstr(run(&seen, "t:play('x.ndjson')"), "x.ndjson:2 is before the line"));
    seen.fixture = "{\"twin\":\"pump-1\",\"at\":2}\n";
    assert_non_null(strstr(run(&seen, "t:play('x.ndjson')"), "x.ndjson:1 is no {"));
    seen.fixture = NULL;
    assert_non_null(strstr(run(&seen, "t:play('x.ndjson')"), "no x.ndjson beside scripts/"));
}

static void a_file_of_tests_is_a_table_of_functions(void **state) {
    (void)state;
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/pump.lua", model, NULL);
    assert_true(bench_load(&bench));
    static const char *const texts[][2] = {{"return { it = 7 }", "it: expected a function"},
                                           {"return 7", "returns a number"},
                                           {"return { it = function( }", "pump_test.lua:1:"}};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct script_files files = {0};
        script_files_add(&files, "models/pump_test.lua", texts[i][0], strlen(texts[i][0]));
        assert_null(lua_test_load(bench.script, &files, &bench.err));
        assert_non_null(strstr(bench.err.text, texts[i][1]));
        script_files_fini(&files);
    }
    bench_fini(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_claim_that_holds_says_nothing),
        cmocka_unit_test(one_that_does_not_says_where_what_was_wanted_and_what_was_there),
        cmocka_unit_test(a_failure_is_compared_with_what_was_meant),
        cmocka_unit_test(mistakes_name_what_was_meant),
        cmocka_unit_test(a_test_reads_every_twin_and_writes_none),
        cmocka_unit_test(what_t_does_goes_through_the_bed),
        cmocka_unit_test(a_refusal_is_raised_in_its_own_words),
        cmocka_unit_test(a_fixture_plays_at_its_own_pace),
        cmocka_unit_test(a_file_of_tests_is_a_table_of_functions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
