// Observers without sockets: a plant whose turns they hear of, and a sender that writes down what
// it is given.

#ifndef INGEST_TELLING_H
#define INGEST_TELLING_H

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

struct telling {
    struct plant plant;
    struct exchange exchange;
    struct observers *observers;
    struct told told[64];
    int count;
    int held;
    bool is_broken; // sending fails
    int64_t now;
};

static inline void hold(void *context, void *session) {
    (void)session;
    ((struct telling *)context)->held++;
}

static inline void release(void *context, void *session) {
    (void)session;
    ((struct telling *)context)->held--;
}

static inline int send_one(void *context, void *session, const uint8_t *token, uint8_t token_length,
                           bool is_confirmable, const struct answer *answer) {
    struct telling *telling = context;
    if (telling->is_broken) return -1;
    assert_in_range(telling->count, 0, 63);
    struct told *told = &telling->told[telling->count];
    *told = (struct told){.session = session,
                          .is_confirmable = is_confirmable,
                          .code = answer->code,
                          .observe = answer->observe};
    memcpy(told->token, token, token_length);
    snprintf(told->text, sizeof told->text, "%.*s", (int)answer->length, answer->payload);
    return 1000 + telling->count++;
}

static inline int telling_open(void **state) {
    static struct telling telling;
    memset(&telling, 0, sizeof telling);
    plant_begin(&telling.plant);
    telling.plant.is_durable_at_once = false;
    exchange_init(&telling.exchange, &telling.plant.door, telling.plant.metrics);
    struct observe_sender sender = {&telling, hold, release, send_one};
    telling.observers = observers_new(&telling.exchange, &sender);
    telling.plant.listener = telling.observers;
    telling.plant.on_change =
        (void (*)(void *, const struct twin *, const struct change *, int))observers_on_change;
    telling.now = telling.exchange.now = 1000 * (int64_t)SECOND;
    *state = &telling;
    return 0;
}

static inline int telling_close(void **state) {
    struct telling *telling = *state;
    observers_free(telling->observers);
    assert_int_equal(telling->held, 0);
    exchange_fini(&telling->exchange);
    plant_end(&telling->plant);
    return 0;
}

static inline void pass(struct telling *telling, int64_t us) {
    telling->now += us;
    telling->exchange.now = telling->now;
    observers_on_wait(telling->observers, telling->now);
}

static inline void make_durable(struct telling *telling) {
    telling->plant.durable = telling->plant.world->rev;
    observers_on_durable(telling->observers, telling->plant.durable, telling->now);
}

static inline void sample(struct telling *telling, const char *id, const char *field,
                          double number) {
    struct world *world = telling->plant.world;
    struct twin *twin = world_find(world, id, strlen(id));
    struct err err;
    const struct model *model = twin ? twin->model : world_match(world, id, strlen(id), &err);
    struct sample one = {.field = model_sample_field(model, field, strlen(field)),
                         .value = value_number(number),
                         .at = NOW + telling->now};
    struct samples_input input = {.id = id,
                                  .id_length = strlen(id),
                                  .twin = twin,
                                  .model = model,
                                  .samples = &one,
                                  .count = 1,
                                  .received = NOW};
    uint64_t rev;
    plant_samples(&telling->plant, &input, &rev, &err);
}

static inline void wish_for(struct telling *telling, const char *id, double number) {
    struct plant *plant = &telling->plant;
    struct twin *twin = world_find(plant->world, id, strlen(id));
    struct err err;
    plant_begin_turn(plant, twin);
    assert_true(changes_set(&plant->changes, model_field(twin->model, FIELD_DESIRED, "speed", 5),
                            value_number(number), &err));
    plant_close_turn(plant);
}

static inline void retire(struct telling *telling, const char *id) {
    struct plant *plant = &telling->plant;
    struct twin *twin = world_find(plant->world, id, strlen(id));
    struct change retired = {.kind = CHANGE_RETIRE};
    uint64_t rev = plant->world->rev + 1;
    plant->world->rev = twin->rev = rev;
    observers_on_change(telling->observers, twin, &retired, 1);
    world_remove(plant->world, twin);
}

static inline struct peer peer_of(int number) {
    struct peer peer = {0};
    peer.address.v4.sin_family = AF_INET;
    peer.address.v4.sin_addr.s_addr = htonl(0x0a000000 + (uint32_t)number);
    peer.address.v4.sin_port = htons(5683);
    return peer;
}

// Registers; returns the number in the answer, -1 when it is a plain GET.
static inline int64_t observe(struct telling *telling, int peer_number, const char *token,
                              const char *id, const char *leaf) {
    struct peer peer = peer_of(peer_number);
    struct request request;
    struct answer answer;
    request_init(&request, METHOD_GET);
    request.peer = &peer;
    request.path[0] = (struct slice){"t", 1};
    request.path[1] = (struct slice){id, (uint32_t)strlen(id)};
    request.path[2] = (struct slice){leaf, (uint32_t)strlen(leaf)};
    request.path_count = leaf[0] ? 3 : 2;
    exchange_answer(&telling->exchange, &request, &answer);
    assert_int_equal(answer.code, CODE_CONTENT);
    observers_add(telling->observers, (void *)(intptr_t)peer_number, (const uint8_t *)token,
                  (uint8_t)strlen(token), &request, &answer);
    return answer.observe;
}

#endif
