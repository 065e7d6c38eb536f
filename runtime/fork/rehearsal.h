// A rehearsal: a world of its own in memory, the one engine on it, and a clock that its owner
// moves.
//
// No network, no disk, no other thread: what a test of a model runs on, and what every world that
// is not live needs. Inputs come through its door (twin/input.h) as they do in production;
// predictions run at once. What a behaviour or a prediction failed with is kept until somebody
// takes it, so that no failure passes unseen.

#ifndef REHEARSAL_H
#define REHEARSAL_H

#include "script/script.h"
#include "twin/input.h"

#include <stdbool.h>
#include <stdint.h>

struct buffer;
struct err;
struct logger;
struct metrics;
struct rehearsal;

struct rehearsal_cast {    // what a rehearsal is made of; all borrowed, and used again by the next
    struct script *script; // that the engine runs
    struct script *onlooker; // another load of the same files, whose twins these are too; or NULL
    const struct buffer *models; // encoded (twin/model_codec.h), in the script's order
    const struct logger *logger;
    struct metrics *metrics;
};

// Begins at `start`, microseconds UTC, without a twin.
struct rehearsal *rehearsal_new(const struct rehearsal_cast *cast, int64_t start, struct err *err);
void rehearsal_free(struct rehearsal *rehearsal);

// Its context is the rehearsal.
struct door rehearsal_door(struct rehearsal *rehearsal);

// Moves the clock; everything due in between runs at its own time, in order.
void rehearsal_advance(struct rehearsal *rehearsal, int64_t us);

// An event for a twin, as if `from` had sent it.
void rehearsal_event(struct rehearsal *rehearsal, struct twin *to, int event,
                     const struct value *arguments, int count, const struct twin *from);

// Runs a prediction now; its result becomes the twin's forecast.
enum outcome rehearsal_predict(struct rehearsal *rehearsal, struct twin *twin, int prediction,
                               struct prediction_result *result, struct err *err);

// What a twin's behaviour remembers, as a test begins. False with what does not fit.
bool rehearsal_remember(struct rehearsal *rehearsal, struct twin *twin,
                        const struct setting *settings, int count, struct err *err);

// Takes the oldest failure of `twin`, of any twin when it is NULL, whose sentence holds `part`.
// False when there is none; else `id` and `text` have it.
bool rehearsal_failure(struct rehearsal *rehearsal, const struct twin *twin, const char *part,
                       char id[65], char text[420]);

#endif
