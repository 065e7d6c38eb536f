// Ids that devices sent under and that nothing may create: so a typo never becomes a ghost twin,
// and a new device is seen before somebody adopts it. Told to operators, not state: a restart
// forgets.
//
// The table is bounded; whoever was not heard of for longest goes first.

#ifndef TWIN_ADOPTION_H
#define TWIN_ADOPTION_H

#include "twin/input.h"
#include "twin/name.h"

#include <stddef.h>
#include <stdint.h>

#define ADOPTIONS_MAX 1000 // 150 kB, and a scan of them is a microsecond

struct adoption {
    char id[TWIN_ID_MAX + 1];
    uint32_t hash; // of the id
    uint64_t count;
    int64_t first_at, at; // first and last heard of, microseconds UTC
    struct actor actor;   // who sent last
};

struct adoptions { // all zero is an empty one
    struct adoption list[ADOPTIONS_MAX];
    int count;
    uint64_t forgotten; // that had to make room
};

// A valid id was refused.
void adoption_note(struct adoptions *adoptions, const char *id, size_t length, int64_t at,
                   const struct actor *actor);
// It is a twin now.
void adoption_forget(struct adoptions *adoptions, const char *id, size_t length);

#endif
