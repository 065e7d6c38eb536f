// A twin that adds others up: what moves it, when, and what does not.

#include "predict/ring.h"
#include "works.h"

#define WAIT (SECOND / 10)

static const char line_model[] =
    "return { match = 'line-*', level = 'system',\n"
    "  derived = { power = { unit = 'W', sum = 'part_of.power' }, pumps = { count = 'part_of' },\n"
    "    hottest = { unit = 'Cel', max = 'part_of.temperature' },\n"
    "    coolest = { unit = 'Cel', min = 'part_of.temperature' },\n"
    "    usual = { unit = 'Cel', mean = 'part_of.temperature' },\n"
    "    measured = { count = 'part_of.temperature' }, worst = { worst = 'part_of' },\n"
    "    seen = {}, inputs = {} },\n"
    "  alarms = { hot = { severity = 'warning', field = 'hottest', above = 80 } },\n"
    "  state = { peak = { ring = 4, of = 'power' } } }\n";
static const char line_behaviour[] =
    "local function on_power(line, value) line.derived.seen = value end\n"
    "local function on_input(line) line.derived.inputs = (line.derived.inputs or 0) + 1 end\n"
    "return { on = { power = on_power, input = on_input } }\n";
static const char member_model[] =
    "return { match = 'pump-*', relationships = { part_of = 'line' },\n"
    "  telemetry = { power = { unit = 'W' }, flow = {},\n"
    "    temperature = { unit = 'Cel', range = { 0, 150 } } },\n"
    "  alarms = { leak = { severity = 'critical', field = 'flow', above = 9 } } }\n";
static const char site_model[] = "return { match = 'site-*', relationships = { has = 'line' },\n"
                                 "  derived = { power = { sum = 'has.power' } } }\n";

static int open_works(void **state) {
    set_up(state);
    struct plant *plant = *state;
    assert_used(use_files(plant, "models/line.lua", line_model, "models/pump.lua", member_model,
                          "models/site.lua", site_model, "scripts/behavior/line.lua",
                          line_behaviour, NULL));
    configure(plant, "line-1", NULL, NULL);
    for (int i = 1; i <= 2; i++) {
        char id[16];
        snprintf(id, sizeof id, "pump-%d", i);
        configure(plant, id, "part_of", "line-1");
    }
    advance(plant, WAIT);
    plant->seen_count = 0;
    return 0;
}

static void a_sum_follows_within_100_ms_of_the_worlds_clock(void **state) {
    struct plant *plant = *state;
    assert_true(derived(plant, "line-1", "pumps") == 2);
    sample(plant, "pump-1", "power", 30);
    sample(plant, "pump-2", "power", 12);
    advance(plant, WAIT - 1);
    assert_true(derived(plant, "line-1", "power") == -1);
    advance(plant, 1);
    assert_true(derived(plant, "line-1", "power") == 42);
    assert_int_equal(count_seen(plant, INPUT_AGGREGATE), 1); // one turn for both
    assert_true(derived(plant, "line-1", "seen") == 42);
    assert_true(derived(plant, "line-1", "inputs") == 2); // the first: that there are two pumps
}

static void every_kind_adds_up_what_is_known_and_not_bad(void **state) {
    struct plant *plant = *state;
    assert_true(derived(plant, "line-1", "usual") == -1); // nobody knows
    sample(plant, "pump-1", "temperature", 40);
    sample(plant, "pump-2", "temperature", 60);
    advance(plant, WAIT);
    assert_true(derived(plant, "line-1", "hottest") == 60);
    assert_true(derived(plant, "line-1", "coolest") == 40);
    assert_true(derived(plant, "line-1", "usual") == 50);
    assert_true(derived(plant, "line-1", "measured") == 2);
    plant->now++;
    sample(plant, "pump-1", "temperature", 70); // whoever is looked at last
    sample(plant, "pump-2", "temperature", 50);
    advance(plant, WAIT);
    assert_true(derived(plant, "line-1", "hottest") == 70);
    assert_true(derived(plant, "line-1", "coolest") == 50);
    plant->now++;
    sample(plant, "pump-1", "temperature", 40);
    plant->now++; // a sample of the same time would be late
    sample(plant, "pump-2", "temperature", 900);
    advance(plant, WAIT);
    assert_true(derived(plant, "line-1", "hottest") == 40);
    assert_true(derived(plant, "line-1", "measured") == 1);
}

