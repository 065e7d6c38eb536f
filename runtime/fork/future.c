// A step: what each twin would say at that time is found first, from twins as they stand, and then
// said; so the order of the twins matters no more than it does live.

#include "fork/future.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "script/script.h"
#include "turn/engine.h"
#include "twin/command.h"
#include "twin/model.h"
#include "twin/name.h"
#include "twin/revision.h"
#include "twin/snapshot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALARMS_MAX 10000

static const struct actor nobody = {.kind = ACTOR_RUNTIME};

static void on_revision(void *context, struct twin *twin, const struct revision *revision) {
    struct future *future = context;
    for (int i = 0; i < revision->change_count; i++) {
        const struct change *change = &revision->changes[i];
        if (change->kind == CHANGE_FAILED && !future->failure.why[0] &&
            change->state != OUTCOME_OK) {
            snprintf(future->failure.twin, sizeof future->failure.twin, "%s", twin->id);
            snprintf(future->failure.why, sizeof future->failure.why, "%.*s",
                     (int)change->text.length, change->text.text);
        }
        if (change->kind != CHANGE_ALARM || !change->is_edge || future->alarm_count == ALARMS_MAX)
            continue;
        future->alarms =
            xrealloc(future->alarms, sizeof *future->alarms * (size_t)(future->alarm_count + 1));
        future->alarms[future->alarm_count++] =
            (struct future_alarm){.at = future->now,
                                  .twin = twin->number,
                                  .alarm = change->index,
                                  .is_active = change->state == ALARM_ACTIVE};
    }
}

static void on_predict(void *context, const struct twin *twin, int prediction) {
    struct future *future = context;
    for (int i = 0; i < future->look_count; i++)
        if (future->looks[i].twin == twin->number && future->looks[i].prediction == prediction)
            return;
    future->looks =
        xrealloc(future->looks, sizeof *future->looks * (size_t)(future->look_count + 1));
    future->looks[future->look_count++] = (struct future_look){twin->number, prediction};
}

// Predictions that are due look at the twin as it is; each result is an input, as it is live.
static void predict(struct future *future) {
    for (int i = 0; i < future->look_count; i++) {
        struct twin *twin = world_twin(future->fork.world, future->looks[i].twin);
        struct prediction_result result;
        struct err err;
        if (!twin) continue;
        uint64_t coordinates[2] = {twin->number, twin->rev};
        if (script_predict(future->fork.engine->present, twin, future->looks[i].prediction,
                           future->now, hash64(3, coordinates, sizeof coordinates), &result,
                           &err) == OUTCOME_OK)
            engine_forecast(future->fork.engine, twin, future->looks[i].prediction, twin->rev,
                            &result, future->now);
    }
    future->look_count = 0;
}

// ---- what is reached, and what moves it

static struct mover *find_mover(const struct future *future, uint32_t number) {
    for (int i = 0; i < future->mover_count; i++)
        if (future->movers[i].number == number) return &future->movers[i];
    return NULL;
}

static void add_mover(struct future *future, uint32_t number) {
    if (find_mover(future, number)) return;
    if (future->mover_count == FUTURE_TWINS_MAX) {
        future->is_cut = true;
        return;
    }
    future->movers =
        xrealloc(future->movers, sizeof *future->movers * (size_t)(future->mover_count + 1));
    future->movers[future->mover_count++] = (struct mover){.number = number};
}

// Nearest first.
static void reach(struct future *future) {
    add_mover(future, future->number);
    for (int i = 0; i < future->mover_count; i++) {
        const struct twin *twin = world_twin(future->fork.world, future->movers[i].number);
        for (uint32_t j = 0; twin && j < twin->link_count; j++)
            if (world_twin(future->fork.world, twin->links[j].other))
                add_mover(future, twin->links[j].other);
    }
}

static bool begin_mover(struct future *future, struct mover *mover, struct err *err) {
    struct engine *engine = future->fork.engine;
    struct twin *twin = world_twin(future->fork.world, mover->number);
    engine_watch(engine, twin);
    turn_touch(engine, twin);
    // Only who is asked about has to be able to begin.
    return mover_begin(mover, future->fork.world, engine->present, future->begin, future->seed,
                       err) ||
           mover->number != future->number;
}

// ---- open, begin, close

