// A mover: one twin of a future, and what its device would say at each step: what the equations of
// its model come to, where its forecasts lead, or what it said last.

#ifndef FORK_MOVER_H
#define FORK_MOVER_H

#include "base/chance.h"
#include "script/physics.h"
#include "twin/value.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct model;
struct sample;
struct script;
struct twin;
struct world;

enum sensor_fault {
    SENSOR_SILENT = 1, // says nothing any more
    SENSOR_FROZEN,     // says what it said last
    SENSOR_OFF,        // is off by `by`
    SENSOR_NOISY,      // has noise of `by`, one standard deviation
};

struct mover {
    uint32_t number; // the twin
    int64_t begin;
    bool has_physics;
    struct physics_run run;
    struct chance chance; // its own, so that what another twin draws changes nothing here
    bool is_doubted;      // a sensor of what the equations say lies
    bool is_uncertain;    // else nothing is left to chance
    int64_t wandered_at;
    struct said *said; // fields
    int said_count;
};

// `mover` has the number alone. With a seed its parameters and states are drawn. False: its
// equations cannot begin, and it says what it said last.
bool mover_begin(struct mover *mover, const struct world *world, struct script *script,
                 int64_t begin, uint64_t seed, struct err *err);
void mover_fini(struct mover *mover);

// From now on an input of the physics is so; false: it has none of the name, or the value is none.
bool mover_hold_input(struct mover *mover, const char *name, struct value value);
// A field says this.
bool mover_hold(struct mover *mover, const struct model *model, int field, struct value value,
                struct err *err);
void mover_spoil(struct mover *mover, const struct twin *twin, int field, enum sensor_fault fault,
                 double by);

// The equations on to `now`, with the twin's present inputs.
bool mover_move(struct mover *mover, const struct world *world, struct script *script, int64_t now,
                struct err *err);
// What its device says then: at most a sample a field. It obeys: what is desired is reported,
// unless the equations say how.
int mover_tell(struct mover *mover, const struct twin *twin, int64_t now, struct sample *samples);

// The equations that its samples come from, when they do: its filter would find just that.
const struct physics_run *mover_truth(const struct mover *mover);

#endif
