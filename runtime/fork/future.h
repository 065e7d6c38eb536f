// A future: a fork whose clock runs ahead. What moves its twins is, in this order, the equations of
// their models, their forecasts, and the last that they said; all of it comes as samples, so their
// behaviours, alarms, timers and predictions run on as they would live.
//
// It has the twin it is about and all that relationships reach from there, both ways. Their devices
// obey: what is desired is reported a step later, and a command is done. With a seed the future is
// one of many: parameters, where states begin and how they wander are drawn by chance, as the model
// says that they are uncertain. One thread, any.

#ifndef FORK_FUTURE_H
#define FORK_FUTURE_H

#include "base/memory.h"
#include "fork/fork.h"
#include "fork/mover.h"

#include <stdbool.h>
#include <stdint.h>

#define FUTURE_TWINS_MAX 200 // that move; those further away stand still

struct err;

struct future {
    struct fork fork; // first: the sink's context
    uint32_t number;  // the twin it is about
    struct mover *movers;
    int mover_count;
    bool is_cut; // more twins are reached than may move
    int64_t begin, now;
    uint64_t rev;  // it begins at
    uint64_t seed; // 0: nothing is left to chance
    struct future_alarm {
        int64_t at;
        uint32_t twin;
        uint16_t alarm;
        bool is_active;
    } * alarms; // that were raised or cleared since future_begin
    int alarm_count;
    struct future_failure {
        char twin[65], why[420]; // the first handler that failed, "" when none has
    } failure;
    struct future_look {
        uint32_t twin;
        int prediction;
    } * looks; // predictions that are due
    int look_count;
    struct region region; // of a step
};

// Of the twin at `rev` with the version of then; 0 = as the snapshot has it, with `version`.
bool future_open(struct future *future, const struct fork_source *source, struct snapshot *snapshot,
                 uint32_t number, uint64_t rev, uint64_t version, struct err *err);
void future_close(struct future *future);

// From the beginning again, all that was set forgotten.
bool future_begin(struct future *future, uint64_t seed, struct err *err);

// Before the first step. A parameter or desired property is set as an operator would; an input of
// the physics, telemetry or a reported property is held at the value from now on. ERR_NOT_FOUND
// with the nearest name.
bool future_set(struct future *future, uint32_t number, const char *name, struct value value,
                struct err *err);

// A sensor lies from now on.
bool future_spoil(struct future *future, uint32_t number, const char *field,
                  enum sensor_fault fault, double by, struct err *err);

// A number or boolean that its device says or a behaviour derives, of a twin that moves.
bool future_find(const struct future *future, uint32_t number, const char *name, int *field,
                 struct err *err);
void future_write_failure(const struct future_failure *failure, struct buffer *json); // if one
double future_number(const struct future *future, uint32_t number, int field); // NAN: not known

// The twins that move, and their equations; NULL: it has none, or they cannot begin.
int future_count(const struct future *future);
const struct physics *future_physics(const struct future *future, int index);

// Moves everything on to `now`. False when equations have no solution: `err` says whose.
bool future_step(struct future *future, int64_t now, struct err *err);

#endif
