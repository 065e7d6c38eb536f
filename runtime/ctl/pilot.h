// Optimising by itself, as long as the program runs: within the ranges and rates it was given, and
// only while what it promises comes.

#ifndef CTL_PILOT_H
#define CTL_PILOT_H

#include "ctl/arguments.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

struct client;
struct err;
struct session;

struct pilot { // as they were typed
    const char *every, *rounds;
    struct texts rates; // "NAME=STEP"
};

bool pilot_check(const struct pilot *pilot, struct err *err);
// `body` is what /optimise of the twin takes. The code to exit with.
int pilot_run(const struct pilot *pilot, const struct session *session, struct client *client,
              const char *twin, const cJSON *body);

#endif
