// A version of the scripts: models, behaviours and predictions of one content hash, in one Lua
// state.
//
// Loading checks everything (keys with "did you mean", file and line in every sentence) and either
// gives a whole version or nothing. It makes the models; the world adopts them; script_bind tells
// the version which adopted model each became. After that script_call runs handlers inside a turn,
// on the loop's thread, and script_predict runs predictions; a worker has its own struct script of
// the same files. Every entry into Lua has a deadline in thread CPU time and two memory caps.

#ifndef SCRIPT_SCRIPT_H
#define SCRIPT_SCRIPT_H

#include "script/script_files.h"
#include "twin/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct changes;
struct err;
struct logger;
struct metrics;
struct model;
struct script;
struct trace;
struct twin;

struct script_limits {
    int64_t call_us;    // CPU time of one call in a turn, 2000
    int64_t predict_us; // of one prediction, 200000
    size_t soft_bytes;  // growth in one call beyond which it is killed, 8 MiB
    size_t hard_bytes;  // of the whole state, 256 MiB
    int patience;       // a call in a turn is stopped after so many times its time, for a world
                        // that obeys what was recorded of such calls; 0 = 1
};

struct script *script_load(const struct script_files *files, const struct script_limits *limits,
                           const struct logger *logger, struct metrics *metrics, struct err *err);
void script_free(struct script *script);
// Hands what behaviours pass to twin:learned(name, features) to `on_features`, for training;
// missing ones are NAN.
typedef void script_features(void *context, const struct twin *twin, const char *name,
                             const double *features, int count);
void script_watch(struct script *script, script_features *on_features, void *context);
struct learned;
const struct learned *script_learned(const struct script *script, int index); // NULL at the end
uint64_t script_version(const struct script *script);

int script_model_count(const struct script *script);
struct model *script_take_model(struct script *script, int index); // finished; the caller owns it
void script_bind(struct script *script, int index, const struct model *adopted);

enum trigger_kind {
    TRIGGER_FIELD,   // on.<field>(twin, value)                       index: field
    TRIGGER_INPUT,   // on.input(twin)
    TRIGGER_BAD,     // on.bad(twin, sample)                          index: field; value, at
    TRIGGER_DESIRED, // on.desired.<property>(twin, value)            index: the desired field
    TRIGGER_EVENT,   // on.event.<name>(twin, args, from)             index: event; arguments, from
    TRIGGER_ALARM,   // on["alarm.<name>"](twin, alarm)               index: alarm
    TRIGGER_TIMER,   // on.timer.<name>(twin)                         name
    TRIGGER_EVERY,   // every[period](twin)                           index: into script_every
    TRIGGER_INIT,    // init(twin), in the revision that creates the twin, or replaces a worn one
    TRIGGER_COMMAND, // on["command.<name>"](twin, command)           index: command; from: its id;
                     //                             state, at: it came to; value: its result
    TRIGGER_STALE,   // on.stale(twin, sample)                        index: field; value, at
    TRIGGER_MIGRATE, // migrate(twin, from)
    TRIGGER_PROMPT,  // a line that somebody types, on a fork (script/prompt.h)
    TRIGGER_PHYSICS, // the model's equations go on to the samples' time, before the handlers
};

struct trigger {
    enum trigger_kind kind;
    int index;
    const char *name;
    struct value value;
    int64_t at;
    const struct value *arguments;
    int argument_count;
    uint32_t from;            // twin number
    uint8_t state;            // command: enum command_state
    const char *const *names; // migrate: of `arguments`, the old state
    uint64_t version;         // migrate: that it comes from
};

// Cheap: says without entering Lua whether the version has a handler for it.
bool script_handles(const struct script *script, const struct model *model,
                    const struct trigger *trigger);

enum outcome { // numbers are on disk: append only
    OUTCOME_OK = 0,
    OUTCOME_ERROR = 1,  // the script raised
    OUTCOME_KILLED = 2, // at the deadline
    OUTCOME_MEMORY = 3, // refused or grown too far
};

// Runs one handler on changes->twin. What it writes goes to `changes`. On anything but OUTCOME_OK
// `err` says "scripts/behavior/pump.lua:12: ..."; the caller drops the changes. `seed` is for
// random().
enum outcome script_call(struct script *script, struct changes *changes,
                         const struct trigger *trigger, uint64_t seed, struct err *err);

// From now on what script_call runs is traced (script/trace.h); NULL ends it. The trace is the
// caller's.
void script_trace(struct script *script, struct trace *trace);
bool script_is_traced(const struct script *script);

// The periods of `every` for a model, microseconds, ascending; the index is TRIGGER_EVERY's.
const int64_t *script_every(const struct script *script, const struct model *model, int *count);

struct prediction_result {
    bool has_value;
    double value, low, high;
    char reason[200]; // why there is none, as the script said
};

// Runs a prediction on a snapshot nobody else touches. `prediction` is an index of the snapshot's
// model, which is found by layout. OUTCOME_OK with has_value false is "nothing to predict".
enum outcome script_predict(struct script *script, const struct twin *snapshot, int prediction,
                            int64_t now, uint64_t seed, struct prediction_result *result,
                            struct err *err);

#endif
