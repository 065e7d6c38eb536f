// Altitudes have no limit: a satellite and a borehole are places too.

#include "twin/location.h"

#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAT_MAX 90.0
#define LON_MAX 180.0

static bool check_degrees(double degrees, double limit, const char *name, const char *what,
                          struct err *err) {
    if (degrees >= -limit && degrees <= limit) return true; // NaN is neither
    return err_set(err, ERR_INVALID, "%s: %s cannot be %.15g, it is degrees from -%g to %g", what,
                   name, degrees, limit, limit);
}

bool location_check(const struct location *location, const char *what, struct err *err) {
    if (!check_degrees(location->lat, LAT_MAX, "lat", what, err) ||
        !check_degrees(location->lon, LON_MAX, "lon", what, err))
        return false;
    return isfinite(location->alt) ||
           err_set(err, ERR_INVALID, "%s: alt cannot be %g, it is metres", what, location->alt);
}

struct value location_copy(const struct location *location, struct region *region) {
    return value_location((void *)region_copy(region, location, sizeof *location));
}

static void skip_spaces(const char **at, const char *end) {
    while (*at < end && memchr(" \t\r\n", **at, 4))
        (*at)++;
}

// Of a decimal number alone: strtod would also take hexadecimal ones, "nan" and "inf".
static bool take_number(const char **at, const char *end, double *number) {
    char text[JSON_NUMBER_SIZE];
    size_t length = 0;
    skip_spaces(at, end);
    while (*at + length < end && memchr("+-.0123456789eE", (*at)[length], 15))
        length++;
    if (length == 0 || length >= sizeof text) return false;
    memcpy(text, *at, length);
    text[length] = 0;
    *at += length;
    char *rest;
    *number = strtod(text, &rest);
    skip_spaces(at, end);
    return *rest == 0;
}

bool location_parse(const char *text, size_t length, struct location *location) {
    const char *at = text, *end = text + length;
    *location = (struct location){0};
    if (!take_number(&at, end, &location->lat) || at == end || *at++ != ',') return false;
    if (!take_number(&at, end, &location->lon)) return false;
    if (at == end) return true;
    location->has_alt = true;
    return *at++ == ',' && take_number(&at, end, &location->alt) && at == end;
}

void location_format(const struct location *location, char text[LOCATION_TEXT_SIZE]) {
    char lat[JSON_NUMBER_SIZE], lon[JSON_NUMBER_SIZE], alt[JSON_NUMBER_SIZE] = "";
    json_format_number(location->lat, lat);
    json_format_number(location->lon, lon);
    if (location->has_alt) json_format_number(location->alt, alt);
    snprintf(text, LOCATION_TEXT_SIZE, "%s,%s%s%s", lat, lon, alt[0] ? "," : "", alt);
}
