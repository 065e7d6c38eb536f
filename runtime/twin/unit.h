// Units: the SenML registry (RFC 8428), its secondary units (RFC 8798), and a list for plants.
//
// A pack's unit that is compatible with a field's is converted linearly, by a ratio of whole
// numbers where there is one, so that 9 mm are 0.009 m and not 0.009000000000000001.

#ifndef TWIN_UNIT_H
#define TWIN_UNIT_H

#include <stdbool.h>
#include <stddef.h>

struct unit_conversion { // field = (pack * factor + offset) / divisor
    double factor;
    double offset;
    double divisor;
};
static inline double unit_apply(const struct unit_conversion *conversion, double value) {
    return (value * conversion->factor + conversion->offset) / conversion->divisor;
}

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
