// From a record of a pack to a sample of a twin: its field, its type, its unit.

#ifndef INGEST_SAMPLE_H
#define INGEST_SAMPLE_H

#include "ingest/slice.h"
#include "twin/input.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct field;
struct model;
struct position;
struct positions;
struct record;
struct region;
struct request;
struct resources;
struct target;

struct sample_list { // in a region
    struct sample *items;
    int count;
    int capacity;
    struct positions
        *positions; // those among the items that come in parts; NULL while there is none
};
struct sample *sample_list_add(struct sample_list *list, struct region *region);

// The twin and the field that a record's name means: "{twin}/{field}", or "{field}" with an empty
// id.
void sample_split_name(const struct record *record, struct region *region, struct slice *id,
                       struct slice *field);

// Adds what the record says to the list. `name` is the field's. Errors say what is wrong with the
// record, not which record it is. A record that is a part of a location gives its `position`, to be
// looked at when all records are read (position.h); else that is NULL.
bool sample_from_record(const struct record *record, struct slice name, const struct model *model,
                        struct region *region, struct sample_list *list, struct position **position,
                        struct err *err);

// The field a device may send under this name; NULL with a "did you mean".
const struct field *sample_field(const struct model *model, struct slice name, struct err *err);
bool sample_check_type(const struct field *field, struct value value, struct err *err);

// Hands all samples of one twin in. `is_last`: no further input of this message follows.
bool sample_deliver(const struct resources *resources, const struct target *target,
                    struct sample_list *list, const struct request *request, bool is_last,
                    uint64_t *rev, struct err *err);

#endif
