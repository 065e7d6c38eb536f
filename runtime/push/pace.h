// When a subscription may send: at most `hz` passes a second, at once when the last is long enough
// ago.
//
// A subscription with something to say is either ready (its session has been asked to write) or
// waiting for its time; one timer serves all that wait.

#ifndef PUSH_PACE_H
#define PUSH_PACE_H

#include "base/loop.h"

struct subscription;

struct pace {
    struct loop *loop;
    struct subscription *waiting;
    struct loop_timer timer;
    void (*on_ready)(struct subscription *subscription);
};

#define PACE_HZ_DEFAULT 20
#define PACE_HZ_MAX 1000

// There may be something to send. Cheap when that is known already.
void pace_wake(struct subscription *subscription);
// A pass begins, if none is under way: the next one not before the interval is over.
void pace_begin(struct subscription *subscription);
// Everything of the pass is written.
void pace_end(struct subscription *subscription);
// From now on at `hz`, 0 pauses.
void pace_set(struct subscription *subscription, double hz);
void pace_forget(struct subscription *subscription); // before it is freed
void pace_fini(struct pace *pace);

#endif
