// What a subscriber is sent: snapshot, changes, parts, and what is newer after a resume.

#include "audience.h"
#include "valve.h"

static void a_subscription_begins_with_a_snapshot(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    plant_sample(&fixture->plant, pump, "temperature", value_number(95.5));
    plant_sample(&fixture->plant, pump, "mode", value_text("auto", 4));
    struct subscription *all = subscribe(fixture, "{}", 0);
    assert_true(all->is_ready);
    assert_true(pump->is_watched);
    assert_string_equal(
        dictionary(fixture, all),
        "{\"fields\":["
        "{\"name\":\"temperature\",\"unit\":\"Cel\",\"type\":\"number\",\"kind\":\"telemetry\"},"
        "{\"name\":\"vibration\",\"unit\":\"mm/s\",\"type\":\"number\",\"kind\":\"telemetry\"},"
        "{\"name\":\"speed\",\"unit\":\"1/min\",\"type\":\"number\",\"kind\":\"reported\"},"
        "{\"name\":\"mode\",\"unit\":\"\",\"type\":\"text\",\"kind\":\"reported\"},"
        "{\"name\":\"speed\",\"unit\":\"1/min\",\"type\":\"number\",\"kind\":\"desired\"},"
        "{\"name\":\"health\",\"unit\":\"%\",\"type\":\"number\",\"kind\":\"derived\"},"
        "{\"name\":\"overheating\",\"unit\":\"\",\"type\":\"number\",\"kind\":\"alarm\"},"
        "{\"name\":\"shaking\",\"unit\":\"\",\"type\":\"number\",\"kind\":\"alarm\"},"
        "{\"name\":\"bearing_wear\",\"unit\":\"h\",\"type\":\"number\",\"kind\":\"prediction\"},"
        "{\"name\":\"alarm\",\"unit\":\"\",\"type\":\"number\",\"kind\":\"alarm\"},"
        "{\"name\":\"level\",\"unit\":\"%\",\"type\":\"number\",\"kind\":\"telemetry\"}],"
        "\"twins\":[\"pump-1\"]}");
    assert_string_equal(next(fixture, all),
                        "{\"op\":\"data\",\"sid\":7,\"full\":true,\"rows\":["
                        "[0,0,95.5,1795370400.001,\"good\"],[0,3,\"auto\",1795370400.002,\"good\"],"
                        "[0,6,1,1795370400.001,\"good\"],[0,7,0,1795370400,\"good\"],"
                        "[0,9,3,1795370400.001,\"good\"]],\"rev\":3,\"done\":true}");
    assert_string_equal(next(fixture, all), "");
    unsubscribe(fixture, all);
    assert_false(pump->is_watched);
}

static void an_empty_fleet_has_an_empty_snapshot(void **state) {
    struct fixture *fixture = *state;
    struct subscription *all = subscribe(fixture, "{\"ids\":[\"pump-1\"]}", 0);
    assert_string_equal(dictionary(fixture, all), "{\"fields\":[],\"twins\":[]}");
    assert_string_equal(next(fixture, all), "{\"op\":\"data\",\"sid\":7,\"full\":true,\"rows\":[],"
                                            "\"rev\":0,\"done\":true}");
    assert_string_equal(next(fixture, all), "");
    unsubscribe(fixture, all);
}

static void only_the_newest_value_of_a_field_is_sent(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    struct subscription *some =
        subscribe(fixture, "{\"ids\":[\"pump-1\"],\"fields\":[\"temperature\",\"vibration\"]}", 0);
    dictionary(fixture, some);
    settle(fixture, some);
    for (int i = 0; i < 100; i++)
        plant_sample(&fixture->plant, pump, "temperature", value_number(i));
    plant_sample(&fixture->plant, pump, "vibration", value_number(3.25));
    assert_int_equal(some->dirty_count, 1);
    assert_string_equal(
        next(fixture, some),
        "{\"op\":\"data\",\"sid\":7,\"full\":false,\"rows\":["
        "[0,0,99,1795370400.1,\"good\"],[0,1,3.25,1795370400.101,\"good\"]],\"rev\":102}");
    assert_string_equal(next(fixture, some), "");
    unsubscribe(fixture, some);
}

