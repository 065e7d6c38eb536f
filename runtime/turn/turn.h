// The turn: one input is applied to one twin, its behaviour runs, and what changed becomes one
// revision.
//
// This is the only place where that happens, for every world. An engine drives one world with one
// version of the scripts; where its inputs come from and where its revisions go is the owner's
// business (live.c: CoAP, timers, operators in; log, Observe and browsers out). Inputs arrive
// through the functions below, which run every timer that is due first, then the input, then the
// events it caused, and return when all of that is in memory. Effects of a behaviour are kept whole
// or dropped whole; samples are always kept.

#ifndef TURN_H
#define TURN_H

#include "twin/input.h"

#include <stdbool.h>
#include <stdint.h>

struct amend_input;
struct change;
struct engine;
struct err;
struct logger;
struct metrics;
struct model;
struct prediction_result;
struct revision;
struct script;
struct script_files;
struct twin;
struct world;

#define CASCADE_MAX 16 // events that cause events that cause events ...

// Where an engine's effects go.
struct sink {
    void *context;
    // Each revision, in order. Of CHANGE_RETIRE the twin is told before it is gone.
    void (*on_revision)(void *context, struct twin *twin, const struct revision *revision);
    // A prediction is due and has new data to look at.
    void (*on_predict)(void *context, const struct twin *twin, int prediction);
    // A version that a twin is held on and that is not loaded: its script, bound to the world's
    // models, the engine's from now on. NULL when it is not stored. May be NULL itself.
    struct script *(*on_missing)(void *context, uint64_t version);
    // Of a world that a record leads (engine_lead): whether the twin takes turns here, and not what
    // the record has of it. Then no parts are made, for the record makes them. NULL: all do.
    bool (*takes_turns)(void *context, const struct twin *twin);
};

struct engine *engine_new(struct world *world, const struct sink *sink, const struct logger *logger,
                          struct metrics *metrics);
void engine_free(struct engine *engine);

// From the next input on, turns run on `owned`, whose models must be the world's current ones.
// Twins move to it when they are first touched; the versions before it are freed when no twin is
// held on them. Takes no longer for a large fleet: engine_catch_up does what must be done to each
// twin.
void engine_use(struct engine *engine, struct script *owned);
// The same with one that is loaded still; false when none is. The world's current models are to be
// its own again.
bool engine_use_again(struct engine *engine, uint64_t version);
// A version by its files, so that twins which come from it need not migrate where nothing of theirs
// has changed; and one that is stored no more. Of a version that is not known, all has changed.
void engine_know(struct engine *engine, const struct script_files *files);
void engine_forget(struct engine *engine, uint64_t version);
// A canary: `owned` serves `share` of 100 twins of each model (world_set_canary), and the present
// version all others. What holds while it is out:
//   - world->version, world->current and new twins are the present version's;
//   - a twin's revisions name the version that ran it, the canary's or the present one;
//   - a twin moves to the canary and back as after any swap, at its first touch, with `migrate`;
//     one that cannot stays where it is, and is tried again when what it is meant for changes;
//   - each version has its own tally; a twin that is held counts for the one it is on.
// There is one at a time, and none across engine_use: withdraw it first, also to promote it.
// `models` are the script's, adopted by the world and bound to it.
void engine_try(struct engine *engine, struct script *owned, uint32_t share,
                const struct model **models, int count);
void engine_withdraw(struct engine *engine); // its twins go back to the present version

// Before engine_free, when the present script is to live on: it is the caller's again.
void engine_give_back(struct engine *engine);

// Sets the timers of one twin by the version that will run it.
void engine_watch(struct engine *engine, struct twin *twin);
// After engine_use: sets the timers of up to `count` more twins by the new version. False when all
// are done.
bool engine_catch_up(struct engine *engine, int count);
// As the last whole walk of engine_catch_up found it: some twin's newest revision is of `version`.
bool engine_needs(const struct engine *engine, uint64_t version);

// Turns of the present version in which a handler ran, since it is present.
struct tally {
    uint64_t turns;
    uint64_t failures;
    char first[420]; // what the first failure said
};
const struct tally *engine_tally(const struct engine *engine);
const struct tally *engine_canary_tally(const struct engine *engine); // likewise, of the canary

// The door's calls (twin/input.h), without the door's checks for a full disk.
bool engine_samples(struct engine *engine, struct samples_input *input, uint64_t *rev,
                    struct err *err);
