// Observations without sockets: what is told, when, and who is forgotten.

#include "ingest/telling.h"

static void a_change_is_told_once_it_is_durable(void **state) {
    struct telling *telling = *state;
    sample(telling, "pump-1", "temperature", 20);
    assert_int_equal(observe(telling, 1, "tokn", "pump-1", "temperature"), 1);
    pass(telling, SECOND);
    sample(telling, "pump-1", "temperature", 21);
    pass(telling, 0);
    assert_int_equal(telling->count, 0);
    make_durable(telling);
    assert_int_equal(telling->count, 1);
    assert_string_equal(telling->told[0].text, "21");
    assert_string_equal(telling->told[0].token, "tokn");
    assert_int_equal(telling->told[0].observe, 2);
    assert_int_equal(telling->told[0].code, CODE_CONTENT);
    assert_false(telling->told[0].is_confirmable);
    assert_int_equal(telling->held, 1);
}

static void what_is_told_is_the_durable_state(void **state) {
    struct telling *telling = *state;
    sample(telling, "pump-1", "temperature", 20);
    observe(telling, 1, "tokn", "pump-1", "temperature");
    pass(telling, SECOND);
    sample(telling, "pump-1", "temperature", 21);
    pass(telling, 0); // written down
    uint64_t durable = telling->plant.world->rev;
    sample(telling, "pump-1", "temperature", 22);
    telling->plant.durable = durable;
    observers_on_durable(telling->observers, durable, telling->now);
    assert_int_equal(telling->count, 1);
    assert_string_equal(telling->told[0].text, "21"); // 22 may still be lost
    make_durable(telling);
    pass(telling, SECOND);
    assert_int_equal(telling->count, 2);
    assert_string_equal(telling->told[1].text, "22");
}

static void other_changes_are_not_told(void **state) {
    struct telling *telling = *state;
    sample(telling, "pump-1", "temperature", 20);
    sample(telling, "pump-2", "temperature", 20);
    observe(telling, 1, "tokn", "pump-1", "temperature");
    pass(telling, SECOND);
    sample(telling, "pump-1", "vibration", 1);
    sample(telling, "pump-2", "temperature", 30);
    sample(telling, "pump-1", "temperature", 20); // reads the same
    pass(telling, SECOND);
    make_durable(telling);
    pass(telling, SECOND);
    assert_int_equal(telling->count, 0);
}

static void a_twin_tells_all_its_values(void **state) {
    struct telling *telling = *state;
    sample(telling, "pump-1", "temperature", 20);
    observe(telling, 1, "tokn", "pump-1", "");
    pass(telling, SECOND);
    sample(telling, "pump-1", "vibration", 1);
    pass(telling, 0);
    make_durable(telling);
    assert_int_equal(telling->count, 1);
    assert_non_null(strstr(telling->told[0].text, "\"n\":\"temperature\""));
    assert_non_null(strstr(telling->told[0].text, "\"n\":\"vibration\""));
    wish_for(telling, "pump-1", 1000); // a wish is not a value
    pass(telling, SECOND);
    make_durable(telling);
    assert_int_equal(telling->count, 1);
}

static void fast_changes_are_told_ten_times_a_second(void **state) {
    struct telling *telling = *state;
    sample(telling, "pump-1", "temperature", 0);
    observe(telling, 1, "tokn", "pump-1", "temperature");
    for (int i = 1; i <= 1050; i++) { // 1000 a second
        sample(telling, "pump-1", "temperature", 20 + i * 0.001);
        pass(telling, SECOND / 1000);
        make_durable(telling);
        if (telling->count > 0 && telling->told[telling->count - 1].is_confirmable)
            observers_on_ack(telling->observers, &(struct peer){.address = peer_of(1).address},
                             (uint16_t)(1000 + telling->count - 1));
    }
    assert_int_equal(telling->count, 10);
    assert_int_equal(observers_delay(telling->observers, telling->now), 50000);
    pass(telling, SECOND);
    make_durable(telling);
    assert_string_equal(telling->told[telling->count - 1].text, "21.05"); // the last state, always
    assert_int_equal(observers_delay(telling->observers, telling->now), -1);
}

static void numbers_grow_and_every_eighth_is_confirmed(void **state) {
    struct telling *telling = *state;
    struct peer peer = peer_of(1);
    sample(telling, "pump-1", "temperature", 0);
    observe(telling, 1, "tokn", "pump-1", "temperature");
    for (int i = 0; i < 20; i++) {
        pass(telling, SECOND);
        sample(telling, "pump-1", "temperature", i + 1);
        pass(telling, 0);
        make_durable(telling);
        assert_int_equal(telling->count, i + 1);
        assert_int_equal(telling->told[i].observe, i + 2);
        assert_int_equal(telling->told[i].is_confirmable, i % 8 == 7);
        if (i % 8 == 7) observers_on_ack(telling->observers, &peer, (uint16_t)(1000 + i));
    }
}

