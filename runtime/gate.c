// Every call asks the log first: while a batch cannot be stored no turn runs.

#include "gate.h"

#include "base/err.h"
#include "base/loop.h"
#include "store/log.h"
#include "turn/turn.h"
#include "twin/revision.h"
#include "twin/world.h"

#include <stdio.h>

static bool may_turn(const struct gate *gate, struct err *err) {
    if (!log_is_stuck(gate->log)) return true;
    return err_set(err, ERR_UNAVAILABLE, "nothing can be stored now: %s; try again later",
                   log_stuck_reason(gate->log));
}

static bool door_samples(void *context, struct samples_input *input, uint64_t *rev,
                         struct err *err) {
    struct gate *gate = context;
    return may_turn(gate, err) && engine_samples(gate->engine, input, rev, err);
}

static bool door_desired(void *context, struct twin *twin, const struct setting *settings,
                         int count, uint64_t if_rev, const struct actor *actor, uint64_t *rev,
                         struct err *err) {
    struct gate *gate = context;
    return may_turn(gate, err) && engine_desired(gate->engine, twin, settings, count, if_rev, actor,
                                                 loop_now(gate->loop), rev, err);
}

static bool door_configure(void *context, const struct configure_input *input, bool *is_new,
                           uint64_t *rev, struct err *err) {
    struct gate *gate = context;
    if (!may_turn(gate, err) ||
        !engine_configure(gate->engine, input, loop_now(gate->loop), is_new, rev, err))
        return false;
    adoption_forget(&gate->adoptions, input->id, input->id_length);
    return true;
}

static bool door_retire(void *context, struct twin *twin, const struct actor *actor, uint64_t *rev,
                        struct err *err) {
    struct gate *gate = context;
    if (!may_turn(gate, err)) return false;
    engine_retire(gate->engine, twin, actor, loop_now(gate->loop), rev);
    return true;
}

static bool door_acknowledge(void *context, struct twin *twin, int alarm, const struct actor *actor,
                             uint64_t *rev, struct err *err) {
    struct gate *gate = context;
    return may_turn(gate, err) &&
           engine_acknowledge(gate->engine, twin, alarm, actor, loop_now(gate->loop), rev, err);
}

static bool door_link(void *context, struct twin *from, int relationship, struct twin *to,
                      bool is_there, const struct actor *actor, uint64_t *rev, struct err *err) {
    struct gate *gate = context;
    return may_turn(gate, err) && engine_link(gate->engine, from, relationship, to, is_there, actor,
                                              loop_now(gate->loop), rev, err);
}

static bool door_live(void *context, struct twin *twin, enum lifecycle lifecycle,
                      const struct actor *actor, uint64_t *rev, struct err *err) {
    struct gate *gate = context;
    if (!may_turn(gate, err)) return false;
    engine_live(gate->engine, twin, lifecycle, actor, loop_now(gate->loop), rev);
    return true;
}

static bool door_replace(void *context, struct twin *twin, const struct actor *actor, uint64_t *rev,
                         struct err *err) {
    struct gate *gate = context;
    if (!may_turn(gate, err)) return false;
    engine_replace(gate->engine, twin, actor, loop_now(gate->loop), rev);
    return true;
}

struct retry {
    struct gate *gate;
    struct twin *twin;
    const struct actor *actor;
    const struct revision *failed;
    uint64_t rev;
    bool is_found, is_good;
    struct err why;
};

static void run_again(struct retry *retry, const struct change *event) {
    retry->is_found = true;
    retry->is_good =
        engine_retry(retry->gate->engine, retry->twin, retry->failed, event, retry->actor,
                     loop_now(retry->gate->loop), &retry->rev, &retry->why);
}

static bool on_sender(void *context, const struct revision *revision) {
    struct retry *retry = context;
    if (revision->rev != retry->failed->from_rev ||
        retry->failed->from_index >= revision->change_count)
        return false;
    struct change event = revision->changes[retry->failed->from_index];
    if (event.kind != CHANGE_EVENT) return false;
    event.other = revision->twin; // who sent it
    run_again(retry, &event);
    return false;
}