bool engine_desired(struct engine *engine, struct twin *twin, const struct setting *settings,
                    int count, uint64_t if_rev, const struct actor *actor, int64_t received,
                    uint64_t *rev, struct err *err);
bool engine_configure(struct engine *engine, const struct configure_input *input, int64_t received,
                      bool *is_new, uint64_t *rev, struct err *err);
void engine_retire(struct engine *engine, struct twin *twin, const struct actor *actor,
                   int64_t received, uint64_t *rev);
bool engine_acknowledge(struct engine *engine, struct twin *twin, int alarm,
                        const struct actor *actor, int64_t received, uint64_t *rev,
                        struct err *err);

// Upkeep (upkeep.c): as the door has them.
bool engine_link(struct engine *engine, struct twin *from, int relationship, struct twin *to,
                 bool is_there, const struct actor *actor, int64_t received, uint64_t *rev,
                 struct err *err);
void engine_live(struct engine *engine, struct twin *twin, enum lifecycle lifecycle,
                 const struct actor *actor, int64_t received, uint64_t *rev);
void engine_replace(struct engine *engine, struct twin *twin, const struct actor *actor,
                    int64_t received, uint64_t *rev);

// Runs the handlers of an input whose behaviour failed again, on the twin as it is now: `failed` is
// that revision, `event` the change that sent it when it was an event, else NULL. When they run
// well the quarantine ends; when not, false with why, and that is a revision too.
bool engine_retry(struct engine *engine, struct twin *twin, const struct revision *failed,
                  const struct change *event, const struct actor *actor, int64_t received,
                  uint64_t *rev, struct err *err);

// Keeps what a corrected sample comes to (fork/amend.h). No handler runs and no alarm moves.
bool engine_amend(struct engine *engine, struct twin *twin, const struct amend_input *input,
                  int64_t received, uint64_t *rev, struct err *err);

// Runs the line that script_prompt has made for its model, on a fork. False when it fails, which
// holds nothing against the twin.
bool engine_prompt(struct engine *engine, struct twin *twin, int64_t received, struct err *err);

// Commands (commands.c). Moved to COMMAND_SENT: this one and every earlier one that is still
// queued.
bool engine_command(struct engine *engine, struct twin *twin, int command,
                    const struct value *arguments, int count, const struct actor *actor,
                    int64_t received, uint32_t *id, uint64_t *rev, struct err *err);
bool engine_command_moved(struct engine *engine, struct twin *twin, uint32_t id,
                          enum command_state state, const char *result, const struct actor *actor,
                          int64_t received, uint64_t *rev, struct err *err);

// What a worker found out about a twin as it was at `of_rev`.
void engine_forecast(struct engine *engine, struct twin *twin, int prediction, uint64_t of_rev,
                     const struct prediction_result *result, int64_t received);

// Repeats a turn that was recorded (repeat.c), on a world that stands as it did before it and
// serves `recorded->present`. Its revision goes to the sink and should be the recorded one; nothing
// else is set off: no timer, no part, and events only when they are queued with engine_requeue.
// What cannot be decided twice, a call that was stopped, is obeyed. `failed` and `event` are of a
// retry, as engine_retry has them. False when the event that it consumed is not in the queue.
bool engine_repeat(struct engine *engine, const struct revision *recorded,
                   const struct revision *failed, const struct change *event);

// Gives what was recorded as somebody's input to the twin as another version has it: timers that
// are due run first, events that it causes follow. `then` is the model that the recorded changes
// refer to; what the twin's own does not have is left out. A recorded timer, sum or event only
// moves the clock: the twin has its own.
void engine_lead(struct engine *engine, const struct revision *recorded, const struct model *then);

// Takes the event that this revision sent off the queue, with those before it that led to nobody.
// False when it is not there.
bool engine_consume(struct engine *engine, uint64_t from_rev, uint16_t from_index);

// Recovery: an event that was sent and not consumed. Queued; drained with the next input or timer
// run.
void engine_requeue(struct engine *engine, uint64_t from_rev, uint16_t from_index,
                    uint32_t from_twin, const struct change *event);

// Runs timers due at `now`; returns when the next one is due, 0 = none.
int64_t engine_timers(struct engine *engine, int64_t now);

// After loading a world: sets every twin's next timer.
void engine_schedule_all(struct engine *engine);

#endif
