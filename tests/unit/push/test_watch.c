// Who is told of what: twins that come and go, change their model, or are watched by many.

#include "audience.h"

static void a_twin_created_later_joins_by_a_dict(void **state) {
    struct fixture *fixture = *state;
    struct subscription *pumps =
        subscribe(fixture, "{\"ids\":[\"pump-*\"],\"fields\":[\"temperature\"]}", 0);
    dictionary(fixture, pumps);
    settle(fixture, pumps);
    plant_create(&fixture->plant, "tank", "tank-1");
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-2");
    plant_sample(&fixture->plant, pump, "temperature", value_number(20));
    assert_string_equal(next(fixture, pumps),
                        "{\"op\":\"dict\",\"sid\":7,\"from\":0,\"fields_from\":0,\"fields\":["
                        "{\"name\":\"temperature\",\"unit\":\"Cel\",\"type\":\"number\","
                        "\"kind\":\"telemetry\"}],\"twins\":[\"pump-2\"]}");
    assert_string_equal(next(fixture, pumps), "{\"op\":\"data\",\"sid\":7,\"full\":false,\"rows\":["
                                              "[0,0,20,1795370400.001,\"good\"]],\"rev\":3}");
    plant_create(&fixture->plant, "pump", "pump-3");
    settle(fixture, pumps);
    assert_string_equal(next(fixture, pumps),
                        "{\"op\":\"dict\",\"sid\":7,\"from\":1,\"twins\":[\"pump-3\"]}");
    unsubscribe(fixture, pumps);
}

static void a_deleted_twin_is_gone(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    struct twin *other = plant_create(&fixture->plant, "pump", "pump-2");
    struct subscription *one = subscribe(fixture, "{\"fields\":[\"temperature\"]}", 0);
    struct subscription *two = subscribe(fixture, "{\"ids\":[\"pump-1\"]}", 0);
    dictionary(fixture, one);
    settle(fixture, one);
    plant_sample(&fixture->plant, pump, "temperature", value_number(1));
    plant_sample(&fixture->plant, other, "temperature", value_number(2));
    plant_retire(&fixture->plant, pump);
    assert_string_equal(next(fixture, one), "{\"op\":\"gone\",\"sid\":7,\"twins\":[0]}");
    assert_string_equal(next(fixture, one), "{\"op\":\"data\",\"sid\":7,\"full\":false,\"rows\":["
                                            "[1,0,2,1795370400.002,\"good\"]],\"rev\":5}");
    assert_int_equal(two->count, 0); // it was never told of it
    unsubscribe(fixture, two);
    unsubscribe(fixture, one);
}

static void a_twin_deleted_before_it_was_told_is_never_named(void **state) {
    struct fixture *fixture = *state;
    struct subscription *first = subscribe(fixture, "{}", 0), *second = subscribe(fixture, "{}", 0);
    dictionary(fixture, first);
    settle(fixture, first);
    struct twin *a = plant_create(&fixture->plant, "tank", "tank-a");
    plant_create(&fixture->plant, "tank", "tank-b");
    struct twin *c = plant_create(&fixture->plant, "tank", "tank-c");
    plant_retire(&fixture->plant, a);
    plant_sample(&fixture->plant, c, "level", value_number(5));
    assert_string_equal(next(fixture, first),
                        "{\"op\":\"dict\",\"sid\":7,\"from\":0,\"twins\":[\"tank-c\",\"tank-b\"]}");
    settle(fixture, first);
    plant_retire(&fixture->plant, c); // through lists whose entries have moved
    assert_string_equal(next(fixture, first), "{\"op\":\"gone\",\"sid\":7,\"twins\":[0]}");
    unsubscribe(fixture, first);
    unsubscribe(fixture, second);
}

