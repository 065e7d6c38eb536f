// Scans JSON (RFC 8259), strictly and without a tree: the caller walks the grammar.
//
// Texts without escapes point into the input, others live in the region. All bytes of texts are
// checked to be UTF-8. On the first fault `reason` says what was expected at `at`, and every
// further call fails.

#ifndef INGEST_JSON_SCAN_H
#define INGEST_JSON_SCAN_H

#include "ingest/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct region;

struct json_scan {
    const uint8_t *start;
    const uint8_t *at;
    const uint8_t *end;
    struct region *region;
    const char *reason; // NULL while all is well
};

void json_scan_init(struct json_scan *json, const void *bytes, size_t length,
                    struct region *region);

// Skips white space, then takes `byte` if it is there.
bool json_scan_take(struct json_scan *json, char byte);
// The same, and a fault if it is not.
bool json_scan_expect(struct json_scan *json, char byte, const char *reason);
uint8_t json_scan_peek(struct json_scan *json); // next byte that is not white space, 0 at the end
bool json_scan_is_at_end(struct json_scan *json);

bool json_scan_string(struct json_scan *json, struct slice *text);
bool json_scan_number(struct json_scan *json, double *number); // 1e999 is infinite
bool json_scan_boolean(struct json_scan *json, bool *boolean);
bool json_scan_skip(struct json_scan *json); // any value, at most 16 deep

bool json_scan_fail(struct json_scan *json, const char *reason); // returns false

#endif
