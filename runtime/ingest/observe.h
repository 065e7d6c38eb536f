// Observations (RFC 7641): who watches which twin, field or wish, and what they were told.
//
// What a notification says is what a GET would answer. It is written down when a change is known
// and sent when that change is durable, at most ten times a second for one observation and one at
// a time: what changes faster is told by its newest state, and the last state is always told. One
// that reads the same as the one before is not sent. At most 8 observations for one peer, 50,000 in
// all. Knows nothing of libcoap: sessions are somebody else's pointers.

#ifndef INGEST_OBSERVE_H
#define INGEST_OBSERVE_H

#include "ingest/peer.h"

#include <stdbool.h>
#include <stdint.h>

struct answer;
struct change;
struct exchange;
struct observers;
struct request;
struct twin;

#define OBSERVE_PEER_MAX 8
#define OBSERVE_ALL_MAX 50000

struct observe_sender {
    void *context;
    void (*hold)(void *context, void *session); // once for each observation, until release
    void (*release)(void *context, void *session);
    // Returns the message id, -1 when it could not be sent.
    int (*send)(void *context, void *session, const uint8_t *token, uint8_t token_length,
                bool is_confirmable, const struct answer *answer);
};

struct observers *observers_new(struct exchange *exchange, const struct observe_sender *sender);
void observers_free(struct observers *observers);

int observers_count(const struct observers *observers);
// Whether an acknowledgement or a reset may be for a notification, also one whose observation is
// gone: libcoap goes on sending a confirmable one for 93 s, so it needs its ticks and its answers.
bool observers_are_told(const struct observers *observers, int64_t now);
bool observers_need_ticks(const struct observers *observers, int64_t now);

// Begins or renews the observation (peer, token) of the resource that `request` reads; `answer` is
// what it reads now. Sets answer->observe. Nothing when a limit is reached: then it is a plain GET.
void observers_add(struct observers *observers, void *session, const uint8_t *token,
                   uint8_t token_length, const struct request *request, struct answer *answer);
void observers_remove(struct observers *observers, const struct peer *peer, const uint8_t *token,
                      uint8_t token_length);

// A revision's changes; the twin is as they have left it, or about to go.
void observers_on_change(struct observers *observers, const struct twin *twin,
                         const struct change *changes, int count);
// Writes down what is to be told, and sends what is durable. `now` is monotonic; before each wait.
void observers_on_wait(struct observers *observers, int64_t now);
void observers_on_durable(struct observers *observers, uint64_t rev, int64_t now);

// What came back for a notification: an acknowledgement, a reset, or nothing at all.
void observers_on_ack(struct observers *observers, const struct peer *peer, uint16_t id);
void observers_on_reset(struct observers *observers, const struct peer *peer, uint16_t id);

// When something waits for time to pass: microseconds until observers_on_wait should be called
// again; -1 when nothing does.
int64_t observers_delay(const struct observers *observers, int64_t now);
// Makes those that have not been told anything for a day confirm that they are still there.
void observers_on_day(struct observers *observers, int64_t now);

#endif
