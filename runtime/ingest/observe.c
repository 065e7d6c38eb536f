// An observation is on one list at a time: idle; ready to be written down; resting until a tenth of
// a second has passed; written and waiting for the disk. It is also in two hash tables, by peer
// (registrations and what comes back) and by twin (changes).

#include "ingest/observe.h"

#include "base/hash.h"
#include "base/memory.h"
#include "ingest/answer.h"
#include "ingest/exchange.h"
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
#define DAY_US 86400000000    // at least so often one must be confirmed, RFC 7641 4.5
#define CONFIRM_EVERY 8       // of those that need not be
#define NUMBER_MASK 0xffffffu // sequence numbers have 24 bits
#define FIRST_BUCKETS 256

enum place { PLACE_IDLE, PLACE_READY, PLACE_RESTING, PLACE_WRITTEN, PLACES };

struct observation {
    struct observation *next_of_peer, *next_of_twin; // in their buckets
    struct observation *before, *behind;             // in the list of its place
    enum place place;
    void *session;
    struct peer peer;
    uint64_t peer_key;
    uint8_t token[8];
    uint8_t token_length;
    uint32_t twin;
    struct slice id, leaf; // of the path; behind the struct
    int accept;
    bool is_confirmed_always; // of `desired`: a device must not miss it
    bool is_touched;          // changed since it was written down
    bool is_unacked;          // a confirmable notification is under way
    uint64_t rev;             // newest revision that touched it
    uint64_t told;            // hash of what was told last
    int64_t told_at, confirmed_at;
    int since_confirmed;
    uint32_t number; // of the last notification
    int id_sent;     // message id of that one, -1 before the first
    struct written {
        struct answer answer; // its payload is owned
        uint64_t rev;
        uint64_t hash;
    } written;
};

struct buckets {
    struct observation **heads;
    uint32_t size; // power of two
};

struct observers {
    struct exchange *exchange;
    struct observe_sender sender;
    struct buckets by_peer, by_twin;
    struct observation *lists[PLACES];
    int64_t resting_due; // when the first of the resting is due, or earlier
    int count, unacked;
};

static void move_to(struct observers *observers, struct observation *observation, enum place place);
static void drop(struct observers *observers, struct observation *observation);
static void send_written(struct observers *observers, struct observation *observation, int64_t now);
static void grow(struct observers *observers);

struct observers *observers_new(struct exchange *exchange, const struct observe_sender *sender) {
    struct observers *observers = xcalloc(1, sizeof *observers);
    observers->exchange = exchange;
    observers->sender = *sender;
    grow(observers);
    return observers;
}

void observers_free(struct observers *observers) {
    if (!observers) return;
    for (int i = 0; i < PLACES; i++)
        while (observers->lists[i])
            drop(observers, observers->lists[i]);
    free(observers->by_peer.heads);
    free(observers->by_twin.heads);
    free(observers);
}

int observers_count(const struct observers *observers) {
    return observers->count;
}

int observers_unacked(const struct observers *observers) {
    return observers->unacked;
}

// ---- tables and lists ----

static struct observation **peer_bucket(const struct observers *observers, uint64_t key) {
    return &observers->by_peer.heads[key & (observers->by_peer.size - 1)];
}

static struct observation **twin_bucket(const struct observers *observers, uint32_t twin) {
    return &observers->by_twin.heads[hash64(0, &twin, sizeof twin) & (observers->by_twin.size - 1)];
}

static void link_in(struct observers *observers, struct observation *observation) {
    struct observation **bucket = peer_bucket(observers, observation->peer_key);
    observation->next_of_peer = *bucket;
    *bucket = observation;
    bucket = twin_bucket(observers, observation->twin);
    observation->next_of_twin = *bucket;
    *bucket = observation;
}

static void grow(struct observers *observers) {
    uint32_t size = observers->by_peer.size ? observers->by_peer.size * 4 : FIRST_BUCKETS;
    free(observers->by_peer.heads);
    free(observers->by_twin.heads);
    observers->by_peer = (struct buckets){xcalloc(size, sizeof(void *)), size};
    observers->by_twin = (struct buckets){xcalloc(size, sizeof(void *)), size};
    for (int i = 0; i < PLACES; i++)
        for (struct observation *at = observers->lists[i]; at; at = at->behind)
            link_in(observers, at);
}

static void list_add(struct observers *observers, struct observation *observation,
                     enum place place) {
    observation->place = place;
    observation->before = NULL;
    observation->behind = observers->lists[place];
    if (observation->behind) observation->behind->before = observation;
    observers->lists[place] = observation;
}

