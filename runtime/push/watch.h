// Which subscriptions have a twin: from its number to their entries, and what a revision means to
// them.
//
// A table by twin number whose lists run through the entries of the subscriptions, both ways, so
// that a mark follows two pointers and leaving costs no search.

#ifndef PUSH_WATCH_H
#define PUSH_WATCH_H

#include "push/subscription.h"

#include <stdint.h>

struct change;
struct twin;
struct world;

struct watch {
    struct world *world;
    struct subscription **slots; // slot 0 stays empty
    uint32_t slot_count, slot_capacity;
    struct watch_ref *first; // by twin number
    uint32_t capacity;
    uint32_t subscription_count;
};

void watch_init(struct watch *watch, struct world *world);
void watch_fini(struct watch *watch); // all subscriptions are gone

// Fills the subscription with the twins that it selects, and keeps it up to date from now on.
void watch_add(struct watch *watch, struct subscription *subscription);
void watch_remove(struct watch *watch, struct subscription *subscription);

// A revision of `twin`, which is about to be removed when it is CHANGE_RETIRE.
void watch_on_change(struct watch *watch, const struct twin *twin, const struct change *changes,
                     int count);

#endif
