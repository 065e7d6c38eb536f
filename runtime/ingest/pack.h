// A pack: the samples of one body, whatever its content format, with base values applied.
//
// Read record by record. What makes the whole body senseless is the pack's error; what is wrong
// with one record alone is that record's fault, because the records of a gateway stand alone.

#ifndef INGEST_PACK_H
#define INGEST_PACK_H

#include "ingest/cbor_scan.h"
#include "ingest/json_scan.h"
#include "ingest/senml.h"
#include "ingest/slice.h"
#include "twin/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct region;

enum { // content formats
    FORMAT_NONE = -1,
    FORMAT_TEXT = 0,
    FORMAT_LINKS = 40,
    FORMAT_JSON = 50, // {"field": value}
    FORMAT_CBOR = 60, // the same as a map
    FORMAT_SENML_JSON = 110,
    FORMAT_SENML_CBOR = 112,
    FORMAT_UNKNOWN = 65536, // beyond all
};

#define PACK_RECORDS_MAX 4096        // in one body
#define RELATIVE_TIME_MAX (1u << 28) // seconds; a smaller time is relative to now, RFC 8428 4.5.3
#define AHEAD_MAX_US 86400000000     // a record's time may be one day ahead

struct record {
    int index;                // in the body, from 0
    struct slice base, name;  // the name is both, one behind the other
    struct slice unit;        // empty: none
    struct value value;       // VALUE_NONE: the record only carries base values
    struct location location; // what the value borrows when it is one
    int64_t at;               // microseconds UTC
    const char *fault;        // NULL, or why this record is 4.00
};

enum pack_next { PACK_RECORD, PACK_END, PACK_MALFORMED };

struct pack {
    int format;
    struct json_scan json;
    struct cbor_scan cbor;
    struct cbor_items items;
    int count; // records read
    int64_t now;
    struct slice base_name, base_unit;
    double base_time, base_value;
    bool has_base_value;
};

bool pack_is_format(int format); // one that a pack may have

// `now` in microseconds is what relative and missing times refer to.
void pack_init(struct pack *pack, int format, const void *bytes, size_t length, int64_t now,
               struct region *region);
// Fills `err` with ERR_INVALID when malformed, ERR_TOO_LARGE for too many records.
enum pack_next pack_next(struct pack *pack, struct record *record, struct err *err);

#endif
