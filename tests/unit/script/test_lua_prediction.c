// Predictions: their declaration, the series they get, and what they may return.

#include "fixture.h"
#include "predict/window.h"

#define PREDICTION(body)                                                                           \
    "return { model = 'thing', unit = 'h', every = '10m', needs = { z = '1h' }, band = 0.8,\n"     \
    "  of = { field = 'z', above = 'limit' }, predict = function(thing, series) " body " end }"

static void refused(const char *prediction, const char *expected) {
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/thing.lua", THING, "scripts/prediction/wear.lua", prediction, NULL);
    if (bench_load(&bench)) fail_msg("loaded, but \"%s\" was expected", expected);
    assert_says(&bench, "scripts/prediction/wear.lua: ");
    assert_says(&bench, expected);
    bench_fini(&bench);
}

static void mistakes_are_named_with_their_key(void **state) {
    (void)state;
    refused("return {}", "model is missing");
    refused("return { model = 'things' }",
            "model: there is no model \"things\"; did you mean \"thing\"?");
    refused("return { model = 'thing' }", "every is missing");
    refused("return { model = 'thing', evry = '1m' }",
            "evry: unknown key; did you mean \"every\"?");
    refused("return { model = 'thing', every = '100ms' }", "every: the shortest is 1s");
    refused("return { model = 'thing', every = '1m', unit = 'hours' }",
            "unit: unknown unit \"hours\"");
    refused("return { model = 'thing', every = '1m', band = 90 }",
            "band: 90 is not between 0 and 1");
    refused("return { model = 'thing', every = '1m' }", "of is missing");
    refused("return { model = 'thing', every = '1m', of = { field = 'zz', above = 1 } }",
            "of: model \"thing\" has no \"zz\"");
    refused("return { model = 'thing', every = '1m', of = { field = 'z' } }",
            "of: needs one of above, below and horizon");
    refused(
        "return { model = 'thing', every = '1m', of = { field = 'z', above = 1, horizon = '1h' } }",
        "needs one of above");
    refused("return { model = 'thing', every = '1m', of = { field = 'z', above = 'limitt' } }",
            "of.above: no parameter \"limitt\"; did you mean \"limit\"?");
    refused("return { model = 'thing', every = '1m', of = { field = 'z', above = 1 } }",
            "needs is missing");
    refused("return { model = 'thing', every = '1m', of = { field = 'z', above = 1 }, needs = { z "
            "= 48 } }",
            "needs.z: write a number and ms");
    refused("return { model = 'thing', every = '1m', of = { field = 'z', above = 1 }, needs = { zz "
            "= '1h' } }",
            "needs.zz: model \"thing\" has no \"zz\"");
    refused("return { model = 'thing', every = '1m', of = { field = 'z', above = 1 }, needs = { y "
            "= '1h' } }",
            "a past is kept of telemetry and properties");
    refused("return { model = 'thing', every = '1m', of = { field = 'z', above = 1 }, needs = { z "
            "= '1h' } }",
            "predict: expected a function, got a nil");
}

static void a_declaration_reaches_the_model(void **state) {
    (void)state;
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/thing.lua", THING, "scripts/prediction/wear.lua",
                PREDICTION("return 1"), "scripts/prediction/ahead.lua",
                "return { model = 'thing', every = '1s', needs = { x = '1m', z = '2h' },"
                " of = { field = 'x', horizon = '24h' }, predict = function() end }",
                NULL);
    if (!bench_load(&bench)) fail_msg("%s", bench.err.text);
    struct twin *thing = bench_twin(&bench, "thing-1", "thing");
    const struct model *model = thing->model;
    int z = field_of(thing, FIELD_TELEMETRY, "z"), x = field_of(thing, FIELD_TELEMETRY, "x");
    const struct prediction_spec *wear = &model->predictions[model_prediction(model, "wear", 4)];
    assert_string_equal(wear->unit, "h");
    assert_int_equal(wear->every_us, 600 * SECOND);
    assert_float_equal(wear->band, 0.8, 0);
    assert_int_equal(wear->field, z);
    assert_true(wear->has_limit && wear->is_above);
    assert_int_equal(wear->limit_field, field_of(thing, FIELD_PARAMETER, "limit"));
    assert_int_equal(wear->need_count, 1);
    assert_int_equal(model->windows[wear->needs[0]].field, z);
    assert_int_equal(model->windows[wear->needs[0]].span_us, 7200 * SECOND); // the widest of both
    const struct prediction_spec *ahead = &model->predictions[model_prediction(model, "ahead", 5)];
    assert_false(ahead->has_limit);
    assert_int_equal(ahead->horizon_us, 24 * 3600 * SECOND);
    assert_float_equal(ahead->band, 0.9, 0);
    assert_int_equal(ahead->field, x);
    assert_int_equal(ahead->need_count, 2);
    assert_int_equal(model->fields[z].window, wear->needs[0]);
    bench_fini(&bench);
}