static void one_is_under_way_at_a_time(void **state) {
    struct telling *telling = *state;
    struct peer peer = peer_of(1);
    sample(telling, "pump-1", "speed", 1000);
    observe(telling, 1, "tokn", "pump-1", "desired");
    pass(telling, SECOND);
    wish_for(telling, "pump-1", 1100);
    pass(telling, 0);
    make_durable(telling);
    assert_int_equal(telling->count, 1);
    assert_true(telling->told[0].is_confirmable);
    for (int i = 0; i < 5; i++) {
        wish_for(telling, "pump-1", 1200 + i);
        pass(telling, SECOND);
        make_durable(telling);
    }
    assert_int_equal(telling->count, 1); // not acknowledged yet
    observers_on_ack(telling->observers, &peer, 999);
    pass(telling, SECOND);
    assert_int_equal(telling->count, 1); // that was another one
    observers_on_ack(telling->observers, &peer, 1000);
    pass(telling, 0);
    assert_int_equal(telling->count, 2);
    assert_non_null(strstr(telling->told[1].text, "1204"));
}

static void a_wish_is_told_until_it_is_fulfilled(void **state) {
    struct telling *telling = *state;
    struct peer peer = peer_of(1);
    sample(telling, "pump-1", "speed", 1000);
    observe(telling, 1, "tokn", "pump-1", "desired");
    pass(telling, SECOND);
    wish_for(telling, "pump-1", 1500);
    pass(telling, 0);
    make_durable(telling);
    assert_int_equal(telling->count, 1);
    assert_non_null(strstr(telling->told[0].text, "\"n\":\"speed\",\"u\":\"1/min\",\"v\":1500"));
    observers_on_ack(telling->observers, &peer, 1000);
    pass(telling, SECOND);
    sample(telling, "pump-1", "temperature", 20); // nothing to do with it
    sample(telling, "pump-1", "speed", 1400);     // differs still, in the same way
    pass(telling, SECOND);
    make_durable(telling);
    assert_int_equal(telling->count, 1);
    sample(telling, "pump-1", "speed", 1500);
    pass(telling, SECOND);
    make_durable(telling);
    assert_int_equal(telling->count, 2);
    assert_string_equal(telling->told[1].text, "[]");
    assert_true(telling->told[1].is_confirmable);
}

static void a_reset_or_a_cancel_ends_an_observation(void **state) {
    struct telling *telling = *state;
    struct peer peer = peer_of(1), other = peer_of(2);
    sample(telling, "pump-1", "temperature", 20);
    observe(telling, 1, "a", "pump-1", "temperature");
    observe(telling, 1, "b", "pump-1", "temperature");
    observe(telling, 2, "a", "pump-1", "temperature");
    pass(telling, SECOND);
    sample(telling, "pump-1", "temperature", 21);
    pass(telling, 0);
    make_durable(telling);
    assert_int_equal(telling->count, 3);
    for (int i = 0; i < 3; i++)
        if (telling->told[i].session == (void *)1 && telling->told[i].token[0] == 'a') {
            observers_on_reset(telling->observers, &other, (uint16_t)(1000 + i)); // not his
            assert_int_equal(observers_count(telling->observers), 3);
            observers_on_reset(telling->observers, &peer, (uint16_t)(1000 + i));
        }
    assert_int_equal(observers_count(telling->observers), 2);
    observers_remove(telling->observers, &peer, (const uint8_t *)"b", 1);
    observers_remove(telling->observers, &peer, (const uint8_t *)"c", 1);
    assert_int_equal(observers_count(telling->observers), 1);
    assert_int_equal(telling->held, 1);
    assert_true(world_find(telling->plant.world, "pump-1", 6)->is_observed);
    observers_remove(telling->observers, &other, (const uint8_t *)"a", 1);
    assert_false(world_find(telling->plant.world, "pump-1", 6)->is_observed);
}

static void the_same_token_renews(void **state) {
    struct telling *telling = *state;
    sample(telling, "pump-1", "temperature", 20);
    assert_int_equal(observe(telling, 1, "tokn", "pump-1", "temperature"), 1);
    assert_int_equal(observe(telling, 1, "tokn", "pump-1", "temperature"), 2);
    assert_int_equal(observers_count(telling->observers), 1);
    assert_int_equal(telling->held, 1);
}

static void a_peer_has_eight_observations(void **state) {
    struct telling *telling = *state;
    char token[2] = "a";
    sample(telling, "pump-1", "temperature", 20);
    for (int i = 0; i < 8; i++, token[0]++)
        assert_int_equal(observe(telling, 1, token, "pump-1", "temperature"), 1);
    assert_int_equal(observe(telling, 1, token, "pump-1", "temperature"), -1);
    assert_int_equal(observers_count(telling->observers), 8);
    assert_int_equal(observe(telling, 1, "a", "pump-1", "temperature"),
                     2); // a renewal is none more
    assert_int_equal(observe(telling, 2, "a", "pump-1", "temperature"), 1);
}

