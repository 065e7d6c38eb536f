// The life of a command: queued by an operator or a script, sent when the device has been told,
// then done, failed or timed out. Each step is a turn of the twin, and on["command.NAME"] runs.

#include "base/err.h"
#include "engine.h"

#include <string.h>

bool engine_command(struct engine *engine, struct twin *twin, int command,
                    const struct value *arguments, int count, const struct actor *actor,
                    int64_t received, uint32_t *id, uint64_t *rev, struct err *err) {
    (void)arguments, (void)count, (void)actor, (void)received, (void)id, (void)rev, (void)engine;
    return err_set(err, ERR_INVALID, "command %s of %s: commands are not taken yet",
                   twin->model->commands[command].name, twin->id);
}

bool engine_command_moved(struct engine *engine, struct twin *twin, uint32_t id,
                          enum command_state state, const char *result, const struct actor *actor,
                          int64_t received, uint64_t *rev, struct err *err) {
    (void)engine, (void)state, (void)result, (void)actor, (void)received, (void)rev;
    return err_set(err, ERR_NOT_FOUND, "there is no command %u of %s", id, twin->id);
}
