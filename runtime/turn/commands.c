// The life of a command: queued by an operator or a script, sent when the device has been told,
// then done, failed or timed out (timers.c). Each step is a turn of the twin, and
// on["command.NAME"] runs.

#include "base/err.h"
#include "turn/engine.h"
#include "twin/command.h"

#include <string.h>

static uint64_t close_moved(struct engine *engine, const struct actor *actor) {
    int next = 0;
    changes_mark(&engine->changes);
    turn_alarm_handlers(engine, &next);
    uint64_t rev = turn_close(engine, &(struct cause){.kind = INPUT_COMMAND, .actor = actor});
    engine_drain(engine);
    return rev;
}

bool engine_command(struct engine *engine, struct twin *twin, int command,
                    const struct value *arguments, int count, const struct actor *actor,
                    int64_t received, uint32_t *id, uint64_t *rev, struct err *err) {
    engine_begin(engine, received);
    turn_touch(engine, twin);
    struct changes *changes = turn_open(engine, twin);
    if (!command_queue(changes, command, arguments, count, id, err)) return false;
    *rev = close_moved(engine, actor);
    return true;
}

static void send_until(struct engine *engine, struct twin *twin, uint32_t newest,
                       const struct actor *actor, uint64_t *rev) {
    struct changes *changes = turn_open(engine, twin);
    for (uint32_t i = 0; i < twin->command_count; i++)
        if (twin->commands[i].id <= newest && twin->commands[i].state == COMMAND_QUEUED)
            command_move(changes, twin->commands[i].id, COMMAND_SENT, "");
    *rev = changes->count > 0 ? close_moved(engine, actor) : twin->rev;
}

// The same once more is no news: a device may repeat what it was not acknowledged for.
static bool check_ended(const struct twin *twin, const struct command *command,
                        enum command_state state, const char *result, struct err *err) {
    if (command->state == state && strcmp(command->result, result) == 0) return true;
    bool has_result = command->result[0] != 0;
    return err_set(err, ERR_CONFLICT, "command %u of %s ended already: it is %s%s%s%s", command->id,
                   twin->id, command_state_name(command->state), has_result ? " (" : "",
                   command->result, has_result ? ")" : "");
}

bool engine_command_moved(struct engine *engine, struct twin *twin, uint32_t id,
                          enum command_state state, const char *result, const struct actor *actor,
                          int64_t received, uint64_t *rev, struct err *err) {
    engine_begin(engine, received);
    turn_touch(engine, twin);
    const struct command *command = twin_command(twin, id);
    if (!command)
        return err_set(err, ERR_NOT_FOUND,
                       "there is no command %u of %s, or it ended long ago and is forgotten", id,
                       twin->id);
    *rev = twin->rev;
    if (state == COMMAND_SENT) {
        send_until(engine, twin, id, actor, rev);
        return true;
    }
    if (!command_is_open(command)) return check_ended(twin, command, state, result, err);
    command_move(turn_open(engine, twin), id, state, result);
    *rev = close_moved(engine, actor);
    return true;
}
