// A plant to test against: the real loop and sockets on a thread of their own, a world with two
// models, and a door that turns samples without scripts and without a disk. What is "durable" is
// what the test says.

#ifndef INGEST_PLANT_H
#define INGEST_PLANT_H

#include "base/err.h"
#include "base/logger.h"
#include "base/loop.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "ingest/check.h"
#include "ingest/ingest.h"
#include "ingest/message.h"
#include "ingest/refusing.h"
#include "twin/change.h"
#include "twin/command.h"
#include "twin/input.h"
#include "twin/model.h"
#include "twin/world.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NOW 1795370400000000 // 2026-11-22T18:00:00Z

struct plant {
    struct world *world;
    struct changes changes;
    struct region region;
    struct door door;
    struct logger logger;
    struct metrics *metrics;
    struct loop *loop;
    struct ingest *ingest;
    pthread_t thread;
    atomic_bool is_durable_at_once; // else only up to `durable`
    uint64_t durable;
    bool is_full; // the disk
    // Instead of the ingest, when it is not open.
    void (*on_change)(void *listener, const struct twin *twin, const struct change *changes,
                      int count);
    void *listener;
    int turns;
    uint64_t message;                         // key of the last input
    char actor[64];                           // of the last input
    void (*_Atomic job)(struct plant *plant); // to be run on the loop's thread
    sem_t job_done;
    int client; // a connected socket
    uint16_t next_id;
};

static inline uint64_t plant_close_turn(struct plant *plant) {
    struct twin *twin = plant->changes.twin;
    plant->world->rev = twin->rev = plant->changes.rev;
    if (plant->on_change)
        plant->on_change(plant->listener, twin, plant->changes.list, plant->changes.count);
    else
        ingest_on_change(plant->ingest, twin, plant->changes.list, plant->changes.count);
    return twin->rev;
}

static inline void plant_begin_turn(struct plant *plant, struct twin *twin) {
    region_reset(&plant->region);
    changes_begin(&plant->changes, twin, plant->world->rev + 1, NOW);
}

static inline bool plant_samples(void *context, struct samples_input *input, uint64_t *rev,
                                 struct err *err) {
    struct plant *plant = context;
    enum quality quality;
    if (plant->is_full) return err_set(err, ERR_UNAVAILABLE, "the disk is full");
    plant_begin_turn(plant, input->twin);
    if (!input->twin) {
        struct change create = {.kind = CHANGE_CREATE,
                                .other = plant->world->next_number,
                                .layout = input->model->layout,
                                .at = NOW};
        create.text.text = region_copy(&plant->region, input->id, input->id_length);
        create.text.length = (uint32_t)input->id_length;
        changes_add(&plant->changes, &create);
    }
    for (int i = 0; i < input->count; i++)
        changes_sample(&plant->changes, input->samples[i].field, input->samples[i].value,
                       input->samples[i].at, &quality);
    plant->turns++;
    plant->message = input->message;
    snprintf(plant->actor, sizeof plant->actor, "%.*s", input->actor.length, input->actor.bytes);
    *rev = plant_close_turn(plant);
    return true;
}

static inline bool plant_command_moved(void *context, struct twin *twin, uint32_t id,
                                       enum command_state state, const char *result,
                                       const struct actor *actor, uint64_t *rev, struct err *err) {
    struct plant *plant = context;
    const struct command *command = twin_command(twin, id);
    if (plant->is_full) return err_set(err, ERR_UNAVAILABLE, "the disk is full");
    if (!command) return err_set(err, ERR_NOT_FOUND, "there is no command %u", id);
    *rev = twin->rev;
    bool is_same = command->state == state && strcmp(command->result, result) == 0;
    if (!command_is_open(command))
        return is_same || err_set(err, ERR_CONFLICT, "command %u ended already", id);
    plant->turns++;
    snprintf(plant->actor, sizeof plant->actor, "%.*s", actor->length, actor->bytes);
    plant_begin_turn(plant, twin);
    for (uint32_t i = 0; i < twin->command_count; i++)
        if (twin->commands[i].id == id ||
            (state == COMMAND_SENT && twin->commands[i].state == COMMAND_QUEUED))
            command_move(&plant->changes, twin->commands[i].id, state, result);
    *rev = plant_close_turn(plant);
    return true;
}

