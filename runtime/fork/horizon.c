#include "fork/horizon.h"

#include "base/err.h"
#include "base/loop.h"

#define STEPS_USUAL 200
#define STEPS_UNASKED 64 // for the clock takes as long as a tenth of a step

bool horizon_begin(struct horizon *horizon, struct err *err) {
    horizon->cpu_begin = loop_thread_cpu();
    if (!horizon->step_us) {
        horizon->step_us = horizon->us / STEPS_USUAL;
        if (horizon->step_us < 1000000) horizon->step_us = 1000000;
    }
    int64_t steps = horizon->us / horizon->step_us;
    if (steps < 1)
        return err_set(err, ERR_INVALID, "step %g s is longer than horizon %g s",
                       (double)horizon->step_us / 1e6, (double)horizon->us / 1e6);
    if (steps > HORIZON_STEPS_MAX)
        return err_set(err, ERR_INVALID,
                       "horizon %g s in steps of %g s are %lld steps, the limit is %d: take longer "
                       "steps",
                       (double)horizon->us / 1e6, (double)horizon->step_us / 1e6, (long long)steps,
                       HORIZON_STEPS_MAX);
    horizon->steps = (int)steps;
    return true;
}

bool horizon_may_go_on(const struct horizon *horizon, int step, struct err *err) {
    if (step % STEPS_UNASKED != 0) return true;
    if (horizon->is_ending && *horizon->is_ending)
        return err_set(err, ERR_UNAVAILABLE, "the runtime is ending; ask the next one");
    return loop_thread_cpu() - horizon->cpu_begin <= HORIZON_CPU_MAX ||
           err_set(err, ERR_TOO_LARGE,
                   "it takes more than %d s: take longer steps, fewer samples or a shorter horizon",
                   HORIZON_CPU_MAX / 1000000);
}