// thing-1 with z = 1 + 0.1 * minute, one sample a minute for two hours up to now.
static struct twin *with_past(struct bench *bench, const char *prediction) {
    bench_init(bench);
    bench->limits.call_us = 1000000;
    bench_files(bench, "models/thing.lua", THING, "scripts/prediction/wear.lua", prediction, NULL);
    if (!bench_load(bench)) fail_msg("%s", bench->err.text);
    struct twin *thing = bench_twin(bench, "thing-1", "thing");
    bench->now = NOW - 120 * 60 * SECOND;
    for (int i = 0; i <= 120; i++, bench->now += 60 * SECOND)
        bench_sample(bench, thing, "z", 1 + 0.1 * i);
    bench->now = NOW;
    return thing;
}

static enum outcome predict(struct bench *bench, const struct twin *twin,
                            struct prediction_result *result) {
    return script_predict(bench->script, twin, 0, bench->now, bench->seed, result, &bench->err);
}

static struct prediction_result predicted(const char *prediction) {
    struct bench bench;
    struct twin *thing = with_past(&bench, prediction);
    struct prediction_result result;
    assert_outcome(&bench, predict(&bench, thing, &result), OUTCOME_OK);
    bench_fini(&bench);
    return result;
}

static void a_series_is_the_needed_past_and_no_more(void **state) {
    (void)state;
    predicted(PREDICTION(
        "local z = series.z "
        "assert(z:count() == 61, z:count())"
        "assert(math.abs(z:min() - 7) < 1e-9 and math.abs(z:max() - 13) < 1e-9)"
        "assert(math.abs(z:mean() - 10) < 1e-9 and math.abs(z:last() - 13) < 1e-9)"
        "assert(math.abs(z:rate{ per = '1h' } - 6) < 1e-9)"
        "assert(math.abs(z:rate() - 6) < 1e-9 and math.abs(z:rate{ per = '1m' } - 0.1) < 1e-9)"
        "assert(clock.now() == 1800000000 and thing.telemetry.z == 13)"));
}

static void a_trend_is_the_line_through_it(void **state) {
    (void)state;
    predicted(PREDICTION(
        "local t = series.z:trend{ per = '1h' } "
        "assert(math.abs(t.slope - 6) < 1e-5 and t.count == 61, t.slope)"
        "assert(math.abs(t.intercept - 13) < 1e-5 and math.abs(t.last - 13) < 1e-5)"
        "assert(t.r2 > 0.999999)"
        "local r = t:reach(16) "
        "assert(math.abs(r.value - 0.5) < 1e-6 and r.low <= r.value and r.high >= r.value)"
        "assert(t:reach(10).value == 0)"
        "assert(math.abs(series.z:trend{ per = '1m' }:reach(16).value - 30) < 1e-4)"));
}

static void what_predict_returns_is_the_result(void **state) {
    (void)state;
    struct prediction_result result = predicted(PREDICTION("return 4"));
    assert_true(result.has_value && result.value == 4 && result.low == 4 && result.high == 4);
    result = predicted(PREDICTION("return { value = 4, low = 3, high = 6 }"));
    assert_true(result.has_value && result.value == 4 && result.low == 3 && result.high == 6);
    result = predicted(PREDICTION("return { value = 4, high = 6 }"));
    assert_true(result.has_value && result.low == 4);
    result = predicted(PREDICTION("return nil, 'not yet'"));
    assert_false(result.has_value);
    assert_string_equal(result.reason, "not yet");
    result = predicted(PREDICTION(""));
    assert_false(result.has_value);
    assert_string_equal(result.reason, "");
    result = predicted(PREDICTION("return series.z:trend():reach(16)"));
    assert_true(result.has_value);
    assert_float_equal(result.value, 0.5, 1e-6);
    result = predicted(PREDICTION("return nil, ('x'):rep(500)"));
    assert_int_equal(strlen(result.reason), 199);
}