static void list_remove(struct observers *observers, struct observation *observation) {
    if (observation->before)
        observation->before->behind = observation->behind;
    else
        observers->lists[observation->place] = observation->behind;
    if (observation->behind) observation->behind->before = observation->before;
}

static void move_to(struct observers *observers, struct observation *observation,
                    enum place place) {
    list_remove(observers, observation);
    list_add(observers, observation, place);
}

static bool is_twin_observed(const struct observers *observers, uint32_t twin) {
    for (struct observation *at = *twin_bucket(observers, twin); at; at = at->next_of_twin)
        if (at->twin == twin) return true;
    return false;
}

static void mark_twin(const struct observers *observers, uint32_t number, bool is_observed) {
    struct twin *twin = world_twin(observers->exchange->door->world, number);
    if (twin) twin->is_observed = is_observed;
}

static void drop(struct observers *observers, struct observation *observation) {
    struct observation **place = peer_bucket(observers, observation->peer_key);
    while (*place != observation)
        place = &(*place)->next_of_peer;
    *place = observation->next_of_peer;
    place = twin_bucket(observers, observation->twin);
    while (*place != observation)
        place = &(*place)->next_of_twin;
    *place = observation->next_of_twin;
    list_remove(observers, observation);
    if (!is_twin_observed(observers, observation->twin))
        mark_twin(observers, observation->twin, false);
    observers->count--;
    observers->unacked -= observation->is_unacked;
    observers->sender.release(observers->sender.context, observation->session);
    free((void *)observation->written.answer.payload);
    free(observation);
}

static struct observation *find(const struct observers *observers, const struct peer *peer,
                                const uint8_t *token, uint8_t token_length, int *of_peer) {
    uint64_t key = peer_hash(peer);
    struct observation *found = NULL;
    *of_peer = 0;
    for (struct observation *at = *peer_bucket(observers, key); at; at = at->next_of_peer) {
        if (at->peer_key != key || !peer_equal(&at->peer, peer)) continue;
        ++*of_peer;
        if (at->token_length == token_length && memcmp(at->token, token, token_length) == 0)
            found = at;
    }
    return found;
}

static struct observation *find_sent(const struct observers *observers, const struct peer *peer,
                                     uint16_t id) {
    uint64_t key = peer_hash(peer);
    struct observation *at = *peer_bucket(observers, key);
    while (at && !(at->peer_key == key && at->id_sent == id && peer_equal(&at->peer, peer)))
        at = at->next_of_peer;
    return at;
}

// ---- registrations ----

static struct observation *observation_new(const struct request *request) {
    struct slice id = request->path[1];
    struct slice leaf = request->path_count > 2 ? request->path[2] : (struct slice){"", 0};
    struct observation *observation = xcalloc(1, sizeof *observation + id.length + leaf.length);
    char *names = (char *)(observation + 1);
    memcpy(names, id.bytes, id.length);
    if (leaf.length) memcpy(names + id.length, leaf.bytes, leaf.length);
    observation->id = (struct slice){names, id.length};
    observation->leaf = (struct slice){names + id.length, leaf.length};
    observation->accept = request->accept;
    observation->is_confirmed_always = slice_is(leaf, "desired");
    return observation;
}

void observers_add(struct observers *observers, void *session, const uint8_t *token,
                   uint8_t token_length, const struct request *request, struct answer *answer) {
    const struct world *world = observers->exchange->door->world;
    struct twin *twin = world_find(world, request->path[1].bytes, request->path[1].length);
    int of_peer;
    assert(twin && token_length <= sizeof((struct observation *)0)->token);
    struct observation *old = find(observers, request->peer, token, token_length, &of_peer);
    uint32_t number = old ? old->number : 0;
    if (!old && (of_peer >= OBSERVE_PEER_MAX || observers->count >= OBSERVE_ALL_MAX)) return;
    if (old) drop(observers, old);
    struct observation *observation = observation_new(request);
    observation->session = session;
    observation->peer = *request->peer;
    observation->peer_key = peer_hash(request->peer);
    memcpy(observation->token, token, token_length);
    observation->token_length = token_length;
    observation->twin = twin->number;
    observation->number = (number + 1) & NUMBER_MASK;
    observation->id_sent = -1;
    if (answer->block2 < 0) // else it is told again whole at the first touch
        observation->told = hash64(0, answer->payload, answer->length);
    observation->told_at = observation->confirmed_at = observers->exchange->now;
    observers->sender.hold(observers->sender.context, session);
    if ((uint32_t)observers->count >= observers->by_peer.size) grow(observers);
    observers->count++;
    list_add(observers, observation, PLACE_IDLE);
    link_in(observers, observation);
    twin->is_observed = true;
    answer->observe = observation->number;
}

