// Events that recovery has seen sent and not yet consumed, in the order of their sending.

#ifndef STORE_PENDING_H
#define STORE_PENDING_H

#include "base/memory.h"
#include "twin/change.h"

#include <stdint.h>

struct pending_event {
    struct pending_event *next;
    uint64_t rev; // that sent it
    uint16_t index;
    uint32_t from_twin;
    struct change event; // arguments are its own, here and in `texts`
    struct value arguments[EVENT_ARGUMENTS_MAX];
    struct region texts;
};

struct pending { // all zero is empty
    struct pending_event *first, **last;
};

void pending_fini(struct pending *pending);
void pending_add(struct pending *pending, uint64_t rev, uint16_t index, uint32_t from_twin,
                 const struct change *event);
void pending_consume(struct pending *pending, uint64_t rev, uint16_t index);
void pending_drop_target(struct pending *pending, uint32_t twin); // it is gone: nobody will consume

#endif
