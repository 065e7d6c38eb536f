// Series: what one twin's fields were over a span, as columns.
//
// {"twin": ID, "fields": {NAME: {"unit", "time": [seconds], "value": [...], "quality": [...]}}}.
// They come out of the compressed series that the archivist keeps, late samples in their place; a
// value of null says that from then on nothing was known. A field with more points than asked for
// is reduced (push/column.h) and has "min" and "max" too.

#ifndef PUSH_SERIES_H
#define PUSH_SERIES_H

#include "push/column.h"

#include <stdbool.h>
#include <stdint.h>

struct archivist;
struct buffer;
struct err;
struct series;
struct twin;

struct series_span {
    int64_t from, to; // microseconds UTC, both ends included
    int points;       // of a field at most
    enum aggregate aggregate;
};

// Of the telemetry, reported and derived fields that `names` has ("a,b"; NULL = all). On the loop.
struct series *series_new(const struct twin *twin, const char *names,
                          const struct series_span *span);
void series_free(struct series *series);
int series_columns(const struct series *series);

// On a worker, once the twin's revision then is durable.
bool series_read(struct series *series, struct archivist *archivist, struct err *err);
void series_write(const struct series *series, struct buffer *out);
// The same as lines `time,field,value,unit,quality,min,max`, a field after the other; with the twin
// in front when there are several.
void series_write_csv_head(bool has_twin, struct buffer *out);
void series_write_csv(const struct series *series, bool has_twin, struct buffer *out);

#endif
