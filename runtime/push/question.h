// What questions about a copy (http_whatif.h, http_optimise.h, http_prompt.h, http_amend.h) have in
// common: how names, times and members are read out of the body, and how the answer is made off the
// loop's thread.

#ifndef PUSH_QUESTION_H
#define PUSH_QUESTION_H

#include "base/memory.h"
#include "fork/fork.h"
#include "fork/horizon.h"
#include "push/archive.h"
#include "push/route.h"

#include <cjson/cJSON.h>

struct later;
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

struct question_kind;

struct question {           // in the struct of who asks, as its first member; zeroed
    struct reading reading; // first
    const struct question_kind *kind;
    struct service *service;
    uint32_t number; // the twin
    struct fork_source source;
    uint64_t version;          // that is live
    struct actor actor;        // who asks
    struct snapshot *snapshot; // of now, once it is asked
    struct buffer json;        // made on the worker
};

struct question_kind {
    size_t size;                                                                 // of the struct
    bool (*read)(struct question *question, const cJSON *body, struct err *err); // on the loop
    bool (*run)(struct question *question, struct err *err);                     // on the worker
    void (*fini)(struct question *question); // what is its own, the struct left
    // What is done about the answer, on the loop (archive.h); may be NULL.
    enum settled (*settle)(struct question *question, struct err *err);
};

// The snapshot becomes one of now, the old one the caller's to close.
struct snapshot *question_renew(struct question *question);

// Reads it and asks it once what is returned is started. NULL: `err` says why not.
struct later *question_ask(struct service *service, const struct twin *twin,
                           const struct question_kind *kind, const cJSON *body,
                           const struct actor *actor, struct err *err);
// The same of a request that names the twin in its path: the handler of a route.
bool question_post(struct service *service, const struct http_request *request,
                   const struct route_match *match, const struct question_kind *kind,
                   struct http_response *response, struct err *err);

#endif
