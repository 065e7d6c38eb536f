// Answers to a client: a short list, for a client that does not take them is not read from.

#ifndef PUSH_ANSWER_H
#define PUSH_ANSWER_H

#include "push/document.h"

#include <stdbool.h>

struct buffer;
struct err;
struct later;
struct session;

#define ANSWER_ID_SIZE 160

// The JSON text of the message's id: a number or a text of up to 64 bytes. Anything else is "null",
// and false when there was something.
bool answer_read_id(const cJSON *message, char *id, struct err *err);

// Opens an answer in `out` with its id and ok; the caller adds members and closes the object.
void answer_open(struct buffer *out, const char *id, bool is_ok);

// Queues the message that `out` holds, and empties it.
void answer_send(struct session *session, struct buffer *out);

void answer_problem(struct session *session, const char *id, const struct err *err);

// Moves the first answer to the end of `out`; false when there is none.
bool answer_take(struct session *session, struct buffer *out);

// Answers {"rev"} once `rev` is on disk.
void answer_when_durable(struct session *session, const char *id, uint64_t rev);
// The same for a command: {"command", "rev"}.
void answer_command_when_durable(struct session *session, const char *id, uint32_t command,
                                 uint64_t rev);

// Answers the members of what comes of it; starts it.
void answer_when_known(struct session *session, const char *id, struct later *later);

// The client is gone: nothing is answered any more.
void answers_drop(struct session *session);

#endif
