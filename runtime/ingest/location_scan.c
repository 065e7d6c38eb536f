// Both spellings are names and numbers; what they name is found the same way.

#include "ingest/location_scan.h"

#include "ingest/cbor_scan.h"
#include "ingest/json_scan.h"

#include <stddef.h>

struct parts {
    struct location *location;
    bool has_lat, has_lon;
    const char *fault;
};

// Where the number under `name` belongs; NULL notes the fault.
static double *place_of(struct parts *parts, struct slice name) {
    bool is_lat = slice_is(name, "lat"), is_lon = slice_is(name, "lon");
    bool is_alt = slice_is(name, "alt");
    if (!is_lat && !is_lon && !is_alt) {
        parts->fault = "a location has lat, lon and alt, and nothing else";
        return NULL;
    }
    if ((is_lat && parts->has_lat) || (is_lon && parts->has_lon) ||
        (is_alt && parts->location->has_alt)) {
        parts->fault = "a name comes twice in its location";
        return NULL;
    }
    parts->has_lat |= is_lat;
    parts->has_lon |= is_lon;
    parts->location->has_alt |= is_alt;
    if (is_lat) return &parts->location->lat;
    return is_lon ? &parts->location->lon : &parts->location->alt;
}

static struct parts begin(struct location *location) {
    *location = (struct location){0};
    return (struct parts){.location = location};
}

static const char *fault_of(const struct parts *parts) {
    if (parts->fault) return parts->fault;
    if (!parts->has_lat) return "its location has no lat";
    return parts->has_lon ? NULL : "its location has no lon";
}

static bool scan_members(struct json_scan *json, struct parts *parts) {
    if (json_scan_take(json, '}')) return true;
    do {
        struct slice name;
        if (!json_scan_string(json, &name)) return false;
        if (!json_scan_expect(json, ':', "a colon was expected")) return false;
        double *place = place_of(parts, name);
        if (!(place ? json_scan_number(json, place) : json_scan_skip(json))) return false;
    } while (json_scan_take(json, ','));
    return json_scan_expect(json, '}', "a comma or } was expected");
}

bool location_scan_json(struct json_scan *json, struct location *location, const char **fault) {
    struct parts parts = begin(location);
    if (!json_scan_expect(json, '{', "a location was expected")) return false;
    if (!scan_members(json, &parts)) return false;
    *fault = fault_of(&parts);
    return true;
}

bool location_scan_cbor(struct cbor_scan *cbor, struct location *location, const char **fault) {
    struct parts parts = begin(location);
    struct cbor_items pairs;
    if (!cbor_scan_open(cbor, CBOR_MAP, &pairs, "a location was expected")) return false;
    while (cbor_scan_more(cbor, &pairs)) {
        struct slice name;
        if (!cbor_scan_text(cbor, &name)) return false;
        double *place = place_of(&parts, name);
        if (!(place ? cbor_scan_number(cbor, place) : cbor_scan_skip(cbor))) return false;
    }
    *fault = fault_of(&parts);
    return cbor->reason == NULL;
}
