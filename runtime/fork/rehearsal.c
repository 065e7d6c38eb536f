// Predictions that are due are noted while a turn runs and run after it, for their results are
// inputs of their own.

#include "fork/rehearsal.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/memory.h"
#include "turn/engine.h"
#include "twin/model_codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAILURES_MAX 100 // kept; a test that causes more is told of these

struct failure {
    uint32_t twin;
    char id[TWIN_ID_MAX + 1];
    char text[420];
};

struct rehearsal {
    struct world *world;
    struct engine *engine;
    struct script *script;
    int64_t now;
    struct failure *failures; // oldest first
    int failure_count;
    struct look {
        uint32_t twin;
        int prediction;
    } * looks;
    int look_count;
};

static const struct actor somebody = {.kind = ACTOR_HTTP};

static void on_revision(void *context, struct twin *twin, const struct revision *revision);
static void on_predict(void *context, const struct twin *twin, int prediction);
static bool adopt(struct rehearsal *rehearsal, const struct rehearsal_cast *cast, struct err *err);
static void note_failure(struct rehearsal *rehearsal, const struct twin *twin, const char *text,
                         size_t length);
static void look(struct rehearsal *rehearsal);

struct rehearsal *rehearsal_new(const struct rehearsal_cast *cast, int64_t start, struct err *err) {
    struct rehearsal *rehearsal = xcalloc(1, sizeof *rehearsal);
    struct sink sink = {.context = rehearsal, .on_revision = on_revision, .on_predict = on_predict};
    rehearsal->world = world_new();
    rehearsal->world->clock = rehearsal->now = start;
    rehearsal->engine = engine_new(rehearsal->world, &sink, cast->logger, cast->metrics);
    rehearsal->script = cast->script;
    if (adopt(rehearsal, cast, err)) return rehearsal;
    rehearsal_free(rehearsal);
    return NULL;
}

void rehearsal_free(struct rehearsal *rehearsal) {
    if (!rehearsal) return;
    engine_give_back(rehearsal->engine);
    engine_free(rehearsal->engine);
    world_free(rehearsal->world);
    free(rehearsal->failures);
    free(rehearsal->looks);
    free(rehearsal);
}

void rehearsal_advance(struct rehearsal *rehearsal, int64_t us) {
    int64_t end = rehearsal->now + us;
    int64_t due = engine_timers(rehearsal->engine, rehearsal->now);
    look(rehearsal);
    while (due != 0 && due <= end) {
        rehearsal->now = due > rehearsal->now ? due : rehearsal->now + 1;
        engine_timers(rehearsal->engine, rehearsal->now);
        look(rehearsal);
        due = engine_timers(rehearsal->engine, rehearsal->now); // a forecast may have set one
    }
    if (rehearsal->now < end) rehearsal->now = end;
    engine_timers(rehearsal->engine, rehearsal->now);
    look(rehearsal);
}

void rehearsal_event(struct rehearsal *rehearsal, struct twin *to, int event,
                     const struct value *arguments, int count, const struct twin *from) {
    struct change change = {.kind = CHANGE_EVENT, .index = (uint16_t)event, .other = to->number};
    change.event.arguments = arguments;
    change.event.argument_count = (uint32_t)count;
    engine_timers(rehearsal->engine, rehearsal->now);
    engine_requeue(rehearsal->engine, from->rev, 0, from->number, &change);
    engine_timers(rehearsal->engine, rehearsal->now);
    look(rehearsal);
}

enum outcome rehearsal_predict(struct rehearsal *rehearsal, struct twin *twin, int prediction,
                               struct prediction_result *result, struct err *err) {
    struct twin *snapshot = twin_copy(twin); // as the worker gets it
    uint64_t coordinates[2] = {snapshot->number, snapshot->rev};
    enum outcome outcome = script_predict(rehearsal->script, snapshot, prediction, rehearsal->now,
                                          hash64(3, coordinates, sizeof coordinates), result, err);
    if (outcome == OUTCOME_OK)
        engine_forecast(rehearsal->engine, twin, prediction, snapshot->rev, result, rehearsal->now);
    else
        note_failure(rehearsal, twin, err->text, strlen(err->text));
    twin_free(snapshot);
    return outcome;
}