static void a_cleared_value_and_a_bad_one_are_told(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    int desired = model_field(pump->model, FIELD_DESIRED, "speed", 5);
    plant_open(&fixture->plant, pump);
    changes_set(&fixture->plant.changes, desired, value_number(1200), NULL);
    plant_close(&fixture->plant);
    struct subscription *some =
        subscribe(fixture, "{\"ids\":[\"pump-1\"],\"fields\":[\"speed\",\"temperature\"]}", 0);
    dictionary(fixture, some);
    settle(fixture, some);
    plant_open(&fixture->plant, pump);
    changes_set(&fixture->plant.changes, desired, value_none(), NULL);
    plant_close(&fixture->plant);
    plant_sample(&fixture->plant, pump, "temperature", value_number(999));
    assert_string_equal(
        next(fixture, some),
        "{\"op\":\"data\",\"sid\":7,\"full\":false,\"rows\":["
        "[0,0,999,1795370400.001,\"bad\"],[0,2,null,1795370400,\"good\"]],\"rev\":4}");
    unsubscribe(fixture, some);
}

static void alarms_and_forecasts_are_fields(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    struct subscription *some = subscribe(
        fixture, "{\"model\":\"pump\",\"fields\":[\"alarm\",\"overheating\",\"bearing_wear\"]}", 0);
    dictionary(fixture, some);
    settle(fixture, some);
    plant_sample(&fixture->plant, pump, "temperature", value_number(95));
    plant_forecast(&fixture->plant, pump, 120.5);
    assert_string_equal(
        next(fixture, some),
        "{\"op\":\"data\",\"sid\":7,\"full\":false,\"rows\":[[0,0,1,1795370400.001,\"good\"],"
        "[0,1,[120.5,110.5,130.5],1795370400.001,\"good\"],[0,2,3,1795370400.001,\"good\"]],"
        "\"rev\":3}");
    assert_string_equal(next(fixture, some), "");
    plant_sample(&fixture->plant, pump, "temperature", value_number(70));
    assert_string_equal(
        next(fixture, some),
        "{\"op\":\"data\",\"sid\":7,\"full\":false,\"rows\":["
        "[0,0,0,1795370400.002,\"good\"],[0,2,0,1795370400.002,\"good\"]],\"rev\":4}");
    unsubscribe(fixture, some);
}

static void what_a_new_part_begins_anew_is_told(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    int health = model_field(pump->model, FIELD_DERIVED, "health", 6);
    plant_open(&fixture->plant, pump);
    changes_set(&fixture->plant.changes, health, value_number(50), NULL);
    plant_close(&fixture->plant);
    plant_forecast(&fixture->plant, pump, 120.5);
    struct subscription *some =
        subscribe(fixture, "{\"model\":\"pump\",\"fields\":[\"health\",\"bearing_wear\"]}", 0);
    dictionary(fixture, some);
    settle(fixture, some);
    plant_open(&fixture->plant, pump);
    changes_add(&fixture->plant.changes, &(struct change){.kind = CHANGE_RESET, .at = PLANT_START});
    plant_close(&fixture->plant);
    assert_string_equal(
        next(fixture, some),
        "{\"op\":\"data\",\"sid\":7,\"full\":false,\"rows\":["
        "[0,0,null,1795370400,\"good\"],[0,1,null,1795370400,\"good\"]],\"rev\":4}");
    unsubscribe(fixture, some);
}

