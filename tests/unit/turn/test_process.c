// A process of three stages and two belts: throughput, shares of time, and the known bottleneck.

#include "turn/engine.h"
#include "twin/model_codec.h"
#include "works.h"

#include <math.h>

#define BELT 20.0 // pieces that a belt holds

static const char bottling_model[] =
    "return { match = 'bottling-*', level = 'process',\n"
    "  relationships = { filler = 'station', capper = 'station', packer = 'station',\n"
    "    belt_1 = 'belt', belt_2 = 'belt' },\n"
    "  process = { stages = { 'filler', 'capper', 'packer' }, buffers = { 'belt_1', 'belt_2' },\n"
    "    rate = 'rate', level = 'level', full = 95, empty = 5, window = '1m' } }\n";
static const char bottling_behaviour[] =
    "return { on = { bottleneck = function(line, name) line:log('waits for ' .. name) end } }\n";
static const char station_model[] =
    "return { match = 's-*', telemetry = { rate = { unit = '1/min' } } }\n";
static const char belt_model[] =
    "return { match = 'b-*', telemetry = { level = { unit = '%' } } }\n";

static int open_works(void **state) {
    set_up(state);
    struct plant *plant = *state;
    assert_used(use_files(plant, "models/belt.lua", belt_model, "models/bottling.lua",
                          bottling_model, "models/station.lua", station_model,
                          "scripts/behavior/bottling.lua", bottling_behaviour, NULL));
    static const char *const members[][2] = {{"filler", "s-1"},
                                             {"belt_1", "b-1"},
                                             {"capper", "s-2"},
                                             {"belt_2", "b-2"},
                                             {"packer", "s-3"}};
    configure(plant, "bottling-1", NULL, NULL);
    for (int i = 0; i < 5; i++) {
        configure(plant, members[i][1], NULL, NULL);
        link_twins(plant, "bottling-1", members[i][0], members[i][1], true);
    }
    return 0;
}

static const char *bottleneck(struct plant *plant) {
    struct twin *twin = find(plant, "bottling-1");
    int field = model_field(twin->model, FIELD_DERIVED, "bottleneck", 10);
    struct value value = slot_value(&twin->slots[field]);
    return value.type == VALUE_TEXT ? value.text : "";
}

// `seconds` of a line whose stages can do so many pieces a second; returns what the last one did, a
// minute. In steps so short that no stage moves 5 % of a belt.
static double run(struct plant *plant, const double speed[3], int seconds) {
    double pieces[2] = {10, 10}, last = 0;
    for (int i = 0; i < seconds * 10; i++) {
        double packed = fmin(speed[2] / 10, pieces[1]);
        pieces[1] -= packed;
        double capped = fmin(speed[1] / 10, fmin(pieces[0], BELT - pieces[1]));
        pieces[0] -= capped;
        pieces[1] += capped;
        pieces[0] += fmin(speed[0] / 10, BELT - pieces[0]);
        last = packed * 600;
        sample(plant, "s-3", "rate", last);
        sample(plant, "b-1", "level", pieces[0] / BELT * 100);
        sample(plant, "b-2", "level", pieces[1] / BELT * 100);
        advance(plant, SECOND / 10);
    }
    return last;
}

static void the_slowest_stage_is_the_bottleneck(void **state) {
    struct plant *plant = *state;
    static const double capper_slow[] = {9, 6, 8}, filler_slow[] = {4, 6, 8},
                        packer_slow[] = {9, 8, 3};
    double done = run(plant, capper_slow, 180);
    assert_string_equal(bottleneck(plant), "capper");
    assert_true(derived(plant, "bottling-1", "throughput") == done);
    assert_true(derived(plant, "bottling-1", "filler_blocked") > 90);
    assert_true(derived(plant, "bottling-1", "packer_starved") > 80);
    assert_true(derived(plant, "bottling-1", "filler_starved") == 0);
    run(plant, filler_slow, 300);
    assert_string_equal(bottleneck(plant), "filler");
    run(plant, packer_slow, 300);
    assert_string_equal(bottleneck(plant), "packer");
}

static void a_share_moves_with_the_clock_and_no_traffic(void **state) {
    struct plant *plant = *state;
    sample(plant, "b-1", "level", 50);
    sample(plant, "b-2", "level", 50);
    advance(plant, SECOND);
    assert_true(derived(plant, "bottling-1", "filler_blocked") == 0);
    sample(plant, "b-1", "level", 97);
    advance(plant, SECOND / 10); // it is seen here
    for (int i = 0; i < 60; i++)
        advance(plant, SECOND);
    assert_float_equal(derived(plant, "bottling-1", "filler_blocked"), 100 * (1 - exp(-1)), 1.2);
    sample(plant, "b-1", "level", 60); // the time until here still counts as blocked
    advance(plant, SECOND / 10);
    assert_float_equal(derived(plant, "bottling-1", "filler_blocked"), 100 * (1 - exp(-60.1 / 60)),
                       0.06);
}

static void a_line_at_rest_leaves_no_revisions(void **state) {
    struct plant *plant = *state;
    sample(plant, "b-1", "level", 50);
    sample(plant, "b-2", "level", 50);
    advance(plant, SECOND);
    plant->seen_count = 0;
    for (int i = 0; i < 100; i++)
        advance(plant, SECOND);
    assert_int_equal(plant->seen_count, 0);
}

