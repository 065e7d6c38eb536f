// What the files of the turn share: the engine itself, and the steps of one turn.
//
// turn.c opens, runs and closes one turn; inputs.c, cascade.c and timers.c say what is applied in
// it. Nobody else includes this.

#ifndef ENGINE_H
#define ENGINE_H

#include "base/memory.h"
#include "script/script.h"
#include "turn.h"
#include "twin/revision.h"
#include "twin/world.h"

struct queued_event;

struct engine {
    struct world *world;
    struct script *script;
    struct sink sink;
    const struct logger *logger;
    struct region region;   // of the turn that is open
    struct changes changes; // likewise, reused turn after turn
    struct queued_event *events, **last_event;
    uint64_t external_rev; // first revision of the external input under way, for random()
    uint32_t ordinal;      // handlers run since it
    int depth;             // of the event being turned, 0 for an external input
    uint64_t *turns, *failures, *dropped_events;
};

// What a revision says about its cause.
struct cause {
    enum input_kind kind;
    const struct actor *actor; // NULL: the runtime itself
    uint64_t message;
    uint64_t from_rev;
    uint16_t from_index;
};

struct changes *turn_open(struct engine *engine,
                          struct twin *twin); // NULL: one is about to be created
uint64_t turn_close(struct engine *engine,
                    const struct cause *cause); // returns the revision's number
struct revision turn_describe(const struct engine *engine, const struct cause *cause);

// Moves a twin to the present version's layout, a revision of its own, if it has another.
void turn_touch(struct engine *engine, struct twin *twin);

// Runs one handler if there is one. False when it failed: the behaviour's part is dropped, the
// reason noted.
bool turn_handler(struct engine *engine, const struct trigger *trigger);
// Handlers of alarms that became active or clear and of commands that moved, from change `*next`
// on; a handler may cause more.
bool turn_alarm_handlers(struct engine *engine, int *next);

// An external input begins: the clock moves, timers that are due run.
void engine_begin(struct engine *engine, int64_t received);
// Queued events become turns, first in, first out.
void engine_drain(struct engine *engine);
void engine_drop_events(struct engine *engine);

// Sets twin->due from its state and puts it in its place among the others.
void timers_schedule(struct world *world, struct twin *twin, const struct script *script);

#endif
