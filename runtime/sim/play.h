// Plays a recorded asset: each row of a CSV file becomes one message of one twin, in the file's own
// time.

#ifndef SIM_PLAY_H
#define SIM_PLAY_H

#include "sim/run.h"

extern const struct mode play_mode;

#endif
