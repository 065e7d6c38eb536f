// One reading of one sensor. Texts are borrowed.

#ifndef SIM_READING_H
#define SIM_READING_H

#include <stdbool.h>

struct reading {
    const char *name;
    const char *unit; // NULL when it is left to the model
    double value;     // of a boolean: 0 or 1
    const char *text; // what is said instead of a number, NULL: a number is
    bool is_boolean;
};

// As a sensor of that resolution says it.
struct reading reading_number(const char *name, const char *unit, double value, double resolution);
struct reading reading_text(const char *name, const char *text);
struct reading reading_boolean(const char *name, bool value);
// A place takes two readings of one name, `lat` and `lon` in degrees: one value in a pack. To 0.1
// m.
#define READING_LOCATION 2 // so many are written, beginning at `readings`
void reading_location(struct reading *readings, const char *name, double latitude,
                      double longitude);

#endif