static void fails(const char *prediction, const char *expected) {
    struct bench bench;
    struct twin *thing = with_past(&bench, prediction);
    struct prediction_result result;
    assert_outcome(&bench, predict(&bench, thing, &result), OUTCOME_ERROR);
    assert_false(result.has_value);
    assert_says(&bench, "scripts/prediction/wear.lua:");
    assert_says(&bench, expected);
    bench_fini(&bench);
}

static void nonsense_is_an_error(void **state) {
    (void)state;
    fails(PREDICTION("return 'soon'"),
          "predict returns a number, { value =, low =, high = }, or nil");
    fails(PREDICTION("return {}"), "not a finite number");
    fails(PREDICTION("return { value = 1/0 }"), "not a finite number");
    fails(PREDICTION("return { value = 1, low = 'x' }"), "not a finite number");
    fails(PREDICTION("return { value = 1, low = 2, high = 3 }"), "do not ascend");
    fails(PREDICTION("return 0/0"), "not a finite number");
    fails(PREDICTION("return series.zz"), "needs has no \"zz\"; did you mean \"z\"?");
    fails(PREDICTION("return series.z:avarage()"), "a series has no \"avarage\"");
    fails(PREDICTION("return series.z:trnd()"),
          "a series has no \"trnd\"; did you mean \"trend\"?");
    fails(PREDICTION("return series.z:trend{ pr = '1h' }"), "\"pr\" is no setting; known is per");
    fails(PREDICTION("return series.z:trend{ per = 60 }"), "per is no duration");
    fails(PREDICTION("return series.z:trend().slop"), "a trend has no \"slop\"");
    fails(PREDICTION("return series.z:trend():reach(1/0)"), "not a finite number");
    fails(PREDICTION("series.z.x = 1"), "only read");
}

static void a_prediction_only_reads_its_own_twin(void **state) {
    (void)state;
    fails(PREDICTION("thing.derived.y = 1"), "a prediction only reads");
    fails(PREDICTION("thing:raise('a')"), "a prediction only reads");
    fails(PREDICTION("thing:after('bell', '1s')"), "a prediction only reads");
    fails(PREDICTION("for _ in thing:related('feeds') do end"),
          "a prediction sees only its own twin");
}

static void a_series_without_samples_is_empty(void **state) {
    (void)state;
    struct bench bench;
    bench_init(&bench);
    bench_files(&bench, "models/thing.lua", THING, "scripts/prediction/wear.lua",
                PREDICTION("local z = series.z "
                           "assert(z:count() == 0 and z:mean() == nil and z:min() == nil)"
                           "assert(z:max() == nil and z:last() == nil and z:rate() == nil)"
                           "local t = z:trend() assert(t.count == 0 and t.slope == 0 and t.r2 == 0)"
                           "return t:reach(1)"),
                NULL);
    if (!bench_load(&bench)) fail_msg("%s", bench.err.text);
    struct twin *thing = bench_twin(&bench, "thing-1", "thing");
    struct prediction_result result;
    assert_outcome(&bench, predict(&bench, thing, &result), OUTCOME_OK);
    assert_false(result.has_value);
    assert_string_equal(result.reason, "fewer than three points");
    bench_fini(&bench);
}

// A worker has scripts of its own, whose models nobody adopts; it knows a twin's by its layout.
static void another_load_of_the_same_files_predicts_alike(void **state) {
    (void)state;
    struct bench bench;
    struct twin *thing = with_past(&bench, PREDICTION("return series.z:trend():reach(16)"));
    struct script *worker =
        script_load(&bench.files, &bench.limits, &bench.logger, bench.metrics, &bench.err);
    assert_non_null(worker);
    struct prediction_result here, there;
    assert_outcome(&bench, predict(&bench, thing, &here), OUTCOME_OK);
    struct twin *copy = twin_copy(thing);
    assert_outcome(&bench, script_predict(worker, copy, 0, bench.now, 1, &there, &bench.err),
                   OUTCOME_OK);
    assert_true(there.has_value && here.value == there.value && here.low == there.low);
    twin_free(copy);
    script_free(worker);
    bench_fini(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_named_with_their_key),
        cmocka_unit_test(a_declaration_reaches_the_model),
        cmocka_unit_test(a_series_is_the_needed_past_and_no_more),
        cmocka_unit_test(a_trend_is_the_line_through_it),
        cmocka_unit_test(what_predict_returns_is_the_result),
        cmocka_unit_test(nonsense_is_an_error),
        cmocka_unit_test(a_prediction_only_reads_its_own_twin),
        cmocka_unit_test(a_series_without_samples_is_empty),
        cmocka_unit_test(another_load_of_the_same_files_predicts_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