static inline uint64_t plant_durable(void *context) {
    return ((struct plant *)context)->durable;
}

static inline int64_t plant_now(void *context) {
    (void)context;
    return NOW;
}

static inline const struct model *plant_pump(struct world *world) {
    struct model *model = model_new("pump");
    free(model->match);
    model->match = xstrdup("pump-*");
    struct field *field = model_add_field(model, FIELD_TELEMETRY, "temperature");
    free(field->unit);
    field->unit = xstrdup("Cel");
    field->has_range = true;
    field->low = -20;
    field->high = 150;
    field = model_add_field(model, FIELD_TELEMETRY, "vibration");
    free(field->unit);
    field->unit = xstrdup("mm/s");
    field = model_add_field(model, FIELD_REPORTED, "speed");
    free(field->unit);
    field->unit = xstrdup("1/min");
    field->is_writable = true;
    field = model_add_field(model, FIELD_DESIRED, "speed");
    free(field->unit);
    field->unit = xstrdup("1/min");
    model_add_field(model, FIELD_REPORTED, "is_on")->type = VALUE_BOOLEAN;
    model_add_field(model, FIELD_REPORTED, "firmware")->type = VALUE_TEXT;
    model_add_field(model, FIELD_DERIVED, "health");
    model_add_field(model, FIELD_TELEMETRY, "position")->type = VALUE_LOCATION;
    model_finish(model);
    return world_adopt_model(world, model);
}

static inline const struct model *plant_tank(struct world *world) {
    struct model *model = model_new("tank");
    free(model->match);
    model->match = xstrdup("tank-*");
    struct field *field = model_add_field(model, FIELD_TELEMETRY, "level");
    free(field->unit);
    field->unit = xstrdup("m");
    model_finish(model);
    return world_adopt_model(world, model);
}

// The committer, as far as one is needed: on the loop's thread, before each wait.
static inline void plant_before_wait(void *context) {
    struct plant *plant = context;
    void (*job)(struct plant *) = atomic_exchange(&plant->job, NULL);
    if (job) {
        job(plant);
        sem_post(&plant->job_done);
    }
    if (plant->is_durable_at_once) plant->durable = plant->world->rev;
    if (plant->durable < plant->world->rev) return;
    void *replies = ingest_take_replies(plant->ingest);
    if (replies) ingest_send_replies(replies);
    ingest_on_durable(plant->ingest, plant->durable);
}

static inline void *plant_run(void *context) {
    loop_run(((struct plant *)context)->loop);
    return NULL;
}

static inline int plant_client(struct plant *plant) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = 10}; // only a test that fails waits so long
    to.sin_port = htons((uint16_t)atoi(strrchr(ingest_address(plant->ingest), ':') + 1));
    int client = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(connect(client, (struct sockaddr *)&to, sizeof to), 0);
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return client;
}

// The world and the door alone, without sockets.
static inline void plant_begin(struct plant *plant) {
    *plant = (struct plant){.world = world_new(), .metrics = metrics_new(), .next_id = 100};
    plant->logger.level = LOG_LEVEL_ERROR;
    changes_init(&plant->changes, plant->world, &plant->region);
    const struct model *models[] = {plant_pump(plant->world), plant_tank(plant->world)};
    world_set_current(plant->world, models, 2);
    plant->door = (struct door){.context = plant,
                                .world = plant->world,
                                .samples = plant_samples,
                                .refused = refusals_note,
                                .command_moved = plant_command_moved,
                                .durable = plant_durable,
                                .now = plant_now};
    plant->is_durable_at_once = true;
}

