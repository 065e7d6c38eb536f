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
    const struct physics *physics = following->physics;
    const struct model *model = following->changes->twin->model;
    int fields[PHYSICS_STATES];
    double x[PHYSICS_STATES];
    for (int i = 0; i < physics->state_count; i++) {
        fields[i] = physics_job_field(model, "physics.open_%s%s", physics->states[i].name, "");
        x[i] =
            is_first ? look->initial[i] : physics_job_number(following->changes->twin, fields[i]);
    }
    if (!is_first) move_point(following, x);
    for (int i = 0; i < physics->state_count; i++)
        set(following->changes, fields[i], x[i]);
}

static void read_filter(const struct following *following, const struct physics_look *look,
                        bool is_first, struct ukf *filter) {
    const struct physics *physics = following->physics;
    const struct twin *twin = following->changes->twin;
    int n = filter->count = physics->state_count;
    for (int i = 0; i < n; i++) {
        const char *name = physics->states[i].name;
        double spread = physics->states[i].spread;
        filter->x[i] = is_first ? look->initial[i]
                                : physics_job_number(twin, physics_field(twin->model, name));
        for (int j = 0; j <= i; j++) {
            int field = physics_job_field(twin->model, "physics.covariance_%s_%s", name,
                                          physics->states[j].name);
            filter->p[i * n + j] = filter->p[j * n + i] = !is_first
                                                              ? physics_job_number(twin, field)
                                                          : i == j ? spread * spread
                                                                   : 0;
        }
    }
}

static void follow_filter(struct following *following, const struct physics_look *look,
                          bool is_first) {
    const struct physics *physics = following->physics;
    struct changes *changes = following->changes;
    const struct model *model = changes->twin->model;
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
        set(changes, physics_job_field(model, "physics.error_%s%s", state->name, ""), error);
        set(changes, physics_job_field(model, "physics.surprise_%s%s", state->name, ""), surprise);
    }
    for (int i = 0; i < n; i++) {
        const char *name = physics->states[i].name;
        set(changes, physics_field(model, name), filter.x[i]);
        for (int j = 0; j <= i; j++)
            set(changes,
                physics_job_field(model, "physics.covariance_%s_%s", name, physics->states[j].name),
                filter.p[i * n + j]);
    }
}

int physics_follow(lua_State *lua) {
    struct script *script = script_of(lua);
    const struct physics *physics = lua_touserdata(lua, lua_upvalueindex(1));
    struct following following = {.changes = script->changes, .physics = physics};
    const struct twin *twin = following.changes->twin;
    const char *first = physics->states[0].name;
    int clock = physics_job_field(
        twin->model, physics->simulates ? "physics.open_%s%s" : "physics.%s%s", first, "");
    if (clock == NONE) return 0; // held on a version that did not follow
    struct physics_look now;
    physics_job_look(lua, physics, twin, &now);
    bool is_first = isnan(physics_job_number(twin, clock));
    for (int i = 0; i < physics->state_count && is_first; i++)
        if (isnan(now.initial[i])) return 0; // nothing to begin with yet
    following.to = (double)following.changes->measured / 1e6;
    following.from = is_first ? following.to : (double)twin->slots[clock].at / 1e6;
    for (int i = 0; i < physics->input_count; i++) { // what they were since the turn before
        int field =
            physics_job_field(twin->model, "physics.with_%s%s", physics->inputs[i].name, "");
        double with = physics_job_number(twin, field);
        following.u[i] = isnan(with) ? now.u[i] : with;
        if (isnan(following.u[i])) return 0;
        if (!isnan(now.u[i])) set(following.changes, field, now.u[i]);
    }
    following.job = physics_job_begin(lua, physics, twin, now.p);
    physics_job_inputs(&following.job, following.u);
    if (physics->simulates) follow_open(&following, &now, is_first);
    if (physics->estimates) follow_filter(&following, &now, is_first);
    return 0;
}