bool future_open(struct future *future, const struct fork_source *source, struct snapshot *snapshot,
                 uint32_t number, uint64_t rev, uint64_t version, struct err *err) {
    *future = (struct future){.number = number};
    const struct fork_options options = {
        .source = *source,
        .snapshot = snapshot,
        .sink = {.on_revision = on_revision, .on_predict = on_predict},
        .patience = 10,
    };
    future->begin = snapshot_clock(snapshot);
    future->rev = rev ? rev : snapshot_rev(snapshot);
    bool is_good = fork_open(&future->fork, &options, err) &&
                   (!rev || fork_rewind_to(&future->fork, rev, &future->begin, &version, err));
    const struct twin *twin = is_good ? world_twin(future->fork.world, number) : NULL;
    if (is_good && !twin)
        is_good = err_set(err, ERR_NOT_FOUND, "there was no such twin at rev %llu",
                          (unsigned long long)future->rev);
    return is_good && fork_serve(&future->fork, version, err);
}

static void forget_movers(struct future *future) {
    for (int i = 0; i < future->mover_count; i++)
        mover_fini(&future->movers[i]);
    future->mover_count = 0;
}

void future_close(struct future *future) {
    forget_movers(future);
    fork_close(&future->fork);
    region_fini(&future->region);
    free(future->movers);
    free(future->alarms);
    free(future->looks);
}

bool future_begin(struct future *future, uint64_t seed, struct err *err) {
    forget_movers(future);
    fork_reset(&future->fork);
    future->fork.world->clock = future->now = future->begin;
    future->seed = seed;
    future->alarm_count = future->look_count = 0;
    future->failure = (struct future_failure){0};
    reach(future);
    for (int i = 0; i < future->mover_count; i++)
        if (!begin_mover(future, &future->movers[i], err)) return false;
    return true;
}

// ---- what is changed

static void suggest_names(const struct mover *mover, const struct model *model,
                          struct suggestion *near) {
    for (int i = 0; i < model->field_count; i++)
        if (model->fields[i].kind <= FIELD_DESIRED) suggestion_try(near, model->fields[i].name);
    for (int i = 0; mover->has_physics && i < mover->run.physics->input_count; i++)
        suggestion_try(near, mover->run.physics->inputs[i].name);
}

static bool configure(struct future *future, struct twin *twin, int field, struct value value,
                      struct err *err) {
    const struct setting setting = {field, value};
    const struct configure_input input = {.id = twin->id,
                                          .id_length = strlen(twin->id),
                                          .model = twin->model,
                                          .parameters = &setting,
                                          .parameter_count = 1,
                                          .actor = nobody};
    bool is_new;
    uint64_t rev;
    return engine_configure(future->fork.engine, &input, future->now, &is_new, &rev, err);
}

static bool wish(struct future *future, struct twin *twin, int field, struct value value,
                 struct err *err) {
    const struct setting setting = {field, value};
    uint64_t rev;
    return engine_desired(future->fork.engine, twin, &setting, 1, 0, &nobody, future->now, &rev,
                          err);
}

bool future_set(struct future *future, uint32_t number, const char *name, struct value value,
                struct err *err) {
    struct mover *mover = find_mover(future, number);
    struct twin *twin = mover ? world_twin(future->fork.world, number) : NULL;
    if (!twin)
        return err_set(err, ERR_NOT_FOUND,
                       "the twin of '%.64s' is not reached by relationships, "
                       "so it would change nothing",
                       name);
    const struct model *model = twin->model;
    size_t length = strlen(name);
    int parameter = model_field(model, FIELD_PARAMETER, name, length);
    int desired = model_field(model, FIELD_DESIRED, name, length);
    int sample = model_sample_field(model, name, length);
    if (parameter != NONE) return configure(future, twin, parameter, value, err);
    if (desired != NONE) return wish(future, twin, desired, value, err);
    bool is_held = mover_hold_input(mover, name, value);
    if (sample != NONE) return mover_hold(mover, model, sample, value, err);
    if (is_held) return true;
    struct suggestion near = {name, length, NULL, 0};
    suggest_names(mover, model, &near);
    if (near.best)
        return err_set(err, ERR_NOT_FOUND,
                       "model %s has nothing to set that is called '%.64s'; did you mean '%s'?",
                       model->name, name, near.best);
    return err_set(err, ERR_NOT_FOUND,
                   "model %s has nothing to set that is called '%.64s': it takes parameters, "
                   "properties, telemetry and inputs of its physics",
                   model->name, name);
}

