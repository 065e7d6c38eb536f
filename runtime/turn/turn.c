// One turn: open, behave, close. The open change list and its region are the engine's, reused turn
// after turn.

#include "base/err.h"
#include "base/hash.h"
#include "base/logger.h"
#include "base/metrics.h"
#include "turn/engine.h"
#include "turn/quarantine.h"
#include "twin/snapshot.h"

#include <stdlib.h>
#include <string.h>

#define ALARM_HANDLERS_MAX 64 // in one turn; a script that raises and clears could go on for ever

static const struct actor runtime_actor = {.kind = ACTOR_RUNTIME};

struct engine *engine_new(struct world *world, const struct sink *sink, const struct logger *logger,
                          struct metrics *metrics) {
    struct engine *engine = xcalloc(1, sizeof *engine);
    engine->world = world;
    engine->sink = *sink;
    engine->logger = logger;
    engine->last_event = &engine->events;
    changes_init(&engine->changes, world, &engine->region);
    engine->turns = metrics_counter(metrics, "twind_revisions_total", NULL, "Revisions made");
    engine->failures = metrics_counter(metrics, "twind_behaviour_failures_total", NULL,
                                       "Turns whose behaviour failed and was dropped");
    engine->rested = metrics_counter(metrics, "twind_quarantined_turns_total", NULL,
                                     "Handlers not run because their twin is quarantined");
    engine->held_back = metrics_counter(metrics, "twind_twins_held_total", NULL,
                                        "Twins that could not migrate and stay on their version");
    engine->dropped_events = metrics_counter(metrics, "twind_events_dropped_total", NULL,
                                             "Events to twins that are gone or too deep");
    return engine;
}

void engine_free(struct engine *engine) {
    if (!engine) return;
    engine_drop_events(engine);
    editions_fini(engine);
    changes_fini(&engine->changes);
    free(engine->incomplete);
    region_fini(&engine->region);
    free(engine);
}

struct changes *turn_open(struct engine *engine, struct twin *twin) {
    region_reset(&engine->region);
    if (twin) snapshot_keep(engine->world, twin);
    turn_choose(engine, twin);
    engine->has_run = engine->has_failed = false;
    engine->turn_ordinal = engine->ordinal;
    changes_begin(&engine->changes, twin, engine->world->rev + 1, engine->world->clock);
    return &engine->changes;
}

static void queue_events(struct engine *engine, const struct changes *changes) {
    for (int i = changes->input_count; i < changes->count; i++)
        if (changes->list[i].kind == CHANGE_EVENT)
            engine_requeue(engine, changes->rev, (uint16_t)i, changes->twin->number,
                           &changes->list[i]);
}

static bool moves_timers(const struct changes *changes) {
    for (int i = 0; i < changes->count; i++)
        switch (changes->list[i].kind) {
        case CHANGE_CREATE:
        case CHANGE_LAYOUT:
        case CHANGE_ALARM:
        case CHANGE_TIMER:
        case CHANGE_LIFECYCLE:
        case CHANGE_COMMAND:
            return true;
        case CHANGE_SAMPLE:
            if (changes->list[i].is_edge) return true;
            break;
        }
    return false;
}

struct revision turn_describe(const struct engine *engine, const struct cause *cause) {
    const struct changes *changes = &engine->changes;
    return (struct revision){.rev = changes->rev,
                             .previous = changes->twin->rev,
                             .twin = changes->twin->number,
                             .received = changes->now,
                             .kind = cause->kind,
                             .actor = cause->actor ? *cause->actor : runtime_actor,
                             .message = cause->message,
                             .from_rev = cause->from_rev,
                             .from_index = cause->from_index,
                             .version = engine->version,
                             .present = world_version_of(engine->world, changes->twin),
                             .input_rev = engine->has_run ? engine->external_rev : changes->rev,
                             .ordinal = engine->has_run ? engine->turn_ordinal : 0,
                             .run_before = cause->run_before,
                             .changes = changes->list,
                             .change_count = changes->count,
                             .input_count =
                                 changes->is_marked ? changes->input_count : changes->count};
}

static void set_off(struct engine *engine, const struct changes *changes) {
    queue_events(engine, changes);
    aggregates_notice(engine->world, changes);
    if (!engine->sink.takes_turns) parts_notice(engine, changes);
    if (moves_timers(changes)) {
        turn_choose(engine, changes->twin); // a new twin may be meant for a canary
        timers_schedule(engine->world, changes->twin, engine->script);
    }
    world_mark_dirty(engine->world, changes->twin);
}

uint64_t turn_close(struct engine *engine, const struct cause *cause) {
    struct changes *changes = &engine->changes;
    // What a twin is held back for stays told while it is held back.
    if (engine->has_run && !engine->has_failed &&
        engine->version == world_version_of(engine->world, changes->twin))
        quarantine_ran_well(changes, engine->version, cause->kind == INPUT_RETRY);
    struct revision revision = turn_describe(engine, cause);
    struct twin *twin = changes->twin;
    engine->world->rev = changes->rev;
    twin->rev = changes->rev;
    twin->version = engine->version;
    ++*engine->turns;
    if (!engine->repeated) set_off(engine, changes);
    engine->sink.on_revision(engine->sink.context, twin, &revision);
    return changes->rev;
}

