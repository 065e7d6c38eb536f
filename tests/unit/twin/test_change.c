// Changes: applied as they are added, taken back whole, the same through the codec.

#include "base/err.h"
#include "predict/ewma.h"
#include "predict/ring.h"
#include "pump_model.h"
#include "test.h"
#include "twin/change.h"
#include "twin/change_codec.h"
#include "twin/revision.h"
#include "twin/world.h"

#include <math.h>

struct bench { // a world with one pump and an open change list
    struct world *world;
    struct region region;
    struct changes changes;
    struct twin *pump;
    const struct model *model;
    int temperature, vibration, speed, desired, health, note, hot;
};

static int set_up(void **state) {
    struct bench *bench = xcalloc(1, sizeof *bench);
    bench->world = world_new();
    bench->model = world_adopt_model(bench->world, new_pump_model());
    bench->pump = twin_new(1, "pump-1", bench->model);
    world_add(bench->world, bench->pump);
    changes_init(&bench->changes, bench->world, &bench->region);
    changes_begin(&bench->changes, bench->pump, 1, 100 * SECOND);
    bench->temperature = field_of(bench->model, FIELD_TELEMETRY, "temperature");
    bench->vibration = field_of(bench->model, FIELD_TELEMETRY, "vibration");
    bench->speed = field_of(bench->model, FIELD_REPORTED, "speed");
    bench->desired = field_of(bench->model, FIELD_DESIRED, "speed");
    bench->health = field_of(bench->model, FIELD_DERIVED, "health");
    bench->note = field_of(bench->model, FIELD_STATE, "note");
    bench->hot = field_of(bench->model, FIELD_PARAMETER, "hot");
    *state = bench;
    return 0;
}

static int tear_down(void **state) {
    struct bench *bench = *state;
    changes_fini(&bench->changes);
    region_fini(&bench->region);
    world_free(bench->world);
    free(bench);
    return 0;
}

static enum quality sample(struct bench *bench, int field, double value, int64_t at) {
    enum quality quality;
    if (changes_sample(&bench->changes, field, value_number(value), at, &quality)) {
        changes_estimate(&bench->changes, field, at);
        alarms_check(&bench->changes, field);
    }
    return quality;
}

static void a_sample_out_of_range_is_kept_as_bad_beside_the_good_one(void **state) {
    struct bench *bench = *state;
    assert_int_equal(sample(bench, bench->temperature, 20, 1 * SECOND), QUALITY_GOOD);
    assert_int_equal(sample(bench, bench->temperature, 999, 2 * SECOND), QUALITY_BAD);
    assert_true(twin_value(bench->pump, bench->temperature).number == 20);
    const struct slot *shown = twin_shown(bench->pump, bench->temperature);
    assert_true(shown->number == 999);
    assert_int_equal(shown->quality, QUALITY_BAD);
    assert_int_equal(shown->at, 2 * SECOND);
    const struct ring *last = twin_estimator(bench->pump, 1);
    assert_int_equal(last->count, 1); // estimators never saw it
    sample(bench, bench->temperature, 21, 3 * SECOND);
    assert_true(twin_shown(bench->pump, bench->temperature)->number == 21);
    assert_int_equal(bench->pump->bad_count, 0);
}

static void a_late_sample_changes_no_current_value(void **state) {
    struct bench *bench = *state;
    enum quality quality;
    sample(bench, bench->temperature, 20, 5 * SECOND);
    assert_false(changes_sample(&bench->changes, bench->temperature, value_number(30), 4 * SECOND,
                                &quality));
    assert_true(twin_value(bench->pump, bench->temperature).number == 20);
    assert_true(bench->changes.list[bench->changes.count - 1].is_late);
}

static void what_the_device_owns_cannot_be_set(void **state) {
    struct bench *bench = *state;
    struct err err;
    assert_false(changes_set(&bench->changes, bench->temperature, value_number(1), &err));
    assert_int_equal(err.code, ERR_FORBIDDEN);
    assert_false(changes_set(&bench->changes, bench->speed, value_number(1), &err));
    assert_int_equal(bench->changes.count, 0);
}

