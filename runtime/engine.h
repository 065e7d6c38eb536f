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
    struct script *script;  // of the twin whose turn is open; NULL when it has none
    uint64_t version;       // likewise
    struct script *present; // of what is not held back
    uint64_t previous;      // version that was present before: most twins come from it
    struct edition *editions;
    int edition_count;
    struct catch_up { // the walk over the fleet after a swap
        bool is_behind;
        uint32_t next;  // number
        uint64_t *used; // versions that twins are of
        int used_count;
    } catch_up;
    struct tally tally;
    bool has_run; // a handler in the turn that is open
    struct sink sink;
    const struct logger *logger;
    struct region region;   // of the turn that is open
    struct changes changes; // likewise, reused turn after turn
    struct queued_event *events, **last_event;
    uint64_t external_rev; // first revision of the external input under way, for random()
    uint32_t ordinal;      // handlers run since it
    int depth;             // of the event being turned, 0 for an external input
    uint64_t *turns, *failures, *dropped_events, *held_back;
};

// A version that is loaded (editions.c).
struct edition {
    uint64_t version;
    struct script *script; // NULL: it is nowhere any more
    bool is_needed;        // by a twin that is held back
};

// The script of a version, which is loaded when it is not; NULL when it cannot be.
struct script *edition_script(struct engine *engine, uint64_t version);
void editions_fini(struct engine *engine);

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

// Moves a twin to the present version, a revision of its own when its layout changes or its
// behaviour has `migrate`. One that cannot migrate stays on its own version (move.c).
void turn_touch(struct engine *engine, struct twin *twin);
// Before turn_open does it: whose script runs the twin, and what its revisions name.
void turn_choose(struct engine *engine, const struct twin *twin);
// A feed looked numbers up in `meant`, which world_model_of gave it, and then the twin was held
// back: the same field, alarm or relationship of the model it has, NONE when it has none.
int turn_same_field(const struct model *meant, int field, const struct model *has);
int turn_same_alarm(const struct model *meant, int alarm, const struct model *has);
int turn_same_relationship(const struct model *meant, int relationship, const struct model *has);

// The tally: once a turn, and when it failed.
void engine_count_turn(struct engine *engine);
void engine_count_failure(struct engine *engine, const struct err *err);

// Runs one handler if there is one. False when it failed: the behaviour's part is dropped, the
// reason noted.
bool turn_handler(struct engine *engine, const struct trigger *trigger);
// Handlers of alarms that became active or clear, from change `*next` on; a handler may cause more.
bool turn_alarm_handlers(struct engine *engine, int *next);

// An external input begins: the clock moves, timers that are due run.
void engine_begin(struct engine *engine, int64_t received);
// Queued events become turns, first in, first out.
void engine_drain(struct engine *engine);
void engine_drop_events(struct engine *engine);

// Sets twin->due from its state and puts it in its place among the others.
void timers_schedule(struct world *world, struct twin *twin, const struct script *script);

#endif
