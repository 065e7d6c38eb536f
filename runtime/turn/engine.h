// What the files of the turn share: the engine itself, and the steps of one turn.
//
// turn.c opens, runs and closes one turn; inputs.c, cascade.c and timers.c say what is applied in
// it. Nobody else includes this.

#ifndef ENGINE_H
#define ENGINE_H

#include "base/memory.h"
#include "script/script.h"
#include "turn/lineage.h"
#include "turn/turn.h"
#include "twin/revision.h"
#include "twin/world.h"

struct queued_event;

struct engine {
    struct world *world;
    struct script *script;  // of the twin whose turn is open; NULL when it has none
    uint64_t version;       // likewise
    struct script *present; // of what is not held back
    struct script *canary;  // of the twins that the world's canary has; NULL when none is out
    uint64_t previous;      // version that was present before: most twins come from it
    struct edition *editions;
    int edition_count;
    struct lineage lineage; // of the versions that are stored, and of what is present
    struct catch_up {       // the walk over the fleet after a swap
        bool is_behind;
        uint32_t next;  // number
        uint64_t *used; // versions that twins are of
        int used_count;
    } catch_up;
    struct tally tally, canary_tally;
    bool has_run, has_failed; // handlers of the turn that is open
    struct sink sink;
    const struct logger *logger;
    struct region region;   // of the turn that is open
    struct changes changes; // likewise, reused turn after turn
    struct queued_event *events, **last_event;
    uint64_t external_rev;           // first revision of the external input under way, for random()
    uint32_t ordinal;                // handlers run since it
    uint32_t turn_ordinal;           // likewise, when the turn that is open began
    int depth;                       // of the event being turned, 0 for an external input
    bool is_retrying;                // the quarantine is looked over
    const struct revision *repeated; // the turn under way was recorded: it sets nothing else off
    const struct change *obeyed;     // of it: the call that cannot be decided twice, or NULL
    uint32_t *incomplete;            // assets whose parts are still to be made
    int incomplete_count;
    uint64_t *turns, *failures, *rested, *dropped_events, *held_back;
};

// A version that is loaded (editions.c).
struct edition {
    uint64_t version;
    struct script *script; // NULL: it is nowhere any more
    bool is_needed;        // by a twin that is held back
};

// The script of a version, which is loaded when it is not; NULL when it cannot be.
struct script *edition_script(struct engine *engine, uint64_t version);
// The script of what a twin is meant for: the present one or the canary's.
struct script *edition_meant(struct engine *engine, uint64_t version);
void editions_fini(struct engine *engine);

// What a revision says about its cause.
struct cause {
    enum input_kind kind;
    const struct actor *actor; // NULL: the runtime itself
    uint64_t message;
    uint64_t from_rev;
    uint16_t from_index;
    int64_t run_before; // timer
};

struct changes *turn_open(struct engine *engine,
                          struct twin *twin); // NULL: one is about to be created
uint64_t turn_close(struct engine *engine,
                    const struct cause *cause); // returns the revision's number
struct revision turn_describe(const struct engine *engine, const struct cause *cause);

// Inside an open turn of no twin yet: makes it.
void turn_create(struct engine *engine, const struct model *model, const char *id, size_t length);
// A whole turn: the twin is gone after it.
uint64_t turn_retire(struct engine *engine, struct twin *twin, const struct actor *actor);

// Moves a twin to the present version, a revision of its own when its layout changes, or its
// behaviour has `migrate` and the twin's version had another text of model or behaviour. One that
// cannot migrate stays on its own version (move.c).
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

// The turns of each kind of input, from turn_open to turn_close; what repeats a recorded one
// (repeat.c) has these in common with the live one.
uint64_t turn_samples(struct engine *engine, const struct samples_input *input,
                      struct sample *samples, int count);
void turn_desired_handlers(struct engine *engine);
void turn_timers(struct engine *engine, struct twin *twin, int64_t run_before);
void turn_sums(struct engine *engine, struct twin *twin);
bool turn_retry(struct engine *engine, struct twin *twin, const struct revision *failed,
                const struct change *event, const struct actor *actor, uint64_t *rev,
                struct err *err);
// Whether the twin takes turns here (turn.h: sink).
bool turn_is_taken(const struct engine *engine, const struct twin *twin);
// The event that this revision sent, off the queue with those before it; false when it is not
// there.
bool turn_queued_event(struct engine *engine, struct twin *twin, uint64_t from_rev,
                       uint16_t from_index, bool is_too_deep);

// script_call for the turn that is open, or what is obeyed instead of it.
enum outcome turn_call(struct engine *engine, const struct trigger *trigger, struct err *err);
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

// What related twins add up to (aggregates.c). A turn tells who adds its twin up; those are due a
// moment later for an input of their own.
void aggregates_notice(struct world *world, const struct changes *changes);
// It is about to be retired, or to lose what its next model does not have.
void aggregates_leave(struct world *world, const struct twin *twin);
// After loading, or on another version: whoever adds up does it once.
void aggregates_start(struct world *world, struct twin *twin);
void turn_aggregate(struct engine *engine, struct twin *twin);
// Members along a relationship by their number, in the turn's region; their value of a name, unless
// it is bad or missing; and a derived field, which leaves no change when it has that value.
const struct twin **aggregates_members(struct engine *engine, const struct twin *twin,
                                       const char *relationship, bool is_outgoing, int *count);
bool aggregates_value(const struct twin *member, const char *name, double *number);
void aggregates_set(struct changes *changes, int field, struct value value);
// The part of a process in that turn (process.c).
void process_step(struct engine *engine, struct twin *twin);
// Which of `count` stages in the order of flow holds up the others, by their shares of time; NONE
// while none of them waits.
int process_bottleneck(const double *blocked, const double *starved, int count);

// Parts (parts.c): noted when a turn closes, made when events are drained, retired with the asset.
void parts_notice(struct engine *engine, const struct changes *changes);
bool parts_make(struct engine *engine); // false when there was nothing to do
void parts_retire(struct engine *engine, const struct twin *twin, const struct actor *actor);

// Sets twin->due from its state and puts it in its place among the others.
void timers_schedule(struct world *world, struct twin *twin, const struct script *script);

#endif
