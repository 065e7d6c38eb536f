// Scans CBOR (RFC 8949) without a tree: the caller walks the items.
//
// Texts point into the input and are checked to be UTF-8; only definite-length ones are taken, as
// RFC 8428 section 6 demands. On the first fault `reason` says what was expected at `at`, and every
// further call fails.

#ifndef INGEST_CBOR_SCAN_H
#define INGEST_CBOR_SCAN_H

#include "ingest/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cbor_major {
    CBOR_UNSIGNED,
    CBOR_NEGATIVE,
    CBOR_BYTES,
    CBOR_TEXT,
    CBOR_ARRAY,
    CBOR_MAP,
    CBOR_TAG,
    CBOR_SIMPLE, // and floating point
};

struct cbor_scan {
    const uint8_t *start;
    const uint8_t *at;
    const uint8_t *end;
    const char *reason; // NULL while all is well
};

struct cbor_items { // what is left of an open array or map
    uint64_t left;
    bool is_indefinite;
};

void cbor_scan_init(struct cbor_scan *cbor, const void *bytes, size_t length);
bool cbor_scan_is_at_end(const struct cbor_scan *cbor);
enum cbor_major cbor_scan_peek(const struct cbor_scan *cbor); // of the next item; not at the end

bool cbor_scan_open(struct cbor_scan *cbor, enum cbor_major major, struct cbor_items *items,
                    const char *reason);
// True when one more item (or pair, of a map) follows; takes the break of an indefinite one.
bool cbor_scan_more(struct cbor_scan *cbor, struct cbor_items *items);

bool cbor_scan_text(struct cbor_scan *cbor, struct slice *text);
bool cbor_scan_label(struct cbor_scan *cbor, int64_t *label); // an integer
// Any numeric form; may be NaN or infinite.
bool cbor_scan_number(struct cbor_scan *cbor, double *number);
bool cbor_scan_boolean(struct cbor_scan *cbor, bool *boolean);
bool cbor_scan_skip(struct cbor_scan *cbor); // any item, at most 16 deep

bool cbor_scan_fail(struct cbor_scan *cbor, const char *reason); // returns false

#endif
