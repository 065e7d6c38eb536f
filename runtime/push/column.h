// A column: one field of one twin over a span, read from its compressed series and reduced to at
// most so many points.
//
// A point that stands for a stretch of time is told at its last sample's time, with the worst
// quality, the mean (or another figure) as value, and min and max, so that a spike is never hidden.
// Stretches without a sample have no point: a gap stays a gap. Of texts and the like a point is the
// last one.

#ifndef PUSH_COLUMN_H
#define PUSH_COLUMN_H

#include "base/memory.h"
#include "twin/value.h"

#include <stdbool.h>
#include <stdint.h>

struct archive_query;
struct archivist;
struct err;

enum aggregate { // what a point's value is
    AGG_NONE,    // single samples when there are few enough, else the mean
    AGG_MEAN,
    AGG_MIN,
    AGG_MAX,
    AGG_LAST,
    AGG_COUNT,
};

struct point {
    int64_t at;
    struct value value; // VALUE_NONE: from here on nothing is known. Bytes live in the region
    double min, max;    // of what was reduced to it
    uint8_t quality;
};

struct column {
    struct point *points; // all of it in the region that column_read was given
    int count;
    bool is_reduced;
    int64_t unreadable_from; // a damaged stretch begins here; INT64_MAX = none
};

// At most `most` points. On a worker.
bool column_read(struct column *column, struct archivist *archivist,
                 const struct archive_query *query, int most, enum aggregate aggregate,
                 struct region *region, struct err *err);

#endif