static inline void plant_end(struct plant *plant) {
    world_free(plant->world);
    changes_fini(&plant->changes);
    region_fini(&plant->region);
    metrics_free(plant->metrics);
}

static inline struct ingest *plant_ingest(struct plant *plant, const char *address,
                                          bool is_library_only, double rate, struct err *err) {
    struct ingest_options options = {.address = address,
                                     .door = &plant->door,
                                     .logger = &plant->logger,
                                     .metrics = plant->metrics,
                                     .loop = plant->loop,
                                     .rate = rate,
                                     .is_library_only = is_library_only};
    return ingest_open(&options, err);
}

static inline void plant_open(struct plant *plant, bool is_library_only, double rate) {
    struct err err = {0};
    plant_begin(plant);
    sem_init(&plant->job_done, 0, 0);
    plant->loop = loop_new(&err);
    plant->ingest = plant_ingest(plant, "127.0.0.1:0", is_library_only, rate, &err);
    if (!plant->ingest) fail_msg("%s", err.text);
    loop_before_wait(plant->loop, plant_before_wait, plant);
    plant->client = plant_client(plant);
    pthread_create(&plant->thread, NULL, plant_run, plant);
}

// Runs `job` between two turns and waits for it.
static inline void plant_do(struct plant *plant, void (*job)(struct plant *plant)) {
    atomic_store(&plant->job, job);
    loop_wake(plant->loop);
    sem_wait(&plant->job_done);
}

static inline void plant_stop(struct plant *plant) {
    loop_stop(plant->loop);
}

static inline void plant_close(struct plant *plant) {
    plant_do(plant, plant_stop);
    pthread_join(plant->thread, NULL);
    close(plant->client);
    ingest_close(plant->ingest);
    loop_free(plant->loop);
    plant_end(plant);
    sem_destroy(&plant->job_done);
}

static inline void plant_make_durable(struct plant *plant) {
    plant->durable = plant->world->rev;
}

// ---- a client ----

struct wish { // a request
    enum message_type type;
    uint8_t code;
    const char *path;                                    // "t/pump-1"
    const char *query;                                   // one, or NULL
    int format, accept;                                  // -1: none
    int64_t observe, block1, block2, size1, no_response; // -1: none
    int hop_limit;
    const void *payload;
    size_t length;
    const char *token;
    uint16_t id; // 0: the next one
};

static inline struct wish wish(uint8_t code, const char *path) {
    return (struct wish){.type = MESSAGE_CON,
                         .code = code,
                         .path = path,
                         .format = -1,
                         .accept = -1,
                         .observe = -1,
                         .block1 = -1,
                         .block2 = -1,
                         .size1 = -1,
                         .no_response = -1,
                         .hop_limit = -1,
                         .token = "tokn"};
}

static inline struct wish wish_post(const char *path, int format, const char *payload) {
    struct wish post = wish(2, path);
    post.format = format;
    post.payload = payload;
    post.length = strlen(payload);
    return post;
}

static inline struct wish wish_put(const char *path, const char *payload) {
    struct wish put = wish_post(path, 0, payload);
    put.code = 3;
    return put;
}

