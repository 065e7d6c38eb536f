// Times are the world's. A deadline counts from the queueing, so that a device that is away for
// longer does not do late what somebody wanted then.

#include "twin/command.h"

#include "base/err.h"
#include "base/memory.h"
#include "twin/argument.h"
#include "twin/twin.h"

#include <stdio.h>
#include <string.h>

static bool check(const struct twin *twin, int command, const struct value *arguments, int count,
                  struct err *err) {
    const struct command_spec *spec = &twin->model->commands[command];
    char owner[80];
    uint32_t open = 0;
    snprintf(owner, sizeof owner, "command %s", spec->name);
    for (int i = 0; i < count; i++)
        if (!argument_check(owner, &spec->arguments[i], arguments[i], err)) return false;
    for (uint32_t i = 0; i < twin->command_count; i++)
        open += command_is_open(&twin->commands[i]);
    if (open < COMMANDS_OPEN_MAX) return true;
    return err_set(err, ERR_CONFLICT,
                   "command %s: %s has %u commands that have not ended, the limit is %d; wait for "
                   "one to end",
                   spec->name, twin->id, open, COMMANDS_OPEN_MAX);
}

bool command_queue(struct changes *changes, int command, const struct value *arguments, int count,
                   uint32_t *id, struct err *err) {
    const struct twin *twin = changes->twin;
    if (!check(twin, command, arguments, count, err)) return false;
    int all = twin->model->commands[command].argument_count;
    struct value *kept = region_alloc(changes->region, sizeof *kept * (size_t)(all + 1));
    for (int i = 0; i < all; i++) {
        kept[i] = i < count ? arguments[i] : value_none();
        if (value_has_bytes(kept[i].type))
            kept[i].text = region_copy(changes->region, kept[i].text, kept[i].length);
    }
    *id = twin->command_id + 1;
    struct change change = {.kind = CHANGE_COMMAND,
                            .state = COMMAND_QUEUED,
                            .index = (uint16_t)command,
                            .other = *id,
                            .at = changes->now};
    change.event.arguments = kept;
    change.event.argument_count = (uint32_t)all;
    changes_add(changes, &change);
    return true;
}

void command_move(struct changes *changes, uint32_t id, enum command_state state,
                  const char *result) {
    size_t length = strnlen(result, COMMAND_RESULT_MAX);
    struct change change = {.kind = CHANGE_COMMAND,
                            .state = (uint8_t)state,
                            .index = twin_command(changes->twin, id)->index,
                            .other = id,
                            .at = changes->now};
    change.text.text = region_copy(changes->region, result, length);
    change.text.length = (uint32_t)length;
    changes_add(changes, &change);
}

int64_t command_deadline(const struct twin *twin, const struct command *command) {
    return command->queued_at + twin->model->commands[command->index].timeout_us;
}

void commands_expire(struct changes *changes) {
    const struct twin *twin = changes->twin;
    uint32_t due[COMMANDS_OPEN_MAX], count = 0;
    for (uint32_t i = 0; i < twin->command_count && count < COMMANDS_OPEN_MAX; i++)
        if (command_is_open(&twin->commands[i]) &&
            command_deadline(twin, &twin->commands[i]) <= changes->now)
            due[count++] = twin->commands[i].id;
    for (uint32_t i = 0; i < count; i++) // the list may move when one has ended
        command_move(changes, due[i], COMMAND_TIMED_OUT, "");
}
