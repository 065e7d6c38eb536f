// Residuals are open loop: from where a course begins the states move by recorded inputs alone.

#include "ctl/calibration.h"

#include "base/memory.h"
#include "twin/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STARTS 3
#define STAY_LOGARITHM 0.2 // one standard deviation: a factor of 1.22
#define STAY_SHARE 0.1     // of its range, where that reaches 0
#define SOLVE_US 30000000  // of CPU for one course; a day of seconds takes less than one

static const struct field *field_of(const struct calibration *calibration, int parameter) {
    const struct model *model = calibration->model;
    const char *name = calibration->courses.physics->parameters[parameter];
    return &model->fields[model_field(model, FIELD_PARAMETER, name, strlen(name))];
}

const struct field *calibration_field(const struct calibration *calibration, int number) {
    return field_of(calibration, calibration->places[number]);
}

bool calibration_has(const struct calibration *calibration, const struct course *course) {
    return strcmp(course->id, calibration->id) == 0 && course->count > 1;
}

// What one unit of a state counts: readings of several are alike when they are as uncertain.
static double weight_of(const struct physics_state *state) {
    return state->noise > 0 ? 1 / state->noise : 1;
}

double *calibration_solve(struct calibration *calibration, const struct course *course,
                          const double *numbers, struct err *err) {
    const struct physics *physics = calibration->courses.physics;
    double *x = xcalloc((size_t)(course->count * physics->state_count), sizeof *x);
    double p[PHYSICS_PARAMETERS];
    memcpy(p, course->p, sizeof p);
    for (int i = 0; i < calibration->fit.count; i++)
        p[calibration->places[i]] = numbers[i];
    if (physics_solve(calibration->courses.script, course->twin, physics, p, course->times,
                      course->inputs, course->count, course->x0, x, SOLVE_US, err))
        return x;
    free(x);
    return NULL;
}

// Reading minus state, weighed, for all courses of the twin.
static bool find_residuals(void *context, const double *numbers, double *residuals) {
    struct calibration *calibration = context;
    const struct physics *physics = calibration->courses.physics;
    bool is_good = true;
    for (int i = 0; i < calibration->courses.count && is_good; i++) {
        const struct course *course = &calibration->courses.list[i];
        if (!calibration_has(calibration, course)) continue;
        double *x = calibration_solve(calibration, course, numbers, &calibration->why);
        is_good = x != NULL;
        for (int j = 0; j < course->count * physics->state_count && is_good; j++) {
            const struct physics_state *state = &physics->states[j % physics->state_count];
            if (isnan(course->readings[j])) continue;
            *residuals++ = (course->readings[j] - x[j]) * weight_of(state);
        }
        free(x);
    }
    return is_good;
}

static bool tell_progress(void *context, int evaluations, double error) {
    const struct calibration *calibration = context;
    fprintf(stderr, "\r%s: %d simulations, error %.4g\033[K", calibration->id, evaluations, error);
    return true;
}

static bool is_wanted(const struct calibration *calibration, int parameter) {
    const char *name = calibration->courses.physics->parameters[parameter];
    if (!calibration->fitted) return calibration->courses.physics->is_fitted[parameter];
    size_t length = strlen(name);
    for (const char *at = calibration->fitted; (at = strstr(at, name)); at += length)
        if ((at == calibration->fitted || at[-1] == ',') && (at[length] == ',' || !at[length]))
            return true;
    return false;
}

static bool choose_parameters(struct calibration *calibration, const struct course *course,
                              struct err *err) {
    const struct physics *physics = calibration->courses.physics;
    struct fit *fit = &calibration->fit;
    *fit = (struct fit){.starts = STARTS, .residuals = find_residuals, .context = calibration};
    fit->progress = isatty(STDERR_FILENO) == 1 ? tell_progress : NULL;
    for (int i = 0; i < physics->parameter_count; i++) {
        if (!is_wanted(calibration, i)) continue;
        const struct field *field = field_of(calibration, i);
        if (!field->has_range)
            return err_set(err, ERR_INVALID,
                           "parameter %s has no range, within which it would be fitted: give it "
                           "one in models/%s.lua",
                           field->name, calibration->model->name);
        if (fit->count == FIT_NUMBERS)
            return err_set(err, ERR_TOO_LARGE, "more than %d parameters to fit: choose with --fit",
                           FIT_NUMBERS);
        fit->low[fit->count] = field->low;
        fit->high[fit->count] = field->high;
        fit->stay[fit->count] =
            field->low > 0 ? STAY_LOGARITHM : STAY_SHARE * (field->high - field->low);
        fit->numbers[fit->count] =
            isnan(course->p[i]) ? (field->low + field->high) / 2 : course->p[i];
        calibration->places[fit->count++] = i;
    }
    if (fit->count > 0) return true;
    return err_set(err, ERR_INVALID,
                   "there is nothing to fit: models/%s.lua names in physics.fit "
                   "which parameters, or --fit does",
                   calibration->model->name);
}

bool calibration_fit(struct calibration *calibration, const struct course *first, struct err *err) {
    const struct physics *physics = calibration->courses.physics;
    struct fit *fit = &calibration->fit;
    if (!choose_parameters(calibration, first, err)) return false;
    for (int i = 0; i < calibration->courses.count; i++) {
        const struct course *course = &calibration->courses.list[i];
        for (int j = 0;
             calibration_has(calibration, course) && j < course->count * physics->state_count; j++)
            fit->residual_count += !isnan(course->readings[j]);
    }
    if (fit->residual_count <= fit->count)
        return err_set(err, ERR_INVALID, "%s has %d readings, too few to fit %d parameters",
                       calibration->id, fit->residual_count, fit->count);
    fit->noise = 1; // of weighed readings
    for (int i = 0; i < physics->state_count; i++)
        if (physics->states[i].is_read && physics->states[i].noise == 0) fit->noise = 0;
    bool is_good = fit_run(fit);
    if (fit->progress) fputs("\r\033[K", stderr);
    if (is_good) return true;
    return err_set(err, ERR_INVALID, "%s: no simulation went well: %.300s", calibration->id,
                   calibration->why.text);
}
