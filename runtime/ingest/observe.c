// What is to be told is written down when it is read, together with the revision that must be
// durable before it may be told; the states an observation goes through stand in observation.h.

#include "ingest/observe.h"

#include "base/hash.h"
#include "base/memory.h"
#include "ingest/answer.h"
#include "ingest/command.h"
#include "ingest/exchange.h"
#include "ingest/observation.h"
#include "ingest/reading.h"
#include "ingest/request.h"
#include "twin/change.h"
#include "twin/input.h"
#include "twin/twin.h"
#include "twin/world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define INTERVAL_US 100000    // between two notifications of one observation
#define TRANSMIT_US 93000000  // MAX_TRANSMIT_WAIT of RFC 7252 4.8.2
#define DAY_US 86400000000    // at least so often one must be confirmed, RFC 7641 4.5
#define CONFIRM_EVERY 8       // of those that need not be
#define NUMBER_MASK 0xffffffu // sequence numbers have 24 bits

struct observers {
    struct exchange *exchange;
    struct observe_sender sender;
    struct observations all;
    int64_t resting_due;    // when the first of the resting is due, or earlier
    int64_t confirmable_at; // when the last confirmable notification was sent
};

static void drop(struct observers *observers, struct observation *observation);
static void send_written(struct observers *observers, struct observation *observation, int64_t now);

struct observers *observers_new(struct exchange *exchange, const struct observe_sender *sender) {
    struct observers *observers = xcalloc(1, sizeof *observers);
    observers->exchange = exchange;
    observers->sender = *sender;
    observations_init(&observers->all);
    return observers;
}

void observers_free(struct observers *observers) {
    if (!observers) return;
    for (int i = 0; i < PLACES; i++)
        while (observers->all.lists[i])
            drop(observers, observers->all.lists[i]);
    observations_fini(&observers->all);
    free(observers);
}

int observers_count(const struct observers *observers) {
    return observers->all.count;
}

bool observers_need_ticks(const struct observers *observers, int64_t now) {
    return observers->confirmable_at > 0 && now - observers->confirmable_at < TRANSMIT_US;
}

bool observers_are_told(const struct observers *observers, int64_t now) {
    return observers->all.count > 0 || observers_need_ticks(observers, now);
}

// ---- registrations ----

static void drop(struct observers *observers, struct observation *observation) {
    observations_remove(&observers->all, observation);
    struct twin *twin = world_twin(observers->exchange->door->world, observation->twin);
    if (twin) twin->is_observed = observations_of_twin(&observers->all, twin->number) != NULL;
    observers->sender.release(observers->sender.context, observation->session);
    observation_free(observation);
}

void observers_add(struct observers *observers, void *session, const uint8_t *token,
                   uint8_t token_length, const struct request *request, struct answer *answer) {
    const struct world *world = observers->exchange->door->world;
    struct twin *twin = world_find(world, request->path[1].bytes, request->path[1].length);
    int of_peer;
    assert(twin);
    struct observation *old =
        observations_find(&observers->all, request->peer, token, token_length, &of_peer);
    uint32_t number = old ? old->number : 0;
    if (!old && (of_peer >= OBSERVE_PEER_MAX || observers->all.count >= OBSERVE_ALL_MAX)) return;
    if (old) drop(observers, old);
    struct observation *observation = observation_new(request, token, token_length, twin->number);
    observation->session = session;
    observation->is_confirmed_always = slice_is(observation->leaf, "desired");
    observation->number = (number + 1) & NUMBER_MASK;
    if (answer->block2 < 0) // else it is told again whole at the first touch
        observation->told = hash64(0, answer->payload, answer->length);
    observation->told_at = observation->confirmed_at = observers->exchange->now;
    observers->sender.hold(observers->sender.context, session);
    observations_add(&observers->all, observation);
    twin->is_observed = true;
    if (answer->commands > 0) { // sending them was a turn, which may have wished for more
        observation->is_touched = true;
        observation->rev = twin->rev;
        observations_move(&observers->all, observation, PLACE_READY);
    }
    answer->observe = observation->number;
}

void observers_remove(struct observers *observers, const struct peer *peer, const uint8_t *token,
                      uint8_t token_length) {
    int of_peer;
    struct observation *observation =
        observations_find(&observers->all, peer, token, token_length, &of_peer);
    if (observation) drop(observers, observation);
}

// ---- changes ----

void observers_on_change(struct observers *observers, const struct twin *twin,
                         const struct change *changes, int count) {
    if (!twin->is_observed) return;
    for (struct observation *at = observations_of_twin(&observers->all, twin->number); at;
         at = observation_next_of_twin(at)) {
        bool is_touched = false;
        for (int i = 0; i < count && !is_touched; i++)
            is_touched = reading_is_touched(twin->model, at->leaf, &changes[i]);
        if (!is_touched) continue;
        at->is_touched = true;
        at->rev = twin->rev;
        if (at->place == PLACE_IDLE && !at->is_unacked)
            observations_move(&observers->all, at, PLACE_READY);
    }
}

// What a GET would answer now; of a twin that is gone, that it is.
static void read_now(struct observers *observers, const struct observation *observation,
                     struct answer *answer) {
    struct exchange *exchange = observers->exchange;
    struct request request;
    request_init(&request, METHOD_GET);
    request.path[0] = (struct slice){"t", 1};
    request.path[1] = observation->id;
    request.path[2] = observation->leaf;
    request.path_count = observation->leaf.length ? 3 : 2;
    request.accept = observation->accept;
    if (!world_twin(exchange->door->world, observation->twin)) {
        answer_refuse(answer, CODE_NOT_FOUND, &exchange->resources.region, "the twin is gone");
        return;
    }
    resources_answer(&exchange->resources, &request, answer);
}