static void all_have_fifty_thousand(void **state) {
    struct telling *telling = *state;
    sample(telling, "pump-1", "temperature", 20);
    for (int i = 0; i < OBSERVE_ALL_MAX; i++)
        assert_int_equal(observe(telling, i, "a", "pump-1", "temperature"), 1);
    assert_int_equal(observe(telling, OBSERVE_ALL_MAX, "a", "pump-1", "temperature"), -1);
    assert_int_equal(observers_count(telling->observers), OBSERVE_ALL_MAX);
    for (int i = 0; i < OBSERVE_ALL_MAX; i += 2) {
        struct peer peer = peer_of(i);
        observers_remove(telling->observers, &peer, (const uint8_t *)"a", 1);
    }
    assert_int_equal(observers_count(telling->observers), OBSERVE_ALL_MAX / 2);
}

static void a_twin_that_is_gone_is_told_and_forgotten(void **state) {
    struct telling *telling = *state;
    sample(telling, "pump-1", "temperature", 20);
    observe(telling, 1, "tokn", "pump-1", "temperature");
    pass(telling, SECOND);
    retire(telling, "pump-1");
    sample(telling, "pump-1", "temperature", 30); // another twin of the same name
    pass(telling, 0);
    make_durable(telling);
    assert_int_equal(telling->count, 1);
    assert_int_equal(telling->told[0].code, CODE_NOT_FOUND);
    assert_int_equal(telling->told[0].observe, -1);
    assert_int_equal(observers_count(telling->observers), 0);
}

static void a_day_of_silence_ends_with_a_confirmed_one(void **state) {
    struct telling *telling = *state;
    sample(telling, "pump-1", "temperature", 20);
    observe(telling, 1, "tokn", "pump-1", "temperature");
    make_durable(telling);
    pass(telling, DAY - SECOND);
    observers_on_day(telling->observers, telling->now);
    pass(telling, 0);
    assert_int_equal(telling->count, 0);
    pass(telling, SECOND);
    observers_on_day(telling->observers, telling->now);
    pass(telling, 0);
    assert_int_equal(telling->count, 1);
    assert_true(telling->told[0].is_confirmable);
    assert_string_equal(telling->told[0].text, "20");
}

// libcoap goes on with a confirmable one though nobody wants it any more.
static void ticks_last_as_long_as_a_confirmable_one_may_be_sent(void **state) {
    struct telling *telling = *state;
    struct peer peer = peer_of(1);
    sample(telling, "pump-1", "speed", 1000);
    assert_false(observers_are_told(telling->observers, telling->now));
    observe(telling, 1, "tokn", "pump-1", "desired");
    assert_true(observers_are_told(telling->observers, telling->now));
    assert_false(observers_need_ticks(telling->observers, telling->now));
    pass(telling, SECOND);
    wish_for(telling, "pump-1", 1100);
    pass(telling, 0);
    make_durable(telling);
    observers_remove(telling->observers, &peer, (const uint8_t *)"tokn", 4);
    assert_true(observers_need_ticks(telling->observers, telling->now + 90 * (int64_t)SECOND));
    assert_true(observers_are_told(telling->observers, telling->now + 90 * (int64_t)SECOND));
    assert_false(observers_are_told(telling->observers, telling->now + 94 * (int64_t)SECOND));
}

static void one_that_cannot_be_told_is_forgotten(void **state) {
    struct telling *telling = *state;
    sample(telling, "pump-1", "temperature", 20);
    observe(telling, 1, "tokn", "pump-1", "temperature");
    pass(telling, SECOND);
    sample(telling, "pump-1", "temperature", 21);
    pass(telling, 0);
    telling->is_broken = true;
    make_durable(telling);
    assert_int_equal(observers_count(telling->observers), 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, telling_open, telling_close)
    const struct CMUnitTest tests[] = {
        TEST(a_change_is_told_once_it_is_durable),
        TEST(what_is_told_is_the_durable_state),
        TEST(other_changes_are_not_told),
        TEST(a_twin_tells_all_its_values),
        TEST(fast_changes_are_told_ten_times_a_second),
        TEST(numbers_grow_and_every_eighth_is_confirmed),
        TEST(one_is_under_way_at_a_time),
        TEST(a_wish_is_told_until_it_is_fulfilled),
        TEST(a_reset_or_a_cancel_ends_an_observation),
        TEST(the_same_token_renews),
        TEST(a_peer_has_eight_observations),
        TEST(all_have_fifty_thousand),
        TEST(a_twin_that_is_gone_is_told_and_forgotten),
        TEST(a_day_of_silence_ends_with_a_confirmed_one),
        TEST(ticks_last_as_long_as_a_confirmable_one_may_be_sent),
        TEST(one_that_cannot_be_told_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
