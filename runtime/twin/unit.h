// Units: the SenML registry (RFC 8428), its secondary units (RFC 8798), and a list for plants.
//
// A pack's unit that is compatible with a field's is converted linearly: field = pack * factor +
// offset.

#ifndef TWIN_UNIT_H
#define TWIN_UNIT_H

#include <stdbool.h>
#include <stddef.h>

struct unit_conversion {
    double factor;
    double offset;
};

// False when `unit` (of `length` bytes) is in no list.
bool unit_is_known(const char *unit, size_t length);

// How a value in `from` becomes one in `to`. False when they are not compatible or unknown; the
// same text is always compatible. E.g. "degF" is not SenML but on the plant list; "km/h" to "m/s"
// is RFC 8798.
bool unit_convert(const char *from, size_t from_length, const char *to,
                  struct unit_conversion *conversion);

// The nearest known unit to a misspelt one, for "did you mean"; NULL when nothing is near.
const char *unit_suggest(const char *unit, size_t length);

#endif
