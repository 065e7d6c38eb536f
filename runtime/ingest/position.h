// A location in SenML comes in parts: records of one name and one time, whose units are `lat` and
// `lon` (degrees), and perhaps `m` (or what converts to it) for the altitude. They become one
// sample, in the place of the first.

#ifndef INGEST_POSITION_H
#define INGEST_POSITION_H

#include "ingest/sample.h"
#include "ingest/slice.h"

#include <stdbool.h>

struct position;

// Takes a number as a part of a location of `field`, whose index is `index`. NULL when it is none.
struct position *position_join(struct sample_list *list, int index, const struct field *field,
                               const struct record *record, struct region *region, struct err *err);

// For when all records are read: false with a sentence about twin `id` when lat or lon is missing;
// that of the list's first names its record too.
bool position_check(const struct position *position, struct slice id, struct err *err);
bool position_check_all(const struct sample_list *list, struct slice id, struct err *err);

// Takes the samples of those that are not whole out of the list. Returns how many records they had.
int position_drop_torn(struct sample_list *list);

#endif
