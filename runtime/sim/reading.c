#include "sim/reading.h"

#include <math.h>

#define STEPS_A_DEGREE 1e6 // that a receiver tells apart

struct reading reading_number(const char *name, const char *unit, double value, double resolution) {
    return (struct reading){
        .name = name, .unit = unit, .value = rint(value / resolution) * resolution};
}

struct reading reading_text(const char *name, const char *text) {
    return (struct reading){.name = name, .text = text};
}

struct reading reading_boolean(const char *name, bool value) {
    return (struct reading){.name = name, .value = value, .is_boolean = true};
}

void reading_location(struct reading *readings, const char *name, double latitude,
                      double longitude) {
    readings[0] = (struct reading){
        .name = name, .unit = "lat", .value = rint(latitude * STEPS_A_DEGREE) / STEPS_A_DEGREE};
    readings[1] = (struct reading){
        .name = name, .unit = "lon", .value = rint(longitude * STEPS_A_DEGREE) / STEPS_A_DEGREE};
}