static void what_nobody_adds_up_wakes_nobody(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "flow", 3);
    assert_true(find(plant, "line-1")->aggregate_due == 0);
    sample(plant, "pump-1", "power", 5);
    assert_true(find(plant, "line-1")->aggregate_due == plant->now + WAIT);
}

static void the_same_sum_leaves_no_revision(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "power", 5);
    sample(plant, "pump-2", "power", 5);
    advance(plant, WAIT);
    plant->now++;
    plant->seen_count = 0;
    sample(plant, "pump-1", "power", 4);
    sample(plant, "pump-2", "power", 6);
    advance(plant, WAIT);
    assert_int_equal(plant->seen_count, 2);
}

static void estimators_and_alarms_follow_an_aggregate(void **state) {
    struct plant *plant = *state;
    struct twin *line = find(plant, "line-1");
    sample(plant, "pump-1", "temperature", 90);
    sample(plant, "pump-1", "power", 7);
    advance(plant, WAIT);
    assert_int_equal(line->alarms[0].state, ALARM_ACTIVE);
    assert_true(ring_get(twin_estimator(line, 0), 0)->value == 7);
}

static void members_come_and_go(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "power", 1);
    sample(plant, "pump-2", "power", 2);
    sample(plant, "pump-3", "power", 4);
    link_twins(plant, "pump-3", "part_of", "line-1", true);
    advance(plant, WAIT);
    assert_true(derived(plant, "line-1", "power") == 7);
    link_twins(plant, "pump-1", "part_of", "line-1", false); // its only link
    advance(plant, WAIT);
    assert_true(derived(plant, "line-1", "power") == 6);
    retire(plant, "pump-2");
    advance(plant, WAIT);
    assert_true(derived(plant, "line-1", "power") == 4);
    assert_true(derived(plant, "line-1", "pumps") == 1);
    retire(plant, "pump-3");
    advance(plant, WAIT);
    assert_true(derived(plant, "line-1", "power") == 0); // nobody is there
    assert_true(derived(plant, "line-1", "pumps") == 0);
}

static void worst_is_of_members_in_service(void **state) {
    struct plant *plant = *state;
    struct actor actor = {0};
    uint64_t rev;
    sample(plant, "pump-1", "flow", 10);
    sample(plant, "pump-1", "power", 3);
    advance(plant, WAIT);
    assert_true(derived(plant, "line-1", "worst") == SEVERITY_CRITICAL);
    engine_live(plant->engine, find(plant, "pump-1"), LIFECYCLE_MAINTENANCE, &actor, plant->now,
                &rev);
    advance(plant, WAIT);
    assert_true(derived(plant, "line-1", "worst") == 0);
    assert_true(derived(plant, "line-1", "power") == 3); // its values count
}

static void sums_of_sums_go_up_along_own_relationships(void **state) {
    struct plant *plant = *state;
    configure(plant, "site-1", "has", "line-1");
    sample(plant, "pump-1", "power", 30);
    advance(plant, WAIT);
    assert_true(derived(plant, "line-1", "power") == 30);
    advance(plant, WAIT);
    assert_true(derived(plant, "site-1", "power") == 30);
}

// 0.1 + 0.2 + 0.3 is another number in another order.
static void the_order_of_changes_does_not_matter(void **state) {
    struct plant *plant = *state;
    static const int orders[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 2, 0}};
    static const char *const ids[] = {"pump-1", "pump-2", "pump-3"};
    configure(plant, "pump-3", NULL, NULL);
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++)
            link_twins(plant, ids[j], "part_of", "line-1", false);
        for (int j = 0; j < 3; j++) {
            int k = orders[i][j];
            link_twins(plant, ids[k], "part_of", "line-1", true);
            sample(plant, ids[k], "power", (k + 1) / 10.0);
        }
        advance(plant, WAIT);
        if (i == 0) sum = derived(plant, "line-1", "power");
        assert_true(derived(plant, "line-1", "power") == sum);
        plant->now++;
    }
    assert_true(sum == 0.1 + 0.2 + 0.3);
}

static void what_was_pending_is_done_once_after_a_start(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "power", 8);
    find(plant, "line-1")->aggregate_due = 0; // it is not state: a crash loses it
    engine_schedule_all(plant->engine);
    advance(plant, 0);
    assert_true(derived(plant, "line-1", "power") == 8);
    plant->seen_count = 0;
    engine_schedule_all(plant->engine);
    advance(plant, WAIT);
    assert_int_equal(plant->seen_count, 0);
}

