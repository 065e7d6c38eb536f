// Series: what one twin's fields were over a span, as columns.
//
// {"twin": ID, "fields": {NAME: {"unit", "time": [seconds], "value": [...], "quality": [...]}}}.
// Points come from revisions of the log, late samples in their place; before those that were read,
// from the recent windows that predictions keep, where neighbours are merged. A field with more
// points than asked for is reduced: each point then stands for a stretch of time, is told at its
// last sample's time, has the mean as `value`, the worst quality, and "min" and "max", so that a
// spike is never hidden; of texts and the like it is the last one.

#ifndef PUSH_SERIES_H
#define PUSH_SERIES_H

#include <stdint.h>

struct buffer;
struct past;
struct series;
struct twin;

struct series_span {
    int64_t from, to; // microseconds UTC, both ends included
    int points;       // of a field at most
};

// Of the telemetry, reported and derived fields that `names` has ("a,b"; NULL = all). Windows are
// read now, so that the rest may be done on another thread.
struct series *series_new(const struct twin *twin, const char *names,
                          const struct series_span *span);
void series_free(struct series *series);

// The values that a page of revisions set; it is stepped through.
void series_collect(struct series *series, struct past *page);
// `read_from`: what was received before that was not looked at (INT64_MIN: all was, INT64_MAX:
// there is no log); told as "read_from" when it lies in the span.
void series_write(struct series *series, int64_t read_from, struct buffer *out);
// The same as lines `time,field,value,unit,quality,min,max`, a field after the other. One of both
// is written, once.
void series_write_csv(struct series *series, int64_t read_from, struct buffer *out);

#endif