// Takes down what is to be told; back to idle when it reads as before.
static void write_down(struct observers *observers, struct observation *observation, int64_t now) {
    struct answer answer;
    struct written *written = &observation->written;
    observation->is_touched = false;
    read_now(observers, observation, &answer);
    written->hash = hash64(0, answer.payload, answer.length);
    if (written->hash == observation->told && answer.code == CODE_CONTENT) {
        observations_move(&observers->all, observation, PLACE_IDLE);
        return;
    }
    if (answer.code == CODE_CONTENT) exchange_slice(observers->exchange, -1, &answer);
    if (written->answer.length) free((void *)written->answer.payload);
    written->answer = answer;
    if (answer.length) {
        uint8_t *payload = xmalloc(answer.length);
        memcpy(payload, answer.payload, answer.length);
        written->answer.payload = payload;
    }
    written->rev = observation->rev;
    observations_move(&observers->all, observation, PLACE_WRITTEN);
    const struct door *door = observers->exchange->door;
    if (written->rev <= door->durable(door->context)) send_written(observers, observation, now);
}

static void send_written(struct observers *observers, struct observation *observation,
                         int64_t now) {
    struct answer *answer = &observation->written.answer;
    bool is_last = answer->code != CODE_CONTENT; // an error ends the observation
    bool is_confirmable = observation->is_confirmed_always || is_last ||
                          observation->since_confirmed + 1 >= CONFIRM_EVERY ||
                          now - observation->confirmed_at >= DAY_US;
    observation->number = (observation->number + 1) & NUMBER_MASK;
    answer->observe = is_last ? -1 : (int64_t)observation->number;
    answer->rev = 0;
    int id =
        observers->sender.send(observers->sender.context, observation->session, observation->token,
                               observation->token_length, is_confirmable, answer);
    if (is_last || id < 0) {
        drop(observers, observation);
        return;
    }
    observation->id_sent = id;
    observation->told = observation->written.hash;
    observation->told_at = now;
    observation->since_confirmed = is_confirmable ? 0 : observation->since_confirmed + 1;
    if (is_confirmable) observation->confirmed_at = observers->confirmable_at = now;
    observation->is_unacked = is_confirmable;
    bool is_more = observation->is_touched && !is_confirmable;
    observations_move(&observers->all, observation, is_more ? PLACE_READY : PLACE_IDLE);
    if (answer->commands > 0) // last, for it is a turn, which may touch the observation again
        command_told(observers->exchange->door, observation->twin, answer->commands,
                     &observation->peer);
}

void observers_on_wait(struct observers *observers, int64_t now) {
    struct observation *next;
    if (observers->all.lists[PLACE_RESTING] && now >= observers->resting_due) {
        observers->resting_due = INT64_MAX;
        for (struct observation *at = observers->all.lists[PLACE_RESTING]; at; at = next) {
            int64_t due = at->told_at + INTERVAL_US;
            next = at->behind;
            if (due <= now)
                observations_move(&observers->all, at, PLACE_READY);
            else if (due < observers->resting_due)
                observers->resting_due = due;
        }
    }
    for (struct observation *at = observers->all.lists[PLACE_READY]; at; at = next) {
        int64_t due = at->told_at + INTERVAL_US;
        next = at->behind;
        if (due <= now) {
            write_down(observers, at, now);
            continue;
        }
        if (!observers->all.lists[PLACE_RESTING] || due < observers->resting_due)
            observers->resting_due = due;
        observations_move(&observers->all, at, PLACE_RESTING);
    }
}

void observers_on_durable(struct observers *observers, uint64_t rev, int64_t now) {
    struct observation *next;
    for (struct observation *at = observers->all.lists[PLACE_WRITTEN]; at; at = next) {
        next = at->behind;
        if (at->written.rev <= rev) send_written(observers, at, now);
    }
}

// ---- what comes back ----

void observers_on_ack(struct observers *observers, const struct peer *peer, uint16_t id) {
    struct observation *observation = observations_find_sent(&observers->all, peer, id);
    if (!observation || !observation->is_unacked) return;
    observation->is_unacked = false;
    if (observation->is_touched && observation->place == PLACE_IDLE)
        observations_move(&observers->all, observation, PLACE_READY);
}

void observers_on_reset(struct observers *observers, const struct peer *peer, uint16_t id) {
    struct observation *observation = observations_find_sent(&observers->all, peer, id);
    if (observation) drop(observers, observation);
}

// ---- time ----

int64_t observers_delay(const struct observers *observers, int64_t now) {
    if (observers->all.lists[PLACE_READY]) return 0;
    if (!observers->all.lists[PLACE_RESTING]) return -1;
    return observers->resting_due > now ? observers->resting_due - now : 0;
}

void observers_on_day(struct observers *observers, int64_t now) {
    struct observation *next;
    for (struct observation *at = observers->all.lists[PLACE_IDLE]; at; at = next) {
        next = at->behind;
        if (at->is_unacked || now - at->confirmed_at < DAY_US) continue;
        at->told = 0; // so that it is told although it reads as before
        at->is_touched = true;
        observations_move(&observers->all, at, PLACE_READY);
    }
}
