// An invariant's breach, as text: "pump.derived.health < 0", MODEL.GROUP.FIELD OP VALUE.
//
// GROUP is telemetry, reported, desired, derived, parameters or state, OP one of < <= > >= == ~=,
// VALUE a number, true, false or a text in quotes. A field without a value breaks nothing.

#ifndef FORK_INVARIANT_H
#define FORK_INVARIANT_H

#include "twin/model.h"
#include "twin/value.h"

#include <stdbool.h>

struct err;
struct twin;

struct invariant {
    char model[64], field[64];
    enum field_kind kind;
    enum {
        INVARIANT_LESS,
        INVARIANT_AT_MOST,
        INVARIANT_MORE,
        INVARIANT_AT_LEAST,
        INVARIANT_IS,
        INVARIANT_IS_NOT
    } op;
    struct value value; // a text lies in `text`
    char text[128];
};

bool invariant_parse(struct invariant *invariant, const char *text, struct err *err);
// Whether a twin is of the model and its field as the text says.
bool invariant_is_broken(const struct invariant *invariant, const struct twin *twin);

#endif
