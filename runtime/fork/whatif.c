// Values lie by branch, member, field and step; the first member has no chance in it.

#include "fork/whatif.h"

#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"
#include "script/physics.h"
#include "turn/engine.h"
#include "twin/model.h"
#include "twin/name.h"
#include "twin/snapshot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES_USUAL 40
#define BAND_LOW 0.05
#define BAND_HIGH 0.95

struct course { // what else happens in a branch
    struct future_alarm *alarms;
    int alarm_count;
    struct future_failure failure;
};

struct whatif {
    struct whatif_request *request;
    struct future future;
    int branches, members, steps; // steps: points, the beginning included
    int fields[WHATIF_EMIT_MAX];  // of the emitted twins' models
    double *values;
    struct course courses[WHATIF_BRANCHES_MAX + 1];
};

static double *values_of(const struct whatif *whatif, int branch, int member, int emit) {
    size_t row = ((size_t)branch * (size_t)whatif->members + (size_t)member) *
                     (size_t)whatif->request->emit_count +
                 (size_t)emit;
    return whatif->values + row * (size_t)whatif->steps;
}

// ---- what is asked

static const struct twin *twin_of(const struct whatif *whatif, uint32_t number) {
    return world_twin(whatif->future.fork.world, number);
}

static bool find_emits(struct whatif *whatif, struct err *err) {
    for (int i = 0; i < whatif->request->emit_count; i++) {
        const struct whatif_emit *emit = &whatif->request->emits[i];
        if (!future_find(&whatif->future, emit->number, emit->field, &whatif->fields[i], err))
            return err_prefix(err, "emit '%.64s': ", emit->name);
    }
    return true;
}

static void emit_usual(struct whatif *whatif) {
    struct whatif_request *request = whatif->request;
    const struct twin *twin = twin_of(whatif, request->number);
    for (int i = 0; i < twin->model->field_count && request->emit_count < WHATIF_EMIT_MAX; i++) {
        const struct field *field = &twin->model->fields[i];
        bool is_usual = field->kind == FIELD_TELEMETRY || field->kind == FIELD_REPORTED ||
                        field->kind == FIELD_DERIVED;
        if (!is_usual || field->type != VALUE_NUMBER) continue;
        request->emits[request->emit_count++] =
            (struct whatif_emit){request->number, xstrdup(field->name), xstrdup(field->name)};
    }
}

static bool is_uncertain(const struct physics *physics) {
    for (int i = 0; i < physics->state_count; i++)
        if (physics->states[i].spread > 0 || physics->states[i].wander > 0) return true;
    for (int i = 0; i < physics->parameter_count; i++)
        if (physics->uncertain[i] > 0) return true;
    return false;
}

// As many members as pay: none where no model that moves says that it is uncertain.
static void choose_samples(struct whatif *whatif) {
    const struct future *future = &whatif->future;
    if (whatif->request->samples >= 0) return;
    whatif->request->samples = 0;
    for (int i = 0; i < future_count(future); i++) {
        const struct physics *physics = future_physics(future, i);
        if (physics && is_uncertain(physics)) whatif->request->samples = SAMPLES_USUAL;
    }
}

// ---- the courses

static void note(struct whatif *whatif, int branch, int member, int step) {
    for (int i = 0; i < whatif->request->emit_count; i++) {
        const struct whatif_emit *emit = &whatif->request->emits[i];
        values_of(whatif, branch, member, i)[step] =
            future_number(&whatif->future, emit->number, whatif->fields[i]);
    }
}

static bool ask(struct whatif *whatif, const struct whatif_branch *branch, struct err *err) {
    struct future *future = &whatif->future;
    for (int i = 0; i < branch->set_count; i++)
        if (!future_set(future, branch->sets[i].number, branch->sets[i].name, branch->sets[i].value,
                        err))
            return err_prefix(err, "branch '%.40s': ", branch->name);
    for (int i = 0; i < branch->fault_count; i++) {
        const struct whatif_fault *fault = &branch->faults[i];
        if (!future_spoil(future, fault->number, fault->field, fault->fault, fault->by, err))
            return err_prefix(err, "branch '%.40s': ", branch->name);
    }
    return true;
}

