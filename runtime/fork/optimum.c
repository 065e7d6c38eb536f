#include "fork/optimum.h"

#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"
#include "turn/engine.h"
#include "twin/model.h"
#include "twin/twin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES_USUAL 40
#define EVALUATIONS 60 // of one set-point
#define MORE 30        // for each further one
#define BAND_LOW 0.05
#define BAND_HIGH 0.95
#define HELD_WANTED 0.9 // share of members that keep a limit
#define MARGIN 0.95     // share of them that its margin is for
#define ROUNDS 3        // of searches, each farther from the limits
#define KEPT 1e-4       // of the range: less than what is rounded

struct course { // what one future comes to
    double cost;
    double lowest[OPTIMUM_KEEPS_MAX], highest[OPTIMUM_KEEPS_MAX];
};

struct optimum {
    struct optimum_request *request;
    struct future future;
    struct minimise minimise;
    int costs[OPTIMUM_COSTS_MAX], keeps[OPTIMUM_KEEPS_MAX]; // fields
    double before[MINIMISE_NUMBERS];                        // of the set-points; NAN: not set
    struct course untouched, best;
    double below[OPTIMUM_KEEPS_MAX], above[OPTIMUM_KEEPS_MAX]; // by which to stay from each limit
    double *untouched_costs, *costs_of_best, *gains;           // of members
    struct course *members;                                    // of the best
    int held[OPTIMUM_KEEPS_MAX];
    struct future_failure failure; // of a script, with the optimum
    struct err *err;
};

// ---- a future

static bool set_all(struct optimum *optimum, const double *x, struct err *err) {
    for (int i = 0; i < optimum->request->set_count; i++) {
        const struct optimum_set *set = &optimum->request->sets[i];
        if (!future_set(&optimum->future, set->number, set->field, value_number(x[i]), err))
            return err_prefix(err, "vary '%.64s': ", set->name);
    }
    return true;
}

static double cost_now(const struct optimum *optimum) {
    double cost = 0;
    for (int i = 0; i < optimum->request->cost_count; i++) {
        const struct optimum_cost *part = &optimum->request->costs[i];
        cost += part->weight * future_number(&optimum->future, part->number, optimum->costs[i]);
    }
    return cost;
}

static void note_keeps(const struct optimum *optimum, struct course *course) {
    for (int i = 0; i < optimum->request->keep_count; i++) {
        double number =
            future_number(&optimum->future, optimum->request->keeps[i].number, optimum->keeps[i]);
        course->lowest[i] = fmin(course->lowest[i], number);
        course->highest[i] = fmax(course->highest[i], number);
    }
}

// x NULL: untouched.
static bool run_course(struct optimum *optimum, const double *x, uint64_t seed,
                       struct course *course, struct err *err) {
    const struct horizon *horizon = &optimum->request->horizon;
    struct future *future = &optimum->future;
    *course = (struct course){0};
    for (int i = 0; i < optimum->request->keep_count; i++)
        course->lowest[i] = INFINITY, course->highest[i] = -INFINITY;
    if (!future_begin(future, seed, err) || (x && !set_all(optimum, x, err))) return false;
    double before = cost_now(optimum);
    for (int step = 1; step <= horizon->steps; step++) {
        if (!horizon_may_go_on(horizon, step, err) ||
            !future_step(future, future->begin + step * horizon->step_us, err))
            return false;
        double now = cost_now(optimum);
        course->cost += (before + now) / 2 / horizon->steps;
        before = now;
        note_keeps(optimum, course);
    }
    return true;
}

// By how much, in shares of the range, or of its one end.
static double broken_by(const struct optimum_keep *keep, double lowest, double highest,
                        bool is_high) {
    double width = keep->high - keep->low, end = isfinite(keep->low) ? keep->low : keep->high;
    double size = isfinite(width) ? width : fabs(end);
    double by = is_high ? highest - keep->high : keep->low - lowest;
    return isfinite(by) ? by / (size > 0 ? size : 1) : by > 0 ? 1e12 : -1;
}