static void settings_keep_to_type_range_and_finite_numbers(void **state) {
    struct bench *bench = *state;
    struct err err;
    assert_false(changes_set(&bench->changes, bench->desired, value_number(3601), &err));
    assert_string_equal(err.text, "desired speed cannot be 3601: its range is 0 to 3600 ");
    assert_false(changes_set(&bench->changes, bench->desired, value_text("fast", 4), &err));
    assert_false(changes_set(&bench->changes, bench->health, value_number(NAN), &err));
    assert_true(changes_set(&bench->changes, bench->health, value_number(1e9), &err));
}

static void a_value_that_is_there_leaves_no_change(void **state) {
    struct bench *bench = *state;
    assert_true(changes_set(&bench->changes, bench->desired, value_number(5), NULL));
    assert_int_equal(bench->changes.count, 1);
    assert_true(changes_set(&bench->changes, bench->desired, value_number(5), NULL));
    assert_int_equal(bench->changes.count, 1);
}

static void a_dropped_behaviour_leaves_nothing_behind(void **state) {
    struct bench *bench = *state;
    struct changes *changes = &bench->changes;
    sample(bench, bench->temperature, 20, 1 * SECOND);
    changes_set(changes, bench->note, value_text("before", 6), NULL);
    uint64_t hash = world_hash(bench->world);
    int count = changes->count;
    changes_mark(changes);
    changes_set(changes, bench->note, value_text("after", 5), NULL);
    changes_set(changes, bench->note, value_text("after that", 10), NULL);
    changes_set(changes, bench->health, value_number(3), NULL);
    changes_set(changes, bench->desired, value_number(100), NULL);
    alarm_raise(changes, 0);
    changes_add(changes, &(struct change){.kind = CHANGE_ESTIMATE,
                                          .index = 1,
                                          .at = 2 * SECOND,
                                          .value = value_number(7)});
    struct change timer = {.kind = CHANGE_TIMER, .at = 500 * SECOND};
    timer.text.text = "later";
    timer.text.length = 5;
    changes_add(changes, &timer);
    assert_true(world_hash(bench->world) != hash);
    changes_drop(changes);
    assert_true(world_hash(bench->world) == hash);
    assert_int_equal(changes->count, count);
    assert_string_equal(slot_value(&bench->pump->slots[bench->note]).text, "before");
}

static void a_behaviour_that_sets_twice_leaves_one_change(void **state) {
    struct bench *bench = *state;
    changes_mark(&bench->changes);
    changes_set(&bench->changes, bench->health, value_number(1), NULL);
    changes_set(&bench->changes, bench->health, value_number(2), NULL);
    assert_int_equal(bench->changes.count, 1);
    assert_true(bench->changes.list[0].value.number == 2);
}

static void an_alarm_waits_for_its_delay_and_clears_below_its_deadband(void **state) {
    struct bench *bench = *state;
    struct alarm *alarm = &bench->pump->alarms[0];
    sample(bench, bench->temperature, 95, 100 * SECOND);
    assert_int_equal(alarm->state, ALARM_PENDING);
    bench->changes.now = 129 * SECOND;
    sample(bench, bench->temperature, 96, 129 * SECOND);
    assert_int_equal(alarm->state, ALARM_PENDING);
    bench->changes.now = 130 * SECOND;
    alarms_expire(&bench->changes, bench->changes.now);
    assert_int_equal(alarm->state, ALARM_ACTIVE);
    assert_int_equal(twin_severity(bench->pump), SEVERITY_CRITICAL);
    sample(bench, bench->temperature, 85, 131 * SECOND);
    assert_int_equal(alarm->state, ALARM_ACTIVE); // inside the deadband
    sample(bench, bench->temperature, 80, 132 * SECOND);
    assert_int_equal(alarm->state, ALARM_CLEAR);
}

static void a_pending_alarm_whose_condition_ends_is_never_raised(void **state) {
    struct bench *bench = *state;
    sample(bench, bench->temperature, 95, 100 * SECOND);
    sample(bench, bench->temperature, 60, 101 * SECOND);
    assert_int_equal(bench->pump->alarms[0].state, ALARM_CLEAR);
    for (int i = 0; i < bench->changes.count; i++)
        assert_false(bench->changes.list[i].is_edge);
}