bool future_spoil(struct future *future, uint32_t number, const char *field,
                  enum sensor_fault fault, double by, struct err *err) {
    struct mover *mover = find_mover(future, number);
    const struct twin *twin = mover ? world_twin(future->fork.world, number) : NULL;
    int place = twin ? model_sample_field(twin->model, field, strlen(field)) : NONE;
    if (place == NONE)
        return err_set(err, ERR_NOT_FOUND, "there is no sensor '%.64s' that could lie", field);
    mover_spoil(mover, twin, place, fault, by);
    return true;
}

// ---- a step

static bool speak(struct future *future, struct mover *mover, struct err *err) {
    struct engine *engine = future->fork.engine;
    struct twin *twin = world_twin(future->fork.world, mover->number);
    if (!twin) return true; // a behaviour has no way to retire it, but its asset may go
    struct sample *samples =
        region_alloc(&future->region, sizeof *samples * (size_t)(twin->model->field_count * 2 + 1));
    int count = mover_tell(mover, twin, future->now, samples);
    for (uint32_t i = 0; i < twin->command_count; i++) {
        uint64_t rev;
        if (command_is_open(&twin->commands[i]))
            engine_command_moved(engine, twin, twin->commands[i].id, COMMAND_DONE, "", &nobody,
                                 future->now, &rev, err);
    }
    struct samples_input input = {.twin = twin,
                                  .model = twin->model,
                                  .samples = samples,
                                  .count = count,
                                  .received = future->now,
                                  .actor = nobody};
    uint64_t rev;
    physics_know(engine->present, twin, mover_truth(mover));
    bool is_good = count == 0 || engine_samples(engine, &input, &rev, err);
    physics_know(engine->present, NULL, NULL);
    return is_good;
}

bool future_step(struct future *future, int64_t now, struct err *err) {
    struct script *script = future->fork.engine->present;
    future->now = now;
    for (int i = 0; i < future->mover_count; i++) {
        struct mover *mover = &future->movers[i];
        if (mover_move(mover, future->fork.world, script, now, err)) continue;
        const struct twin *twin = world_twin(future->fork.world, mover->number);
        return mover->number != future->number ? err_prefix(err, "%s: ", twin->id) : false;
    }
    for (int i = 0; i < future->mover_count; i++)
        if (!speak(future, &future->movers[i], err)) return false;
    region_reset(&future->region);
    engine_timers(future->fork.engine, now);
    predict(future);
    return true;
}

bool future_find(const struct future *future, uint32_t number, const char *name, int *field,
                 struct err *err) {
    const struct twin *twin = world_twin(future->fork.world, number);
    if (!twin || !find_mover(future, number))
        return err_set(err, ERR_NOT_FOUND,
                       "the twin is not reached by relationships, so it would stand still");
    const struct model *model = twin->model;
    *field = model_sample_field(model, name, strlen(name));
    if (*field == NONE) *field = model_field(model, FIELD_DERIVED, name, strlen(name));
    if (*field == NONE) {
        struct suggestion near = {name, strlen(name), NULL, 0};
        for (int i = 0; i < model->field_count; i++)
            if (model->fields[i].kind != FIELD_STATE) suggestion_try(&near, model->fields[i].name);
        return err_set(err, ERR_NOT_FOUND,
                       "model %s has no telemetry, property or derived value '%.64s'%s%s%s",
                       model->name, name, near.best ? "; did you mean '" : "",
                       near.best ? near.best : "", near.best ? "'?" : "");
    }
    enum value_type type = model->fields[*field].type;
    return type == VALUE_NUMBER || type == VALUE_BOOLEAN ||
           err_set(err, ERR_INVALID, "%.64s of model %s is a %s and has no course", name,
                   model->name, value_type_name(type));
}

void future_write_failure(const struct future_failure *failure, struct buffer *json) {
    if (!failure->why[0]) return;
    json_key(json, "failure");
    json_open(json, '{');
    json_member(json, "twin", failure->twin);
    json_member(json, "why", failure->why);
    json_close(json, '}');
}

double future_number(const struct future *future, uint32_t number, int field) {
    const struct twin *twin = world_twin(future->fork.world, number);
    struct value value = twin ? twin_value(twin, field) : value_none();
    if (value.type == VALUE_BOOLEAN) return value.boolean;
    return value.type == VALUE_NUMBER ? value.number : NAN;
}

int future_count(const struct future *future) {
    return future->mover_count;
}

const struct physics *future_physics(const struct future *future, int index) {
    const struct mover *mover = &future->movers[index];
    return mover->has_physics ? mover->run.physics : NULL;
}
