// Two hash tables with chains, four times as large whenever there are more entries than buckets,
// and doubly linked lists.

#include "ingest/observation.h"

#include "base/hash.h"
#include "base/memory.h"
#include "ingest/request.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BUCKETS 256

static void grow(struct observations *observations);

void observations_init(struct observations *observations) {
    *observations = (struct observations){0};
    grow(observations);
}

void observations_fini(struct observations *observations) {
    assert(observations->count == 0);
    free(observations->by_peer.heads);
    free(observations->by_twin.heads);
}

struct observation *observation_new(const struct request *request, const uint8_t *token,
                                    uint8_t token_length, uint32_t twin) {
    struct slice id = request->path[1];
    struct slice leaf = request->path_count > 2 ? request->path[2] : (struct slice){"", 0};
    struct observation *observation = xcalloc(1, sizeof *observation + id.length + leaf.length);
    char *names = (char *)(observation + 1);
    memcpy(names, id.bytes, id.length);
    if (leaf.length) memcpy(names + id.length, leaf.bytes, leaf.length);
    observation->id = (struct slice){names, id.length};
    observation->leaf = (struct slice){names + id.length, leaf.length};
    observation->accept = request->accept;
    observation->peer = *request->peer;
    observation->peer_key = peer_hash(request->peer);
    assert(token_length <= sizeof observation->token);
    if (token_length) memcpy(observation->token, token, token_length);
    observation->token_length = token_length;
    observation->twin = twin;
    observation->id_sent = -1;
    return observation;
}

void observation_free(struct observation *observation) {
    if (!observation) return;
    if (observation->written.answer.length) free((void *)observation->written.answer.payload);
    free(observation);
}

static struct observation **peer_bucket(const struct observations *observations, uint64_t key) {
    return &observations->by_peer.heads[key & (observations->by_peer.size - 1)];
}

static struct observation **twin_bucket(const struct observations *observations, uint32_t twin) {
    uint64_t hash = hash64(0, &twin, sizeof twin);
    return &observations->by_twin.heads[hash & (observations->by_twin.size - 1)];
}

static void link_in(struct observations *observations, struct observation *observation) {
    struct observation **bucket = peer_bucket(observations, observation->peer_key);
    observation->next_of_peer = *bucket;
    *bucket = observation;
    bucket = twin_bucket(observations, observation->twin);
    observation->next_of_twin = *bucket;
    *bucket = observation;
}

static void grow(struct observations *observations) {
    uint32_t size = observations->by_peer.size ? observations->by_peer.size * 4 : FIRST_BUCKETS;
    free(observations->by_peer.heads);
    free(observations->by_twin.heads);
    observations->by_peer = (struct buckets){xcalloc(size, sizeof(void *)), size};
    observations->by_twin = (struct buckets){xcalloc(size, sizeof(void *)), size};
    for (int i = 0; i < PLACES; i++)
        for (struct observation *at = observations->lists[i]; at; at = at->behind)
            link_in(observations, at);
}

static void list_add(struct observations *observations, struct observation *observation,
                     enum place place) {
    observation->place = place;
    observation->before = NULL;
    observation->behind = observations->lists[place];
    if (observation->behind) observation->behind->before = observation;
    observations->lists[place] = observation;
}

static void list_remove(struct observations *observations, struct observation *observation) {
    if (observation->before)
        observation->before->behind = observation->behind;
    else
        observations->lists[observation->place] = observation->behind;
    if (observation->behind) observation->behind->before = observation->before;
}

void observations_add(struct observations *observations, struct observation *observation) {
    if ((uint32_t)observations->count >= observations->by_peer.size) grow(observations);
    observations->count++;
    list_add(observations, observation, PLACE_IDLE);
    link_in(observations, observation);
}

void observations_remove(struct observations *observations, struct observation *observation) {
    struct observation **place = peer_bucket(observations, observation->peer_key);
    while (*place != observation)
        place = &(*place)->next_of_peer;
    *place = observation->next_of_peer;
    place = twin_bucket(observations, observation->twin);
    while (*place != observation)
        place = &(*place)->next_of_twin;
    *place = observation->next_of_twin;
    list_remove(observations, observation);
    observations->count--;
}

void observations_move(struct observations *observations, struct observation *observation,
                       enum place place) {
    list_remove(observations, observation);
    list_add(observations, observation, place);
}

struct observation *observations_find(const struct observations *observations,
                                      const struct peer *peer, const uint8_t *token,
                                      uint8_t token_length, int *of_peer) {
    uint64_t key = peer_hash(peer);
    struct observation *found = NULL;
    *of_peer = 0;
    for (struct observation *at = *peer_bucket(observations, key); at; at = at->next_of_peer) {
        if (at->peer_key != key || !peer_equal(&at->peer, peer)) continue;
        ++*of_peer;
        if (at->token_length == token_length &&
            (token_length == 0 || memcmp(at->token, token, token_length) == 0))
            found = at;
    }
    return found;
}

struct observation *observations_find_sent(const struct observations *observations,
                                           const struct peer *peer, uint16_t id) {
    uint64_t key = peer_hash(peer);
    struct observation *at = *peer_bucket(observations, key);
    while (at && !(at->peer_key == key && at->id_sent == id && peer_equal(&at->peer, peer)))
        at = at->next_of_peer;
    return at;
}

struct observation *observations_of_twin(const struct observations *observations, uint32_t twin) {
    struct observation *at = *twin_bucket(observations, twin);
    while (at && at->twin != twin)
        at = at->next_of_twin;
    return at;
}

struct observation *observation_next_of_twin(const struct observation *observation) {
    struct observation *at = observation->next_of_twin;
    while (at && at->twin != observation->twin)
        at = at->next_of_twin;
    return at;
}
