// Observations without sockets: what is told, when, and who is forgotten.

#include "ingest/answer.h"
#include "ingest/exchange.h"
#include "ingest/observe.h"
#include "ingest/plant.h"
#include "ingest/request.h"

#define SECOND 1000000
#define DAY (86400 * (int64_t)SECOND)

struct told { // one notification that was sent
    void *session;
    char token[9];
    bool is_confirmable;
    uint8_t code;
    int64_t observe;
    char text[300];
};

struct fixture {
    struct plant plant;
    struct exchange exchange;
    struct observers *observers;
    struct told told[64];
    int count;
    int held;
    bool is_broken; // sending fails
    int64_t now;
};

static void hold(void *context, void *session) {
    (void)session;
    ((struct fixture *)context)->held++;
}

static void release(void *context, void *session) {
    (void)session;
    ((struct fixture *)context)->held--;
}

static int send_one(void *context, void *session, const uint8_t *token, uint8_t token_length,
                    bool is_confirmable, const struct answer *answer) {
    struct fixture *fixture = context;
    if (fixture->is_broken) return -1;
    assert_in_range(fixture->count, 0, 63);
    struct told *told = &fixture->told[fixture->count];
    *told = (struct told){.session = session,
                          .is_confirmable = is_confirmable,
                          .code = answer->code,
                          .observe = answer->observe};
    memcpy(told->token, token, token_length);
    snprintf(told->text, sizeof told->text, "%.*s", (int)answer->length, answer->payload);
    return 1000 + fixture->count++;
}

static int set_up(void **state) {
    static struct fixture fixture;
    memset(&fixture, 0, sizeof fixture);
    plant_begin(&fixture.plant);
    fixture.plant.is_durable_at_once = false;
    exchange_init(&fixture.exchange, &fixture.plant.door, fixture.plant.metrics);
    struct observe_sender sender = {&fixture, hold, release, send_one};
    fixture.observers = observers_new(&fixture.exchange, &sender);
    fixture.plant.listener = fixture.observers;
    fixture.plant.on_change =
        (void (*)(void *, const struct twin *, const struct change *, int))observers_on_change;
    fixture.now = fixture.exchange.now = 1000 * (int64_t)SECOND;
    *state = &fixture;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    observers_free(fixture->observers);
    assert_int_equal(fixture->held, 0);
    exchange_fini(&fixture->exchange);
    plant_end(&fixture->plant);
    return 0;
}

static void pass(struct fixture *fixture, int64_t us) {
    fixture->now += us;
    fixture->exchange.now = fixture->now;
    observers_on_wait(fixture->observers, fixture->now);
}

static void make_durable(struct fixture *fixture) {
    fixture->plant.durable = fixture->plant.world->rev;
    observers_on_durable(fixture->observers, fixture->plant.durable, fixture->now);
}

static void sample(struct fixture *fixture, const char *id, const char *field, double number) {
    struct world *world = fixture->plant.world;
    struct twin *twin = world_find(world, id, strlen(id));
    struct err err;
    const struct model *model = twin ? twin->model : world_match(world, id, strlen(id), &err);
    struct sample one = {.field = model_sample_field(model, field, strlen(field)),
                         .value = value_number(number),
                         .at = NOW + fixture->now};
    struct samples_input input = {.id = id,
                                  .id_length = strlen(id),
                                  .twin = twin,
                                  .model = model,
                                  .samples = &one,
                                  .count = 1,
                                  .received = NOW};
    uint64_t rev;
    plant_samples(&fixture->plant, &input, &rev, &err);
}

static void wish_for(struct fixture *fixture, const char *id, double number) {
    struct plant *plant = &fixture->plant;
    struct twin *twin = world_find(plant->world, id, strlen(id));
    struct err err;
    plant_begin_turn(plant, twin);
    assert_true(changes_set(&plant->changes, model_field(twin->model, FIELD_DESIRED, "speed", 5),
                            value_number(number), &err));
    plant_close_turn(plant);
}

static void retire(struct fixture *fixture, const char *id) {
    struct plant *plant = &fixture->plant;
    struct twin *twin = world_find(plant->world, id, strlen(id));
    struct change retired = {.kind = CHANGE_RETIRE};
    uint64_t rev = plant->world->rev + 1;
    plant->world->rev = twin->rev = rev;
    observers_on_change(fixture->observers, twin, &retired, 1);
    world_remove(plant->world, twin);
}

static struct peer peer_of(int number) {
    struct peer peer = {0};
    peer.address.v4.sin_family = AF_INET;
    peer.address.v4.sin_addr.s_addr = htonl(0x0a000000 + (uint32_t)number);
    peer.address.v4.sin_port = htons(5683);
    return peer;
}

