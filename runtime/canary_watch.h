// A canary: a stored version that serves part of the fleet as a canary, and is withdrawn by itself
// when it fails clearly more often than the present one does in the same time.
//
// Whatever is swapped in ends it, so does a rollback; promoting the canary's version moves the
// rest. It is not stored: after a restart the present version serves all.

#ifndef CANARY_WATCH_H
#define CANARY_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct load;
struct reload;

// Whether what was loaded may become the canary.
bool canary_may_begin(const struct load *load, struct err *err);
void canary_begin(struct load *load);
bool canary_is_out(const struct reload *reload);
// Its twins go back. `why` is "" when somebody asked for it.
void canary_withdraw(struct reload *reload, const char *why);
void canary_look(struct reload *reload); // once a second, or more often

#endif
