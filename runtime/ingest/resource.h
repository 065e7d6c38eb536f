// The one table of what can be asked for. Every request, whichever way it came, ends here.

#ifndef INGEST_RESOURCE_H
#define INGEST_RESOURCE_H

#include "base/memory.h"
#include "ingest/slice.h"

#include <stdbool.h>

struct answer;
struct door;
struct err;
struct model;
struct request;
struct twin;

struct resources {
    const struct door *door;
    struct region region; // of the request being answered
    struct buffer body;   // of its answer
};

void resources_init(struct resources *resources, const struct door *door);
void resources_fini(struct resources *resources);

// Answers a request whose payload is whole. The answer's payload is valid until the next call.
void resources_answer(struct resources *resources, const struct request *request,
                      struct answer *answer);

// The twin that a path or a name means: one that is there, or the model of one to be made.
struct target {
    struct slice id;
    struct twin *twin;         // NULL: to be made
    const struct model *model; // that its samples are for: the present version's
};
// For a sample: an id that nothing may create is noted for adoption.
bool resource_find_twin(const struct resources *resources, const struct request *request,
                        struct slice id, struct target *target, struct err *err);
// The same, but only one that is there.
bool resource_need_twin(const struct resources *resources, struct slice id, struct target *target,
                        struct err *err);

// Untrusted bytes for a sentence: at most 40, what cannot be printed as '?'.
#define SHOWN_MAX 44
const char *resource_show(struct slice slice, char shown[SHOWN_MAX]);

#endif
