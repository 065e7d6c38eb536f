#include "fork/mover.h"

#include "base/err.h"
#include "base/memory.h"
#include "twin/change.h"
#include "twin/input.h"
#include "twin/model.h"
#include "twin/name.h"
#include "twin/twin.h"
#include "twin/world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// How often chance moves the states, for then the solution begins anew.
#define WANDER_EVERY 5000000 // us

struct said { // of one field, each step
    int field;
    int output; // of the physics, or NONE
    struct value value;
    double slope; // a second, of a forecast
    bool is_held; // an operator's question holds it
    double noise; // of its sensor
    enum sensor_fault fault;
    double by;
};

static struct said *find_said(const struct mover *mover, int field) {
    for (int i = 0; i < mover->said_count; i++)
        if (mover->said[i].field == field) return &mover->said[i];
    return NULL;
}

static struct said *say(struct mover *mover, int field) {
    struct said *said = find_said(mover, field);
    if (said) return said;
    mover->said = xrealloc(mover->said, sizeof *mover->said * (size_t)(mover->said_count + 1));
    said = &mover->said[mover->said_count++];
    *said = (struct said){.field = field, .output = NONE};
    return said;
}

// By the forecast of a field, its change in a second.
static double forecast_slope(const struct twin *twin, int field) {
    const struct model *model = twin->model;
    struct value now = twin_value(twin, field);
    for (int i = 0; i < model->prediction_count; i++) {
        const struct prediction_spec *spec = &model->predictions[i];
        const struct forecast *forecast = &twin->forecasts[i];
        if (spec->field != field || !forecast->is_present || now.type != VALUE_NUMBER) continue;
        if (!spec->has_limit)
            return (forecast->value - now.number) / ((double)spec->horizon_us / 1e6);
        double limit = spec->limit, seconds = forecast->value * spec->unit_us / 1e6;
        if (spec->limit_field != NONE) limit = twin_value(twin, spec->limit_field).number;
        if (seconds > 0) return (limit - now.number) / seconds;
    }
    return 0;
}

// Whether silence of the field would be noticed.
static bool may_be_stale(const struct model *model, int field) {
    int sensor = model->fields[field].sensor;
    return sensor != NONE && model->sensors[sensor].spec.stale_us > 0;
}

static void begin_said(struct mover *mover, const struct twin *twin) {
    const struct model *model = twin->model;
    const struct physics *physics = mover->has_physics ? mover->run.physics : NULL;
    for (int i = 0; physics && i < physics->output_count; i++) {
        const struct physics_output *output = &physics->outputs[i];
        int field = model_sample_field(model, output->field, strlen(output->field));
        if (field == NONE) continue;
        struct said *said = say(mover, field);
        said->output = i;
        said->noise = output->noise;
        said->value = value_keep(twin_value(twin, field));
    }
    for (int i = 0; i < model->field_count; i++) {
        const struct field *field = &model->fields[i];
        struct value value = twin_value(twin, i);
        bool is_said = field->kind == FIELD_TELEMETRY || field->kind == FIELD_REPORTED;
        if (!is_said || value.type == VALUE_NONE || find_said(mover, i)) continue;
        double slope = physics ? 0 : forecast_slope(twin, i);
        if (physics && !may_be_stale(model, i)) continue; // its inputs hold by themselves
        struct said *said = say(mover, i);
        said->value = value_keep(value);
        said->slope = slope;
    }
}

// Where a state of the physics begins is uncertain by what its filter knows, else as declared.
static double uncertainty(const struct twin *twin, const struct physics_state *state) {
    char name[3 * FIELD_NAME_MAX];
    snprintf(name, sizeof name, "covariance_%s_%s", state->name, state->name);
    int field = physics_field(twin->model, name);
    struct value value = field == NONE ? value_none() : twin_value(twin, field);
    return value.type == VALUE_NUMBER ? sqrt(fmax(value.number, 0)) : state->spread;
}

static void draw(struct mover *mover, const struct twin *twin) {
    const struct physics *physics = mover->run.physics;
    for (int i = 0; i < physics->parameter_count; i++)
        if (physics->uncertain[i] > 0)
            mover->run.factor[i] = exp(physics->uncertain[i] * chance_normal(&mover->chance));
    for (int i = 0; i < physics->state_count; i++)
        mover->run.x[i] += uncertainty(twin, &physics->states[i]) * chance_normal(&mover->chance);
    integrator_begin(&mover->run.integrator, physics->state_count, mover->run.t, mover->run.x);
}

bool mover_begin(struct mover *mover, const struct world *world, struct script *script,
                 int64_t begin, uint64_t seed, struct err *err) {
    const struct twin *twin = world_twin(world, mover->number);
    *mover = (struct mover){
        .number = mover->number, .begin = begin, .is_uncertain = seed != 0, .wandered_at = begin};
    chance_init(&mover->chance, seed, mover->number);
    bool has_equations = physics_find(script, twin->model->name) != NULL;
    if (has_equations)
        mover->has_physics =
            physics_begin(script, world, twin, (double)begin / 1e6, &mover->run, err);
    if (mover->has_physics && seed) draw(mover, twin);
    begin_said(mover, twin);
    return mover->has_physics || !has_equations;
}

void mover_fini(struct mover *mover) {
    for (int i = 0; i < mover->said_count; i++)
        value_drop(&mover->said[i].value);
    free(mover->said);
}

