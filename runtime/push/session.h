// One WebSocket client of `twin.v1`: what it says, what it is answered, what it has subscribed to.
//
// A client sends objects {"id", "op", ...} of at most 16 KiB; each is answered by {"id", "ok":
// true, ...} or {"id", "ok": false, "error": {"type","title","status","detail"}} with the same id
// (a number or a short text; null when there is none). Members that are not known are ignored; an
// op that is not known, or what is not JSON, is an answered error and never a close.
//
//   sub    {"sel": {"model","ids","fields"}, "hz": 1..1000 (20), "enc": "json", "since":
//   "epoch:rev"}
//                                     -> {"sid", "dict": {"fields": [...], "twins": [...]}}, then
//                                     frame.h
//   unsub  {"sid"}
//   pace   {"sid", "hz"}              0 pauses; what changed meanwhile comes once, at its newest
//   value
//   get    {"twin"}                   -> {"twin": {...}} as HTTP has it
//   set    {"twin", "desired": {...}, "if_rev"}   -> {"rev"}, once it is on disk
//   command {"twin", "name", "args": {...}}   -> {"command", "rev"}, once it is on disk
//   ack    {"twin", "alarm"}          -> {"rev"}, once it is on disk
//   whatif {"twin", ...}              -> as POST /twins/{id}/whatif takes and answers it
//   ping                              -> {"now"}
//
// No socket in here: the port below is websocket.c's or a test's.

#ifndef PUSH_SESSION_H
#define PUSH_SESSION_H

#include "base/memory.h"
#include "twin/input.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct service;
struct subscription;

#define SESSION_MESSAGE_MAX 16384
#define SESSION_SUBSCRIPTIONS_MAX 64

struct session_port {                               // to the socket
    void (*want_write)(void *context);              // session_write is to be called
    void (*set_reading)(void *context, bool is_on); // stop and start reading from the client
    void *context;
};

struct session {
    struct service *service;
    struct session_port port;
    struct actor actor;
    struct subscription *subscriptions[SESSION_SUBSCRIPTIONS_MAX];
    int subscription_count;
    int turn; // whose frame is next
    struct answer *first_answer, *last_answer;
    size_t answer_bytes;
    struct asked *asked;           // answers that are not known yet
    struct pending_write *pending; // answers that wait for the disk
    int pending_count;
    struct buffer inbox; // of a message that comes in pieces
    bool is_skipping;    // the rest of one that was too long
    bool is_reading;
};

struct session *session_new(struct service *service, const struct session_port *port,
                            const struct actor *actor); // says hello
void session_free(struct session *session);

// A piece of a message from the client.
void session_receive(struct session *session, const char *bytes, size_t length, bool is_first,
                     bool is_final);

// Appends the next message for the client to `out`; false when there is none now.
bool session_write(struct session *session, struct buffer *out);
// Whether to call session_write again.
bool session_has_more(const struct session *session);

// pace.h: one of its subscriptions may send.
void session_on_ready(struct subscription *subscription);

#endif