// Registers; returns the number in the answer, -1 when it is a plain GET.
static int64_t observe(struct fixture *fixture, int peer_number, const char *token, const char *id,
                       const char *leaf) {
    struct peer peer = peer_of(peer_number);
    struct request request;
    struct answer answer;
    request_init(&request, METHOD_GET);
    request.peer = &peer;
    request.path[0] = (struct slice){"t", 1};
    request.path[1] = (struct slice){id, (uint32_t)strlen(id)};
    request.path[2] = (struct slice){leaf, (uint32_t)strlen(leaf)};
    request.path_count = leaf[0] ? 3 : 2;
    exchange_answer(&fixture->exchange, &request, &answer);
    assert_int_equal(answer.code, CODE_CONTENT);
    observers_add(fixture->observers, (void *)(intptr_t)peer_number, (const uint8_t *)token,
                  (uint8_t)strlen(token), &request, &answer);
    return answer.observe;
}

static void a_change_is_told_once_it_is_durable(void **state) {
    struct fixture *fixture = *state;
    sample(fixture, "pump-1", "temperature", 20);
    assert_int_equal(observe(fixture, 1, "tokn", "pump-1", "temperature"), 1);
    pass(fixture, SECOND);
    sample(fixture, "pump-1", "temperature", 21);
    pass(fixture, 0);
    assert_int_equal(fixture->count, 0);
    make_durable(fixture);
    assert_int_equal(fixture->count, 1);
    assert_string_equal(fixture->told[0].text, "21");
    assert_string_equal(fixture->told[0].token, "tokn");
    assert_int_equal(fixture->told[0].observe, 2);
    assert_int_equal(fixture->told[0].code, CODE_CONTENT);
    assert_false(fixture->told[0].is_confirmable);
    assert_int_equal(fixture->held, 1);
}

static void what_is_told_is_the_durable_state(void **state) {
    struct fixture *fixture = *state;
    sample(fixture, "pump-1", "temperature", 20);
    observe(fixture, 1, "tokn", "pump-1", "temperature");
    pass(fixture, SECOND);
    sample(fixture, "pump-1", "temperature", 21);
    pass(fixture, 0); // written down
    uint64_t durable = fixture->plant.world->rev;
    sample(fixture, "pump-1", "temperature", 22);
    fixture->plant.durable = durable;
    observers_on_durable(fixture->observers, durable, fixture->now);
    assert_int_equal(fixture->count, 1);
    assert_string_equal(fixture->told[0].text, "21"); // 22 may still be lost
    make_durable(fixture);
    pass(fixture, SECOND);
    assert_int_equal(fixture->count, 2);
    assert_string_equal(fixture->told[1].text, "22");
}

static void other_changes_are_not_told(void **state) {
    struct fixture *fixture = *state;
    sample(fixture, "pump-1", "temperature", 20);
    sample(fixture, "pump-2", "temperature", 20);
    observe(fixture, 1, "tokn", "pump-1", "temperature");
    pass(fixture, SECOND);
    sample(fixture, "pump-1", "vibration", 1);
    sample(fixture, "pump-2", "temperature", 30);
    sample(fixture, "pump-1", "temperature", 20); // reads the same
    pass(fixture, SECOND);
    make_durable(fixture);
    pass(fixture, SECOND);
    assert_int_equal(fixture->count, 0);
}

static void a_twin_tells_all_its_values(void **state) {
    struct fixture *fixture = *state;
    sample(fixture, "pump-1", "temperature", 20);
    observe(fixture, 1, "tokn", "pump-1", "");
    pass(fixture, SECOND);
    sample(fixture, "pump-1", "vibration", 1);
    pass(fixture, 0);
    make_durable(fixture);
    assert_int_equal(fixture->count, 1);
    assert_non_null(strstr(fixture->told[0].text, "\"n\":\"temperature\""));
    assert_non_null(strstr(fixture->told[0].text, "\"n\":\"vibration\""));
    wish_for(fixture, "pump-1", 1000); // a wish is not a value
    pass(fixture, SECOND);
    make_durable(fixture);
    assert_int_equal(fixture->count, 1);
}

static void fast_changes_are_told_ten_times_a_second(void **state) {
    struct fixture *fixture = *state;
    sample(fixture, "pump-1", "temperature", 0);
    observe(fixture, 1, "tokn", "pump-1", "temperature");
    for (int i = 1; i <= 1050; i++) { // 1000 a second
        sample(fixture, "pump-1", "temperature", 20 + i * 0.001);
        pass(fixture, SECOND / 1000);
        make_durable(fixture);
        if (fixture->count > 0 && fixture->told[fixture->count - 1].is_confirmable)
            observers_on_ack(fixture->observers, &(struct peer){.address = peer_of(1).address},
                             (uint16_t)(1000 + fixture->count - 1));
    }
    assert_int_equal(fixture->count, 10);
    assert_int_equal(observers_delay(fixture->observers, fixture->now), 50000);
    pass(fixture, SECOND);
    make_durable(fixture);
    assert_string_equal(fixture->told[fixture->count - 1].text, "21.05"); // the last state, always
    assert_int_equal(observers_delay(fixture->observers, fixture->now), -1);
}

