// A line that somebody types, run as a handler of one twin.
//
// It sees what a handler sees, the twin as `twin` and by its model's name, and may write as one. A
// line that is an expression says what it comes to.

#ifndef SCRIPT_PROMPT_H
#define SCRIPT_PROMPT_H

#include <stdbool.h>

struct buffer;
struct err;
struct model;
struct script;

// From now on TRIGGER_PROMPT runs the line for twins of the model; what it comes to is added to
// `said`, which is the caller's, a text a value with a NUL behind. False when it is no Lua.
bool script_prompt(struct script *script, const struct model *model, const char *line,
                   struct buffer *said, struct err *err);

#endif
