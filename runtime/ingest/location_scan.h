// A location as a JSON object or a CBOR map: {"lat": 52.1, "lon": 4.3, "alt": 12}, `alt` only when
// it is known.

#ifndef INGEST_LOCATION_SCAN_H
#define INGEST_LOCATION_SCAN_H

#include "twin/value.h"

#include <stdbool.h>

struct cbor_scan;
struct json_scan;

// False at the scan's fault. What is well written and no location sets `fault`, else NULL; whether
// there is such a place is not looked at.
bool location_scan_json(struct json_scan *json, struct location *location, const char **fault);
bool location_scan_cbor(struct cbor_scan *cbor, struct location *location, const char **fault);

#endif