static void numbers_grow_and_every_eighth_is_confirmed(void **state) {
    struct fixture *fixture = *state;
    struct peer peer = peer_of(1);
    sample(fixture, "pump-1", "temperature", 0);
    observe(fixture, 1, "tokn", "pump-1", "temperature");
    for (int i = 0; i < 20; i++) {
        pass(fixture, SECOND);
        sample(fixture, "pump-1", "temperature", i + 1);
        pass(fixture, 0);
        make_durable(fixture);
        assert_int_equal(fixture->count, i + 1);
        assert_int_equal(fixture->told[i].observe, i + 2);
        assert_int_equal(fixture->told[i].is_confirmable, i % 8 == 7);
        assert_int_equal(observers_unacked(fixture->observers), i % 8 == 7);
        if (i % 8 == 7) observers_on_ack(fixture->observers, &peer, (uint16_t)(1000 + i));
        assert_int_equal(observers_unacked(fixture->observers), 0);
    }
}

static void one_is_under_way_at_a_time(void **state) {
    struct fixture *fixture = *state;
    struct peer peer = peer_of(1);
    sample(fixture, "pump-1", "speed", 1000);
    observe(fixture, 1, "tokn", "pump-1", "desired");
    pass(fixture, SECOND);
    wish_for(fixture, "pump-1", 1100);
    pass(fixture, 0);
    make_durable(fixture);
    assert_int_equal(fixture->count, 1);
    assert_true(fixture->told[0].is_confirmable);
    for (int i = 0; i < 5; i++) {
        wish_for(fixture, "pump-1", 1200 + i);
        pass(fixture, SECOND);
        make_durable(fixture);
    }
    assert_int_equal(fixture->count, 1); // not acknowledged yet
    observers_on_ack(fixture->observers, &peer, 999);
    pass(fixture, SECOND);
    assert_int_equal(fixture->count, 1); // that was another one
    observers_on_ack(fixture->observers, &peer, 1000);
    pass(fixture, 0);
    assert_int_equal(fixture->count, 2);
    assert_non_null(strstr(fixture->told[1].text, "1204"));
}

static void a_wish_is_told_until_it_is_fulfilled(void **state) {
    struct fixture *fixture = *state;
    struct peer peer = peer_of(1);
    sample(fixture, "pump-1", "speed", 1000);
    observe(fixture, 1, "tokn", "pump-1", "desired");
    pass(fixture, SECOND);
    wish_for(fixture, "pump-1", 1500);
    pass(fixture, 0);
    make_durable(fixture);
    assert_int_equal(fixture->count, 1);
    assert_non_null(strstr(fixture->told[0].text, "\"n\":\"speed\",\"u\":\"1/min\",\"v\":1500"));
    observers_on_ack(fixture->observers, &peer, 1000);
    pass(fixture, SECOND);
    sample(fixture, "pump-1", "temperature", 20); // nothing to do with it
    sample(fixture, "pump-1", "speed", 1400);     // differs still, in the same way
    pass(fixture, SECOND);
    make_durable(fixture);
    assert_int_equal(fixture->count, 1);
    sample(fixture, "pump-1", "speed", 1500);
    pass(fixture, SECOND);
    make_durable(fixture);
    assert_int_equal(fixture->count, 2);
    assert_string_equal(fixture->told[1].text, "[]");
    assert_true(fixture->told[1].is_confirmable);
}

static void a_reset_or_a_cancel_ends_an_observation(void **state) {
    struct fixture *fixture = *state;
    struct peer peer = peer_of(1), other = peer_of(2);
    sample(fixture, "pump-1", "temperature", 20);
    observe(fixture, 1, "a", "pump-1", "temperature");
    observe(fixture, 1, "b", "pump-1", "temperature");
    observe(fixture, 2, "a", "pump-1", "temperature");
    pass(fixture, SECOND);
    sample(fixture, "pump-1", "temperature", 21);
    pass(fixture, 0);
    make_durable(fixture);
    assert_int_equal(fixture->count, 3);
    for (int i = 0; i < 3; i++)
        if (fixture->told[i].session == (void *)1 && fixture->told[i].token[0] == 'a') {
            observers_on_reset(fixture->observers, &other, (uint16_t)(1000 + i)); // not his
            assert_int_equal(observers_count(fixture->observers), 3);
            observers_on_reset(fixture->observers, &peer, (uint16_t)(1000 + i));
        }
    assert_int_equal(observers_count(fixture->observers), 2);
    observers_remove(fixture->observers, &peer, (const uint8_t *)"b", 1);
    observers_remove(fixture->observers, &peer, (const uint8_t *)"c", 1);
    assert_int_equal(observers_count(fixture->observers), 1);
    assert_int_equal(fixture->held, 1);
    assert_true(world_find(fixture->plant.world, "pump-1", 6)->is_observed);
    observers_remove(fixture->observers, &other, (const uint8_t *)"a", 1);
    assert_false(world_find(fixture->plant.world, "pump-1", 6)->is_observed);
}