static inline size_t wish_write(struct plant *plant, const struct wish *wish, uint8_t *bytes) {
    uint16_t last = 0, id = wish->id ? wish->id : plant->next_id++;
    uint8_t *out = message_write_header(bytes, wish->type, wish->code, id,
                                        (const uint8_t *)wish->token, (uint8_t)strlen(wish->token));
    if (wish->observe >= 0)
        out = option_write_uint(out, &last, OPTION_OBSERVE, (uint32_t)wish->observe);
    for (const char *at = wish->path; *at;) {
        size_t length = strcspn(at, "/");
        out = option_write(out, &last, OPTION_URI_PATH, at, (uint16_t)length);
        at += length + (at[length] == '/');
    }
    if (wish->format >= 0)
        out = option_write_uint(out, &last, OPTION_CONTENT_FORMAT, (uint32_t)wish->format);
    if (wish->query)
        out =
            option_write(out, &last, OPTION_URI_QUERY, wish->query, (uint16_t)strlen(wish->query));
    if (wish->hop_limit >= 0)
        out = option_write_uint(out, &last, OPTION_HOP_LIMIT, (uint32_t)wish->hop_limit);
    if (wish->accept >= 0)
        out = option_write_uint(out, &last, OPTION_ACCEPT, (uint32_t)wish->accept);
    if (wish->block2 >= 0)
        out = option_write_uint(out, &last, OPTION_BLOCK2, (uint32_t)wish->block2);
    if (wish->block1 >= 0)
        out = option_write_uint(out, &last, OPTION_BLOCK1, (uint32_t)wish->block1);
    if (wish->size1 >= 0) out = option_write_uint(out, &last, OPTION_SIZE1, (uint32_t)wish->size1);
    if (wish->no_response >= 0)
        out = option_write_uint(out, &last, OPTION_NO_RESPONSE, (uint32_t)wish->no_response);
    return (size_t)(payload_write(out, wish->payload, wish->length) - bytes);
}

struct got { // an answer
    uint8_t bytes[2000];
    size_t length;
    struct message message;
    char text[1500];                                         // the payload and a NUL
    int64_t format, observe, max_age, block1, block2, size1; // -1: none
    uint64_t etag;
};

static inline void plant_send(struct plant *plant, const void *bytes, size_t length) {
    assert_int_equal(send(plant->client, bytes, length, 0), (ssize_t)length);
}

static inline void plant_receive(struct plant *plant, struct got *got) {
    ssize_t length = recv(plant->client, got->bytes, sizeof got->bytes, 0);
    if (length < 0) fail_msg("no answer came");
    got->length = (size_t)length;
    got->format = got->observe = got->max_age = got->block1 = got->block2 = got->size1 = -1;
    got->etag = 0;
    assert_true(message_parse(got->bytes, got->length, &got->message));
    memcpy(got->text, got->message.payload ? got->message.payload : got->bytes,
           got->message.payload_length);
    got->text[got->message.payload_length] = 0;
    const uint8_t *at = got->message.options;
    struct option option = {0};
    while (option_next(&got->message, &at, &option))
        switch (option.number) {
        case OPTION_ETAG:
            memcpy(&got->etag, option.value, sizeof got->etag);
            break;
        case OPTION_CONTENT_FORMAT:
            got->format = option_uint(&option);
            break;
        case OPTION_OBSERVE:
            got->observe = option_uint(&option);
            break;
        case OPTION_MAX_AGE:
            got->max_age = option_uint(&option);
            break;
        case OPTION_BLOCK1:
            got->block1 = option_uint(&option);
            break;
        case OPTION_BLOCK2:
            got->block2 = option_uint(&option);
            break;
        case OPTION_SIZE1:
            got->size1 = option_uint(&option);
            break;
        }
}

static inline void plant_wish(struct plant *plant, const struct wish *wish) {
    uint8_t bytes[2000];
    plant_send(plant, bytes, wish_write(plant, wish, bytes));
}

static inline void plant_ask(struct plant *plant, const struct wish *wish, struct got *got) {
    plant_wish(plant, wish);
    plant_receive(plant, got);
}

// Shows that nothing else is on its way: a message that is always answered at once comes back
// first.
static inline void plant_expect_silence(struct plant *plant) {
    struct got got;
    struct wish probe = wish(1, "nothing/here/to/find");
    probe.id = 0x7fff;
    plant_ask(plant, &probe, &got);
    if (got.message.id != 0x7fff || got.message.code != COAP_CODE(4, 4))
        fail_msg("a message %d.%02d came, none was expected", got.message.code >> 5,
                 got.message.code & 31);
}

static inline uint64_t plant_counter(struct plant *plant, const char *name, const char *labels) {
    return *metrics_counter(plant->metrics, name, labels, "");
}

#endif
