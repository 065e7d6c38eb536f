// Worlds: finding, removing, links at both ends, timers in order, layouts that change, states that
// survive.

#include "base/err.h"
#include "predict/window.h"
#include "pump_model.h"
#include "test.h"
#include "twin/change.h"
#include "twin/twin_codec.h"
#include "twin/world.h"

#include <stdio.h>

static struct twin *add(struct world *world, uint32_t number, const char *id,
                        const struct model *model) {
    struct twin *twin = twin_new(number, id, model);
    world_add(world, twin);
    return twin;
}

static void thousands_of_twins_are_found_and_removed(void **state) {
    (void)state;
    struct world *world = world_new();
    const struct model *model = world_adopt_model(world, new_tank_model());
    char id[32];
    for (uint32_t i = 1; i <= 5000; i++) {
        snprintf(id, sizeof id, "tank-%u", i);
        add(world, i, id, model);
    }
    for (uint32_t i = 1; i <= 5000; i += 3)
        world_remove(world, world_twin(world, i));
    for (uint32_t i = 1; i <= 5000; i++) {
        snprintf(id, sizeof id, "tank-%u", i);
        struct twin *twin = world_find(world, id, strlen(id));
        if (i % 3 == 1)
            assert_null(twin);
        else
            assert_int_equal(twin->number, i);
    }
    assert_int_equal(world->next_number, 5001); // numbers are never used again
    world_free(world);
}

static void links_are_told_to_both_ends_and_go_with_either(void **state) {
    (void)state;
    struct world *world = world_new();
    const struct model *pump = world_adopt_model(world, new_pump_model());
    const struct model *tank = world_adopt_model(world, new_tank_model());
    struct twin *a = add(world, 1, "pump-1", pump), *b = add(world, 2, "tank-1", tank);
    world_link(world, a, 0, b);
    world_link(world, a, 0, b);
    assert_int_equal(a->link_count, 1);
    assert_true(b->links[0].is_incoming);
    assert_int_equal(b->links[0].other, 1);
    world_unlink(world, a, 0, b);
    assert_int_equal(a->link_count + b->link_count, 0);
    world_link(world, a, 0, b);
    world_remove(world, b);
    assert_int_equal(a->link_count, 0);
    world_free(world);
}

static void timers_come_out_by_time_then_number(void **state) {
    (void)state;
    struct world *world = world_new();
    const struct model *model = world_adopt_model(world, new_tank_model());
    uint32_t seed = 7;
    char id[32];
    for (uint32_t i = 1; i <= 300; i++) {
        snprintf(id, sizeof id, "tank-%u", i);
        struct twin *twin = add(world, i, id, model);
        seed = seed * 1103515245 + 12345;
        twin->due = 1 + (seed >> 16) % 50;
        world_reschedule(world, twin);
    }
    world_twin(world, 17)->due = 1; // moved forward
    world_reschedule(world, world_twin(world, 17));
    world_remove(world, world_twin(world, 30));
    int64_t last_due = 0;
    uint32_t last_number = 0, seen = 0;
    for (struct twin *twin; (twin = world_due(world)); seen++) {
        assert_true(twin->due > last_due || (twin->due == last_due && twin->number > last_number));
        last_due = twin->due;
        last_number = twin->number;
        twin->due = 0;
        world_reschedule(world, twin);
    }
    assert_int_equal(seen, 299);
    world_free(world);
}

static const struct model *find_model(void *world, uint64_t layout) {
    return world_layout(world, layout);
}

static struct twin *busy_pump(struct world *world) {
    const struct model *model = world_model(world, "pump", 4);
    struct twin *pump = add(world, 1, "pump-1", model);
    struct region region = {0};
    struct changes changes;
    changes_init(&changes, world, &region);
    changes_begin(&changes, pump, 9, 50 * SECOND);
    enum quality quality;
    for (int i = 0; i < 300; i++) {
        int vibration = field_of(model, FIELD_TELEMETRY, "vibration");
        changes_sample(&changes, vibration, value_number(i * 0.01), i * SECOND, &quality);
        changes_estimate(&changes, vibration, i * SECOND);
    }
    changes_sample(&changes, field_of(model, FIELD_TELEMETRY, "temperature"), value_number(500),
                   SECOND, &quality);
    changes_set(&changes, field_of(model, FIELD_STATE, "note"), value_text("x", 1), NULL);
    changes_set(&changes, field_of(model, FIELD_PARAMETER, "hot"), value_number(80), NULL);
    alarm_raise(&changes, 1);
    changes_fini(&changes);
    region_fini(&region);
    return pump;
}

static struct world *pump_world(void) {
    struct world *world = world_new();
    const struct model *models[] = {world_adopt_model(world, new_pump_model()),
                                    world_adopt_model(world, new_tank_model())};
    world_set_current(world, models, 2);
    return world;
}

