// The life of a command: queued for the device, sent when it was told, then done, failed or timed
// out. What each step changes; who takes it stands in commands.c and in scripts' :command.

#ifndef TWIN_COMMAND_H
#define TWIN_COMMAND_H

#include "twin/change.h"

#include <stdbool.h>
#include <stdint.h>

struct err;

// Queues one. `arguments` are in the model's order, `count` of them, VALUE_NONE what is not given;
// their bytes may be anybody's. Fails when one of them is not as declared, or when
// COMMANDS_OPEN_MAX are open.
bool command_queue(struct changes *changes, int command, const struct value *arguments, int count,
                   uint32_t *id, struct err *err);

// Moves an open one on. `result` is copied to the turn's region.
void command_move(struct changes *changes, uint32_t id, enum command_state state,
                  const char *result);

int64_t command_deadline(const struct twin *twin, const struct command *command);
void commands_expire(struct changes *changes); // open ones whose time is over have timed out

#endif