// A boolean that physics says is 0 or 1.
static struct value fit_type(const struct field *field, struct value value) {
    if (field->type == VALUE_BOOLEAN && value.type == VALUE_NUMBER)
        return value_boolean(value.number != 0);
    return value;
}

static bool is_output(const struct mover *mover, const char *field) {
    const struct physics *physics = mover->has_physics ? mover->run.physics : NULL;
    for (int i = 0; physics && i < physics->output_count; i++)
        if (strcmp(physics->outputs[i].field, field) == 0) return true;
    return false;
}

bool mover_hold_input(struct mover *mover, const char *name, struct value value) {
    bool is_number = value.type == VALUE_NUMBER || value.type == VALUE_BOOLEAN;
    for (int i = 0; mover->has_physics && is_number && i < mover->run.physics->input_count; i++) {
        if (strcmp(mover->run.physics->inputs[i].name, name) != 0) continue;
        mover->run.held[i] = value.type == VALUE_NUMBER ? value.number : value.boolean;
        return true;
    }
    return false;
}

bool mover_hold(struct mover *mover, const struct model *model, int field, struct value value,
                struct err *err) {
    bool is_bit = value.type == VALUE_NUMBER && (value.number == 0 || value.number == 1);
    if (is_bit) value = fit_type(&model->fields[field], value); // as equations know it
    if (!changes_fit(&model->fields[field], value, err)) return false;
    struct said *said = say(mover, field);
    value_drop(&said->value);
    said->value = value_keep(value);
    said->output = NONE;
    said->slope = 0;
    said->is_held = true;
    mover->is_doubted |= is_output(mover, model->fields[field].name);
    return true;
}

void mover_spoil(struct mover *mover, const struct twin *twin, int field, enum sensor_fault fault,
                 double by) {
    struct said *said = say(mover, field);
    if (said->value.type == VALUE_NONE) said->value = value_keep(twin_value(twin, field));
    said->fault = fault;
    said->by = by;
    mover->is_doubted |= is_output(mover, twin->model->fields[field].name);
}

static void wander(struct mover *mover, int64_t now) {
    const struct physics *physics = mover->run.physics;
    double minutes = (double)(now - mover->wandered_at) / 6e7;
    bool has_moved = false;
    if (!mover->is_uncertain || now - mover->wandered_at < WANDER_EVERY) return;
    for (int i = 0; i < physics->state_count; i++) {
        double by = physics->states[i].wander * sqrt(minutes);
        if (by > 0) mover->run.x[i] += by * chance_normal(&mover->chance);
        has_moved |= by > 0;
    }
    mover->wandered_at = now;
    if (has_moved)
        integrator_begin(&mover->run.integrator, physics->state_count, mover->run.t, mover->run.x);
}

// What the field's sensor would say now; false: nothing.
static bool tell(struct mover *mover, const struct said *said, int64_t now, struct value *value) {
    *value = said->value;
    double seconds = (double)(now - mover->begin) / 1e6;
    if (said->fault == SENSOR_SILENT) return false;
    if (said->fault == SENSOR_FROZEN) return value->type != VALUE_NONE;
    if (said->output != NONE) {
        double y = mover->run.y[said->output];
        if (isnan(y)) return false;
        *value = value_number(y);
        if (mover->is_uncertain && said->noise > 0)
            value->number += said->noise * chance_normal(&mover->chance);
    } else if (said->slope != 0) {
        value->number += said->slope * seconds;
    }
    if (value->type != VALUE_NUMBER) return value->type != VALUE_NONE;
    if (said->fault == SENSOR_OFF) value->number += said->by;
    if (said->fault == SENSOR_NOISY) value->number += said->by * chance_normal(&mover->chance);
    return true;
}

bool mover_move(struct mover *mover, const struct world *world, struct script *script, int64_t now,
                struct err *err) {
    const struct twin *twin = world_twin(world, mover->number);
    if (!twin || !mover->has_physics) return true;
    if (!physics_step(script, world, twin, (double)now / 1e6, &mover->run, err)) return false;
    wander(mover, now);
    return true;
}

int mover_tell(struct mover *mover, const struct twin *twin, int64_t now, struct sample *samples) {
    const struct model *model = twin->model;
    int count = 0;
    for (int i = 0; i < mover->said_count; i++) {
        const struct said *said = &mover->said[i];
        const struct field *field = &model->fields[said->field];
        struct value value;
        bool is_wished = field->kind == FIELD_REPORTED && field->pair != NONE && !said->is_held &&
                         said->output == NONE && twin_value(twin, field->pair).type != VALUE_NONE;
        if (!is_wished && tell(mover, said, now, &value))
            samples[count++] = (struct sample){said->field, fit_type(field, value), now};
    }
    for (int i = 0; i < model->field_count; i++) {
        const struct field *field = &model->fields[i];
        const struct said *said =
            field->kind == FIELD_DESIRED ? find_said(mover, field->pair) : NULL;
        if (field->kind != FIELD_DESIRED || (said && (said->is_held || said->output != NONE)))
            continue;
        struct value wished = twin_value(twin, i);
        bool is_news = !value_equal(wished, twin_value(twin, field->pair));
        if (wished.type != VALUE_NONE && (is_news || said))
            samples[count++] = (struct sample){field->pair, wished, now};
    }
    return count;
}

const struct physics_run *mover_truth(const struct mover *mover) {
    return mover->has_physics && !mover->is_doubted ? &mover->run : NULL;
}