static void a_decoded_twin_hashes_as_the_original(void **state) {
    (void)state;
    struct world *world = pump_world(), *other = pump_world();
    struct twin *pump = busy_pump(world);
    world_link(world, pump, 0, add(world, 2, "tank-1", world_model(world, "tank", 4)));
    struct buffer bytes = {0};
    for (uint32_t i = 1; i <= 2; i++)
        twin_encode(world_twin(world, i), &bytes);
    struct reader reader = {bytes.bytes, bytes.bytes + bytes.length, 0};
    for (uint32_t i = 1; i <= 2; i++)
        world_add(other, twin_decode(&reader, find_model, other, NULL));
    world_link_all(other);
    assert_true(world_hash(world) == world_hash(other));
    assert_int_equal(world_twin(other, 2)->link_count, 1);
    for (size_t cut = 0; cut < bytes.length / 2; cut++) {
        struct err err;
        reader = (struct reader){bytes.bytes, bytes.bytes + cut, 0};
        assert_null(twin_decode(&reader, find_model, other, &err));
    }
    buffer_fini(&bytes);
    world_free(world);
    world_free(other);
}

static void another_layout_keeps_what_both_have(void **state) {
    (void)state;
    struct world *world = pump_world();
    struct twin *pump = busy_pump(world);
    struct twin *tank = add(world, 2, "tank-1", world_model(world, "tank", 4));
    world_link(world, pump, 0, tank);
    struct model *next = model_new("pump");
    model_add_relationship(next, "cools"); // so that `feeds` gets another number
    model_add_relationship(next, "feeds");
    model_add_field(next, FIELD_TELEMETRY, "flow");
    model_add_field(next, FIELD_TELEMETRY, "vibration");
    model_add_field(next, FIELD_STATE, "note"); // now a number: the text is not carried over
    model_add_alarm(next, "shaking");
    model_need_window(next, 1, 3600 * SECOND);
    model_add_estimator(next, "wear", &ewma_kind)->as.settings[0] = 1;
    model_finish(next);
    const struct model *adopted = world_adopt_model(world, next);
    uint64_t count = window_count(pump->windows[0]);
    world_relayout(world, pump, adopted);
    assert_true(twin_value(pump, field_of(adopted, FIELD_TELEMETRY, "vibration")).number == 2.99);
    assert_int_equal(twin_value(pump, field_of(adopted, FIELD_TELEMETRY, "flow")).type, VALUE_NONE);
    assert_int_equal(twin_value(pump, field_of(adopted, FIELD_STATE, "note")).type, VALUE_NONE);
    assert_int_equal(pump->alarms[0].state, ALARM_ACTIVE);
    assert_int_equal(pump->bad_count, 0);
    assert_true(window_count(pump->windows[0]) == count);
    assert_int_equal(pump->links[0].relationship, 1);
    assert_int_equal(tank->links[0].relationship, 1);
    world_free(world);
}

static void an_unknown_id_is_matched_by_one_model_or_told_why_not(void **state) {
    (void)state;
    struct world *world = pump_world();
    struct err err;
    assert_string_equal(world_match(world, "pump-9", 6, &err)->name, "pump");
    assert_null(world_match(world, "fan-1", 5, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_null(world_match(world, "pump/1", 6, &err));
    assert_int_equal(err.code, ERR_INVALID);
    struct model *second = model_new("booster");
    set_text(&second->match, "pump-9*");
    model_finish(second);
    const struct model *models[] = {world_model(world, "pump", 4),
                                    world_adopt_model(world, second)};
    world_set_current(world, models, 2);
    assert_null(world_match(world, "pump-9", 6, &err));
    assert_non_null(strstr(err.text, "both models"));
    world_free(world);
}

static void a_copy_for_a_worker_shares_nothing(void **state) {
    (void)state;
    struct world *world = pump_world();
    struct twin *pump = busy_pump(world);
    struct twin *copy = twin_copy(pump);
    world_remove(world, pump);
    assert_string_equal(copy->id, "pump-1");
    assert_string_equal(slot_value(&copy->slots[field_of(copy->model, FIELD_STATE, "note")]).text,
                        "x");
    assert_int_equal(window_count(copy->windows[0]), 300);
    const struct slot *shown =
        twin_shown(copy, field_of(copy->model, FIELD_TELEMETRY, "temperature"));
    assert_true(shown->number == 500 && shown->quality == QUALITY_BAD);
    twin_free(copy);
    world_free(world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thousands_of_twins_are_found_and_removed),
        cmocka_unit_test(links_are_told_to_both_ends_and_go_with_either),
        cmocka_unit_test(timers_come_out_by_time_then_number),
        cmocka_unit_test(a_decoded_twin_hashes_as_the_original),
        cmocka_unit_test(another_layout_keeps_what_both_have),
        cmocka_unit_test(an_unknown_id_is_matched_by_one_model_or_told_why_not),
        cmocka_unit_test(a_copy_for_a_worker_shares_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
