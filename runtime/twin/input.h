// An input: the one thing that can make a turn. And the door through which feeds hand inputs in.
//
// Feeds (CoAP, HTTP, WebSocket) do not know the turn; they get a `struct door` when they are opened
// and call it. All of a call happens before it returns; only the disk is later: what must wait for
// it keeps the returned rev and is told when that rev is durable.

#ifndef TWIN_INPUT_H
#define TWIN_INPUT_H

#include "twin/twin.h"
#include "twin/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct adoptions;
struct change;
struct err;
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
    INPUT_COMMAND = 10,    // one was given, told, answered
    INPUT_AGGREGATE = 11,  // what related twins add up to
    INPUT_LINK = 12,       // a relationship was made or ended
    INPUT_LIFECYCLE = 13,
    INPUT_REPLACE = 14, // a new part in the place of a worn one
    INPUT_RETRY = 15,   // an input whose behaviour failed, run again
    INPUT_AMEND = 16,   // a sample of the past was corrected
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
    bool has_lifecycle;
    enum lifecycle lifecycle;
    struct actor actor;
};

struct amend_input {              // part of what a corrected sample comes to (fork/amend.h)
    const struct change *changes; // CHANGE_AMEND and what goes with it
    int count;
    uint64_t layout;           // of the twin, that they are of
    uint64_t if_rev;           // the twin's newest revision still; 0 = whatever
    uint64_t from_rev;         // the revision that began it, 0 = this one does
    const struct actor *actor; // who corrected it; NULL: it follows by itself
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
    // Makes (is_there) or ends one relationship of the present version's model. ERR_INVALID when
    // `to` is of the wrong model; what is so already leaves no revision.
    bool (*link)(void *context, struct twin *from, int relationship, struct twin *to, bool is_there,
                 const struct actor *actor, uint64_t *rev, struct err *err);
    bool (*live)(void *context, struct twin *twin, enum lifecycle lifecycle,
                 const struct actor *actor, uint64_t *rev, struct err *err);
    // A new part is in the place of the worn one.
    bool (*replace)(void *context, struct twin *twin, const struct actor *actor, uint64_t *rev,
                    struct err *err);
    // Runs the input again whose behaviour failed last. False with ERR_NOT_FOUND when there is
    // none; `why` says why it failed again, "" when it ran well.
    bool (*retry)(void *context, struct twin *twin, const struct actor *actor, uint64_t *rev,
                  char *why, size_t size, struct err *err);
    // Keeps what a corrected sample comes to. ERR_PRECONDITION when the twin is another by now.
    bool (*amend)(void *context, struct twin *twin, const struct amend_input *input, uint64_t *rev,
                  struct err *err);
    // Gives a command to the device; its id is the twin's newest then. ERR_INVALID names the
    // argument.
    bool (*command)(void *context, struct twin *twin, int command, const struct value *arguments,
                    int count, const struct actor *actor, uint32_t *id, uint64_t *rev,
                    struct err *err);
    // What became of it: done or failed; or sent, it and every earlier one that is still queued.
    // ERR_NOT_FOUND for an id that is not known; ERR_CONFLICT for another result than it ended
    // with.
    bool (*command_moved)(void *context, struct twin *twin, uint32_t id, enum command_state state,
                          const char *result, const struct actor *actor, uint64_t *rev,
                          struct err *err);
    // A sample came for an id that nothing may create; kept in `adoptions` until somebody does.
    void (*refused)(void *context, const char *id, size_t id_length, const struct actor *actor);
    const struct adoptions *adoptions;
    uint64_t (*durable)(void *context); // newest rev on disk
    int64_t (*now)(void *context);      // microseconds UTC, the loop's clock
};

#endif