static void without_levels_nothing_is_said(void **state) {
    struct plant *plant = *state;
    sample(plant, "s-3", "rate", 60);
    sample(plant, "b-1", "level", 100);
    advance(plant, SECOND);
    assert_true(derived(plant, "bottling-1", "throughput") == 60);
    assert_true(derived(plant, "bottling-1", "capper_blocked") == -1);
    assert_string_equal(bottleneck(plant), "");
}

static void while_nothing_waits_no_stage_is_named(void **state) {
    struct plant *plant = *state;
    sample(plant, "b-1", "level", 50);
    sample(plant, "b-2", "level", 50);
    advance(plant, SECOND);
    assert_true(derived(plant, "bottling-1", "filler_blocked") == 0);
    assert_string_equal(bottleneck(plant), "");
    sample(plant, "b-1", "level", 97);
    advance(plant, SECOND);
    advance(plant, SECOND);
    assert_string_equal(bottleneck(plant), "capper");
    sample(plant, "b-1", "level", 50);
    for (int i = 0; i < 600; i++) // ten windows: what was is forgotten
        advance(plant, SECOND);
    assert_true(derived(plant, "bottling-1", "filler_blocked") == 0);
    assert_string_equal(bottleneck(plant), "");
    assert_int_equal(engine_tally(plant->engine)->failures,
                     0); // its handler was not called with it
}

static void arrows_point_to_the_bottleneck(void **state) {
    (void)state;
    static const double blocked[] = {0.1, 0.3, 0}, starved[] = {0, 0.05, 0.1};
    assert_int_equal(process_bottleneck(blocked, starved, 3), 2);
    // Two stages that no arrow leaves: severities 0.1 + 0.3 and 0.3, then 0.4 and 0.7.
    double blocked_4[] = {0.2, 0, 0.5, 0}, starved_4[] = {0, 0.1, 0.3, 0.2};
    assert_int_equal(process_bottleneck(blocked_4, starved_4, 4), 1);
    blocked_4[2] = 0.9;
    assert_int_equal(process_bottleneck(blocked_4, starved_4, 4), 3);
    assert_int_equal(process_bottleneck(blocked, starved, 1), 0);
    static const double none[3] = {0}, hardly[3] = {0.0004, 0, 0};
    assert_int_equal(process_bottleneck(none, none, 3), NONE);
    assert_int_equal(process_bottleneck(hardly, none, 3), NONE);
}

static void a_process_is_the_same_after_its_encoding(void **state) {
    struct plant *plant = *state;
    const struct model *model = find(plant, "bottling-1")->model;
    struct buffer bytes = {0};
    struct err err;
    model_encode(model, &bytes);
    struct reader reader = {bytes.bytes, bytes.bytes + bytes.length, 0};
    struct model *read = model_decode(&reader, &err);
    assert_non_null(read);
    assert_true(read->layout == model->layout);
    assert_string_equal(read->process->stages[1].relationship, "capper");
    assert_string_equal(read->fields[read->process->throughput].unit, "1/min");
    model_free(read);
    buffer_fini(&bytes);
}

static const char *refused(struct plant *plant, const char *process) {
    char text[600];
    snprintf(text, sizeof text,
             "return { match = 'bottling-*', level = 'process',\n"
             "  relationships = { filler = 'station', capper = 'station', belt = 'belt' },\n"
             "  process = { %s } }\n",
             process);
    return use_files(plant, "models/belt.lua", belt_model, "models/bottling.lua", text,
                     "models/station.lua", station_model, NULL);
}

static void mistakes_are_named(void **state) {
    struct plant *plant = *state;
    static const char *const mistakes[][2] = {
        {"buffers = { 'belt' }", "process: stages is missing"},
        {"stages = { 'filler', 'caper' }",
         "process.stages: model \"bottling\" has no relationship \"caper\"; did you mean"},
        {"stages = { 'filler' }, buffers = { 'belt' }", "1 buffers between 1 stages"},
        {"stages = { 'filler', 'capper' }, full = 5, empty = 50", "empty = 50 is not below full"},
        {"stages = { 'filler', 3 }", "entry 2 is a number"},
    };
    for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
        const char *said = refused(plant, mistakes[i][0]);
        if (!said || !strstr(said, mistakes[i][1]))
            fail_msg("\"%s\" does not say \"%s\"", said ? said : "", mistakes[i][1]);
    }
    assert_null(refused(plant, "stages = { 'filler', 'capper' }, buffers = { 'belt' }"));
}

int main(void) {
#define WORKS(test) cmocka_unit_test_setup_teardown(test, open_works, tear_down)
    const struct CMUnitTest tests[] = {
        WORKS(the_slowest_stage_is_the_bottleneck),
        WORKS(a_share_moves_with_the_clock_and_no_traffic),
        WORKS(a_line_at_rest_leaves_no_revisions),
        WORKS(without_levels_nothing_is_said),
        WORKS(while_nothing_waits_no_stage_is_named),
        cmocka_unit_test(arrows_point_to_the_bottleneck),
        WORKS(a_process_is_the_same_after_its_encoding),
        WORKS(mistakes_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