bool rehearsal_remember(struct rehearsal *rehearsal, struct twin *twin,
                        const struct setting *settings, int count, struct err *err) {
    engine_begin(rehearsal->engine, rehearsal->now);
    struct changes *changes = turn_open(rehearsal->engine, twin);
    changes_mark(changes); // so that one that does not fit takes the others back
    for (int i = 0; i < count; i++) {
        if (changes_set(changes, settings[i].field, settings[i].value, err)) continue;
        changes_drop(changes);
        return false;
    }
    changes_mark(changes);
    if (changes->count > 0)
        turn_close(rehearsal->engine, &(struct cause){.kind = INPUT_CONFIGURE, .actor = &somebody});
    return true;
}

bool rehearsal_failure(struct rehearsal *rehearsal, const struct twin *twin, const char *part,
                       char id[65], char text[420]) {
    for (int i = 0; i < rehearsal->failure_count; i++) {
        struct failure *failure = &rehearsal->failures[i];
        if ((twin && failure->twin != twin->number) || !strstr(failure->text, part)) continue;
        memcpy(id, failure->id, sizeof failure->id);
        memcpy(text, failure->text, sizeof failure->text);
        memmove(failure, failure + 1,
                (size_t)(--rehearsal->failure_count - i) * sizeof *rehearsal->failures);
        return true;
    }
    return false;
}

// Models of its own: they die with the world, and the next one begins untouched.
static bool adopt(struct rehearsal *rehearsal, const struct rehearsal_cast *cast, struct err *err) {
    int count = script_model_count(cast->script);
    const struct model **models = xcalloc((size_t)count + 1, sizeof *models);
    bool is_good = true;
    for (int i = 0; i < count && is_good; i++) {
        struct reader in = {.at = cast->models[i].bytes,
                            .end = cast->models[i].bytes + cast->models[i].length};
        struct model *model = model_decode(&in, err);
        is_good = model != NULL;
        if (!is_good) break;
        models[i] = world_adopt_model(rehearsal->world, model);
        script_bind(cast->script, i, models[i]);
        if (cast->onlooker) script_bind(cast->onlooker, i, models[i]);
    }
    if (is_good) {
        world_set_current(rehearsal->world, models, count);
        engine_use(rehearsal->engine, cast->script);
    }
    free(models);
    return is_good;
}

static void note_failure(struct rehearsal *rehearsal, const struct twin *twin, const char *text,
                         size_t length) {
    if (rehearsal->failure_count == FAILURES_MAX) return;
    rehearsal->failures = xrealloc(rehearsal->failures, (size_t)(rehearsal->failure_count + 1) *
                                                            sizeof *rehearsal->failures);
    struct failure *failure = &rehearsal->failures[rehearsal->failure_count++];
    failure->twin = twin->number;
    snprintf(failure->id, sizeof failure->id, "%s", twin->id);
    snprintf(failure->text, sizeof failure->text, "%.*s", (int)length, text);
}

static void on_revision(void *context, struct twin *twin, const struct revision *revision) {
    for (int i = 0; i < revision->change_count; i++) {
        const struct change *change = &revision->changes[i];
        if (change->kind == CHANGE_FAILED)
            note_failure(context, twin, change->text.text, change->text.length);
    }
}

static void on_predict(void *context, const struct twin *twin, int prediction) {
    struct rehearsal *rehearsal = context;
    rehearsal->looks =
        xrealloc(rehearsal->looks, (size_t)(rehearsal->look_count + 1) * sizeof *rehearsal->looks);
    rehearsal->looks[rehearsal->look_count++] = (struct look){twin->number, prediction};
}

static void look(struct rehearsal *rehearsal) {
    for (int i = 0; i < rehearsal->look_count; i++) {
        struct look next = rehearsal->looks[i]; // the list may grow and move
        struct twin *twin = world_twin(rehearsal->world, next.twin);
        struct prediction_result result;
        struct err err;
        if (twin && next.prediction < twin->model->prediction_count)
            rehearsal_predict(rehearsal, twin, next.prediction, &result, &err);
    }
    rehearsal->look_count = 0;
}