static void a_muted_alarm_is_told_without_its_severity(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    plant_sample(&fixture->plant, pump, "temperature", value_number(95));
    struct subscription *some =
        subscribe(fixture, "{\"model\":\"pump\",\"fields\":[\"alarm\"]}", 0);
    dictionary(fixture, some);
    settle(fixture, some);
    plant_open(&fixture->plant, pump);
    changes_add(&fixture->plant.changes,
                &(struct change){.kind = CHANGE_LIFECYCLE, .state = LIFECYCLE_MAINTENANCE});
    plant_close(&fixture->plant);
    assert_string_equal(next(fixture, some), "{\"op\":\"data\",\"sid\":7,\"full\":false,\"rows\":["
                                             "[0,0,0,1795370400.001,\"good\"]],\"rev\":3}");
    unsubscribe(fixture, some);
}

static void a_resume_sends_what_is_newer(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    struct twin *tank = plant_create(&fixture->plant, "tank", "tank-1");
    plant_sample(&fixture->plant, pump, "temperature", value_number(10));
    plant_sample(&fixture->plant, tank, "level", value_number(50));
    uint64_t seen = fixture->plant.world->rev;
    plant_sample(&fixture->plant, pump, "vibration", value_number(2));
    struct subscription *all =
        subscribe(fixture, "{\"fields\":[\"temperature\",\"vibration\",\"level\"]}", seen);
    assert_non_null(strstr(dictionary(fixture, all), "\"twins\":[\"pump-1\",\"tank-1\"]"));
    assert_string_equal(next(fixture, all), "{\"op\":\"data\",\"sid\":7,\"full\":false,\"rows\":["
                                            "[0,1,2,1795370400.003,\"good\"]],\"rev\":5}");
    assert_string_equal(next(fixture, all), "");
    unsubscribe(fixture, all);
    all = subscribe(fixture, "{}", fixture->plant.world->rev); // nothing is newer, and it says so
    dictionary(fixture, all);
    assert_string_equal(next(fixture, all),
                        "{\"op\":\"data\",\"sid\":7,\"full\":false,\"rows\":[],\"rev\":5}");
    assert_string_equal(next(fixture, all), "");
    unsubscribe(fixture, all);
}

// ---- size ----

static void a_large_fleet_comes_in_parts(void **state) {
    struct fixture *fixture = *state;
    char id[32];
    for (int i = 0; i < 20000; i++) {
        snprintf(id, sizeof id, "tank-%d", i);
        struct twin *tank = plant_create(&fixture->plant, "tank", id);
        plant_sample(&fixture->plant, tank, "level", value_number(i));
    }
    struct subscription *all = subscribe(fixture, "{\"model\":\"tank\",\"fields\":[\"level\"]}", 0);
    dictionary(fixture, all);
    assert_true(fixture->out.length <= FRAME_MAX && all->told_twins < 20000);
    uint32_t told = all->told_twins;
    int dicts = 0, parts = 0, rows = 0;
    for (const char *text; *(text = next(fixture, all));) {
        bool is_dict = strncmp(text, "{\"op\":\"dict\"", 12) == 0;
        if (is_dict) {
            snprintf(id, sizeof id, "\"from\":%u,", told);
            assert_non_null(strstr(text, id));
            assert_int_equal(parts, 0); // all names before the first row
            told = all->told_twins;
        }
        dicts += is_dict;
        parts += !is_dict;
        for (const char *row = text; (row = strstr(row, "\"good\"")); row++)
            rows++;
        assert_int_equal(strstr(text, "\"done\":true") != NULL, !is_dict && rows == 20000);
    }
    assert_int_equal(rows, 20000);
    assert_true(dicts > 2 && parts > 10);
    unsubscribe(fixture, all);
}

