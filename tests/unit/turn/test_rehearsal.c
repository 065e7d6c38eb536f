// A rehearsal: the clock, what runs on it, and what is kept of failures.

#include "fork/rehearsal.h"
#include "plant.h"
#include "twin/model_codec.h"

#define START (1000000 * SECOND)

struct stage {
    struct plant *plant; // loads its script
    struct script *script;
    struct buffer models[4];
    struct rehearsal *rehearsal;
    struct door door;
};

static int open_stage(void **state) {
    struct stage *stage = xcalloc(1, sizeof *stage);
    set_up((void **)&stage->plant);
    struct script *script = load(stage->plant, pump_behaviour);
    stage->script = script;
    for (int i = 0; i < script_model_count(script); i++) {
        struct model *model = script_take_model(script, i);
        model_encode(model, &stage->models[i]);
        model_free(model);
    }
    struct rehearsal_cast cast = {.script = script,
                                  .models = stage->models,
                                  .logger = &stage->plant->logger,
                                  .metrics = stage->plant->metrics};
    struct err err;
    stage->rehearsal = rehearsal_new(&cast, START, &err);
    assert_non_null(stage->rehearsal);
    stage->door = rehearsal_door(stage->rehearsal);
    *state = stage;
    return 0;
}

static int close_stage(void **state) {
    struct stage *stage = *state;
    rehearsal_free(stage->rehearsal);
    script_free(stage->script);
    for (size_t i = 0; i < ARRAY_LEN(stage->models); i++)
        buffer_fini(&stage->models[i]);
    tear_down((void **)&stage->plant);
    free(stage);
    return 0;
}

static struct twin *give(struct stage *stage, const char *id, const char *field, double value) {
    struct twin *twin = world_find(stage->door.world, id, strlen(id));
    const struct model *model = world_match(stage->door.world, id, strlen(id), NULL);
    struct sample sample = {model_sample_field(model, field, strlen(field)), value_number(value),
                            stage->door.now(stage->door.context)};
    struct samples_input input = {.id = id,
                                  .id_length = strlen(id),
                                  .twin = twin,
                                  .model = model,
                                  .samples = &sample,
                                  .count = 1};
    uint64_t rev;
    struct err err;
    assert_true(stage->door.samples(stage->door.context, &input, &rev, &err));
    return input.twin;
}

static double derived(const struct twin *twin, const char *name) {
    struct value value =
        twin_value(twin, model_field(twin->model, FIELD_DERIVED, name, strlen(name)));
    return value.type == VALUE_NUMBER ? value.number : -1;
}

static void the_clock_stands_until_it_is_moved(void **state) {
    struct stage *stage = *state;
    give(stage, "pump-1", "temperature", 20);
    assert_int_equal(stage->door.now(stage->door.context), START);
    rehearsal_advance(stage->rehearsal, 31 * SECOND);
    assert_int_equal(stage->door.now(stage->door.context), START + 31 * SECOND);
}

static void everything_due_in_between_runs_at_its_own_time(void **state) {
    struct stage *stage = *state;
    const struct twin *pump = give(stage, "pump-1", "temperature", 95);
    rehearsal_advance(stage->rehearsal, 600 * SECOND);
    assert_true(derived(pump, "ticks") == 10); // every minute, not once at the end
    assert_int_equal(pump->alarms[0].state, ALARM_ACTIVE);
    assert_int_equal(pump->alarms[0].since, START + 30 * SECOND);
}

static void a_failure_is_kept_until_it_is_taken(void **state) {
    struct stage *stage = *state;
    char id[65], text[420];
    const struct twin *pump = give(stage, "pump-1", "temperature", 66);
    const struct twin *second = give(stage, "pump-2", "temperature", 20);
    assert_false(rehearsal_failure(stage->rehearsal, second, "", id, text));
    assert_false(rehearsal_failure(stage->rehearsal, pump, "sixty-seven", id, text));
    assert_true(rehearsal_failure(stage->rehearsal, pump, "sixty-six", id, text));
    assert_string_equal(id, "pump-1");
    assert_non_null(strstr(text, "scripts/behavior/pump.lua:"));
    assert_false(rehearsal_failure(stage->rehearsal, NULL, "", id, text));
}

static void an_event_is_consumed_at_once(void **state) {
    struct stage *stage = *state;
    const struct twin *pump = give(stage, "pump-1", "temperature", 20);
    struct twin *tank = give(stage, "tank-1", "level", 50);
    struct value by = value_number(40);
    rehearsal_event(stage->rehearsal, tank, model_event(tank->model, "inflow_reduced", 14), &by, 1,
                    pump);
    assert_true(derived(tank, "warned") == 40);
}

static void what_is_remembered_fits_or_nothing_is(void **state) {
    struct stage *stage = *state;
    struct twin *pump = give(stage, "pump-1", "temperature", 20);
    int slowed = model_field(pump->model, FIELD_STATE, "slowed_from", 11);
    struct setting settings[] = {{slowed, value_number(1450)}, {slowed, value_text("fast", 4)}};
    struct err err;
    assert_false(rehearsal_remember(stage->rehearsal, pump, settings, 2, &err));
    assert_int_equal(twin_value(pump, slowed).type, VALUE_NONE);
    assert_true(rehearsal_remember(stage->rehearsal, pump, settings, 1, &err));
    assert_true(twin_value(pump, slowed).number == 1450);
}

#define STAGE(name) cmocka_unit_test_setup_teardown(name, open_stage, close_stage)

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE(the_clock_stands_until_it_is_moved),
        STAGE(everything_due_in_between_runs_at_its_own_time),
        STAGE(a_failure_is_kept_until_it_is_taken),
        STAGE(an_event_is_consumed_at_once),
        STAGE(what_is_remembered_fits_or_nothing_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
