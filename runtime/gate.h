// The gate: the door (twin/input.h) of the live world. Shut while the log cannot store.

#ifndef GATE_H
#define GATE_H

#include "twin/adoption.h"
#include "twin/input.h"

struct engine;
struct log;
struct loop;

struct gate {
    struct engine *engine;
    struct log *log;
    struct loop *loop;
    const struct world *world;
    struct adoptions adoptions;
};

// The door's context is the gate, which must outlive it.
struct door gate_door(struct gate *gate, struct world *world);

#endif