static void changes_in_parts_say_the_rev_only_when_all_are_sent(void **state) {
    struct fixture *fixture = *state;
    char id[32];
    for (int i = 0; i < 3000; i++) {
        snprintf(id, sizeof id, "tank-%d", i);
        plant_create(&fixture->plant, "tank", id);
    }
    struct subscription *all = subscribe(fixture, "{\"model\":\"tank\",\"fields\":[\"level\"]}", 0);
    dictionary(fixture, all);
    settle(fixture, all);
    for (uint32_t n = 1; n <= 3000; n++)
        plant_sample(&fixture->plant, world_twin(fixture->plant.world, n), "level",
                     value_number(n));
    assert_non_null(strstr(next(fixture, all), "\"rev\":3000}"));
    // A change while the parts go out is for the next pass.
    plant_sample(&fixture->plant, world_twin(fixture->plant.world, 1), "level", value_number(-1));
    char last[FRAME_MAX + 1] = "";
    for (const char *text; *(text = next(fixture, all));)
        strcpy(last, text);
    assert_non_null(strstr(last, "\"rev\":6000}"));
    assert_int_equal(all->dirty_count, 1);
    assert_non_null(strstr(next(fixture, all), "[0,0,-1,"));
    unsubscribe(fixture, all);
}

static void a_twin_larger_than_a_message_is_split(void **state) {
    struct fixture *fixture = *state;
    struct model *model = model_new("wall");
    char name[16], text[VALUE_TEXT_MAX];
    for (int i = 0; i < 30; i++) {
        snprintf(name, sizeof name, "line_%d", i);
        model_add_field(model, FIELD_TELEMETRY, name)->type = VALUE_TEXT;
    }
    model_finish(model);
    const struct model *wall = world_adopt_model(fixture->plant.world, model);
    world_set_current(fixture->plant.world, &wall, 1);
    struct twin *twin = plant_create(&fixture->plant, "wall", "wall-1");
    memset(text, 1, sizeof text); // six bytes each on the wire
    for (int i = 0; i < 30; i++)
        plant_sample(&fixture->plant, twin, wall->fields[i].name, value_text(text, sizeof text));
    struct subscription *all = subscribe(fixture, "{}", 0);
    dictionary(fixture, all);
    int rows = 0, parts = 0;
    for (const char *part; *(part = next(fixture, all)); parts++) {
        for (const char *row = part; (row = strstr(row, "\"good\"")); row++)
            rows++;
        if (parts == 0) plant_sample(&fixture->plant, twin, "line_0", value_text("new", 3));
    }
    assert_int_equal(rows, 30 + 1 + 1); // the worst alarm too, and line_0 once more
    assert_true(parts >= 4);
    unsubscribe(fixture, all);
}

static void queue(struct fixture *fixture, struct twin *valve, const char *name) {
    int command = model_command(valve->model, name, strlen(name));
    struct actor actor = {0};
    struct err err;
    uint32_t id;
    uint64_t rev;
    assert_true(
        valve_door_command(&fixture->plant, valve, command, NULL, 0, &actor, &id, &rev, &err));
}

static void each_command_that_moved_has_a_row(void **state) {
    struct fixture *fixture = *state;
    struct twin *valve = valve_add(&fixture->plant);
    queue(fixture, valve, "flush");
    struct subscription *all = subscribe(fixture, "{\"fields\":[\"flush\",\"hold\"]}", 0);
    assert_non_null(
        strstr(dictionary(fixture, all),
               "{\"name\":\"flush\",\"unit\":\"\",\"type\":\"command\",\"kind\":\"command\"}"));
    assert_non_null(strstr(next(fixture, all), "\"rows\":[[0,0,{\"id\":1,\"state\":\"queued\","
                                               "\"result\":\"\"},1795370400,\"good\"]]"));
    settle(fixture, all);
    queue(fixture, valve, "flush");
    queue(fixture, valve, "hold");
    valve_move(&fixture->plant, valve, 1, COMMAND_FAILED, "dry");
    const char *rows = next(fixture, all);
    assert_non_null(strstr(rows, "[0,0,{\"id\":1,\"state\":\"failed\",\"result\":\"dry\"},"));
    assert_non_null(strstr(rows, "[0,0,{\"id\":2,\"state\":\"queued\",\"result\":\"\"},"));
    assert_non_null(strstr(rows, "[0,1,{\"id\":3,"));
    settle(fixture, all);
    valve_move(&fixture->plant, valve, 3, COMMAND_SENT, "");
    rows = next(fixture, all);
    assert_non_null(strstr(rows, "\"rows\":[[0,1,{\"id\":3,\"state\":\"sent\""));
    unsubscribe(fixture, all);
}

