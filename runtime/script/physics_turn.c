// physics_follow: the equations of a twin that simulates or estimates go on to the time of the
// samples whose turn it is. From the turn before until now its inputs are what they were then.

#include "predict/ukf.h"
#include "script/physics_job.h"
#include "script/state.h"
#include "twin/change.h"
#include "twin/model.h"

#include <math.h>

static void set(struct changes *changes, int field, double number) {
    if (field == NONE) return;
    changes_add(changes, &(struct change){.kind = CHANGE_SET,
                                          .index = (uint16_t)field,
                                          .at = changes->measured,
                                          .value = value_number(number)});
}

struct following {
    struct changes *changes;
    const struct physics *physics;
    const struct physics_places *places;
    struct physics_job job;
    double from, to; // seconds
    double u[PHYSICS_INPUTS];
};

static bool move_point(void *context, double *x) {
    struct following *following = context;
    struct integrator integrator = {0};
    integrator_begin(&integrator, following->physics->state_count, following->from, x);
    physics_job_move(&following->job, &integrator, following->to, x);
    return true;
}

static void follow_open(struct following *following, const struct physics_look *look,
                        bool is_first) {
    const int *open = following->places->open;
    int count = following->physics->state_count;
    double x[PHYSICS_STATES];
    for (int i = 0; i < count; i++)
        x[i] = is_first ? look->initial[i] : physics_job_number(following->changes->twin, open[i]);
    if (!is_first) move_point(following, x);
    for (int i = 0; i < count; i++)
        set(following->changes, open[i], x[i]);
}

static void read_filter(const struct following *following, const struct physics_look *look,
                        bool is_first, struct ukf *filter) {
    const struct physics *physics = following->physics;
    const struct physics_places *places = following->places;
    const struct twin *twin = following->changes->twin;
    int n = filter->count = physics->state_count;
    for (int i = 0; i < n; i++) {
        double spread = physics->states[i].spread;
        filter->x[i] = is_first ? look->initial[i] : physics_job_number(twin, places->state[i]);
        for (int j = 0; j <= i; j++)
            filter->p[i * n + j] = filter->p[j * n + i] =
                !is_first ? physics_job_number(twin, places->covariance[i][j])
                : i == j  ? spread * spread
                          : 0;
    }
}

static void follow_filter(struct following *following, const struct physics_look *look,
                          bool is_first) {
    const struct physics *physics = following->physics;
    const struct physics_places *places = following->places;
    struct changes *changes = following->changes;
    struct ukf filter;
    int n = physics->state_count;
    double minutes = (following->to - following->from) / 60, variances[PHYSICS_STATES];
    read_filter(following, look, is_first, &filter);
    for (int i = 0; i < n; i++)
        variances[i] = physics->states[i].wander * physics->states[i].wander * minutes;
    if (!is_first) ukf_predict(&filter, variances, move_point, following);
    for (int i = 0; i < n; i++) {
        const struct physics_state *state = &physics->states[i];
        if (!state->is_read || isnan(look->reading[i])) continue;
        double error, surprise = ukf_observe(&filter, i, look->reading[i],
                                             state->noise * state->noise, &error);
        set(changes, places->error[i], error);
        set(changes, places->surprise[i], surprise);
    }
    for (int i = 0; i < n; i++) {
        set(changes, places->state[i], filter.x[i]);
        for (int j = 0; j <= i; j++)
            set(changes, places->covariance[i][j], filter.p[i * n + j]);
    }
}

// What moves the twin is known, so it is taken as it is.
static void follow_truth(struct following *following, const struct physics_run *truth) {
    const struct physics *physics = following->physics;
    const struct physics_places *places = following->places;
    struct changes *changes = following->changes;
    for (int i = 0; i < physics->state_count; i++) {
        if (physics->simulates) set(changes, places->open[i], truth->open[i]);
        if (!physics->estimates) continue;
        set(changes, places->state[i], truth->x[i]);
        set(changes, places->error[i], 0);
        set(changes, places->surprise[i], 0);
    }
    for (int i = 0; i < physics->input_count; i++)
        set(changes, places->with[i], truth->u[i]);
}

int physics_follow(lua_State *lua) {
    struct script *script = script_of(lua);
    const struct physics *physics = lua_touserdata(lua, lua_upvalueindex(1));
    struct following following = {.changes = script->changes, .physics = physics};
    const struct twin *twin = following.changes->twin;
    const struct physics_places *places = following.places =
        physics_job_places(physics, twin->model);
    int clock = physics->simulates ? places->open[0] : places->state[0];
    if (clock == NONE) return 0; // held on a version that did not follow
    if (script->known == twin) {
        follow_truth(&following, script->truth);
        return 0;
    }
    struct physics_look now;
    physics_job_look(lua, physics, twin, &now);
    bool is_first = isnan(physics_job_number(twin, clock));
    for (int i = 0; i < physics->state_count && is_first; i++)
        if (isnan(now.initial[i])) return 0; // nothing to begin with yet
    following.to = (double)following.changes->measured / 1e6;
    following.from = is_first ? following.to : (double)twin->slots[clock].at / 1e6;
    for (int i = 0; i < physics->input_count; i++) { // what they were since the turn before
        double with = physics_job_number(twin, places->with[i]);
        following.u[i] = isnan(with) ? now.u[i] : with;
        if (isnan(following.u[i])) return 0;
        if (!isnan(now.u[i])) set(following.changes, places->with[i], now.u[i]);
    }
    following.job = physics_job_begin(lua, physics, twin, now.p);
    physics_job_inputs(&following.job, following.u);
    if (physics->simulates) follow_open(&following, &now, is_first);
    if (physics->estimates) follow_filter(&following, &now, is_first);
    return 0;
}