static void keep_course(struct whatif *whatif, int branch) {
    struct future *future = &whatif->future;
    struct course *course = &whatif->courses[branch];
    course->alarms = future->alarms;
    course->alarm_count = future->alarm_count;
    future->alarms = NULL;
    future->alarm_count = 0;
    course->failure = future->failure;
}

static bool run_member(struct whatif *whatif, int branch, int member, struct err *err) {
    struct future *future = &whatif->future;
    if (!future_begin(future, (uint64_t)member, err)) return false;
    if (branch > 0 && !ask(whatif, &whatif->request->branches[branch - 1], err)) return false;
    note(whatif, branch, member, 0);
    for (int step = 1; step < whatif->steps; step++) {
        if (!horizon_may_go_on(&whatif->request->horizon, step, err) ||
            !future_step(future, future->begin + step * whatif->request->horizon.step_us, err))
            return false;
        note(whatif, branch, member, step);
    }
    if (member == 0) keep_course(whatif, branch);
    return true;
}

static bool run_all(struct whatif *whatif, struct err *err) {
    struct whatif_request *request = whatif->request;
    whatif->branches = request->branch_count + 1;
    whatif->members = request->samples + 1;
    size_t rows = (size_t)whatif->branches * (size_t)whatif->members * (size_t)request->emit_count;
    if (rows * (size_t)whatif->steps > WHATIF_VALUES_MAX)
        return err_set(err, ERR_INVALID,
                       "%d branches of %d samples, %d fields and %d steps are %zu values, the "
                       "limit is %d: take longer steps or fewer samples",
                       whatif->branches, request->samples, request->emit_count, whatif->steps,
                       rows * (size_t)whatif->steps, WHATIF_VALUES_MAX);
    whatif->values = xcalloc(rows * (size_t)whatif->steps + 1, sizeof *whatif->values);
    for (int branch = 0; branch < whatif->branches; branch++)
        for (int member = 0; member < whatif->members; member++)
            if (!run_member(whatif, branch, member, err)) return false;
    return true;
}

// ---- as JSON