static bool on_failed(void *context, const struct revision *revision) {
    struct retry *retry = context;
    struct err err;
    retry->failed = revision;
    if (revision->rev != retry->twin->incident->rev) return false;
    if (revision->kind == INPUT_EVENT)
        log_read(retry->gate->log, revision->from_rev, on_sender, retry, &err);
    else
        run_again(retry, NULL);
    return false;
}

static bool door_retry(void *context, struct twin *twin, const struct actor *actor, uint64_t *rev,
                       char *why, size_t size, struct err *err) {
    struct gate *gate = context;
    struct retry retry = {.gate = gate, .twin = twin, .actor = actor};
    if (!may_turn(gate, err)) return false;
    if (!twin->incident) return err_set(err, ERR_NOT_FOUND, "no input of %s has failed", twin->id);
    uint64_t failed = twin->incident->rev;
    if (failed > log_durable(gate->log))
        return err_set(err, ERR_UNAVAILABLE, "the input of rev %llu is being stored; try again",
                       (unsigned long long)failed);
    if (!log_read(gate->log, failed, on_failed, &retry, err)) return false;
    if (!retry.is_found)
        return err_set(err, ERR_NOT_FOUND,
                       "the input of rev %llu is no longer in the log: its next one tries again",
                       (unsigned long long)failed);
    *rev = retry.rev;
    snprintf(why, size, "%s", retry.is_good ? "" : retry.why.text);
    return true;
}

static bool door_amend(void *context, struct twin *twin, const struct amend_input *input,
                       uint64_t *rev, struct err *err) {
    struct gate *gate = context;
    return may_turn(gate, err) &&
           engine_amend(gate->engine, twin, input, loop_now(gate->loop), rev, err);
}

static bool door_command(void *context, struct twin *twin, int command,
                         const struct value *arguments, int count, const struct actor *actor,
                         uint32_t *id, uint64_t *rev, struct err *err) {
    struct gate *gate = context;
    return may_turn(gate, err) && engine_command(gate->engine, twin, command, arguments, count,
                                                 actor, loop_now(gate->loop), id, rev, err);
}

static bool door_command_moved(void *context, struct twin *twin, uint32_t id,
                               enum command_state state, const char *result,
                               const struct actor *actor, uint64_t *rev, struct err *err) {
    struct gate *gate = context;
    return may_turn(gate, err) && engine_command_moved(gate->engine, twin, id, state, result, actor,
                                                       loop_now(gate->loop), rev, err);
}

static void door_refused(void *context, const char *id, size_t id_length,
                         const struct actor *actor) {
    struct gate *gate = context;
    adoption_note(&gate->adoptions, id, id_length, loop_now(gate->loop), actor);
}

static uint64_t door_durable(void *context) {
    return log_durable(((struct gate *)context)->log);
}

// Never before the world's clock: when the machine's is set back, samples without a time of their
// own would be older than those before them.
static int64_t door_now(void *context) {
    const struct gate *gate = context;
    int64_t now = loop_now(gate->loop), clock = gate->world->clock;
    return now > clock ? now : clock;
}

struct door gate_door(struct gate *gate, struct world *world) {
    gate->world = world;
    return (struct door){.context = gate,
                         .world = world,
                         .samples = door_samples,
                         .desired = door_desired,
                         .configure = door_configure,
                         .retire = door_retire,
                         .acknowledge = door_acknowledge,
                         .link = door_link,
                         .live = door_live,
                         .replace = door_replace,
                         .retry = door_retry,
                         .amend = door_amend,
                         .command = door_command,
                         .command_moved = door_command_moved,
                         .refused = door_refused,
                         .adoptions = &gate->adoptions,
                         .durable = door_durable,
                         .now = door_now};
}