static void all_commands_of_a_twin_fit_into_a_message(void **state) {
    struct fixture *fixture = *state;
    struct twin *valve = valve_add(&fixture->plant);
    char result[COMMAND_RESULT_MAX + 1];
    memset(result, 1, sizeof result - 1); // six bytes each on the wire
    result[sizeof result - 1] = 0;
    for (int i = 0; i < COMMANDS_KEPT; i++) {
        queue(fixture, valve, "hold");
        valve_move(&fixture->plant, valve, (uint32_t)i + 1, COMMAND_DONE, result);
    }
    for (int i = 0; i < COMMANDS_OPEN_MAX; i++)
        queue(fixture, valve, "hold");
    struct subscription *all = subscribe(fixture, "{\"fields\":[\"hold\"]}", 0);
    dictionary(fixture, all);
    assert_non_null(strstr(next(fixture, all), "\"id\":32,")); // the last of them
    unsubscribe(fixture, all);
}

static void a_location_is_a_list(void **state) {
    struct fixture *fixture = *state;
    struct plant *plant = &fixture->plant;
    struct location place = {52.1, 4.3, 0, false};
    struct model *model = model_new("van");
    model_add_field(model, FIELD_TELEMETRY, "position")->type = VALUE_LOCATION;
    model_finish(model);
    const struct model *van = world_adopt_model(plant->world, model);
    world_set_current(plant->world, &van, 1);
    struct twin *twin = plant_create(plant, "van", "van-1");
    plant_sample(plant, twin, "position", value_location(&place));
    struct subscription *one = subscribe(fixture, "{\"fields\":[\"position\"]}", 0);
    assert_string_equal(dictionary(fixture, one),
                        "{\"fields\":[{\"name\":\"position\",\"unit\":\"\",\"type\":\"location\","
                        "\"kind\":\"telemetry\"}],\"twins\":[\"van-1\"]}");
    assert_non_null(strstr(next(fixture, one), "[[0,0,[52.1,4.3],1795370400.001,\"good\"]]"));
    place.alt = -2, place.has_alt = true;
    plant_sample(plant, twin, "position", value_location(&place));
    assert_non_null(strstr(next(fixture, one), "[[0,0,[52.1,4.3,-2],1795370400.002,\"good\"]]"));
    unsubscribe(fixture, one);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_subscription_begins_with_a_snapshot, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_fleet_has_an_empty_snapshot, setup, teardown),
        cmocka_unit_test_setup_teardown(only_the_newest_value_of_a_field_is_sent, setup, teardown),
        cmocka_unit_test_setup_teardown(a_location_is_a_list, setup, teardown),
        cmocka_unit_test_setup_teardown(a_cleared_value_and_a_bad_one_are_told, setup, teardown),
        cmocka_unit_test_setup_teardown(alarms_and_forecasts_are_fields, setup, teardown),
        cmocka_unit_test_setup_teardown(what_a_new_part_begins_anew_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(a_muted_alarm_is_told_without_its_severity, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(each_command_that_moved_has_a_row, setup, teardown),
        cmocka_unit_test_setup_teardown(all_commands_of_a_twin_fit_into_a_message, setup, teardown),
        cmocka_unit_test_setup_teardown(a_resume_sends_what_is_newer, setup, teardown),
        cmocka_unit_test_setup_teardown(a_large_fleet_comes_in_parts, setup, teardown),
        cmocka_unit_test_setup_teardown(changes_in_parts_say_the_rev_only_when_all_are_sent, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_twin_larger_than_a_message_is_split, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
