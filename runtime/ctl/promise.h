// What an accepted optimum promised, and what came of it.
//
// It is kept with the twin, as its attribute "optimised": so it is on disk, audited and there for
// everyone who asks later. {"from", "to": Unix seconds, "set": {NAME: value}, "minimise": {NAME:
// weight}, "untouched", "optimum", "low", "high", "gain": as fork/optimum.h has them}

#ifndef CTL_PROMISE_H
#define CTL_PROMISE_H

#include <cjson/cJSON.h>
#include <stdbool.h>

struct client;
struct err;
struct session;

double promise_number(const cJSON *object, const char *name); // NAN when it is none

// Desires what the answer of /optimise to `body` says, if nobody has desired otherwise since, and
// keeps the promise.
bool promise_accept(struct client *client, const char *twin, const cJSON *body, const cJSON *answer,
                    struct err *err);
// Writes the gain that came beside the one that was promised; the code to exit with. `is_kept` may
// be NULL: whether it is in its band.
int promise_result(const struct session *session, struct client *client, const char *twin,
                   bool *is_kept);

#endif
