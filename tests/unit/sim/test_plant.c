// Assets of a line hang together, and a plant is the same from the same seed.

#include "base/err.h"
#include "sim/plant.h"
#include "test.h"

#include <math.h>

static struct plant *lines(uint32_t count, uint32_t seed, const char *failing) {
    struct plant_options options = {
        .kind = "line", .count = count, .seed = seed, .wear = 1, .failing = failing};
    struct plant *plant = plant_new(&options, NULL);
    assert_non_null(plant);
    return plant;
}

static uint32_t find(const struct plant *plant, const char *id) {
    for (uint32_t i = 0; i < plant_count(plant); i++)
        if (strcmp(plant_id(plant, i), id) == 0) return i;
    fail_msg("no %s", id);
    return 0;
}

static double read(struct plant *plant, const char *id, const char *name) {
    struct reading readings[PLANT_READINGS];
    int properties, count = plant_step(plant, find(plant, id), 0.001, readings, &properties);
    for (int i = 0; i < count; i++)
        if (strcmp(readings[i].name, name) == 0) return readings[i].value;
    fail_msg("%s has no %s", id, name);
    return 0;
}

static void run(struct plant *plant, int seconds) {
    struct reading readings[PLANT_READINGS];
    int properties;
    for (int t = 0; t < seconds; t++)
        for (uint32_t i = 0; i < plant_count(plant); i++)
            plant_step(plant, i, 1, readings, &properties);
}

static void the_same_seed_gives_the_same_readings(void **state) {
    (void)state;
    struct plant *one = lines(2, 5, NULL), *other = lines(2, 5, NULL);
    for (int t = 0; t < 60; t++) {
        for (uint32_t i = 0; i < plant_count(one); i++) {
            struct reading a[PLANT_READINGS], b[PLANT_READINGS];
            int properties;
            int count = plant_step(one, i, 1, a, &properties);
            assert_int_equal(plant_step(other, i, 1, b, &properties), count);
            for (int k = 0; k < count; k++)
                assert_true(a[k].value == b[k].value);
        }
    }
    plant_free(one);
    plant_free(other);
}

static void a_tank_gets_what_its_pumps_give(void **state) {
    (void)state;
    struct plant *plant = lines(2, 1, NULL);
    run(plant, 10);
    double flow = read(plant, "pump-7", "flow") + read(plant, "pump-8", "flow");
    assert_true(fabs(read(plant, "tank-4", "inflow") - flow) < 0.3); // sensors' resolution
    plant_free(plant);
}

static void a_slowed_pump_draws_less_current_and_lowers_its_tank_alone(void **state) {
    (void)state;
    struct plant *plant = lines(1, 1, NULL), *untouched = lines(1, 1, NULL);
    uint32_t pump = find(plant, "pump-1");
    assert_string_equal(plant_properties(plant, pump)[0], "speed");
    assert_false(plant_obeys(plant, find(plant, "tank-1")));
    plant_set(plant, pump, "speed", 725);
    run(plant, 900);
    run(untouched, 900);
    assert_true(read(plant, "pump-1", "speed") == 725);
    assert_true(read(plant, "pump-1:motor", "current") <
                0.5 * read(untouched, "pump-1:motor", "current"));
    assert_true(read(plant, "tank-1", "level") < read(untouched, "tank-1", "level") - 0.4);
    assert_true(read(plant, "tank-2", "level") == read(untouched, "tank-2", "level"));
    plant_free(plant);
    plant_free(untouched);
}

static void only_the_failing_pump_fails(void **state) {
    (void)state;
    const char *names[] = {"pump-6", "6"};
    for (int i = 0; i < 2; i++) {
        struct plant *plant = lines(2, 1, names[i]);
        run(plant, 130);
        assert_true(read(plant, "pump-6", "vibration") > 7.1);
        assert_true(read(plant, "pump-5", "vibration") < 5);
        plant_free(plant);
    }
    struct err err;
    struct plant_options options = {.kind = "line", .count = 2, .wear = 1, .failing = "pump-9"};
    assert_null(plant_new(&options, &err));
    assert_non_null(strstr(err.text, "pump-9"));
}

static const struct plant_twin *twin(const struct plant *plant, const char *id) {
    for (uint32_t i = 0; i < plant_twins(plant); i++)
        if (strcmp(plant_twin(plant, i)->id, id) == 0) return plant_twin(plant, i);
    fail_msg("no twin %s", id);
    return NULL;
}

static const char *target(const struct plant *plant, const char *id, const char *relationship) {
    const struct plant_twin *from = twin(plant, id);
    for (int i = 0; i < from->link_count; i++)
        if (strcmp(from->links[i].relationship, relationship) == 0) return from->links[i].target;
    return "";
}

