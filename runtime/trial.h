// A trial: a stored version that serves part of the fleet as a canary, and is withdrawn by itself
// when it fails clearly more often than the present one does in the same time.
//
// Whatever is swapped in ends it, so does a rollback; promoting the canary's version moves the
// rest. It is not stored: after a restart the present version serves all.

#ifndef TRIAL_H
#define TRIAL_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct load;
struct reload;

// Whether what was loaded may become the canary.
bool trial_may_begin(const struct load *load, struct err *err);
void trial_begin(struct load *load);
bool trial_is_out(const struct reload *reload);
// Its twins go back. `why` is "" when somebody asked for it.
void trial_withdraw(struct reload *reload, const char *why);
void trial_look(struct reload *reload); // once a second, or more often

#endif
