// A conduit: bytes on their way from a worker to the loop, never more than it has room for.
//
// The worker waits while it is full, so a slow reader slows the worker and nothing else.

#ifndef BASE_CONDUIT_H
#define BASE_CONDUIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conduit;

// `wake` is called on the worker when there is something to read again.
struct conduit *conduit_new(size_t room, void (*wake)(void *context), void *context);
void conduit_free(struct conduit *conduit); // neither side may use it any more

// On the worker; waits for room. False when nobody reads any more.
bool conduit_write(struct conduit *conduit, const void *bytes, size_t length);
void conduit_end(struct conduit *conduit); // nothing more comes

// On the loop; never waits. How many bytes were copied to `out`; `is_ended`: nothing more comes.
size_t conduit_read(struct conduit *conduit, void *out, size_t most, bool *is_ended);
void conduit_close(struct conduit *conduit);    // nobody reads any more
bool conduit_is_ready(struct conduit *conduit); // a read would give bytes or the end

#endif