static void every_twin_is_named_after_those_it_points_to_unless_they_are_ahead(void **state) {
    (void)state;
    const char *kinds[] = {"line", "bottling", "hvac", "wind", "vehicles", "ward"};
    for (size_t kind = 0; kind < 6; kind++) {
        struct plant_options options = {.kind = kinds[kind], .count = 3, .seed = 1, .wear = 1};
        struct plant *plant = plant_new(&options, NULL);
        assert_int_equal(plant_count(plant), 3 * plant_site_assets(kinds[kind]));
        for (uint32_t i = 0; i < plant_count(plant); i++)
            twin(plant, plant_id(plant, i));
        for (uint32_t i = 0; i < plant_twins(plant); i++) {
            const struct plant_twin *from = plant_twin(plant, i);
            for (int k = 0; k < from->link_count; k++) {
                bool is_known = false;
                uint32_t begin = from->links[k].is_ahead ? i + 1 : 0;
                uint32_t end = from->links[k].is_ahead ? plant_twins(plant) : i;
                for (uint32_t before = begin; before < end; before++)
                    is_known |= strcmp(plant_twin(plant, before)->id, from->links[k].target) == 0;
                if (!is_known) fail_msg("%s leads to %s", from->id, from->links[k].target);
            }
            for (uint32_t before = 0; before < i; before++)
                assert_string_not_equal(plant_twin(plant, before)->id, from->id);
        }
        plant_free(plant);
    }
}

static void pumps_lead_to_their_tanks_and_machines_to_their_belts(void **state) {
    (void)state;
    struct plant *plant = lines(3, 1, NULL);
    assert_string_equal(target(plant, "pump-12", "feeds"), "tank-6");
    assert_string_equal(target(plant, "pump-12:motor", "part_of"), "pump-12");
    assert_string_equal(target(plant, "tank-3", "part_of"), "line-2");
    plant_free(plant);
    struct plant_options options = {.kind = "bottling", .count = 2, .seed = 1, .wear = 1};
    plant = plant_new(&options, NULL);
    assert_string_equal(target(plant, "bottling-2", "packer"), "packer-2");
    assert_string_equal(target(plant, "bottling-2", "belt_2"), "belt-4");
    assert_string_equal(target(plant, "belt-4", "part_of"), "bottling-2");
    plant_free(plant);
}

// A latitude that a fault has tripled is no place, and would have its pack refused.
static void a_vehicle_says_where_it_is_and_no_fault_touches_that(void **state) {
    (void)state;
    struct plant_options options = {.model = "vehicle", .count = 1, .seed = 1, .wear = 1};
    struct plant *plant = plant_new(&options, NULL);
    struct reading readings[PLANT_READINGS];
    double latitude = 0;
    for (int i = 0; i < 60; i++) {
        int properties, count = plant_step(plant, 0, 1, readings, &properties);
        const struct reading *lat = &readings[count - 2], *lon = &readings[count - 1];
        assert_string_equal(lat->name, "position");
        assert_string_equal(lat->unit, "lat");
        assert_string_equal(lon->name, "position");
        assert_string_equal(lon->unit, "lon");
        assert_true(properties >= READING_LOCATION);
        assert_true(lat->value > 48 && lat->value < 48.3 && lon->value > 11.4 && lon->value < 11.7);
        assert_true(lat->value != latitude || i < 2);
        latitude = lat->value;
    }
    plant_free(plant);
}

static void a_fleet_is_of_one_model(void **state) {
    (void)state;
    struct err err;
    const char *models[] = {
        "pump",        "motor",     "tank",         "filler",           "belt",
        "air_station", "hvac_zone", "wind_turbine", "traction_battery", "patient_monitor"};
    const char *ids[] = {"pump-3", "pump-3:motor", "tank-3",    "filler-3",          "belt-3",
                         "air-3",  "zone-3",       "turbine-3", "vehicle-3:battery", "monitor-3"};
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
        struct plant_options options = {.model = models[i], .count = 3, .wear = 1};
        struct plant *plant = plant_new(&options, &err);
        if (!plant) fail_msg("%s", err.text);
        run(plant, 5);
        assert_int_equal(plant_count(plant), 3);
        assert_int_equal(plant_twins(plant), 0);
        assert_string_equal(plant_id(plant, 2), ids[i]);
        plant_free(plant);
    }
    struct plant_options options = {.model = "valve", .count = 3, .wear = 1};
    assert_null(plant_new(&options, &err));
    assert_non_null(strstr(err.text, "valve"));
    options = (struct plant_options){.kind = "mill", .count = 1, .wear = 1};
    assert_null(plant_new(&options, &err));
    assert_non_null(strstr(err.text, "bottling"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_readings),
        cmocka_unit_test(a_tank_gets_what_its_pumps_give),
        cmocka_unit_test(a_slowed_pump_draws_less_current_and_lowers_its_tank_alone),
        cmocka_unit_test(only_the_failing_pump_fails),
        cmocka_unit_test(every_twin_is_named_after_those_it_points_to_unless_they_are_ahead),
        cmocka_unit_test(pumps_lead_to_their_tanks_and_machines_to_their_belts),
        cmocka_unit_test(a_vehicle_says_where_it_is_and_no_fault_touches_that),
        cmocka_unit_test(a_fleet_is_of_one_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
