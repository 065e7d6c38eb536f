// A table of readings run through a world in memory: each row is the samples of one twin at one
// time, and the table's time drives the clock. What backtest and calibrate have in common.

#ifndef CTL_PLAYBACK_H
#define CTL_PLAYBACK_H

#include "ctl/arguments.h"
#include "ctl/readings.h"
#include "fork/rehearsal.h"
#include "twin/name.h"

#include <stdbool.h>

struct cast;
struct err;
struct twin;

struct playback {
    // What is wanted; the texts are the caller's.
    const char *model_name, *path, *time, *id;
    struct texts maps, parameters;

    struct readings readings; // stands at the row that is next
    struct rehearsal *rehearsal;
    struct door door;
    const struct model *model;
    struct setting *settings;
    struct location *rooms; // of parameters that are locations
    struct sample *samples;
    long rows, failures;
    char failed_twin[TWIN_ID_MAX + 1], failed[420]; // the first failure
};

// The world begins with the first row that has a time. To be closed either way.
bool playback_open(struct playback *playback, const struct cast *cast, struct err *err);
void playback_close(struct playback *playback);

// What is due before the present row, then the row. The twin as it stands then; NULL: the row has
// none, which was told. `at` is its time, 0 when it has none.
struct twin *playback_row(struct playback *playback, int64_t *at);
bool playback_next(struct playback *playback); // to the next row, telling how far it is
const char *playback_twin_id(const struct playback *playback); // of the present row

#endif