static int ascend(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Of the members at one step; NAN where none has a number.
static double quantile(const struct whatif *whatif, int branch, int emit, int step, double share) {
    double members[WHATIF_SAMPLES_MAX];
    int count = 0;
    for (int i = 1; i < whatif->members; i++) {
        double value = values_of(whatif, branch, i, emit)[step];
        if (!isnan(value)) members[count++] = value;
    }
    if (count == 0) return NAN;
    qsort(members, (size_t)count, sizeof *members, ascend);
    double place = share * (count - 1);
    int below = (int)place, above = below + 1 < count ? below + 1 : below;
    return members[below] + (place - below) * (members[above] - members[below]);
}

// With as many digits as say something.
static void write_number(struct buffer *json, double number) {
    char text[JSON_NUMBER_SIZE];
    snprintf(text, sizeof text, "%.7g", number);
    json_number(json, strtod(text, NULL));
}

static void write_times(const struct whatif *whatif, struct buffer *json) {
    json_key(json, "time");
    json_open(json, '[');
    for (int i = 0; i < whatif->steps; i++)
        json_seconds(json, whatif->future.begin + i * whatif->request->horizon.step_us);
    json_close(json, ']');
}

static void write_fields(const struct whatif *whatif, int branch, struct buffer *json) {
    json_key(json, "fields");
    json_open(json, '{');
    for (int i = 0; i < whatif->request->emit_count; i++) {
        json_key(json, whatif->request->emits[i].name);
        json_open(json, '[');
        for (int j = 0; j < whatif->steps; j++)
            write_number(json, values_of(whatif, branch, 0, i)[j]);
        json_close(json, ']');
    }
    json_close(json, '}');
}

static void write_band(const struct whatif *whatif, int branch, const char *key, double share,
                       struct buffer *json) {
    if (whatif->members == 1) return;
    json_key(json, key);
    json_open(json, '{');
    for (int i = 0; i < whatif->request->emit_count; i++) {
        json_key(json, whatif->request->emits[i].name);
        json_open(json, '[');
        for (int j = 0; j < whatif->steps; j++)
            write_number(json, quantile(whatif, branch, i, j, share));
        json_close(json, ']');
    }
    json_close(json, '}');
}

static void write_alarms(const struct whatif *whatif, const struct course *course,
                         struct buffer *json) {
    json_key(json, "alarms");
    json_open(json, '[');
    for (int i = 0; i < course->alarm_count; i++) {
        const struct future_alarm *alarm = &course->alarms[i];
        const struct twin *twin = twin_of(whatif, alarm->twin);
        if (!twin) continue;
        json_open(json, '{');
        json_member(json, "twin", twin->id);
        json_member(json, "alarm", twin->model->alarms[alarm->alarm].name);
        json_member_time(json, "at", alarm->at);
        json_key(json, "active");
        json_boolean(json, alarm->is_active);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void write_branch(const struct whatif *whatif, int branch, struct buffer *json) {
    const struct course *course = &whatif->courses[branch];
    json_open(json, '{');
    json_member(json, "name", branch ? whatif->request->branches[branch - 1].name : "untouched");
    write_fields(whatif, branch, json);
    write_band(whatif, branch, "low", BAND_LOW, json);
    write_band(whatif, branch, "high", BAND_HIGH, json);
    write_alarms(whatif, course, json);
    future_write_failure(&course->failure, json);
    json_close(json, '}');
}

static void write(const struct whatif *whatif, struct buffer *json) {
    const struct future *future = &whatif->future;
    json_open(json, '{');
    json_key(json, "rev");
    json_unsigned(json, future->rev);
    json_member_time(json, "at", future->begin);
    json_key(json, "twins");
    json_integer(json, future_count(future));
    if (future->is_cut) {
        json_key(json, "is_cut");
        json_boolean(json, true);
    }
    json_key(json, "samples");
    json_integer(json, whatif->request->samples);
    write_times(whatif, json);
    json_key(json, "branches");
    json_open(json, '[');
    for (int i = 0; i < whatif->branches; i++)
        write_branch(whatif, i, json);
    json_close(json, ']');
    json_close(json, '}');
}

bool whatif_run(struct whatif_request *request, struct buffer *json, struct err *err) {
    struct whatif whatif = {.request = request};
    if (!horizon_begin(&request->horizon, err)) return false;
    whatif.steps = request->horizon.steps + 1;
    bool is_good = future_open(&whatif.future, &request->source, request->snapshot, request->number,
                               request->rev, request->version, err) &&
                   future_begin(&whatif.future, 0, err);
    if (is_good && request->emit_count == 0) emit_usual(&whatif);
    is_good = is_good && find_emits(&whatif, err);
    if (is_good) choose_samples(&whatif);
    is_good = is_good && run_all(&whatif, err);
    if (is_good) write(&whatif, json);
    for (int i = 0; i <= WHATIF_BRANCHES_MAX; i++)
        free(whatif.courses[i].alarms);
    future_close(&whatif.future);
    free(whatif.values);
    return is_good;
}

void whatif_request_fini(struct whatif_request *request) {
    for (int i = 0; i < request->branch_count; i++) {
        struct whatif_branch *branch = &request->branches[i];
        for (int j = 0; j < branch->set_count; j++) {
            free(branch->sets[j].name);
            value_drop(&branch->sets[j].value);
        }
        for (int j = 0; j < branch->fault_count; j++)
            free(branch->faults[j].field);
        free(branch->name);
    }
    for (int i = 0; i < request->emit_count; i++) {
        free(request->emits[i].name);
        free(request->emits[i].field);
    }
}
