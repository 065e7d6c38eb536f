// A twin whose behaviour keeps failing rests alone: what counts, how long, and what ends it.

#include "plant.h"
#include "turn/quarantine.h"
#include "twin/twin_codec.h"

#include <stdlib.h>

// Fails at 66, and marks each run.
static const char counting[] = "local function on_temperature(pump, value)\n"
                               "  if value == 66 then error('sixty-six') end\n"
                               "  pump.derived.ticks = (pump.derived.ticks or 0) + 1\n"
                               "end\n"
                               "return { on = { temperature = on_temperature } }\n";

static int set_up_counting(void **state) {
    set_up(state);
    struct plant *plant = *state;
    use(plant, load(plant, counting));
    return 0;
}

static void fail_once(struct plant *plant, const char *id) {
    sample(plant, id, "temperature", 66);
    plant->now += SECOND;
}

static double ticks(struct plant *plant, const char *id) {
    return get(plant, id, FIELD_DERIVED, "ticks");
}

static void the_third_failure_rests_the_behaviour_and_keeps_the_samples(void **state) {
    struct plant *plant = *state;
    fail_once(plant, "pump-1");
    fail_once(plant, "pump-1");
    sample(plant, "pump-1", "temperature", 20);
    assert_true(ticks(plant, "pump-1") == 1);
    fail_once(plant, "pump-1");
    sample(plant, "pump-1", "temperature", 21);
    assert_true(ticks(plant, "pump-1") == 1);
    assert_true(get(plant, "pump-1", FIELD_TELEMETRY, "temperature") == 21);
    const struct incident *incident = find(plant, "pump-1")->incident;
    assert_int_equal(incident->failures, 3);
    assert_int_equal(incident->rev, 4);
    assert_non_null(strstr(incident->text, "scripts/behavior/pump.lua:2: sixty-six"));
}

static void others_of_the_model_go_on(void **state) {
    struct plant *plant = *state;
    for (int i = 0; i < 3; i++)
        fail_once(plant, "pump-1");
    sample(plant, "pump-2", "temperature", 20);
    assert_true(ticks(plant, "pump-2") == 1);
}

static void after_the_rest_a_good_input_ends_it(void **state) {
    struct plant *plant = *state;
    for (int i = 0; i < 3; i++)
        fail_once(plant, "pump-1");
    plant->now += 59 * SECOND;
    sample(plant, "pump-1", "temperature", 20);
    assert_true(ticks(plant, "pump-1") == 1);
    assert_null(find(plant, "pump-1")->incident);
}

static void each_further_failure_doubles_the_rest(void **state) {
    struct plant *plant = *state;
    for (int i = 0; i < 3; i++)
        fail_once(plant, "pump-1");
    const struct incident *incident = find(plant, "pump-1")->incident;
    assert_int_equal(incident->until - incident->at, 60 * SECOND);
    for (int64_t rest = 120; rest <= 3840; rest *= 2) {
        plant->now = incident->until;
        fail_once(plant, "pump-1");
        assert_int_equal(incident->until - incident->at, rest * SECOND);
    }
    plant->now = incident->until;
    fail_once(plant, "pump-1");
    assert_int_equal(incident->until - incident->at, 3840 * SECOND); // and no longer
}

static void failures_far_apart_do_not_add_up(void **state) {
    struct plant *plant = *state;
    for (int i = 0; i < 6; i++) {
        fail_once(plant, "pump-1");
        plant->now += 61 * SECOND;
        sample(plant, "pump-1", "temperature", 20);
        assert_null(find(plant, "pump-1")->incident);
    }
    assert_true(ticks(plant, "pump-1") == 6);
}

static void another_version_lifts_it(void **state) {
    struct plant *plant = *state;
    for (int i = 0; i < 3; i++)
        fail_once(plant, "pump-1");
    use(plant, load(plant, pump_behaviour));
    sample(plant, "pump-1", "temperature", 30);
    assert_true(get(plant, "pump-1", FIELD_DERIVED, "double") == 60);
    assert_null(find(plant, "pump-1")->incident);
}

static void it_lives_through_a_restart(void **state) {
    struct plant *plant = *state;
    for (int i = 0; i < 3; i++)
        fail_once(plant, "pump-1");
    const struct twin *pump = find(plant, "pump-1");
    struct buffer bytes = {0};
    twin_encode(pump, &bytes);
    struct reader in = {.at = bytes.bytes, .end = bytes.bytes + bytes.length};
    struct err err;
    struct twin *again = twin_decode(&in, (const struct model *(*)(void *, uint64_t))world_layout,
                                     plant->world, &err);
    assert_non_null(again);
    assert_true(quarantine_holds(again, again->incident->version, plant->now));
    assert_string_equal(again->incident->text, pump->incident->text);
    twin_free(again);
    buffer_fini(&bytes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_counting, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_third_failure_rests_the_behaviour_and_keeps_the_samples),
        TEST(others_of_the_model_go_on),
        TEST(after_the_rest_a_good_input_ends_it),
        TEST(each_further_failure_doubles_the_rest),
        TEST(failures_far_apart_do_not_add_up),
        TEST(another_version_lifts_it),
        TEST(it_lives_through_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
