// What a text says as a value of a field: a cell of a table, or NAME=VALUE of a command line.

#ifndef CTL_READING_H
#define CTL_READING_H

#include "twin/value.h"

struct field;

enum reading_kind { READING_VALUE, READING_MISSING, READING_WRONG };

// Nothing, NaN, NA and null are missing. `value` borrows `text`; a location is made in `room`.
enum reading_kind reading_take(const struct field *field, const char *text, struct location *room,
                               struct value *value);

#endif