// ---- the door: as gate.c has it, with the rehearsal's clock and nothing to wait for

static bool door_samples(void *context, struct samples_input *input, uint64_t *rev,
                         struct err *err) {
    struct rehearsal *rehearsal = context;
    input->received = rehearsal->now;
    bool is_good = engine_samples(rehearsal->engine, input, rev, err);
    look(rehearsal);
    return is_good;
}

static bool door_desired(void *context, struct twin *twin, const struct setting *settings,
                         int count, uint64_t if_rev, const struct actor *actor, uint64_t *rev,
                         struct err *err) {
    struct rehearsal *rehearsal = context;
    return engine_desired(rehearsal->engine, twin, settings, count, if_rev, actor, rehearsal->now,
                          rev, err);
}

static bool door_configure(void *context, const struct configure_input *input, bool *is_new,
                           uint64_t *rev, struct err *err) {
    struct rehearsal *rehearsal = context;
    return engine_configure(rehearsal->engine, input, rehearsal->now, is_new, rev, err);
}

static bool door_retire(void *context, struct twin *twin, const struct actor *actor, uint64_t *rev,
                        struct err *err) {
    struct rehearsal *rehearsal = context;
    (void)err;
    engine_retire(rehearsal->engine, twin, actor, rehearsal->now, rev);
    return true;
}

static bool door_acknowledge(void *context, struct twin *twin, int alarm, const struct actor *actor,
                             uint64_t *rev, struct err *err) {
    struct rehearsal *rehearsal = context;
    return engine_acknowledge(rehearsal->engine, twin, alarm, actor, rehearsal->now, rev, err);
}

static bool door_link(void *context, struct twin *from, int relationship, struct twin *to,
                      bool is_there, const struct actor *actor, uint64_t *rev, struct err *err) {
    struct rehearsal *rehearsal = context;
    return engine_link(rehearsal->engine, from, relationship, to, is_there, actor, rehearsal->now,
                       rev, err);
}

static bool door_live(void *context, struct twin *twin, enum lifecycle lifecycle,
                      const struct actor *actor, uint64_t *rev, struct err *err) {
    struct rehearsal *rehearsal = context;
    (void)err;
    engine_live(rehearsal->engine, twin, lifecycle, actor, rehearsal->now, rev);
    return true;
}

static bool door_replace(void *context, struct twin *twin, const struct actor *actor, uint64_t *rev,
                         struct err *err) {
    struct rehearsal *rehearsal = context;
    (void)err;
    engine_replace(rehearsal->engine, twin, actor, rehearsal->now, rev);
    return true;
}

static bool door_command(void *context, struct twin *twin, int command,
                         const struct value *arguments, int count, const struct actor *actor,
                         uint32_t *id, uint64_t *rev, struct err *err) {
    struct rehearsal *rehearsal = context;
    return engine_command(rehearsal->engine, twin, command, arguments, count, actor, rehearsal->now,
                          id, rev, err);
}

static bool door_command_moved(void *context, struct twin *twin, uint32_t id,
                               enum command_state state, const char *result,
                               const struct actor *actor, uint64_t *rev, struct err *err) {
    struct rehearsal *rehearsal = context;
    return engine_command_moved(rehearsal->engine, twin, id, state, result, actor, rehearsal->now,
                                rev, err);
}

static uint64_t door_durable(void *context) {
    return ((struct rehearsal *)context)->world->rev;
}

static int64_t door_now(void *context) {
    return ((struct rehearsal *)context)->now;
}

struct door rehearsal_door(struct rehearsal *rehearsal) {
    return (struct door){.context = rehearsal,
                         .world = rehearsal->world,
                         .samples = door_samples,
                         .desired = door_desired,
                         .configure = door_configure,
                         .retire = door_retire,
                         .acknowledge = door_acknowledge,
                         .link = door_link,
                         .live = door_live,
                         .replace = door_replace,
                         .command = door_command,
                         .command_moved = door_command_moved,
                         .durable = door_durable,
                         .now = door_now};
}
