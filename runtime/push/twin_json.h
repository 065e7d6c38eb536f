// A twin as JSON, in the shape that INTERFACE gives it, for HTTP and for `get`.

#ifndef PUSH_TWIN_JSON_H
#define PUSH_TWIN_JSON_H

#include <stdbool.h>

struct buffer;
struct twin;
struct value;
struct world;

// The names of `fields=`, comma-separated: only these, and sections that have none are left out. An
// empty text names nothing: only what a twin is, no values. NULL is all, and its commands.
//
// Of parameters, telemetry, properties, derived and predictions that never had a value, `value` is
// null and `at` is missing.
void twin_json_write(const struct world *world, const struct twin *twin, const char *fields,
                     struct buffer *out);

// {"twin", "rev", "predictions": {NAME: as in the twin}}
void twin_json_predictions(const struct world *world, const struct twin *twin, struct buffer *out);

// One alarm of `GET /alarms`: {"id","twin","model","alarm","severity","active","acked","since",
// "value","unit","text","advice"}.
void alarm_json_write(const struct twin *twin, int alarm, struct buffer *out);

// Of them "alarm", "severity", "active", "acked" and "muted", into an open object.
void alarm_json_members(const struct twin *twin, int alarm, bool is_active, bool is_acked,
                        struct buffer *out);

void value_json_write(struct value value, struct buffer *out);
// The same for a row, where a location is [lat, lon] or [lat, lon, alt].
void value_row_write(struct value value, struct buffer *out);

#endif
