// One SenML record (RFC 8428) as it is written, base values not yet applied; and its two spellings.
// A member of a plain map (pack.c) becomes one as well, and only that may be a whole location.

#ifndef INGEST_SENML_H
#define INGEST_SENML_H

#include "ingest/cbor_scan.h"
#include "ingest/json_scan.h"
#include "ingest/slice.h"
#include "twin/value.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SENML_BASE_NAME = 1 << 0,
    SENML_BASE_TIME = 1 << 1,
    SENML_BASE_UNIT = 1 << 2,
    SENML_BASE_VALUE = 1 << 3,
    SENML_BASE_SUM = 1 << 4,
    SENML_VERSION = 1 << 5,
    SENML_NAME = 1 << 6,
    SENML_UNIT = 1 << 7,
    SENML_VALUE = 1 << 8,
    SENML_TEXT = 1 << 9,
    SENML_BOOLEAN = 1 << 10,
    SENML_DATA = 1 << 11,
    SENML_SUM = 1 << 12,
    SENML_TIME = 1 << 13,
    SENML_UPDATE_TIME = 1 << 14,
    SENML_LOCATION = 1 << 15, // in no SenML
};

struct senml {
    uint32_t has; // which of the members below are set
    struct slice base_name, base_unit, name, unit, text;
    double base_time, base_value, version, value, time;
    bool boolean;
    struct location location;
    const char *fault; // of the location, or NULL
};

// The next record of an open pack. False at the scan's fault. Labels in any order; an unknown one
// is skipped unless it ends in `_`, which means that it must be understood (RFC 8428 4.4).
bool senml_read_json(struct json_scan *json, struct senml *senml);
bool senml_read_cbor(struct cbor_scan *cbor, struct senml *senml);

// The member a JSON label names, 0 when it is none of them. Also for text labels in CBOR.
uint32_t senml_label(struct slice label);

#endif
