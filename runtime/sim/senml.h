// SenML packs (RFC 8428) as a device writes them, in JSON or CBOR, into memory that the caller has.

#ifndef SIM_SENML_H
#define SIM_SENML_H

#include "sim/reading.h"

#include <stddef.h>
#include <stdint.h>

enum senml_format { SENML_JSON = 110, SENML_CBOR = 112 }; // CoAP content formats

// An upper bound of the bytes that such a group adds to a pack.
size_t senml_bound(const char *base, const struct reading *readings, int count);
#define SENML_PACK_BYTES 16 // and of what the brackets add

// A pack of `records` records is begun, filled with groups and ended; each returns the new end.
uint8_t *senml_begin(uint8_t *out, enum senml_format format, int records);
// `count` readings, the first of which carries `base` as its base name (NULL: none), `is_first`
// when no group is before it in the pack.
uint8_t *senml_group(uint8_t *out, enum senml_format format, const char *base,
                     const struct reading *readings, int count, int is_first);
uint8_t *senml_end(uint8_t *out, enum senml_format format);

// The shortest text that a thousandth is exact in, and up to 15 digits for all else. No NUL; at
// most 24 bytes. Returns the new end.
char *senml_number(char *out, double value);

#endif
