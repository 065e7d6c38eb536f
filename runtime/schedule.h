// When a twin's next timer is due: alarm delays, script timers, `every` handlers, predictions.

#ifndef SCHEDULE_H
#define SCHEDULE_H

#include <stdint.h>

struct script;
struct twin;
struct world;

// The first moment after `after` at which something with this period runs for this twin. Twins of
// one model are spread over the period by their number.
int64_t schedule_boundary(const struct twin *twin, int64_t period_us, int64_t after);

// Sets twin->due from its state and puts it in its place among the others.
void schedule_twin(struct world *world, struct twin *twin, const struct script *script);

#endif
