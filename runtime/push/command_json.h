// Commands as JSON: what an operator gives, and what became of it.

#ifndef PUSH_COMMAND_JSON_H
#define PUSH_COMMAND_JSON_H

#include "push/document.h"

#include <stdbool.h>
#include <stdint.h>

struct buffer;
struct command;
struct err;
struct model;
struct twin;

// {"id","name","state","args","result","queued_at","at"}
void command_json_write(const struct twin *twin, const struct command *command, struct buffer *out);
// [...], oldest first
void command_json_write_all(const struct twin *twin, struct buffer *out);

// The command of a model that is named; NONE with an error that says what there is.
int command_json_find(const struct model *model, const char *name, struct err *err);

// {"seconds": 30} as values in the order of the model, up to EVENT_ARGUMENTS_MAX of them. `args`
// may be NULL. Names are looked up here, values are checked behind the door. Locations are kept in
// `places`, one for each value.
bool command_json_parse(const cJSON *args, const struct model *model, int command,
                        struct value *values, struct location *places, struct err *err);

#endif