static void a_version_that_adds_something_up_does_it_at_once(void **state) {
    struct plant *plant = *state;
    static const char wider[] = "return { match = 'line-*', level = 'system', derived = { flow = { "
                                "sum = 'part_of.flow' } } "
                                "}";
    assert_used(use_files(plant, "models/line.lua", "return { match = 'line-*' }",
                          "models/pump.lua", member_model, "models/site.lua",
                          "return { match = 'site-*' }", NULL));
    advance(plant, WAIT);
    retire(plant, "pump-1"); // the line is touched for it
    advance(plant, WAIT);
    configure(plant, "pump-3", "part_of", "line-1");
    sample(plant, "pump-3", "flow", 6); // nobody adds it up
    assert_true(find(plant, "line-1")->aggregate_due == 0);
    assert_used(use_files(plant, "models/line.lua", wider, "models/pump.lua", member_model,
                          "models/site.lua", "return { match = 'site-*' }", NULL));
    advance(plant, WAIT);
    assert_true(derived(plant, "line-1", "flow") == 6);
    plant->now++;
    sample(plant, "pump-3", "flow", 7);
    advance(plant, WAIT);
    assert_true(derived(plant, "line-1", "flow") == 7);
}

static void a_member_whose_new_version_does_not_lead_here_is_gone(void **state) {
    struct plant *plant = *state;
    sample(plant, "pump-1", "power", 8);
    advance(plant, WAIT);
    assert_used(use_files(plant, "models/line.lua", line_model, "models/motor.lua",
                          "return { relationships = { part_of = 'line' } }", "models/pump.lua",
                          "return { match = 'pump-*', telemetry = { power = { unit = 'W' } } }",
                          "models/site.lua", site_model, NULL));
    advance(plant, WAIT);
    plant->now++;
    sample(plant, "pump-1", "power", 9);
    advance(plant, WAIT);
    assert_true(derived(plant, "line-1", "pumps") == 1);
}

static void a_behaviour_that_fails_keeps_the_sum(void **state) {
    struct plant *plant = *state;
    static const char failing[] =
        "return { on = { power = function(line) line.derived.seen = 1 error('no') end } }";
    assert_used(use_files(plant, "models/line.lua", line_model, "models/pump.lua", member_model,
                          "models/site.lua", site_model, "scripts/behavior/line.lua", failing,
                          NULL));
    sample(plant, "pump-1", "power", 8);
    advance(plant, WAIT);
    assert_true(derived(plant, "line-1", "power") == 8);
    assert_true(derived(plant, "line-1", "seen") == -1);
    assert_true(plant->seen[plant->seen_count - 1].has_failed);
}

static void a_script_cannot_write_an_aggregate(void **state) {
    struct plant *plant = *state;
    static const char writing[] =
        "return { on = { input = function(line) line.derived.inputs = 1 line.derived.power = 1 end "
        "} }";
    assert_used(use_files(plant, "models/line.lua", line_model, "models/pump.lua", member_model,
                          "models/site.lua", site_model, "scripts/behavior/line.lua", writing,
                          NULL));
    sample(plant, "pump-1", "power", 8);
    advance(plant, WAIT);
    assert_true(plant->seen[plant->seen_count - 1].has_failed);
    assert_non_null(
        strstr(find(plant, "line-1")->incident->text,
               "derived.power is what related twins add up to and kept by the runtime"));
}

int main(void) {
#define WORKS(test) cmocka_unit_test_setup_teardown(test, open_works, tear_down)
    const struct CMUnitTest tests[] = {
        WORKS(a_sum_follows_within_100_ms_of_the_worlds_clock),
        WORKS(every_kind_adds_up_what_is_known_and_not_bad),
        WORKS(what_nobody_adds_up_wakes_nobody),
        WORKS(the_same_sum_leaves_no_revision),
        WORKS(estimators_and_alarms_follow_an_aggregate),
        WORKS(members_come_and_go),
        WORKS(worst_is_of_members_in_service),
        WORKS(sums_of_sums_go_up_along_own_relationships),
        WORKS(the_order_of_changes_does_not_matter),
        WORKS(what_was_pending_is_done_once_after_a_start),
        WORKS(a_version_that_adds_something_up_does_it_at_once),
        WORKS(a_member_whose_new_version_does_not_lead_here_is_gone),
        WORKS(a_behaviour_that_fails_keeps_the_sum),
        WORKS(a_script_cannot_write_an_aggregate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
