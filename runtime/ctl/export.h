// twinctl export: what twins reported over time as one table, a row a twin and moment.
//
// It is read window by window, each halved until all of its samples come one by one, so a history
// of any length fits in no memory at all and twind answers short questions only.

#ifndef CTL_EXPORT_H
#define CTL_EXPORT_H

#include <stdbool.h>
#include <stdio.h>

struct client;
struct err;

extern const struct verb export_verb;

struct export {             // what is wanted
    const char *model, *id; // of one or the other
    const char *fields;     // "a,b"; NULL: all that the device reports
    const char *from, *to;  // as people write them; NULL is open
    bool is_told;           // progress, on standard error
};

// "time,twin,FIELD..." and rows, times in Unix seconds; a cell is empty when nothing came then, or
// it was bad. The number of rows, or -1 with what went wrong.
long export_write(struct client *client, const struct export *wanted, FILE *out, struct err *err);

#endif
