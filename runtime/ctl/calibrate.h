// twinctl calibrate: fits the parameters of a model's physics to recorded data, per twin, and says
// what the data can tell of them.

#ifndef CTL_CALIBRATE_H
#define CTL_CALIBRATE_H

extern const struct verb calibrate_verb;

#endif
