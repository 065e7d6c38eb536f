// What questions about the future (http_whatif.h, http_optimise.h) have in common: how names, times
// and members are read out of the body, and how the answer is made off the loop's thread.

#ifndef PUSH_QUESTION_H
#define PUSH_QUESTION_H

#include "base/memory.h"
#include "fork/horizon.h"
#include "push/archive.h"
#include "push/route.h"

#include <cjson/cJSON.h>

struct fork_source;
struct twin;

// "level" of the twin `own`, or "tank-1/level"; `name` is inside `text`.
bool question_name(const struct service *service, const char *text, uint32_t own, uint32_t *number,
                   const char **name, struct err *err);
// `horizon`, which must be there, and `step`.
bool question_horizon(const cJSON *body, struct horizon *horizon, struct err *err);
// `at`: "now" gives 0, or a revision's number.
bool question_at(const struct service *service, const cJSON *body, uint64_t *rev, struct err *err);
// `samples`: -1 when they are not there.
bool question_samples(const cJSON *body, int most, int *samples, struct err *err);

// In the struct of who asks, as its first member.
struct question {
    struct reading reading; // first
    struct service *service;
    struct snapshot *snapshot; // of now
    struct buffer json;        // made on the worker
    bool (*run)(struct question *question, struct err *err);
    void (*free)(struct question *question);
};

// What a fork needs of this program.
struct fork_source question_source(const struct service *service);
// Whether one more may be asked.
bool question_is_welcome(const struct service *service, struct err *err);
// Asks it once what is returned is started; `owned` has `run` and `free`.
struct later *question_ask(struct service *service, const struct twin *twin,
                           struct question *owned);

#endif
