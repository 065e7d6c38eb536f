// Timers: silent sensors, alarm delays, commands' time, script timers, `every` handlers,
// predictions. What is due of one twin at one moment is one turn; when nothing changes it leaves no
// revision.

#include "base/hash.h"
#include "turn/engine.h"
#include "twin/command.h"
#include "twin/silence.h"

#include <string.h>

#define FIRED_MAX 16 // script timers of a twin in one turn; the rest fires in the next, right after

static void take_earlier(int64_t *due, int64_t candidate) {
    if (*due == 0 || candidate < *due) *due = candidate;
}

// The first moment after `after` at which something with this period runs for this twin. Twins of
// one model are spread over the period by their number.
static int64_t boundary_after(const struct twin *twin, int64_t period_us, int64_t after) {
    int64_t phase = (int64_t)(hash64(2, &twin->number, sizeof twin->number) % (uint64_t)period_us);
    int64_t since = (after - phase) % period_us;
    if (since < 0) since += period_us;
    return after - since + period_us;
}

void timers_schedule(struct world *world, struct twin *twin, const struct script *script) {
    const struct model *model = twin->model;
    const struct model *next = world_model_of(world, twin); // whose periods count from now on
    int64_t due = 0;
    for (int i = 0; i < model->alarm_count; i++)
        if (twin->alarms[i].state == ALARM_PENDING)
            take_earlier(&due, twin->alarms[i].since + model->alarms[i].delay_us);
    for (uint32_t i = 0; i < twin->timer_count; i++)
        take_earlier(&due, twin->timers[i].due);
    int64_t silent = silence_due(twin, next);
    if (silent != 0) take_earlier(&due, silent);
    for (uint32_t i = 0; i < twin->command_count; i++)
        if (command_is_open(&twin->commands[i]))
            take_earlier(&due, command_deadline(twin, &twin->commands[i]));
    int periods = 0;
    const int64_t *every = script ? script_every(script, next, &periods) : NULL;
    for (int i = 0; i < periods; i++)
        take_earlier(&due, boundary_after(twin, every[i], twin->timers_run_at));
    for (int i = 0; i < next->prediction_count; i++)
        take_earlier(&due,
                     boundary_after(twin, next->predictions[i].every_us, twin->timers_run_at));
    if (twin->aggregate_due) take_earlier(&due, twin->aggregate_due);
    twin->due = due;
    world_reschedule(world, twin);
}

// Script timers that are due: the firing takes them off the list, as the input's change.
static int fire_script_timers(struct changes *changes, const char **names, int most) {
    int fired = 0;
    for (uint32_t i = changes->twin->timer_count; i-- > 0 && fired < most;) {
        const struct script_timer *timer = &changes->twin->timers[i];
        if (timer->due > changes->now) continue;
        size_t length = strlen(timer->name);
        struct change change = {.kind = CHANGE_TIMER};
        change.text.text = names[fired++] = region_copy(changes->region, timer->name, length);
        change.text.length = (uint32_t)length;
        changes_add(changes, &change);
    }
    return fired;
}

// A sensor that fell silent, as the input's change; a behaviour never makes one of that kind.
static bool run_stale_handlers(struct engine *engine) {
    const struct changes *changes = &engine->changes;
    for (int i = 0; i < changes->input_count; i++) {
        if (changes->list[i].kind != CHANGE_QUALITY) continue;
        const struct slot *shown = twin_shown(changes->twin, changes->list[i].index);
        struct trigger trigger = {.kind = TRIGGER_STALE,
                                  .index = changes->list[i].index,
                                  .value = slot_value(shown),
                                  .at = shown->at};
        if (!turn_handler(engine, &trigger)) return false;
    }
    return true;
}

static bool run_timer_handlers(struct engine *engine, const char **names, int count,
                               int64_t run_before) {
    const struct twin *twin = engine->changes.twin;
    int periods = 0;
    const int64_t *every =
        engine->script ? script_every(engine->script, twin->model, &periods) : NULL;
    for (int i = 0; i < count; i++)
        if (!turn_handler(engine, &(struct trigger){.kind = TRIGGER_TIMER, .name = names[i]}))
            return false;
    for (int i = 0; i < periods; i++)
        if (boundary_after(twin, every[i], run_before) <= engine->changes.now &&
            !turn_handler(engine, &(struct trigger){.kind = TRIGGER_EVERY, .index = i}))
            return false;
    return true;
}

static void start_predictions(struct engine *engine, struct twin *twin, int64_t run_before) {
    bool is_any = false;
    for (int i = 0; i < twin->model->prediction_count; i++) {
        const struct prediction_spec *spec = &twin->model->predictions[i];
        if (boundary_after(twin, spec->every_us, run_before) > engine->world->clock) continue;
        bool has_news = false;
        for (int j = 0; j < spec->need_count; j++) {
            int field = twin->model->windows[spec->needs[j]].field;
            has_news |= twin->slots[field].rev > twin->looked_rev;
        }
        if (!has_news) continue;
        engine->sink.on_predict(engine->sink.context, twin, i);
        is_any = true;
    }
    if (is_any) twin->looked_rev = engine->world->rev;
}

// Everything of one twin that is due, as one turn.
void turn_timers(struct engine *engine, struct twin *twin, int64_t run_before) {
    const char *names[FIRED_MAX];
    int next_alarm = 0;
    struct changes *changes = turn_open(engine, twin);
    silence_check(changes);
    alarms_expire(changes, changes->now);
    commands_expire(changes);
    int fired = fire_script_timers(changes, names, FIRED_MAX);
    changes_mark(changes);
    twin->timers_run_at = changes->now;
    if (turn_alarm_handlers(engine, &next_alarm) && run_stale_handlers(engine) &&
        run_timer_handlers(engine, names, fired, run_before))
        turn_alarm_handlers(engine, &next_alarm);
    if (changes->count > 0)
        turn_close(engine, &(struct cause){.kind = INPUT_TIMER, .run_before = run_before});
}

static void run_due(struct engine *engine, struct twin *twin) {
    int64_t run_before = twin->timers_run_at;
    engine->external_rev = engine->world->rev + 1;
    engine->ordinal = 0;
    turn_touch(engine, twin);
    turn_timers(engine, twin, run_before);
    timers_schedule(engine->world, twin, engine->script);
    start_predictions(engine, twin, run_before);
    engine_drain(engine);
}

int64_t engine_timers(struct engine *engine, int64_t now) {
    if (now > engine->world->clock) engine->world->clock = now;
    struct twin *twin;
    engine_drain(engine);
    while ((twin = world_due(engine->world)) && twin->due <= engine->world->clock) {
        if (!turn_is_taken(engine, twin)) {
            twin->due = twin->aggregate_due = 0;
            world_reschedule(engine->world, twin);
        } else if (twin->aggregate_due == twin->due) {
            turn_aggregate(engine, twin);
        } else {
            run_due(engine, twin);
        }
    }
    return twin ? twin->due : 0;
}

void engine_schedule_all(struct engine *engine) {
    for (uint32_t i = 0; i < engine->world->number_capacity; i++) {
        struct twin *twin = engine->world->by_number[i];
        if (!twin) continue;
        // Ticks missed while the runtime was down fire once: they lie between the last input and
        // now.
        twin->timers_run_at = engine->world->clock;
        twin->state_logged_at = engine->world->clock;
    }
    engine->catch_up.is_behind = true;
    while (engine_catch_up(engine, 1000))
        continue;
}
