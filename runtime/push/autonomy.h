// Autonomous mode: set-points of twins whose model says `autonomous` are moved by the runtime
// itself, within the limits and rates that it gives.
//
// Each `every` an optimum is asked for on a copy (http_optimise.h). What surely gains becomes
// desired, in the name of "autonomous"; then it is watched whether what was promised comes. It
// stops by itself when two promises in a row did not come, and when somebody desires otherwise.
// The twin's attribute "autonomous" has its state, its last decision and why: {"state": "on" or
// "stopped", "at", "decision", "set": {NAME: value}, "misses"}; "optimised" what was promised, as
// twinctl has it. Who sets the state to "stopped" stops it, who takes the attribute away starts it.

#ifndef PUSH_AUTONOMY_H
#define PUSH_AUTONOMY_H

struct autonomy;
struct service;

struct autonomy *autonomy_new(struct service *service);
void autonomy_free(struct autonomy *autonomy); // what is asked is forgotten

#endif