static void the_same_token_renews(void **state) {
    struct fixture *fixture = *state;
    sample(fixture, "pump-1", "temperature", 20);
    assert_int_equal(observe(fixture, 1, "tokn", "pump-1", "temperature"), 1);
    assert_int_equal(observe(fixture, 1, "tokn", "pump-1", "temperature"), 2);
    assert_int_equal(observers_count(fixture->observers), 1);
    assert_int_equal(fixture->held, 1);
}

static void a_peer_has_eight_observations(void **state) {
    struct fixture *fixture = *state;
    char token[2] = "a";
    sample(fixture, "pump-1", "temperature", 20);
    for (int i = 0; i < 8; i++, token[0]++)
        assert_int_equal(observe(fixture, 1, token, "pump-1", "temperature"), 1);
    assert_int_equal(observe(fixture, 1, token, "pump-1", "temperature"), -1);
    assert_int_equal(observers_count(fixture->observers), 8);
    assert_int_equal(observe(fixture, 1, "a", "pump-1", "temperature"),
                     2); // a renewal is none more
    assert_int_equal(observe(fixture, 2, "a", "pump-1", "temperature"), 1);
}

static void all_have_fifty_thousand(void **state) {
    struct fixture *fixture = *state;
    sample(fixture, "pump-1", "temperature", 20);
    for (int i = 0; i < OBSERVE_ALL_MAX; i++)
        assert_int_equal(observe(fixture, i, "a", "pump-1", "temperature"), 1);
    assert_int_equal(observe(fixture, OBSERVE_ALL_MAX, "a", "pump-1", "temperature"), -1);
    assert_int_equal(observers_count(fixture->observers), OBSERVE_ALL_MAX);
    for (int i = 0; i < OBSERVE_ALL_MAX; i += 2) {
        struct peer peer = peer_of(i);
        observers_remove(fixture->observers, &peer, (const uint8_t *)"a", 1);
    }
    assert_int_equal(observers_count(fixture->observers), OBSERVE_ALL_MAX / 2);
}

static void a_twin_that_is_gone_is_told_and_forgotten(void **state) {
    struct fixture *fixture = *state;
    sample(fixture, "pump-1", "temperature", 20);
    observe(fixture, 1, "tokn", "pump-1", "temperature");
    pass(fixture, SECOND);
    retire(fixture, "pump-1");
    sample(fixture, "pump-1", "temperature", 30); // another twin of the same name
    pass(fixture, 0);
    make_durable(fixture);
    assert_int_equal(fixture->count, 1);
    assert_int_equal(fixture->told[0].code, CODE_NOT_FOUND);
    assert_int_equal(fixture->told[0].observe, -1);
    assert_int_equal(observers_count(fixture->observers), 0);
}

static void a_day_of_silence_ends_with_a_confirmed_one(void **state) {
    struct fixture *fixture = *state;
    sample(fixture, "pump-1", "temperature", 20);
    observe(fixture, 1, "tokn", "pump-1", "temperature");
    make_durable(fixture);
    pass(fixture, DAY - SECOND);
    observers_on_day(fixture->observers, fixture->now);
    pass(fixture, 0);
    assert_int_equal(fixture->count, 0);
    pass(fixture, SECOND);
    observers_on_day(fixture->observers, fixture->now);
    pass(fixture, 0);
    assert_int_equal(fixture->count, 1);
    assert_true(fixture->told[0].is_confirmable);
    assert_string_equal(fixture->told[0].text, "20");
}

static void one_that_cannot_be_told_is_forgotten(void **state) {
    struct fixture *fixture = *state;
    sample(fixture, "pump-1", "temperature", 20);
    observe(fixture, 1, "tokn", "pump-1", "temperature");
    pass(fixture, SECOND);
    sample(fixture, "pump-1", "temperature", 21);
    pass(fixture, 0);
    fixture->is_broken = true;
    make_durable(fixture);
    assert_int_equal(observers_count(fixture->observers), 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
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
        TEST(one_that_cannot_be_told_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
