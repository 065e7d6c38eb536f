// An input: the one thing that can make a turn. And the door through which feeds hand inputs in.
//
// Feeds (CoAP, HTTP, WebSocket) do not know the turn; they get a `struct door` when they are opened
// and call it. All of a call happens before it returns; only the disk is later: what must wait for
// it keeps the returned rev and is told when that rev is durable.

#ifndef TWIN_INPUT_H
#define TWIN_INPUT_H

#include "twin/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct model;
struct twin;
struct world;

enum input_kind { // numbers are on disk: append only
    INPUT_SAMPLES = 1,
    INPUT_DESIRED = 2,
    INPUT_TIMER = 3,
    INPUT_EVENT = 4,
    INPUT_PREDICTION = 5,
    INPUT_CONFIGURE = 6, // PUT: create, parameters, attributes, relationships
    INPUT_RETIRE = 7,
    INPUT_VERSION = 8,
    INPUT_ACKNOWLEDGE = 9, // an operator has seen an alarm
};

enum actor_kind { ACTOR_RUNTIME, ACTOR_COAP, ACTOR_HTTP, ACTOR_WEBSOCKET };

struct actor { // who caused it
    uint8_t kind;
    uint8_t length;
    uint8_t bytes[46]; // a peer address in text, "127.0.0.1:40000"
};

struct sample {
    int field;          // of the present version's model, which the twin is moved to first
    struct value value; // in the field's unit
    int64_t at;
};

// All samples of one message for one twin; several times become several turns in time order.
struct samples_input {
    const char *id; // needed when twin is NULL: it is created from `model`
    size_t id_length;
    struct twin *twin;
    const struct model *model;
    struct sample *samples; // reordered by time
    int count;
    int64_t received;
    struct actor actor;
    uint64_t message; // hash of (peer, message id, token, payload), 0 = not to be remembered
};

struct setting {
    int field;
    struct value value; // VALUE_NONE clears
};

struct link_setting {
    int relationship;
    struct twin *other;
};

struct configure_input {
    const char *id;
    size_t id_length;
    const struct model *model;
    const struct setting *parameters;
    int parameter_count;
    const char *attributes;           // JSON object text, NULL = leave
    const struct link_setting *links; // all of them, when has_links
    int link_count;
    bool has_links;
    struct actor actor;
};

struct door {
    void *context;
    struct world *world; // read only through here
    // False with ERR_UNAVAILABLE while the disk is full.
    bool (*samples)(void *context, struct samples_input *input, uint64_t *rev, struct err *err);
    // `if_rev` 0 = whatever; else refused with ERR_PRECONDITION if a desired value changed after
    // it.
    bool (*desired)(void *context, struct twin *twin, const struct setting *settings, int count,
                    uint64_t if_rev, const struct actor *actor, uint64_t *rev, struct err *err);
    bool (*configure)(void *context, const struct configure_input *input, bool *is_new,
                      uint64_t *rev, struct err *err);
    bool (*retire)(void *context, struct twin *twin, const struct actor *actor, uint64_t *rev,
                   struct err *err);
    bool (*acknowledge)(void *context, struct twin *twin, int alarm, const struct actor *actor,
                        uint64_t *rev, struct err *err);
    uint64_t (*durable)(void *context); // newest rev on disk
    int64_t (*now)(void *context);      // microseconds UTC, the loop's clock
};

#endif
