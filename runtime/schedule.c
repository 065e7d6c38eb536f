// A handful of candidates a twin, so the earliest is found by looking at each.

#include "schedule.h"

#include "base/hash.h"
#include "script/script.h"
#include "twin/world.h"

static void take_earlier(int64_t *due, int64_t candidate) {
    if (*due == 0 || candidate < *due) *due = candidate;
}

int64_t schedule_boundary(const struct twin *twin, int64_t period_us, int64_t after) {
    int64_t phase = (int64_t)(hash64(2, &twin->number, sizeof twin->number) % (uint64_t)period_us);
    int64_t since = (after - phase) % period_us;
    if (since < 0) since += period_us;
    return after - since + period_us;
}

void schedule_twin(struct world *world, struct twin *twin, const struct script *script) {
    const struct model *model = twin->model;
    int64_t due = 0;
    for (int i = 0; i < model->alarm_count; i++)
        if (twin->alarms[i].state == ALARM_PENDING)
            take_earlier(&due, twin->alarms[i].since + model->alarms[i].delay_us);
    for (uint32_t i = 0; i < twin->timer_count; i++)
        take_earlier(&due, twin->timers[i].due);
    int periods;
    const int64_t *every = script_every(script, model, &periods);
    for (int i = 0; i < periods; i++)
        take_earlier(&due, schedule_boundary(twin, every[i], twin->timers_run_at));
    for (int i = 0; i < model->prediction_count; i++)
        take_earlier(&due,
                     schedule_boundary(twin, model->predictions[i].every_us, twin->timers_run_at));
    twin->due = due;
    world_reschedule(world, twin);
}
