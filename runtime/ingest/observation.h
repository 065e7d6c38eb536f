// An observation and the tables it is kept in: by its peer, by its twin, and a list for each state
// it can be in. For observe.c, which knows what the states mean.

#ifndef INGEST_OBSERVATION_H
#define INGEST_OBSERVATION_H

#include "ingest/answer.h"
#include "ingest/peer.h"
#include "ingest/slice.h"

#include <stdbool.h>
#include <stdint.h>

struct request;

enum place {
    PLACE_IDLE,    // nothing to tell, or an acknowledgement is awaited
    PLACE_READY,   // to be written down
    PLACE_RESTING, // told something less than a tenth of a second ago
    PLACE_WRITTEN, // waits for the disk
    PLACES,
};

struct observation {
    struct observation *next_of_peer, *next_of_twin; // in their buckets
    struct observation *before, *behind;             // in the list of its place
    enum place place;
    void *session;
    struct peer peer;
    uint64_t peer_key; // hash of peer
    uint8_t token[8];
    uint8_t token_length;
    uint32_t twin;         // number
    struct slice id, leaf; // of the path; the bytes are behind the struct
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

struct observations {
    struct buckets by_peer, by_twin;
    struct observation *lists[PLACES];
    int count;
};

void observations_init(struct observations *observations);
void observations_fini(struct observations *observations); // all must have been removed

// Of the resource that `request` reads; not in any table yet.
struct observation *observation_new(const struct request *request, const uint8_t *token,
                                    uint8_t token_length, uint32_t twin);
void observation_free(struct observation *observation);

void observations_add(struct observations *observations, struct observation *observation);
void observations_remove(struct observations *observations, struct observation *observation);
void observations_move(struct observations *observations, struct observation *observation,
                       enum place place);

// NULL when there is none. `of_peer` is how many its peer has.
struct observation *observations_find(const struct observations *observations,
                                      const struct peer *peer, const uint8_t *token,
                                      uint8_t token_length, int *of_peer);
// The one whose last notification had this message id.
struct observation *observations_find_sent(const struct observations *observations,
                                           const struct peer *peer, uint16_t id);
// The first of a twin; the next is found from it.
struct observation *observations_of_twin(const struct observations *observations, uint32_t twin);
struct observation *observation_next_of_twin(const struct observation *observation);

#endif