static void a_raised_alarm_is_not_raised_twice(void **state) {
    struct bench *bench = *state;
    alarm_raise(&bench->changes, 1);
    alarm_raise(&bench->changes, 1);
    assert_int_equal(bench->changes.count, 1);
    alarm_clear(&bench->changes, 1);
    alarm_clear(&bench->changes, 1);
    assert_int_equal(bench->changes.count, 2);
}

// Plays a busy turn, encodes it as a revision, and applies what is decoded to a second world.
static void a_decoded_revision_gives_the_same_twin(void **state) {
    struct bench *bench = *state;
    struct changes *changes = &bench->changes;
    sample(bench, bench->temperature, 95, 99 * SECOND);
    sample(bench, bench->temperature, 999, 100 * SECOND);
    sample(bench, bench->vibration, 8, 100 * SECOND);
    changes_add(changes, &(struct change){.kind = CHANGE_FORECAST,
                                          .at = 100 * SECOND,
                                          .value = value_number(12),
                                          .forecast = {10, 15, 1}});
    changes_mark(changes);
    changes_set(changes, bench->note, value_text("hot", 3), NULL);
    changes_set(changes, bench->desired, value_number(725), NULL);
    struct change timer = {.kind = CHANGE_TIMER, .at = 500 * SECOND};
    timer.text.text = "later";
    timer.text.length = 5;
    changes_add(changes, &timer);
    bench->pump->rev = 1;
    struct revision revision = {.rev = 1,
                                .twin = 1,
                                .received = 100 * SECOND,
                                .kind = INPUT_SAMPLES,
                                .actor = {ACTOR_COAP, 3, "me!"},
                                .message = 77,
                                .changes = changes->list,
                                .change_count = changes->count,
                                .input_count = changes->input_count};
    struct buffer bytes = {0};
    revision_encode(&revision, 90 * SECOND, &bytes);

    struct world *other = world_new();
    struct twin *twin = twin_new(1, "pump-1", world_adopt_model(other, new_pump_model()));
    world_add(other, twin);
    struct reader reader = {bytes.bytes, bytes.bytes + bytes.length, 0};
    struct revision decoded;
    assert_true(revision_decode(&reader, 90 * SECOND, 1, &bench->region, &decoded));
    assert_int_equal(decoded.received, 100 * SECOND);
    assert_int_equal(decoded.input_count, revision.input_count);
    assert_memory_equal(decoded.actor.bytes, "me!", 3);
    for (int i = 0; i < decoded.change_count; i++)
        change_apply(other, &twin, &decoded.changes[i], decoded.rev);
    twin->rev = decoded.rev;
    assert_true(world_hash(other) == world_hash(bench->world));
    uint64_t message;
    int64_t received;
    reader = (struct reader){bytes.bytes, bytes.bytes + bytes.length, 0};
    assert_true(revision_skim(&reader, 90 * SECOND, &message, &received));
    assert_int_equal(message, 77);
    assert_int_equal(received, 100 * SECOND);
    for (size_t cut = 0; cut < bytes.length; cut++) {
        reader = (struct reader){bytes.bytes, bytes.bytes + cut, 0};
        assert_false(revision_decode(&reader, 0, 1, &bench->region, &decoded));
    }
    buffer_fini(&bytes);
    world_free(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_sample_out_of_range_is_kept_as_bad_beside_the_good_one),
        TEST(a_late_sample_changes_no_current_value),
        TEST(what_the_device_owns_cannot_be_set),
        TEST(settings_keep_to_type_range_and_finite_numbers),
        TEST(a_value_that_is_there_leaves_no_change),
        TEST(a_dropped_behaviour_leaves_nothing_behind),
        TEST(a_behaviour_that_sets_twice_leaves_one_change),
        TEST(an_alarm_waits_for_its_delay_and_clears_below_its_deadband),
        TEST(a_pending_alarm_whose_condition_ends_is_never_raised),
        TEST(a_raised_alarm_is_not_raised_twice),
        TEST(a_decoded_revision_gives_the_same_twin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
