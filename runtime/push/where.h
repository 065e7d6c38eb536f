// The `where` of a list: comparisons joined by `and`, all of which a twin must fulfil.
//
//   temperature > 80 and speed.desired == 1200 and alarm.overheating == active
//
// Left of the operator (== or =, !=, <, <=, >, >=) stands
//   NAME               a telemetry value, reported property, derived value, parameter or prediction
//   NAME.reported      the property as the device reports it
//   NAME.desired       the property as it is wanted
//   NAME.quality       good, uncertain, bad or stale
//   alarm              the worst active alarm: none, info, warning or critical, which are ordered
//   alarm.NAME         active or clear
//   id, model          text, compared with a glob (id == pump-1*)
// and right of it a number, true, false, a word, or text in double quotes. Text has no order, so it
// knows only == and !=. A comparison with a value that is missing or of another type is false.

#ifndef PUSH_WHERE_H
#define PUSH_WHERE_H

#include <stdbool.h>

struct err;
struct twin;
struct where;
struct world;

// NULL when the expression is malformed or names a field that no present model has.
struct where *where_parse(const char *text, const struct world *world, struct err *err);
void where_free(struct where *where);

bool where_fits(struct where *where, const struct twin *twin); // NULL fits everything

#endif
