// Silence: which sensors have said nothing for longer than their `stale_after`.
//
// It is found out by the clock and counted in received time, so a device whose clock is behind is
// not silent; one that sends only samples older than the shown one is. A sample only notes when it
// was heard; the timer looks at that when it fires and may find that it can sleep on, so traffic
// costs no rescheduling.

#ifndef TWIN_SILENCE_H
#define TWIN_SILENCE_H

#include "twin/model.h"

#include <stdbool.h>
#include <stdint.h>

struct changes;
struct twin;

static inline bool silence_is_watched(const struct model *model, int field) {
    int sensor = model->fields[field].sensor;
    return sensor != NONE && model->sensors[sensor].spec.stale_us > 0;
}

// When the first of the twin's values goes stale if nothing more comes, 0 = never: it has none, all
// of them are stale already, or it is out of service. By what `present` declares, the model that
// the twin is or is moved to when it is next touched: who is silent is touched by nobody else.
int64_t silence_due(const struct twin *twin, const struct model *present);

// Makes stale what is due, and lets go of alarms that were waiting on it. Those whose delay was
// over before the silence was are raised first, as they would have been if anybody had been there.
void silence_check(struct changes *changes);

#endif
