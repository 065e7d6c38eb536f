// Whom the plant's door has refused.

#ifndef INGEST_REFUSING_H
#define INGEST_REFUSING_H

#include "twin/adoption.h"

static struct adoptions refusals; // of the test's one plant

static inline void refusals_note(void *context, const char *id, size_t length,
                                 const struct actor *actor) {
    (void)context;
    adoption_note(&refusals, id, length, 1, actor);
}

#endif