void observers_remove(struct observers *observers, const struct peer *peer, const uint8_t *token,
                      uint8_t token_length) {
    int of_peer;
    struct observation *observation = find(observers, peer, token, token_length, &of_peer);
    if (observation) drop(observers, observation);
}

// ---- changes ----

void observers_on_change(struct observers *observers, const struct twin *twin,
                         const struct change *changes, int count) {
    if (!twin->is_observed) return;
    for (struct observation *at = *twin_bucket(observers, twin->number); at;
         at = at->next_of_twin) {
        if (at->twin != twin->number) continue;
        bool is_touched = false;
        for (int i = 0; i < count && !is_touched; i++)
            is_touched = reading_is_touched(twin->model, at->leaf, &changes[i]);
        if (!is_touched) continue;
        at->is_touched = true;
        at->rev = twin->rev;
        if (at->place == PLACE_IDLE && !at->is_unacked) move_to(observers, at, PLACE_READY);
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
        move_to(observers, observation, PLACE_IDLE);
        return;
    }
    if (answer.code == CODE_CONTENT) exchange_slice(observers->exchange, -1, &answer);
    free((void *)written->answer.payload);
    written->answer = answer;
    uint8_t *payload = xmalloc(answer.length + 1);
    if (answer.length) memcpy(payload, answer.payload, answer.length);
    written->answer.payload = payload;
    written->rev = observation->rev;
    move_to(observers, observation, PLACE_WRITTEN);
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
    if (is_confirmable) observation->confirmed_at = now;
    observation->is_unacked = is_confirmable;
    observers->unacked += is_confirmable;
    bool is_more = observation->is_touched && !is_confirmable;
    move_to(observers, observation, is_more ? PLACE_READY : PLACE_IDLE);
}

void observers_on_wait(struct observers *observers, int64_t now) {
    struct observation *next;
    if (observers->lists[PLACE_RESTING] && now >= observers->resting_due) {
        observers->resting_due = INT64_MAX;
        for (struct observation *at = observers->lists[PLACE_RESTING]; at; at = next) {
            int64_t due = at->told_at + INTERVAL_US;
            next = at->behind;
            if (due <= now)
                move_to(observers, at, PLACE_READY);
            else if (due < observers->resting_due)
                observers->resting_due = due;
        }
    }
    for (struct observation *at = observers->lists[PLACE_READY]; at; at = next) {
        int64_t due = at->told_at + INTERVAL_US;
        next = at->behind;
        if (due <= now) {
            write_down(observers, at, now);
            continue;
        }
        if (!observers->lists[PLACE_RESTING] || due < observers->resting_due)
            observers->resting_due = due;
        move_to(observers, at, PLACE_RESTING);
    }
}

void observers_on_durable(struct observers *observers, uint64_t rev, int64_t now) {
    struct observation *next;
    for (struct observation *at = observers->lists[PLACE_WRITTEN]; at; at = next) {
        next = at->behind;
        if (at->written.rev <= rev) send_written(observers, at, now);
    }
}

// ---- what comes back ----

void observers_on_ack(struct observers *observers, const struct peer *peer, uint16_t id) {
    struct observation *observation = find_sent(observers, peer, id);
    if (!observation || !observation->is_unacked) return;
    observation->is_unacked = false;
    observers->unacked--;
    if (observation->is_touched && observation->place == PLACE_IDLE)
        move_to(observers, observation, PLACE_READY);
}

void observers_on_reset(struct observers *observers, const struct peer *peer, uint16_t id) {
    struct observation *observation = find_sent(observers, peer, id);
    if (observation) drop(observers, observation);
}

// ---- time ----

int64_t observers_delay(const struct observers *observers, int64_t now) {
    if (observers->lists[PLACE_READY]) return 0;
    if (!observers->lists[PLACE_RESTING]) return -1;
    return observers->resting_due > now ? observers->resting_due - now : 0;
}

void observers_on_day(struct observers *observers, int64_t now) {
    struct observation *next;
    for (struct observation *at = observers->lists[PLACE_IDLE]; at; at = next) {
        next = at->behind;
        if (at->is_unacked || now - at->confirmed_at < DAY_US) continue;
        at->told = 0; // so that it is told although it reads as before
        at->is_touched = true;
        move_to(observers, at, PLACE_READY);
    }
}
