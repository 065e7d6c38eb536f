// Which of a twin's values are written beside each row, and writing them.

#ifndef CTL_EMIT_H
#define CTL_EMIT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct err;
struct model;
struct twin;

struct emit {
    int count;
    struct emitted *list;
};

// `names`, between commas: telemetry, properties, derived values, state, and predictions, of which
// NAME is the value, NAME.low and NAME.high the band. NULL: all derived values and predictions.
// False with "did you mean".
bool emit_choose(struct emit *emit, const struct model *model, const char *names, struct err *err);
void emit_fini(struct emit *emit);

void emit_head(const struct emit *emit, FILE *out); // ",NAME,NAME" and the line's end
// As the twin stands; missing is empty. NULL is a twin that is not there.
void emit_row(const struct emit *emit, const struct twin *twin, FILE *out);
// A cell, in quotes when it needs them.
void emit_text(const char *text, FILE *out);

#endif