bool turn_is_taken(const struct engine *engine, const struct twin *twin) {
    return !engine->sink.takes_turns || engine->sink.takes_turns(engine->sink.context, twin);
}

void turn_choose(struct engine *engine, const struct twin *twin) {
    bool is_held = twin && world_is_held(engine->world, twin);
    uint64_t meant = twin ? world_version_of(engine->world, twin) : engine->world->version;
    engine->version = is_held ? twin->version : meant;
    engine->script = is_held ? edition_script(engine, twin->version) : edition_meant(engine, meant);
}

// Of the present version or of the canary; NULL for any other, which nobody judges any more.
static struct tally *tally_of(struct engine *engine) {
    if (engine->version == engine->world->version) return &engine->tally;
    bool is_canary = engine->version == engine->world->canary.version;
    return is_canary ? &engine->canary_tally : NULL;
}

// Counts a turn once, however many handlers run in it.
void engine_count_turn(struct engine *engine) {
    struct tally *tally = tally_of(engine);
    if (!engine->has_run && tally) tally->turns++;
    engine->has_run = true;
}

// A rest is a failure that goes on: a version that puts twins to rest is no good version.
static void engine_count_rest(struct engine *engine) {
    engine_count_turn(engine);
    engine->has_failed = true;
    struct tally *tally = tally_of(engine);
    if (tally) tally->failures++;
}

void engine_count_failure(struct engine *engine, const struct err *err) {
    ++*engine->failures;
    struct tally *tally = tally_of(engine);
    if (tally && tally->failures++ == 0) memcpy(tally->first, err->text, sizeof tally->first);
}

enum outcome turn_call(struct engine *engine, const struct trigger *trigger, struct err *err) {
    struct changes *changes = &engine->changes;
    uint64_t coordinates[3] = {changes->twin->number, engine->external_rev, engine->ordinal++};
    uint64_t seed = hash64(0, coordinates, sizeof coordinates);
    const struct change *obeyed = engine->obeyed;
    if (!obeyed) return script_call(engine->script, changes, trigger, seed, err);
    // Who looks at the lines wants those of the call that was stopped, too; what it did is dropped.
    if (script_is_traced(engine->script) &&
        script_call(engine->script, changes, trigger, seed, err) == OUTCOME_OK)
        return OUTCOME_OK;
    err_set(err, ERR_INVALID, "%.*s", (int)obeyed->text.length, obeyed->text.text);
    return obeyed->state;
}

bool turn_handler(struct engine *engine, const struct trigger *trigger) {
    struct changes *changes = &engine->changes;
    if (!engine->script || !script_handles(engine->script, changes->twin->model, trigger))
        return true;
    if (quarantine_holds(changes->twin, engine->version, changes->now) && !engine->is_retrying) {
        ++*engine->rested;
        engine_count_rest(engine);
        return true;
    }
    engine_count_turn(engine);
    struct err err;
    enum outcome outcome = turn_call(engine, trigger, &err);
    if (outcome == OUTCOME_OK) return true;
    engine->has_failed = true;
    engine_count_failure(engine, &err);
    logger_line(engine->logger, LOG_LEVEL_WARN, "behaviour_failed", "twin=%s rev=%llu why=\"%s\"",
                changes->twin->id, (unsigned long long)changes->rev, err.text);
    changes_drop(changes);
    quarantine_failed(changes, (uint8_t)outcome, engine->version, err.text, engine->is_retrying);
    const struct incident *incident = changes->twin->incident;
    if (incident->until > 0)
        logger_line(engine->logger, LOG_LEVEL_WARN, "twin_quarantined",
                    "twin=%s failures=%u seconds=%lld", changes->twin->id, incident->failures,
                    (long long)((incident->until - changes->now) / 1000000));
    return false;
}

// What a change calls a handler for, if for any.
static bool is_trigger(const struct change *change, struct trigger *trigger) {
    if (change->kind == CHANGE_ALARM && change->is_edge) {
        *trigger = (struct trigger){.kind = TRIGGER_ALARM,
                                    .index = change->index,
                                    .value = value_boolean(change->state == ALARM_ACTIVE),
                                    .at = change->at};
        return true;
    }
    if (change->kind == CHANGE_COMMAND) {
        *trigger = (struct trigger){.kind = TRIGGER_COMMAND,
                                    .index = change->index,
                                    .at = change->at,
                                    .from = change->other,
                                    .state = change->state};
        if (change->state != COMMAND_QUEUED)
            trigger->value = value_text(change->text.text, change->text.length);
        return true;
    }
    return false;
}

bool turn_alarm_handlers(struct engine *engine, int *next) {
    struct changes *changes = &engine->changes;
    for (int runs = 0; *next < changes->count && runs < ALARM_HANDLERS_MAX; ++*next) {
        struct trigger trigger;
        if (!is_trigger(&changes->list[*next], &trigger)) continue;
        runs++;
        if (!turn_handler(engine, &trigger)) return false;
    }
    return true;
}
