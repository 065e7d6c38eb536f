// A process: what flows through its stages, which of them waits, and which one holds up the others.
//
// A stage is blocked while the buffer behind it is full and starved while the one before it is
// empty. What it was holds until the next look, so each look first gives that time to the share
// (ewma over the window) and only then takes what it is now. The bottleneck is found by the rule of
// arrows of Kuo, Lim and Meerkov (1996), "Bottlenecks in serial production lines: a
// system-theoretic approach": an arrow points from a stage to the next one when it is blocked more
// than that one is starved, else back; a stage that no arrow leaves is a bottleneck, and of several
// it is the one whose severity is the largest. While no stage has waited there is no arrow to
// follow, and none is named.

#include "base/memory.h"
#include "predict/ewma.h"
#include "predict/ring.h"
#include "turn/engine.h"

#include <math.h>
#include <string.h>

#define LOOKS 60                 // in a window, when nothing happens: a share moves with the clock
#define SHORTEST_LOOK_US 1000000 // and not more often than that
#define STEPS 10                 // of a share in a percent, each worth a revision

struct share {
    int field, held, ewma;
    bool is_known, is_now; // of the buffer: is_now when is_known
};

static bool mean_level(struct engine *engine, const struct twin *twin, const char *relationship,
                       double *mean) {
    int count, values = 0;
    double sum = 0, level;
    const struct twin **members = aggregates_members(engine, twin, relationship, true, &count);
    for (int i = 0; i < count; i++)
        if (aggregates_value(members[i], twin->model->process->level, &level)) {
            sum += level;
            values++;
        }
    if (values == 0) return false;
    *mean = sum / values;
    return true;
}

static void set_throughput(struct engine *engine, const struct twin *twin) {
    const struct process_spec *process = twin->model->process;
    const char *last = process->stages[process->stage_count - 1].relationship;
    int count, values = 0;
    double sum = 0, rate;
    const struct twin **members = aggregates_members(engine, twin, last, true, &count);
    for (int i = 0; i < count; i++)
        if (aggregates_value(members[i], process->rate, &rate)) {
            sum += rate;
            values++;
        }
    aggregates_set(&engine->changes, process->throughput,
                   values > 0 ? value_number(sum) : value_none());
}

static const struct ewma *shares(const struct twin *twin, int estimator) {
    return twin_estimator(twin, estimator);
}

static void estimate(struct changes *changes, int estimator, double value) {
    changes_add(changes, &(struct change){.kind = CHANGE_ESTIMATE,
                                          .index = (uint16_t)estimator,
                                          .at = changes->now,
                                          .value = value_number(value)});
}

// One step of a share. An unknown level changes nothing: what it was goes on.
static void step(struct changes *changes, const struct share *share) {
    const struct twin *twin = changes->twin;
    const struct ring_entry *held = ring_get(twin_estimator(twin, share->held), 0);
    if (!held && !share->is_known) return;
    double was = held ? held->value : share->is_now, now = share->is_known ? share->is_now : was;
    struct ewma ahead = *shares(twin, share->ewma);
    ewma_add(&ahead, (double)twin->model->process->window_us, was, changes->now);
    double percent = round(ahead.mean * 100 * STEPS) / STEPS;
    struct value shown = slot_value(&twin->slots[share->field]);
    if (held && was == now && shown.type == VALUE_NUMBER && shown.number == percent) return;
    estimate(changes, share->ewma, was);
    if (!held || was != now) estimate(changes, share->held, now);
    aggregates_set(changes, share->field, value_number(percent));
}

static double share_of(const struct twin *twin, int ewma) {
    return shares(twin, ewma)->mean;
}

static bool are_shares_known(const struct twin *twin) {
    const struct process_spec *process = twin->model->process;
    for (int i = 0; i < process->stage_count; i++)
        if (shares(twin, process->stages[i].share_blocked)->count == 0 ||
            shares(twin, process->stages[i].share_starved)->count == 0)
            return false;
    return true;
}

// Less of it is shown as 0 %, and no evidence.
static bool is_waiting(const double *blocked, const double *starved, int count) {
    for (int i = 0; i < count; i++)
        if (round(fmax(blocked[i], starved[i]) * 100 * STEPS) > 0) return true;
    return false;
}

int process_bottleneck(const double *blocked, const double *starved, int count) {
    if (!is_waiting(blocked, starved, count)) return NONE;
    int worst = NONE;
    double worst_severity = -1;
    for (int i = 0; i < count; i++) {
        bool leaves_ahead = i + 1 < count && blocked[i] > starved[i + 1];
        bool leaves_back = i > 0 && !(blocked[i - 1] > starved[i]);
        if (leaves_ahead || leaves_back) continue;
        double severity = 0;
        if (i > 0) severity += fabs(blocked[i - 1] - starved[i]);
        if (i + 1 < count) severity += fabs(blocked[i] - starved[i + 1]);
        if (severity <= worst_severity) continue;
        worst_severity = severity;
        worst = i;
    }
    return worst;
}

static void set_bottleneck(struct engine *engine, const struct twin *twin) {
    const struct process_spec *process = twin->model->process;
    size_t size = sizeof(double) * (size_t)process->stage_count;
    double *blocked = region_alloc(&engine->region, size);
    double *starved = region_alloc(&engine->region, size);
    if (!are_shares_known(twin)) return;
    for (int i = 0; i < process->stage_count; i++) {
        blocked[i] = share_of(twin, process->stages[i].share_blocked);
        starved[i] = share_of(twin, process->stages[i].share_starved);
    }
    int found = process_bottleneck(blocked, starved, process->stage_count);
    const char *name = found == NONE ? "" : process->stages[found].relationship;
    aggregates_set(&engine->changes, process->bottleneck,
                   found == NONE ? value_none() : value_text(name, (uint32_t)strlen(name)));
}

// Nothing waits before the first stage or behind the last one.
static void set_shares(struct engine *engine, const struct twin *twin) {
    const struct process_spec *process = twin->model->process;
    double before = 0, behind = 0;
    bool is_before = false, is_behind;
    for (int i = 0; i < process->stage_count; i++, before = behind, is_before = is_behind) {
        const struct stage_spec *stage = &process->stages[i];
        bool is_last = i == process->buffer_count;
        is_behind = !is_last && mean_level(engine, twin, process->buffers[i], &behind);
        step(&engine->changes, &(struct share){.field = stage->blocked,
                                               .held = stage->held_blocked,
                                               .ewma = stage->share_blocked,
                                               .is_known = is_last || is_behind,
                                               .is_now = is_behind && behind >= process->full});
        step(&engine->changes, &(struct share){.field = stage->starved,
                                               .held = stage->held_starved,
                                               .ewma = stage->share_starved,
                                               .is_known = i == 0 || is_before,
                                               .is_now = is_before && before <= process->empty});
    }
}

void process_step(struct engine *engine, struct twin *twin) {
    const struct process_spec *process = twin->model->process;
    if (!process) return;
    set_throughput(engine, twin);
    if (process->buffer_count == 0) return;
    set_shares(engine, twin);
    set_bottleneck(engine, twin);
    int64_t look_us = process->window_us / LOOKS;
    if (look_us < SHORTEST_LOOK_US) look_us = SHORTEST_LOOK_US;
    twin->aggregate_due = engine->world->clock + look_us;
}
