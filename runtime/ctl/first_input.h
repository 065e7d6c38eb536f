// The first input of a model: one twin, alone in an empty world, that hears of each of its signals
// once. What fails already here fails on every twin of the fleet.

#ifndef CTL_FIRST_INPUT_H
#define CTL_FIRST_INPUT_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct rehearsal_cast;

// Tries it with every model. `start` is when, microseconds UTC. False with the model and the
// failure's file and line.
bool first_input_try(const struct rehearsal_cast *cast, int64_t start, struct err *err);

#endif