static void another_layout_clears_what_it_does_not_have(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    plant_sample(&fixture->plant, pump, "temperature", value_number(10));
    plant_sample(&fixture->plant, pump, "vibration", value_number(2));
    struct subscription *some = subscribe(
        fixture,
        "{\"ids\":[\"pump-1\"],\"fields\":[\"temperature\",\"vibration\",\"shaking_speed\"]}", 0);
    dictionary(fixture, some);
    settle(fixture, some);
    plant_use(&fixture->plant, true);
    plant_relayout(&fixture->plant, pump);
    plant_sample(&fixture->plant, pump, "shaking_speed", value_number(4));
    assert_string_equal(next(fixture, some),
                        "{\"op\":\"dict\",\"sid\":7,\"from\":1,\"fields_from\":2,\"fields\":["
                        "{\"name\":\"shaking_speed\",\"unit\":\"mm/s\",\"type\":\"number\","
                        "\"kind\":\"telemetry\"}],\"twins\":[]}");
    assert_string_equal(next(fixture, some),
                        "{\"op\":\"data\",\"sid\":7,\"full\":false,\"rows\":["
                        "[0,1,null,1795370400.003,\"good\"],[0,0,10,1795370400.001,\"good\"],"
                        "[0,2,4,1795370400.003,\"good\"]],\"rev\":5}");
    unsubscribe(fixture, some);
}

static void a_client_that_does_not_read_costs_no_memory(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    struct subscription *all = subscribe(fixture, "{}", 0);
    dictionary(fixture, all);
    settle(fixture, all);
    uint32_t capacity = all->capacity;
    for (int i = 0; i < 100000; i++)
        plant_sample(&fixture->plant, pump, "temperature", value_number(i % 50));
    assert_int_equal(all->capacity, capacity);
    assert_int_equal(all->dirty_count, 1);
    assert_int_equal(all->gone_capacity, 0);
    unsubscribe(fixture, all);
}

static void many_subscriptions_of_a_twin_come_and_go(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    struct subscription *many[40];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 40; i++) {
            many[i] = subscribe(fixture, i % 2 ? "{}" : "{\"ids\":[\"pump-1\"]}", 0);
            dictionary(fixture, many[i]);
            settle(fixture, many[i]);
        }
        for (int i = 0; i < 40; i += 3)
            unsubscribe(fixture, many[i]), many[i] = NULL;
        plant_sample(&fixture->plant, pump, "temperature", value_number(round));
        for (int i = 0; i < 40; i++)
            if (many[i]) assert_int_equal(many[i]->dirty_count, 1);
        assert_true(pump->is_watched);
        for (int i = 39; i >= 0; i--)
            if (many[i]) unsubscribe(fixture, many[i]);
        assert_false(pump->is_watched);
    }
    assert_int_equal(fixture->watch.subscription_count, 0);
    assert_int_equal(fixture->watch.slot_count, 1);
}

static void what_is_not_selected_sends_nothing(void **state) {
    struct fixture *fixture = *state;
    struct twin *pump = plant_create(&fixture->plant, "pump", "pump-1");
    struct twin *other = plant_create(&fixture->plant, "pump", "pump-2");
    struct subscription *one =
        subscribe(fixture, "{\"ids\":[\"pump-1\"],\"fields\":[\"vibration\"]}", 0);
    dictionary(fixture, one);
    settle(fixture, one);
    plant_sample(&fixture->plant, other, "vibration", value_number(1));
    assert_int_equal(one->dirty_count, 0);
    assert_false(other->is_watched);
    plant_sample(&fixture->plant, pump, "temperature", value_number(1));
    assert_string_equal(next(fixture, one), "");
    assert_int_equal(one->dirty_count, 0);
    assert_int_equal(one->complete_rev, 4); // and yet it has everything up to here
    unsubscribe(fixture, one);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_twin_created_later_joins_by_a_dict, setup, teardown),
        cmocka_unit_test_setup_teardown(a_deleted_twin_is_gone, setup, teardown),
        cmocka_unit_test_setup_teardown(a_twin_deleted_before_it_was_told_is_never_named, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(another_layout_clears_what_it_does_not_have, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_client_that_does_not_read_costs_no_memory, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(many_subscriptions_of_a_twin_come_and_go, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_selected_sends_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