static bool is_kept(const struct optimum_keep *keep, double lowest, double highest) {
    return broken_by(keep, lowest, highest, false) <= KEPT &&
           broken_by(keep, lowest, highest, true) <= KEPT;
}

static bool evaluate(void *context, const double *x, double *cost, double *broken) {
    struct optimum *optimum = context;
    struct course course;
    if (!run_course(optimum, x, 0, &course, optimum->err)) return false;
    *cost = course.cost;
    for (int i = 0; i < optimum->request->keep_count; i++) {
        const struct optimum_keep *keep = &optimum->request->keeps[i];
        double lowest = course.lowest[i] - optimum->below[i];
        double highest = course.highest[i] + optimum->above[i];
        broken[2 * i] = broken_by(keep, lowest, highest, false);
        broken[2 * i + 1] = broken_by(keep, lowest, highest, true);
    }
    return true;
}

// ---- what is asked

// What an operator has set, or the device reports.
static double number_before(const struct optimum *optimum, const struct optimum_set *set) {
    const struct twin *twin = world_twin(optimum->future.fork.world, set->number);
    const enum field_kind kinds[] = {FIELD_PARAMETER, FIELD_DESIRED, FIELD_REPORTED,
                                     FIELD_TELEMETRY};
    for (size_t i = 0; twin && i < ARRAY_LEN(kinds); i++) {
        int field = model_field(twin->model, kinds[i], set->field, strlen(set->field));
        struct value value = field == NONE ? value_none() : twin_value(twin, field);
        if (value.type == VALUE_NUMBER) return value.number;
    }
    return NAN;
}

static bool begin(struct optimum *optimum, struct err *err) {
    struct optimum_request *request = optimum->request;
    struct minimise *minimise = &optimum->minimise;
    for (int i = 0; i < request->cost_count; i++)
        if (!future_find(&optimum->future, request->costs[i].number, request->costs[i].field,
                         &optimum->costs[i], err))
            return err_prefix(err, "minimise '%.64s': ", request->costs[i].name);
    for (int i = 0; i < request->keep_count; i++)
        if (!future_find(&optimum->future, request->keeps[i].number, request->keeps[i].field,
                         &optimum->keeps[i], err))
            return err_prefix(err, "keep '%.64s': ", request->keeps[i].name);
    for (int i = 0; i < request->set_count; i++) {
        const struct optimum_set *set = &request->sets[i];
        minimise->low[i] = set->low;
        minimise->high[i] = set->high;
        optimum->before[i] = number_before(optimum, set);
        minimise->x[i] =
            isnan(optimum->before[i]) ? (set->low + set->high) / 2 : optimum->before[i];
    }
    minimise->count = request->set_count;
    minimise->constraint_count = 2 * request->keep_count;
    minimise->evaluations_most = EVALUATIONS + MORE * (request->set_count - 1);
    minimise->evaluate = evaluate;
    minimise->context = optimum;
    optimum->err = err;
    // What cannot be set at all is said before anything is tried.
    return set_all(optimum, minimise->low, err) && set_all(optimum, minimise->high, err);
}

static bool check_cost(const struct optimum *optimum, struct err *err) {
    return isfinite(optimum->untouched.cost) ||
           err_set(err, ERR_INVALID,
                   "minimise: what it costs is not known: a number that it is made of is missing");
}

// With as many digits as an operator would give it.
static void round_best(struct optimum *optimum) {
    for (int i = 0; i < optimum->minimise.count; i++) {
        char text[32];
        snprintf(text, sizeof text, "%.5g", optimum->minimise.x[i]);
        double x = strtod(text, NULL);
        optimum->minimise.x[i] = fmin(fmax(x, optimum->minimise.low[i]), optimum->minimise.high[i]);
    }
}

static bool run_best(struct optimum *optimum, struct err *err) {
    round_best(optimum);
    if (!run_course(optimum, optimum->minimise.x, 0, &optimum->best, err)) return false;
    optimum->failure = optimum->future.failure;
    return true;
}

