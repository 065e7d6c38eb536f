// Writes a SenML pack, in JSON or CBOR: one base name, one base time, then the records.

#ifndef INGEST_SENML_WRITE_H
#define INGEST_SENML_WRITE_H

#include "twin/value.h"

#include <stdbool.h>
#include <stdint.h>

struct buffer;

struct senml_write {
    struct buffer *out;
    bool is_cbor;
    const char *id; // the base name is "{id}/"
    int count;      // records written
    int64_t base_time;
};

// How many records a value is: 1, or a location's 2 or 3.
int senml_write_count(struct value value);

// `count` records will follow.
void senml_write_begin(struct senml_write *write, struct buffer *out, int format, const char *id,
                       int count);
// All records of the value: a location has one of unit lat, one of lon and, when its altitude is
// known, one of m. `unit` may be "". `at` in microseconds UTC.
void senml_write_record(struct senml_write *write, const char *name, const char *unit,
                        struct value value, int64_t at);
void senml_write_end(struct senml_write *write);

#endif