static bool check_kept(const struct optimum *optimum, struct err *err) {
    for (int i = 0; i < optimum->request->keep_count; i++) {
        const struct optimum_keep *keep = &optimum->request->keeps[i];
        const struct course *best = &optimum->best;
        if (is_kept(keep, best->lowest[i], best->highest[i])) continue;
        bool is_low = broken_by(keep, best->lowest[i], best->highest[i], false) > KEPT;
        return err_set(err, ERR_CONFLICT,
                       "nothing within the ranges keeps '%.64s' %s %g: at best it reaches %g; "
                       "allow more",
                       keep->name, is_low ? "above" : "below", is_low ? keep->low : keep->high,
                       is_low ? best->lowest[i] : best->highest[i]);
    }
    return true;
}

// ---- how sure it is

static int ascend(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool run_untouched(struct optimum *optimum, struct err *err) {
    struct optimum_request *request = optimum->request;
    if (request->samples < 0) request->samples = SAMPLES_USUAL;
    size_t size = sizeof *optimum->untouched_costs * ((size_t)request->samples + 1);
    optimum->untouched_costs = xcalloc(1, size);
    optimum->costs_of_best = xcalloc(1, size);
    optimum->gains = xcalloc(1, size);
    optimum->members = xcalloc((size_t)request->samples + 1, sizeof *optimum->members);
    for (int i = 0; i < request->samples; i++) {
        struct course course;
        if (!run_course(optimum, NULL, (uint64_t)i + 1, &course, err)) return false;
        optimum->untouched_costs[i] = course.cost;
    }
    return true;
}

// By how much more than without chance one in twenty goes beyond, so that the next search stays
// that far from the limit.
static double margin_of(const struct optimum *optimum, int keep, bool is_high) {
    int samples = optimum->request->samples;
    double *beyond = xcalloc((size_t)samples + 1, sizeof *beyond);
    for (int i = 0; i < samples; i++) {
        const struct course *member = &optimum->members[i];
        beyond[i] = is_high ? member->highest[keep] - optimum->best.highest[keep]
                            : optimum->best.lowest[keep] - member->lowest[keep];
    }
    qsort(beyond, (size_t)samples, sizeof *beyond, ascend);
    double margin = samples > 0 ? fmax(beyond[(int)ceil(MARGIN * (samples - 1))], 0) : 0;
    free(beyond);
    return margin;
}

// False, without an error, when a limit is broken by more than one in ten.
static bool run_members(struct optimum *optimum, bool *is_held, struct err *err) {
    struct optimum_request *request = optimum->request;
    memset(optimum->held, 0, sizeof optimum->held);
    for (int i = 0; i < request->samples; i++) {
        struct course *course = &optimum->members[i];
        if (!run_course(optimum, optimum->minimise.x, (uint64_t)i + 1, course, err)) return false;
        optimum->costs_of_best[i] = course->cost;
        optimum->gains[i] = optimum->untouched_costs[i] - course->cost;
        for (int j = 0; j < request->keep_count; j++)
            optimum->held[j] += is_kept(&request->keeps[j], course->lowest[j], course->highest[j]);
    }
    *is_held = true;
    for (int j = 0; j < request->keep_count; j++) {
        *is_held &= optimum->held[j] >= HELD_WANTED * request->samples;
        optimum->below[j] = margin_of(optimum, j, false);
        optimum->above[j] = margin_of(optimum, j, true);
    }
    return true;
}

static bool search(struct optimum *optimum, struct err *err) {
    bool is_held = false;
    for (int round = 0; round < ROUNDS && !is_held; round++)
        if (!minimise(&optimum->minimise) || !run_best(optimum, err) ||
            (round == 0 && !check_kept(optimum, err)) || !run_members(optimum, &is_held, err))
            return false;
    return true;
}

// ---- as JSON

static void write_sets(const struct optimum *optimum, struct buffer *json) {
    json_key(json, "set");
    json_open(json, '[');
    for (int i = 0; i < optimum->request->set_count; i++) {
        json_open(json, '{');
        json_member(json, "name", optimum->request->sets[i].name);
        json_key(json, "before");
        json_number(json, optimum->before[i]);
        json_key(json, "value");
        json_number(json, optimum->minimise.x[i]);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void write_number(struct buffer *json, const char *key, double number) {
    json_key(json, key);
    json_number(json, number);
}

static void write_band(struct buffer *json, const char *low, const char *high, double *values,
                       int count) {
    qsort(values, (size_t)count, sizeof *values, ascend);
    write_number(json, low, values[(int)(BAND_LOW * (count - 1))]);
    write_number(json, high, values[(int)ceil(BAND_HIGH * (count - 1))]);
}

static void write_cost(const struct optimum *optimum, struct buffer *json) {
    int samples = optimum->request->samples;
    json_key(json, "cost");
    json_open(json, '{');
    write_number(json, "untouched", optimum->untouched.cost);
    write_number(json, "optimum", optimum->best.cost);
    write_number(json, "gain", optimum->untouched.cost - optimum->best.cost);
    if (samples > 0) {
        write_band(json, "low", "high", optimum->costs_of_best, samples);
        write_band(json, "gain_low", "gain_high", optimum->gains, samples);
    }
    json_close(json, '}');
}

static void write_keeps(const struct optimum *optimum, struct buffer *json) {
    int samples = optimum->request->samples;
    json_key(json, "keep");
    json_open(json, '[');
    for (int i = 0; i < optimum->request->keep_count; i++) {
        const struct optimum_keep *keep = &optimum->request->keeps[i];
        json_open(json, '{');
        json_member(json, "name", keep->name);
        write_number(json, "low", keep->low);
        write_number(json, "high", keep->high);
        write_number(json, "lowest", optimum->best.lowest[i]);
        write_number(json, "highest", optimum->best.highest[i]);
        if (samples > 0) write_number(json, "held", (double)optimum->held[i] / samples);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void write(const struct optimum *optimum, struct buffer *json) {
    const struct future *future = &optimum->future;
    const struct optimum_request *request = optimum->request;
    json_open(json, '{');
    json_key(json, "rev");
    json_unsigned(json, future->rev);
    json_member_time(json, "at", future->begin);
    json_member_time(json, "until",
                     future->begin + request->horizon.steps * request->horizon.step_us);
    json_key(json, "twins");
    json_integer(json, future_count(future));
    json_key(json, "samples");
    json_integer(json, request->samples);
    json_key(json, "tried");
    json_integer(json, optimum->minimise.evaluations);
    write_sets(optimum, json);
    write_cost(optimum, json);
    write_keeps(optimum, json);
    future_write_failure(&optimum->failure, json);
    json_close(json, '}');
}

bool optimum_run(struct optimum_request *request, struct buffer *json, struct err *err) {
    struct optimum optimum = {.request = request};
    if (!horizon_begin(&request->horizon, err)) return false;
    bool is_good = future_open(&optimum.future, &request->source, request->snapshot,
                               request->number, 0, request->version, err) &&
                   future_begin(&optimum.future, 0, err) && begin(&optimum, err) &&
                   run_course(&optimum, NULL, 0, &optimum.untouched, err) &&
                   check_cost(&optimum, err) && run_untouched(&optimum, err) &&
                   search(&optimum, err);
    if (is_good) write(&optimum, json);
    future_close(&optimum.future);
    free(optimum.untouched_costs);
    free(optimum.members);
    free(optimum.costs_of_best);
    free(optimum.gains);
    return is_good;
}

void optimum_request_fini(struct optimum_request *request) {
    for (int i = 0; i < request->set_count; i++)
        free(request->sets[i].name), free(request->sets[i].field);
    for (int i = 0; i < request->cost_count; i++)
        free(request->costs[i].name), free(request->costs[i].field);
    for (int i = 0; i < request->keep_count; i++)
        free(request->keeps[i].name), free(request->keeps[i].field);
}
